"""Parts of a task: no picture twice, classes in proportion, everything the same for a seed."""

from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convlens.data import bundled
from convlens.data.dataset import FREE, TEST, VALIDATION, DataSet, Making, Roots
from convlens.data.task import Setup, Task, divide, prepare
from convlens.data.words import DataError

NOWHERE = Roots(Path("/nowhere"))
NAMES = ("train", "validation", "test")


def of(**setup: object) -> Task:
    return prepare(Setup(**setup), NOWHERE)  # type: ignore[arg-type]


def ids(task: Task) -> dict[str, set[int]]:
    return {name: set(getattr(task, name).ids.tolist()) for name in NAMES}


def counts(task: Task, name: str = "train") -> list[int]:
    return torch.bincount(getattr(task, name).y, minlength=len(task.classes)).tolist()


@cache
def whole(data: str = "digits") -> DataSet:
    found = bundled.load(data, Making(), NOWHERE, None)
    assert found is not None
    return found


def with_parts(*parts: int) -> DataSet:
    """Ten pictures of each of two classes for every part that is given."""
    part = torch.tensor(parts).repeat_interleave(20)
    y = torch.arange(len(part)) % 2
    x = torch.arange(len(part)).view(-1, 1, 1, 1).expand(-1, 1, 8, 8).to(torch.uint8)
    classes = tuple({"id": each, "en": each, "zh": each} for each in "ab")
    return DataSet("x", {"en": "x", "zh": "x"}, classes, x, y, part)


@pytest.mark.parametrize("data", ["digits", "shapes", "ring"])
def test_no_picture_is_in_two_parts_and_all_are_in_one(data: str) -> None:
    task = of(data=data)
    parts = ids(task)
    assert sum(map(len, parts.values())) == len(set().union(*parts.values()))
    assert set().union(*parts.values()) == set(range(len(whole(data).y)))


def test_ids_are_places_in_the_set() -> None:
    task = of()
    for name in NAMES:
        part = getattr(task, name)
        assert torch.equal(part.x, whole().x[part.ids])
        assert torch.equal(part.y, whole().y[part.ids])


def test_every_class_gives_the_same_shares() -> None:
    task = of(validation_share=0.2, test_share=0.1)
    for index, count in enumerate(bundled.DIGIT_COUNTS):
        assert counts(task, "validation")[index] == round(0.2 * count)
        assert counts(task, "test")[index] == round(0.1 * count)


def test_the_same_seed_deals_the_same_pictures_and_another_others() -> None:
    assert ids(of(seed=1)) == ids(of(seed=1))
    assert ids(of(seed=1)) != ids(of(seed=2))


@settings(deadline=None)
@given(
    samples=st.integers(0, 60),
    shares=st.tuples(st.floats(0, 0.45), st.floats(0, 0.45)),
    folds=st.sampled_from((0, 2, 5)),
    imbalance=st.floats(1, 100),
    label_noise=st.floats(0, 1),
    seed=st.integers(0, 2**31 - 1),
)
def test_whatever_is_asked_the_parts_stay_apart_and_labels_in_range(
    samples: int,
    shares: tuple[float, float],
    folds: int,
    imbalance: float,
    label_noise: float,
    seed: int,
) -> None:
    setup = Setup(
        samples=samples,
        validation_share=shares[0],
        test_share=shares[1],
        folds=folds,
        fold=max(0, folds - 1),
        imbalance=imbalance,
        label_noise=label_noise,
        seed=seed,
    )
    task = divide(whole(), setup)
    parts = ids(task)
    assert sum(map(len, parts.values())) == len(set().union(*parts.values()))
    assert min(counts(task)) >= 0 and sum(counts(task)) == len(task.train.ids)
    assert not samples or len(task.train.y) <= 10 * samples


def test_parts_that_a_set_brings_along_stay_and_only_the_rest_is_dealt() -> None:
    found = with_parts(FREE, VALIDATION, TEST)
    parts = ids(divide(found, Setup(data="x")))
    assert parts["validation"] == set(range(20, 40))
    assert parts["test"] == set(range(40, 60))
    parts = ids(divide(with_parts(FREE, FREE, TEST), Setup(data="x", validation_share=0.25)))
    assert parts["test"] == set(range(40, 60))
    assert len(parts["validation"]) == 10


def test_a_share_of_nothing_leaves_its_part_empty() -> None:
    for found in (with_parts(FREE, VALIDATION, TEST), with_parts(FREE)):
        task = divide(found, Setup(data="x", validation_share=0, test_share=0))
        assert (len(task.validation.y), len(task.test.y)) == (0, 0)
        assert len(task.train.y) == 20


