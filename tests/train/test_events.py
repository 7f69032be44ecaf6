"""Events become JSON and come back; rows of one kind are joined."""

import json
import math
from typing import Any

import numpy as np
import pytest

from convlens.train.events import (
    KINDS,
    Busy,
    Change,
    Evaluation,
    Event,
    Finder,
    Frame,
    Health,
    Layers,
    Phase,
    Points,
    Saved,
    Started,
    State,
    Verdict,
    clean,
    from_json,
    joined,
)

NAN = math.nan
POINTS = Points(np.array([[1, 0.1, 2.5, 0.25, 0.01], [2, 0.2, NAN, 0.5, 0.01]]))
LAYERS = Layers(np.array([[3, 0.1, 0.2, 1.0, 2.0, 0.001, math.inf]]))
EVENTS: list[Event] = [
    Started([{"id": "input"}], ["conv1"], 10, 8, [{"id": "a"}], 4, 8, {"train": 9}),
    POINTS,
    LAYERS,
    Health(4, [{"node": "relu1", "dead": 0.5, "saturated": 0.0, "mean": 0.1, "std": NAN}]),
    Phase(3, "loss", 0.7),
    Phase(3, "forward"),
    Evaluation(4, 1.0, "validation", 0.5, 0.75, [[3, 1], [0, 4]]),
    Change(5, "lr", 0.1, 0.01),
    Verdict(6, "dead", "warning", {"share": 0.5}, {"lr": 0.001}, {"en": "a", "zh": "b"}),
    Finder(7, [[0.1, 2.0], [0.2, NAN]], None, 0.1),
    Busy(7, "finder", 1, 100),
    Saved(8),
    State(8, "failed", {"code": "not_finite"}),
    Frame(9, b""),
]


def test_every_kind_of_event_is_among_the_examples() -> None:
    assert {event.type for event in EVENTS} == KINDS.keys()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.type))
def test_an_event_comes_back_from_its_json_as_it_was(event: Event) -> None:
    text = json.dumps({"seq": 3, **event.as_json()}, allow_nan=False)
    back = from_json(json.loads(text))
    assert type(back) is type(event)
    if not isinstance(event, Frame):
        assert back == event


def test_points_and_layers_travel_as_named_numbers_and_null() -> None:
    assert POINTS.as_json()["points"] == [
        {"step": 1, "epoch": 0.1, "loss": 2.5, "accuracy": 0.25, "lr": 0.01},
        {"step": 2, "epoch": 0.2, "loss": None, "accuracy": 0.5, "lr": 0.01},
    ]
    assert LAYERS.as_json()["rows"] == [
        {"step": 3, "gradient": [0.1, 0.2], "weight": [1.0, 2.0], "update": [0.001, None]}
    ]
    assert (POINTS.step, LAYERS.step) == (2, 3)


@pytest.mark.parametrize("given", [{}, {"type": "nonsense"}, {"type": "saved"}])
def test_what_is_no_event_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"event"):
        from_json(given)


def test_rows_are_joined_between_other_events_and_never_across_them() -> None:
    first, second = POINTS, Points(np.array([[3, 0.3, 1.0, 0.5, 0.01]]))
    found = joined([first, LAYERS, second, Saved(3), second])
    assert [event.type for event in found] == ["points", "layers", "saved", "points"]
    assert isinstance(found[0], Points)
    assert found[0].rows[:, 0].tolist() == [1, 2, 3]


def test_what_is_not_finite_becomes_null_however_deep() -> None:
    assert clean({"a": [1.5, (math.inf, "x")], "b": {"c": NAN}}) == {
        "a": [1.5, [None, "x"]],
        "b": {"c": None},
    }
