"""The contact sheet shows what is learned from, the strip what augmentation makes of it."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convlens.data import sets, sheet
from convlens.data.augment import Augment
from convlens.data.dataset import Making, Roots
from convlens.data.recent import Recent
from convlens.data.task import Setup, prepare
from convlens.data.words import DataError
from tests.data.zips import square

ROOTS = Roots(Path("/nowhere"))


@pytest.mark.parametrize("data", ["digits", "shapes-colour"])
def test_every_cell_holds_the_picture_that_it_names(data: str) -> None:
    task, whole = prepare(Setup(data=data), ROOTS), sets.load(data, ROOTS)
    laid = sheet.lay_out(task, 5)
    assert laid.pixels is not None
    assert (laid.rows, laid.columns) == (len(task.classes), 5)
    for cell in laid.cells:
        y, x = cell.row * laid.height, cell.column * laid.width
        shown = laid.pixels[:, y : y + laid.height, x : x + laid.width]
        assert torch.equal(shown, whole.x[cell.id])
        assert int(whole.y[cell.id]) == cell.label == cell.row
        assert cell.id in getattr(task, cell.part).ids


def test_the_sealed_test_pictures_are_counted_and_never_shown() -> None:
    task = prepare(Setup(), ROOTS)
    laid = sheet.lay_out(task, 1000)
    sealed = set(task.test.ids.tolist())
    assert not sealed & {cell.id for cell in laid.cells}
    assert sum(laid.counts["test"]) == len(sealed)
    assert len(laid.cells) == len(task.train.y) + len(task.validation.y)
    assert {cell.part for cell in laid.cells} == {"train", "validation"}


def test_a_class_with_few_pictures_leaves_its_cells_black() -> None:
    laid = sheet.lay_out(
        prepare(Setup(data="shapes", validation_share=0, samples=3, imbalance=3), ROOTS), 8
    )
    assert laid.pixels is not None
    assert laid.columns == 3
    assert laid.pixels[:, -28:, 28:].sum() == 0


def test_points_are_told_and_not_drawn() -> None:
    task = prepare(Setup(data="ring"), ROOTS)
    laid = sheet.lay_out(task, 5)
    assert laid.pixels is None
    assert len(laid.points) == 600
    x, y, label, part = laid.points[0]
    assert ([x, y], label, part) == (task.train.x[0].tolist(), int(task.train.y[0]), "train")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_exactly_the_pixels(channels: int) -> None:
    pixels = torch.randint(0, 256, (channels, 7, 11), dtype=torch.uint8)
    shown = np.array(Image.open(io.BytesIO(sheet.png(pixels)))).reshape(7, 11, channels)
    assert np.array_equal(shown.transpose(2, 0, 1), pixels.numpy())


def test_the_strip_begins_with_the_picture_and_the_rest_are_its_views() -> None:
    picture = sets.load("digits", ROOTS).x[0]
    strip = sheet.views(picture, Augment(flip=True), count=9, seed=0)
    assert strip.shape == (1, 8, 72)
    shown = [strip[:, :, place : place + 8] for place in range(0, 72, 8)]
    assert torch.equal(shown[0], picture)
    mirrored = [torch.equal(each, picture.flip(2)) for each in shown]
    assert all(torch.equal(e, picture) or m for e, m in zip(shown, mirrored, strict=True))
    assert any(mirrored)
    assert torch.equal(sheet.views(picture, Augment(), count=1, seed=0), picture)


def test_a_library_reads_a_set_once_until_it_changes(tmp_path: Path) -> None:
    from convlens.data import own

    roots = Roots(tmp_path)
    recent = Recent(roots, budget=1 << 20)
    for label in "ab":
        own.add_picture("mine", roots, square(9), label=label, called="")
    first = recent.whole(Setup(data="mine"))
    assert recent.whole(Setup(data="mine", seed=0, label_noise=0.5)) is first
    own.add_picture("mine", roots, square(99), label="a", called="")
    assert len(recent.whole(Setup(data="mine")).y) == 3


def test_a_library_forgets_the_oldest_set_when_its_memory_is_full() -> None:
    size = sets.load("shapes", ROOTS, Making()).x.nbytes
    recent = Recent(ROOTS, budget=2 * size)
    first, second = (recent.whole(Setup(data="shapes", seed=seed)) for seed in (0, 1))
    assert recent.whole(Setup(data="shapes", seed=0)) is first
    recent.whole(Setup(data="shapes", seed=2))
    assert recent.whole(Setup(data="shapes", seed=0)) is first
    assert recent.whole(Setup(data="shapes", seed=1)) is not second


def test_a_picture_by_its_place_is_the_one_that_is_learned_from() -> None:
    recent, setup = Recent(ROOTS, budget=0), Setup(data="shapes", mark=True, seed=3)
    task = recent.task(setup)
    for part in (task.train, task.validation, task.test):
        for place in range(6):
            index = int(part.ids[place])
            assert torch.equal(recent.picture(setup, index), part.x[place])


@pytest.mark.parametrize(
    ("data", "index", "code"), [("digits", 1797, "no_picture"), ("ring", 0, "points")]
)
def test_a_picture_that_there_is_not_is_refused(data: str, index: int, code: str) -> None:
    with pytest.raises(DataError) as caught:
        Recent(ROOTS, budget=0).picture(Setup(data=data), index)
    assert caught.value.code == code
