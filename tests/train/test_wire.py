import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convlens.train.events import Change, Evaluation, Frame, Layers, Phase, Points, State
from convlens.train.wire import Caps, Heard, Message, Snapshot, Spec, frame, pack, unframe, unpack

MESSAGES: list[Message | Heard] = [
    Heard(3),
    Phase(2, "loss", 0.25),
    Evaluation(2, 0.5, "validation", float("nan"), 0.5, [[1, 0], [0, 1]]),
    Change(3, "lr", 0.1, 0.2),
    State(3, "failed", {"code": "x", "sentence": {"en": "Über", "zh": "不"}}),
]


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_arrives_as_it_was_sent(message: Message | Heard) -> None:
    assert unpack(pack(message)) == message


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.just(5))))
def test_points_arrive_bit_for_bit_even_where_they_are_not_finite(
    rows: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    said = unpack(pack(Points(rows)))
    assert isinstance(said, Points)
    assert said.rows.tobytes() == rows.tobytes()


def test_layers_keep_their_shape() -> None:
    rows = np.arange(14, dtype=np.float64).reshape(2, 7)
    said = unpack(pack(Layers(rows)))
    assert isinstance(said, Layers)
    np.testing.assert_array_equal(said.rows, rows)


@pytest.mark.parametrize("kind", [Frame, Snapshot])
def test_bytes_travel_as_they_are(kind: type[Frame | Snapshot]) -> None:
    payload = bytes(range(256)) * 5
    said = unpack(pack(kind(9, payload)))
    assert isinstance(said, Frame | Snapshot)
    assert (said.step, said.payload) == (9, payload)


def test_a_header_and_its_body_are_parted_again() -> None:
    assert unframe(frame({"action": "pin", "slot": 1}, b"\x00{")) == (
        {"action": "pin", "slot": 1},
        b"\x00{",
    )


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="dance"):
        unpack(frame({"type": "dance"}))
    with pytest.raises(json.JSONDecodeError):
        unpack(b"\x02\x00\x00\x00{]")


def test_a_spec_is_json_and_comes_back_whole() -> None:
    spec = Spec("7", {"lr": 0.1}, {"own": "data"}, Caps(5, 1.5, 9), "c", [{"step": 1}], 3, "w")
    assert Spec.of_bytes(spec.to_bytes()) == spec
    assert json.loads(spec.to_bytes())["caps"]["minutes"] == 1.5