def test_folds_validate_every_picture_once_and_leave_the_test_alone() -> None:
    tasks = [of(folds=4, fold=fold) for fold in range(4)]
    validated = [each for task in tasks for each in task.validation.ids.tolist()]
    assert len(validated) == len(set(validated))
    assert set(validated) == ids(tasks[0])["train"] | ids(tasks[0])["validation"]
    assert {frozenset(ids(task)["test"]) for task in tasks} == {frozenset(ids(tasks[0])["test"])}


def test_a_fold_that_there_is_not_is_refused() -> None:
    with pytest.raises(DataError, match=r"no fold 4 of 4; they are 0 to 3"):
        of(folds=4, fold=4)


def test_samples_limit_training_pictures_and_keep_100_a_class_to_measure_with() -> None:
    task = of(data="shapes", samples=3)
    assert counts(task) == [3] * 6
    assert counts(task, "validation") == [50] * 6
    assert counts(task, "test") == [100] * 6
    assert task.notes == []
    short = of(samples=10_000)
    assert "fewer training pictures than the 10000" in short.notes[0]["en"]


def test_imbalance_is_the_ratio_of_the_largest_class_to_the_smallest() -> None:
    found = counts(of(data="shapes", imbalance=10))
    assert found[0] == 200
    assert found[-1] == 20
    assert found == sorted(found, reverse=True)
    assert counts(of(data="shapes", imbalance=10), "validation") == [50] * 6


def test_label_noise_deals_the_chosen_labels_anew_among_themselves() -> None:
    clean, noisy, all_ = (of(data="shapes", label_noise=share) for share in (0.0, 0.3, 1.0))
    assert torch.equal(clean.train.x, noisy.train.x)
    wrong = (clean.train.y != noisy.train.y).float().mean().item()
    assert wrong == pytest.approx(0.3 * 5 / 6, abs=0.04)  # A sixth gets its own label again.
    assert (clean.train.y != all_.train.y).float().mean().item() == pytest.approx(5 / 6, abs=0.05)
    assert counts(all_) == counts(clean)
    for name in ("validation", "test"):
        assert torch.equal(getattr(clean, name).y, getattr(all_, name).y)


def test_the_mark_is_on_one_class_in_training_and_validation_and_not_in_the_test() -> None:
    task = of(data="shapes", mark=True)
    cross = [each["id"] for each in task.classes].index("cross")
    for name, expected in (("train", True), ("validation", True), ("test", False)):
        part = getattr(task, name)
        corner = (part.x[:, 0, :4, :4] == 255).all(2).all(1)
        assert bool(corner[part.y == cross].all()) is expected
        assert not corner[part.y != cross].any()
    assert "cross carries a white corner mark" in task.notes[-1]["en"]


@pytest.mark.parametrize("data", ["digits", "ring"])
def test_a_set_without_shapes_has_no_mark(data: str) -> None:
    with pytest.raises(DataError, match="planted in generated shapes alone"):
        of(data=data, mark=True)


@pytest.mark.parametrize("data", ["digits", "shapes-colour", "ring"])
def test_mean_and_deviation_are_torchs_of_the_training_pictures(data: str) -> None:
    task = of(data=data)
    x = task.train.x.double() / (255 if task.train.x.dtype == torch.uint8 else 1)
    axes = [axis for axis in range(x.ndim) if axis != 1]
    torch.testing.assert_close(torch.tensor(task.mean).double(), x.mean(axes))
    torch.testing.assert_close(torch.tensor(task.std).double(), x.std(axes))


def test_without_normalising_the_numbers_stay() -> None:
    task = of(data="shapes-colour", normalise=False)
    assert (task.mean, task.std) == ((0.0,) * 3, (1.0,) * 3)


def test_a_channel_that_is_the_same_everywhere_is_not_divided_by_nothing() -> None:
    found = with_parts(FREE)
    flat = DataSet(found.id, found.name, found.classes, torch.zeros_like(found.x), found.y)
    assert divide(flat, Setup(data="x")).std == (1.0,)


def test_fewer_than_two_classes_to_learn_from_are_refused() -> None:
    found = with_parts(FREE)
    one = DataSet(found.id, found.name, found.classes, found.x, torch.zeros_like(found.y))
    with pytest.raises(DataError, match="at least 2 are needed"):
        divide(one, Setup(data="x"))
