from typing import Any

import pytest
import torch

from convlens.train.feed import Normalise
from convlens.train.knobs import Knobs
from convlens.train.studio import Studio
from tests.train.small import small_net, small_task


@pytest.fixture
def knobs() -> Knobs:
    return Knobs(lr=0.1)


@pytest.fixture
def studio(knobs: Knobs) -> Studio:
    return Studio(small_net(), small_task(), knobs)


def test_at_first_the_pins_are_the_first_validation_picture_of_each_class(
    studio: Studio, knobs: Knobs
) -> None:
    task = small_task()
    firsts = [task.validation.y.tolist().index(label) for label in range(3)]
    assert knobs.pins is not None
    assert torch.equal(knobs.pins, Normalise(task)(task.validation.x[firsts]))
    assert studio is not None


def test_without_validation_pictures_the_pins_are_training_pictures(knobs: Knobs) -> None:
    Studio(small_net(), small_task(validation=0), knobs)
    assert knobs.pins is not None
    assert len(knobs.pins) == 3


def test_a_picture_of_the_set_is_pinned_by_its_id(studio: Studio, knobs: Knobs) -> None:
    task = small_task()
    studio.pin({"slot": 1, "index": int(task.train.ids[4])}, b"")
    assert knobs.pins is not None
    assert torch.equal(knobs.pins[1:2], Normalise(task)(task.train.x[4:5]))
    assert knobs.pin == 1
    assert len(knobs.pins) == 3


def test_a_slot_behind_the_last_adds_a_picture(studio: Studio, knobs: Knobs) -> None:
    studio.pin({"slot": 7, "shape": [1, 8, 8]}, bytes(64))
    assert knobs.pins is not None
    assert len(knobs.pins) == 4
    assert knobs.pin == 3
    assert torch.equal(knobs.pins[3], torch.full((1, 8, 8), -0.25 / 0.5))


@pytest.mark.parametrize(
    ("given", "payload"),
    [
        ({"slot": 8, "index": 1000}, b""),
        ({"slot": -1, "index": 1000}, b""),
        ({"slot": "0", "index": 1000}, b""),
        ({"slot": 0, "index": 77}, b""),
        ({"slot": 0}, b""),
        ({"slot": 0, "shape": [1, 8, 8]}, bytes(63)),
        ({"slot": 0, "shape": [3, 8, 8]}, bytes(192)),
        ({"slot": 0}, bytes(64)),
    ],
)
def test_a_picture_that_does_not_fit_is_not_pinned(
    studio: Studio, knobs: Knobs, given: dict[str, Any], payload: bytes
) -> None:
    before = knobs.pins
    studio.pin(given, payload)
    assert knobs.pins is before


def test_a_weight_is_named_by_its_place_or_flattened(studio: Studio, knobs: Knobs) -> None:
    name, weight = next(iter(small_net().named_parameters()))
    place = [size - 1 for size in weight.shape]
    studio.glass(name, place)
    assert knobs.glass == (name, weight.numel() - 1)
    studio.glass(name, 5)
    assert knobs.glass == (name, 5)
    studio.glass(None, None)
    assert knobs.glass is None


@pytest.mark.parametrize("index", [[0], [0, 0, 0, 99], -1, 10**9])
def test_a_place_that_a_weight_does_not_have_changes_nothing(
    studio: Studio, knobs: Knobs, index: Any
) -> None:
    name = next(iter(small_net().named_parameters()))[0]
    studio.glass(name, 2)
    studio.glass(name, index)
    assert knobs.glass == (name, 2)
