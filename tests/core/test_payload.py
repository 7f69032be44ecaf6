"""Payloads hold what torch computed: exactly, or to the nearest of 255 steps."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load
from torch import Tensor

from convlens.core.payload import encode, quantise
from convlens.core.record import Op, Record

GOLDEN = Path(__file__).parents[1] / "golden"
DTYPES = {"U8": torch.uint8, "F32": torch.float32}
wide = st.floats(width=32, allow_nan=False, allow_infinity=False)


def record(name: str, value: Tensor | None) -> Record:
    """A record with nothing in it but its value."""
    shape = () if value is None else tuple(value.shape)
    return Record(name, Op.OTHER, name, (), shape, {"kind": "other"}, 0, {}, value, "")


def layout(payload: bytes) -> tuple[int, dict[str, Any]]:
    """Where the blocks begin, and the header."""
    (size,) = struct.unpack("<Q", payload[:8])
    return 8 + size, json.loads(payload[8 : 8 + size])


def golden(precision: str) -> tuple[bytes, Any]:
    """A golden payload and what a reader must find in it."""
    data = (GOLDEN / f"payload_{precision}.bin").read_bytes()
    return data, json.loads((GOLDEN / f"payload_{precision}.json").read_text())


@pytest.mark.parametrize("precision", ["uint8", "float32"])
def test_encode_makes_the_golden_payload(precision: Any) -> None:
    exact, expected = golden("float32")
    values = load(exact)
    order = expected["trace"]["nodes"]
    made = encode(
        [record(n, values[n]) for n in order], precision=precision, header=expected["trace"]
    )
    data, expected = golden(precision)
    found, wanted = load(made), load(data)
    assert {n: t.dtype for n, t in found.items()} == {n: t.dtype for n, t in wanted.items()}
    assert all(torch.equal(found[n], wanted[n]) for n in wanted)
    assert json.loads(layout(made)[1]["__metadata__"]["trace"]) == expected["trace"]


@pytest.mark.parametrize("precision", ["uint8", "float32"])
def test_the_golden_payload_holds_what_its_json_says(precision: str) -> None:
    data, expected = golden(precision)
    found = load(data)
    assert set(found) == set(expected["tensors"])
    for name, wanted in expected["tensors"].items():
        dtype = DTYPES[wanted["dtype"]]
        value = torch.tensor(wanted["data"], dtype=dtype).reshape(wanted["shape"])
        assert found[name].dtype == dtype
        assert torch.equal(found[name], value)


@pytest.mark.parametrize("title", ["", "x", "xy", "小熊猫", "a" * 101])
@pytest.mark.parametrize("precision", ["uint8", "float32"])
def test_every_float_block_can_be_viewed_in_place(precision: Any, title: str) -> None:
    records = [record("a", torch.rand(3, 5, 7)), record("b:2", torch.rand(11))]
    made = encode(records, precision=precision, header={"title": title})
    start, header = layout(made)
    floats = [b for n, b in header.items() if n != "__metadata__" and b["dtype"] == "F32"]
    assert start % 8 == 0
    assert floats
    assert all((start + b["data_offsets"][0]) % 4 == 0 for b in floats)


def test_float32_is_exact_bit_for_bit() -> None:
    value = torch.tensor([[[1e-40, -0.0], [3.4e38, 1 / 3]]])
    made = load(encode([record("a", value)], precision="float32", header={}))
    assert torch.equal(made["a"].view(torch.int32), value.view(torch.int32))


def test_two_nodes_on_one_memory_are_both_written() -> None:
    maps = torch.rand(2, 3, 3)
    flat = maps.flatten()
    made = load(
        encode([record("maps", maps), record("flat", flat)], precision="float32", header={})
    )
    assert torch.equal(made["maps"].flatten(), made["flat"])


def test_what_has_no_value_is_left_out() -> None:
    records = [record("gone", None), record("empty", torch.rand(0, 3)), record("a", torch.rand(2))]
    assert set(load(encode(records, precision="float32", header={}))) == {"a"}


def test_halves_and_truths_are_written_as_float32() -> None:
    records = [record("h", torch.tensor([0.5]).half()), record("t", torch.tensor([True, False]))]
    made = load(encode(records, precision="float32", header={}))
    assert made["h"].tolist() == [0.5]
    assert made["t"].tolist() == [1.0, 0.0]


def test_a_vector_has_one_range_and_a_map_one_each() -> None:
    records = [record("v", torch.rand(6)), record("m", torch.rand(6, 2, 2))]
    made = load(encode(records, precision="uint8", header={}))
    assert made["v.range"].shape == (1, 2)
    assert made["m.range"].shape == (6, 2)


def test_a_constant_map_is_all_zero() -> None:
    codes, ranges = quantise(torch.full((2, 3, 3), -0.75))
    assert codes.max() == 0
    assert ranges.tolist() == [[-0.75, -0.75]] * 2


def test_values_that_are_not_finite_take_the_ends() -> None:
    value = torch.tensor([[[torch.nan, -torch.inf, 2.0, 3.0, torch.inf]]])
    codes, ranges = quantise(value)
    assert ranges.tolist() == [[2.0, 3.0]]
    assert codes.flatten().tolist() == [0, 0, 0, 255, 255]


def test_a_map_without_a_finite_value_is_zero() -> None:
    codes, ranges = quantise(torch.full((1, 2, 2), torch.nan))
    assert codes.max() == 0
    assert ranges.tolist() == [[0.0, 0.0]]


@given(st.lists(st.lists(wide, min_size=4, max_size=4), min_size=1, max_size=4))
@settings(deadline=None, max_examples=150)
def test_a_code_is_never_more_than_half_a_step_away(rows: list[list[float]]) -> None:
    value = torch.tensor(rows).reshape(-1, 2, 2)
    codes, ranges = quantise(value)
    low, high = ranges.double()[:, 0, None], ranges.double()[:, 1, None]
    exact = value.reshape(len(rows), 4).double()
    back = low + torch.from_numpy(codes).reshape(len(rows), 4).double() / 255 * (high - low)
    assert torch.equal(low, exact.amin(1, keepdim=True))
    assert torch.equal(high, exact.amax(1, keepdim=True))
    assert bool(((back - exact).abs() <= (high - low) / 255 * 0.50001).all())
