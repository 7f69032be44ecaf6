"""The ends of many values found at once are those of each by itself."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load
from torch import Tensor

from convlens.core.ends import ends_of, measure
from convlens.core.payload import encode
from convlens.core.record import Op, Record

PLAIN = {
    "maps": torch.randn(3, 4, 5),
    "vector": torch.randn(7),
    "flat": torch.full((2, 3, 3), -0.75),
    "half": torch.randn(2, 2, 2).half(),
    "truths": torch.tensor([True, False]),
}
ODD = {
    "odd": torch.tensor([[[torch.nan, 1.0, torch.inf]], [[torch.nan] * 3]]),
    "wide": torch.tensor([-3.4e38, 3.4e38]),
}


def records(values: dict[str, Tensor]) -> list[Record]:
    return [
        Record(name, Op.OTHER, name, (), tuple(value.shape), {}, 0, {}, value, "")
        for name, value in values.items()
    ]


@pytest.mark.parametrize("values", [PLAIN, ODD, PLAIN | ODD], ids=["plain", "odd", "both"])
def test_ends_found_together_are_those_found_alone(values: dict[str, Tensor]) -> None:
    found = measure(records(values))
    assert list(found) == list(values)
    for name, value in values.items():
        rows, steps = ends_of(value.float())
        assert torch.equal(found[name].rows, rows), name
        together = found[name].steps
        assert (together is None) == (steps is None) == (name in ODD), name
        assert together is None or steps is None or torch.equal(together, steps), name


def test_what_has_no_value_has_no_ends() -> None:
    nothing = Record("none", Op.OTHER, "none", (), (), {}, 0, {}, None, "")
    assert measure([nothing, *records({"empty": torch.rand(0, 3)})]) == {}


def test_a_payload_is_the_same_with_ends_that_are_known() -> None:
    every = records(PLAIN | ODD)
    known = measure(every)
    one = encode(every[1:], precision="uint8", header={"a": 1}, ends=known)
    other = encode(every[1:], precision="uint8", header='{"a":1}')
    assert one == other
    assert load(one).keys() == {*(n for r in every[1:] for n in (r.id, f"{r.id}.range"))}
