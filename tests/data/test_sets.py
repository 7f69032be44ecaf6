"""The registry and what is bundled: digits are scikit-learn's, shapes and points are drawn."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from convlens.data import bundled, points, sets, shapes
from convlens.data.dataset import TEST, TRAIN, VALIDATION, Making, Roots
from convlens.data.words import DataError
from tests.data.zips import square, two_classes, zipped


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path / "own", tmp_path / "extra", tmp_path / "downloads")


def test_the_digits_are_scikit_learns_with_its_labels(roots: Roots) -> None:
    from sklearn.datasets import load_digits

    real, found = load_digits(), sets.load("digits", roots)
    assert torch.equal(found.y, torch.from_numpy(real.target))
    assert torch.equal(found.x[:, 0], (torch.from_numpy(real.images) * 255 / 16).round().byte())


def test_the_enlarged_digits_are_torchs_bilinear_enlargement(roots: Roots) -> None:
    small, large = sets.load("digits", roots), sets.load("digits-28", roots)
    assert large.shape == (1, 28, 28)
    expected = F.interpolate(small.x.float(), size=28, mode="bilinear", align_corners=False)
    assert torch.equal(large.x, expected.round().byte())


@pytest.mark.parametrize("name", bundled.NAMES)
def test_a_listing_says_what_the_loaded_set_is(name: str, roots: Roots) -> None:
    row, found = sets.listing(name, roots), sets.load(name, roots)
    assert (row.name, row.classes, row.shape) == (found.name, found.classes, found.shape)
    assert row.available and not row.downloadable and row.why is None
    train = found.y if found.part is None else found.y[found.part == TRAIN]
    counts = torch.bincount(train, minlength=len(found.classes)).tolist()
    if name != "xor":  # Its points fall where they fall.
        assert list(row.per_class) == counts
    assert row.count == len(train)


@pytest.mark.parametrize("name", [*shapes.STYLES, *points.MAKERS])
def test_a_drawn_set_is_the_same_for_the_same_seed_alone(name: str, roots: Roots) -> None:
    first, same, other = (sets.load(name, roots, Making(seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(first.x, same.x)
    assert torch.equal(first.y, same.y)
    assert not torch.equal(first.x, other.x)


@pytest.mark.parametrize("name", [*shapes.STYLES, *points.MAKERS])
def test_more_training_pictures_leave_validation_and_test_alone(name: str, roots: Roots) -> None:
    few, many = (sets.load(name, roots, Making(pictures=count)) for count in (48, 600))
    for part, count in ((VALIDATION, 300), (TEST, 600)):
        parts = [each.x[each.part == part] for each in (few, many)]
        assert len(parts[0]) == count
        assert torch.equal(*parts)


def test_1200_pictures_are_drawn_in_well_under_a_second() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # More would count the time in which they wait for each other.
    try:
        started = time.thread_time()
        shapes.draw(shapes.STYLES["shapes"], 1200, 0.15, torch.Generator())
        assert time.thread_time() - started < 0.8
    finally:
        torch.set_num_threads(threads)


def test_noise_has_the_deviation_that_it_says(roots: Roots) -> None:
    clean, noisy = (sets.load("shapes", roots, Making(noise=n)).x / 255 for n in (0.0, 0.1))
    inside = (clean > 0.3) & (clean < 0.7)  # Where nothing is cut off at black or white.
    assert (noisy - clean)[inside].std().item() == pytest.approx(0.1, rel=0.1)


def clean(name: str) -> dict[str, Tensor]:
    """Without noise: the cells of each class that belong to the shape."""
    style = shapes.STYLES[name]
    x, y = shapes.draw(style, 240, 0.0, torch.Generator().manual_seed(0))
    bright = x.amax(1) > 60
    return {each: bright[y == index] for index, each in enumerate(style.classes)}


def test_no_upright_shape_touches_the_border_and_every_one_has_a_body() -> None:
    for name in ("shapes", "shapes-colour"):
        for cells in clean(name).values():
            assert not cells[:, [0, -1], :].any()
            assert not cells[:, :, [0, -1]].any()
            assert cells.flatten(1).sum(1).min() >= 20


def test_circles_are_round_and_stripes_lie_as_they_are_called() -> None:
    found = clean("shapes")
    height, width = (found["circle"].any(axis).sum(1) for axis in (2, 1))
    assert (height - width).abs().max() <= 1
    area = found["circle"].flatten(1).sum(1)
    torch.testing.assert_close(
        area / (torch.pi * (height / 2) ** 2), torch.ones(40), atol=0.12, rtol=0
    )
    for name, axis in (("hstripes", 2), ("vstripes", 1)):
        lines = found[name].float()
        along, across = lines.diff(dim=axis).abs().sum(), lines.diff(dim=3 - axis).abs().sum()
        assert across > 1.8 * along


def test_colours_of_shapes_differ_from_each_other() -> None:
    x, _ = shapes.draw(shapes.STYLES["shapes-colour"], 60, 0.0, torch.Generator().manual_seed(0))
    strongest = x.amax((2, 3))
    assert strongest.amax(1).min() > 140
    assert strongest.argmax(1).unique().tolist() == [0, 1, 2]  # type: ignore[no-untyped-call]


def test_the_mark_is_a_white_4_by_4_corner_of_one_class_alone() -> None:
    x, y = torch.zeros(3, 1, 28, 28, dtype=torch.uint8), torch.tensor([0, 3, 1])
    marked = shapes.plant(x, y, 3)
    assert (marked[1, 0, :4, :4] == 255).all()
    assert marked.sum() == 16 * 255
    assert x.sum() == 0


@pytest.mark.parametrize("name", ["ring", "xor", "blobs", "spiral"])
def test_points_lie_near_the_plane_s_middle_and_both_classes_are_large(name: str) -> None:
    x, y = points.draw(name, 500, 0.0, torch.Generator().manual_seed(0))
    assert x.dtype == torch.float32
    assert x.abs().max() <= 1.5
    assert 200 < int(y.sum()) < 300


def test_the_ring_and_the_exclusive_or_are_what_they_are_called() -> None:
    x, y = points.draw("ring", 500, 0.0, torch.Generator().manual_seed(0))
    assert x[y == 0].norm(dim=1).max() < x[y == 1].norm(dim=1).min()
    x, y = points.draw("xor", 500, 0.0, torch.Generator().manual_seed(0))
    assert torch.equal(y == 1, (x[:, 0] > 0) == (x[:, 1] > 0))


def test_an_unknown_id_is_refused_with_those_that_there_are(roots: Roots) -> None:
    for ask in (sets.load, sets.listing, sets.version):
        with pytest.raises(DataError, match=r"no data set 'nope'; there are: digits, digits-28"):
            ask("nope", roots)


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def test_folders_and_zips_of_the_datasets_folder_are_listed_and_only_read(roots: Roots) -> None:
    assert roots.extra is not None
    write(roots.extra, two_classes())
    write(roots.extra, {"more.zip": zipped(two_classes(11)).getvalue(), "readme.txt": b"hello"})
    write(roots.extra, {"digits.zip": zipped(two_classes()).getvalue(), "MNIST/raw/x": b"1"})
    before = sorted(roots.extra.rglob("*"))
    rows = {row.id: row for row in sets.catalogue(roots) if row.kind == "folder"}
    assert rows.keys() == {"pets", "more", "digits-zip"}
    for name, row in rows.items():
        found = sets.load(name, roots)
        assert row.available
        assert (row.classes, row.shape, row.per_class) == (
            found.classes,
            found.shape,
            found.counts(),
        )
    assert sorted(roots.extra.rglob("*")) == before


def test_the_datasets_folder_may_be_one_set_itself(roots: Roots) -> None:
    assert roots.extra is not None
    folders = [f"{half}/{label}" for half in ("train", "val") for label in "ab"]
    write(roots.extra, {f"{folder}/{i}.png": square(9) for folder in folders for i in "12"})
    assert [row.id for row in sets.catalogue(roots) if row.kind == "folder"] == ["extra"]
    assert sets.load("extra", roots).counts() == (4, 4)


def test_a_set_is_decoded_once_until_its_files_change(roots: Roots) -> None:
    assert roots.extra is not None and roots.downloads is not None
    path = roots.extra / "more.zip"
    write(roots.extra, {"more.zip": zipped(two_classes()).getvalue()})
    first = sets.load("more", roots)
    (kept,) = roots.downloads.rglob("*.safetensors")
    again = sets.load("more", roots)
    assert torch.equal(first.x, again.x)
    assert (first.classes, first.notes, first.name) == (again.classes, again.notes, again.name)
    path.write_bytes(zipped(two_classes(15)).getvalue())
    assert sets.load("more", roots).counts() == (15, 15)
    assert not kept.exists()


def test_a_zip_that_is_none_is_a_row_with_a_sentence(roots: Roots) -> None:
    assert roots.extra is not None
    write(roots.extra, {"broken.zip": b"hello"})
    row = sets.listing("broken", roots)
    assert not row.available
    assert row.why and "68 65 6c 6c" in row.why["en"]


def test_cifar_10_of_a_zip_has_its_parts_and_pixels(data_dir: Path, tmp_path: Path) -> None:
    place = data_dir / "cifar-10.zip"
    with zipfile.ZipFile(place) as whole, zipfile.ZipFile(tmp_path / "some.zip", "w") as some:
        for name in whole.namelist()[::40]:
            some.writestr(name, whole.read(name))
    found = sets.load("some", Roots(tmp_path / "own", tmp_path))
    assert len(found.y) == 1500
    assert found.shape == (3, 32, 32)
    assert found.part is not None and int((found.part == TEST).sum()) == 250
    assert [each["zh"] for each in found.classes][:2] == ["飞机", "汽车"]
    row = sets.listing("cifar-10-zip", Roots(tmp_path / "own", data_dir))
    assert (row.count, row.shape) == (60_000, (3, 32, 32))


def test_no_slow_package_is_imported_for_a_run() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from convlens.data.task import Setup, prepare; from convlens.data.sets import Roots;"
        "[prepare(Setup(data=name), Roots(Path('/nowhere'))) for name in ('digits', 'shapes')];"
        "sys.exit(bool({'skimage', 'sklearn', 'scipy', 'torchvision'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
