"""Which pictures come at which step, and how they are changed."""

from itertools import chain

import pytest
import torch

from convlens.data.task import Part, Task
from convlens.train import feed as module
from convlens.train.feed import Feed, Normalise, needs_whole_batches
from convlens.train.views import augment_of, view_changer
from tests.train.small import MEAN, STD, options, small_net, small_task


def taken(feed: Feed, steps: int) -> list[list[int]]:
    """Which pictures of the task each step gets, found by their pixels."""
    pictures = Normalise(small_task())(small_task().train.x)
    found = []
    for step in range(1, steps + 1):
        x, _ = feed.take(step)
        found.append([int((pictures == each).flatten(1).all(1).nonzero()[0]) for each in x])
    return found


def test_every_epoch_takes_each_picture_once_in_another_order() -> None:
    feed = Feed(small_task(), options(), whole=False)
    batches = taken(feed, 8)
    assert [len(batch) for batch in batches] == [13, 13, 13, 11] * 2
    first, second = ([*chain(*half)] for half in (batches[:4], batches[4:]))
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first == torch.randperm(50, generator=torch.Generator().manual_seed(0)).tolist()


def test_whole_batches_leave_the_rest_of_an_epoch_out() -> None:
    feed = Feed(small_task(), options(), whole=True)
    assert feed.steps_per_epoch == 3
    assert [len(batch) for batch in taken(feed, 6)] == [13] * 6


@pytest.mark.parametrize(("batch", "size", "steps"), [(0, 50, 1), (1, 1, 50), (99, 50, 1)])
def test_a_batch_is_all_one_or_at_most_all(batch: int, size: int, steps: int) -> None:
    feed = Feed(small_task(), options(batch=batch), whole=True)
    assert (feed.batch, feed.steps_per_epoch) == (size, steps)


def test_pictures_are_normalised_and_lie_channels_last() -> None:
    task = small_task()
    x, y = Feed(task, options(shuffle=False), whole=False).take(1)
    expected = (task.train.x[:13].float() / 255 - MEAN) / STD
    torch.testing.assert_close(x, expected)
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(y, task.train.y[:13])


def test_a_set_too_large_to_be_kept_normalised_gives_the_same_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Feed(small_task(), options(), whole=False)
    monkeypatch.setattr(module, "KEPT_BYTES", 0)
    made = Feed(small_task(), options(), whole=False)
    for step in range(1, 6):
        assert torch.equal(kept.take(step)[0], made.take(step)[0])


def test_points_are_read_as_they_are() -> None:
    points = Part(torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([0, 1]), torch.arange(2))
    task = Task([], (2,), points, points, points, (1.0, 2.0), (2.0, 4.0))
    x, _ = Feed(task, options(shuffle=False), whole=False).take(1)
    assert x.tolist() == [[0.0, 0.0], [1.0, 0.5]]


def test_only_a_batch_norm_that_learns_needs_whole_batches() -> None:
    assert not needs_whole_batches(small_net())
    network = small_net(norm=True)
    assert needs_whole_batches(network)
    network.get_submodule("norm1").eval()
    assert not needs_whole_batches(network)


def test_without_an_augmentation_nothing_is_changed() -> None:
    assert augment_of(options()) is None
    assert view_changer(options()) is None


def test_augmentation_draws_from_its_own_chance_and_leaves_the_order_alone() -> None:
    given = options(shift=0.2, rotate=20, blur_noise=0.05, cutout=0.5, colour=0.2, crop=0.2)
    one, two, plain = (
        Feed(small_task(), o, whole=False, change=view_changer(o))
        for o in (given, given, options())
    )
    for step in range(1, 6):
        (a, labels), (b, _), (c, plain_labels) = (feed.take(step) for feed in (one, two, plain))
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
        assert torch.equal(labels, plain_labels)
        low, high = (0 - MEAN) / STD, (1 - MEAN) / STD
        assert low - 1e-5 <= a.min().item() and a.max().item() <= high + 1e-5


def test_each_augmentation_option_is_heard() -> None:
    for name, value in {
        "flip": True,
        "shift": 0.1,
        "rotate": 10.0,
        "crop": 0.2,
        "colour": 0.3,
        "blur_noise": 0.1,
        "cutout": 1.0,
    }.items():
        change = view_changer(options(**{name: value}))
        assert change is not None
        batch = torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(1))
        assert not torch.equal(change(batch, torch.Generator().manual_seed(0)), batch), name
