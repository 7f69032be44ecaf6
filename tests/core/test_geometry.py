"""Geometry answers what torch says, on the shared golden cases and on random settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from convlens.core.geometry import Box, Rect, output_size, receptive_field, sources
from tests.core.random_layers import (
    Drawn,
    adaptives,
    averages,
    conv_geometry,
    convolutions,
    maxima,
    pairs,
    transposed,
    unless_refused,
)
from tests.golden.make import files

Json = dict[str, Any]
CASES: list[Json] = json.loads((Path(__file__).parents[1] / "golden" / "geometry.json").read_text())


def of_kind(kind: str) -> list[Any]:
    """Golden cases of one kind, with readable ids."""
    return [
        pytest.param(c, id=f"{i}-{c.get('name', kind)}")
        for i, c in enumerate(CASES)
        if c["kind"] == kind
    ]


@pytest.mark.parametrize("case", of_kind("output_size"))
def test_output_size_is_the_golden_one(case: Json) -> None:
    keys = ("kernel", "stride", "dilation", "ceil", "transposed")
    found = output_size(case["size"], padding=tuple(case["padding"]), **{k: case[k] for k in keys})
    assert found == case["expected"]


@pytest.mark.parametrize("case", of_kind("sources"))
def test_sources_are_the_golden_ones(case: Json) -> None:
    expected = [
        Box(b["input"], tuple(b["c"]), tuple(b["y"]), tuple(b["x"])) for b in case["expected"]
    ]
    assert sources(case["geometry"], case["cell"], case["input_shapes"]) == expected


@pytest.mark.parametrize("case", of_kind("receptive_field"))
def test_receptive_field_is_the_golden_one(case: Json) -> None:
    nodes = {n["id"]: (n["geometry"], n["inputs"], n["shape"]) for n in case["nodes"]}
    y0, y1, x0, x1 = case["expected"]["clipped"]
    expected = Rect(y0, y1, x0, x1, tuple(case["expected"]["unclipped"]))
    assert receptive_field(nodes, case["id"], case["cell"]) == expected


def test_the_golden_cases_are_what_torch_says_today() -> None:
    assert json.loads(files()["geometry.json"]) == CASES


def test_sources_of_the_input_are_none() -> None:
    assert sources({"kind": "input"}, (0, 1, 1), []) == []


def test_sources_of_an_unknown_function_are_everything() -> None:
    found = sources({"kind": "other", "function": "permute"}, (0, 1, 1), [(2, 3, 4), (5,)])
    assert found == [Box(0, (0, 2), (0, 3, 1), (0, 4, 1)), Box(1, (0, 5), (0, 1, 1), (0, 1, 1))]


def test_sources_of_a_row_of_tokens_stay_in_the_row() -> None:
    found = sources({"kind": "dense", "in": 8, "out": 5}, (2, 0, 4), [(6, 8)])
    assert found == [Box(0, (2, 3), (0, 1, 1), (0, 8, 1))]


def test_sources_of_a_one_axis_window_lie_on_x() -> None:
    window = conv_geometry([3], [2], [[1, 1]], [1], groups=1, out=4)
    assert sources(window, (0, 0, 2), [(2, 9)]) == [Box(0, (0, 2), (0, 1, 1), (3, 6, 1))]


def test_maps_of_three_spatial_axes_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="more than two spatial axes"):
        sources({"kind": "cell", "function": "relu"}, (0, 0, 0), [(2, 3, 4, 5)])


def test_a_node_that_the_input_does_not_reach_has_no_field() -> None:
    nodes: dict[str, Any] = {
        "input": ({"kind": "input"}, (), (1, 4, 4)),
        "zeros": ({"kind": "other", "function": "zeros"}, (), (1, 4, 4)),
        "relu": ({"kind": "cell", "function": "relu"}, ("zeros",), (1, 4, 4)),
    }
    assert receptive_field(nodes, "relu", (0, 1, 1)) == Rect(0, 0, 0, 0, (0, 0, 0, 0))


# --- random settings against torch ---


def gradient_mask(out: Tensor, x: Tensor, cell: Sequence[int]) -> Tensor:
    """Where the gradient of one cell is not zero."""
    (grad,) = torch.autograd.grad(out[0][tuple(cell)], x, retain_graph=True)
    return grad[0] != 0


def box_mask(boxes: list[Box], shape: Sequence[int]) -> Tensor:
    """The boxes painted into a mask of the input."""
    mask = torch.zeros(*shape, dtype=torch.bool)
    for b in boxes:
        mask[b.c[0] : b.c[1], b.y[0] : b.y[1] : b.y[2], b.x[0] : b.x[1] : b.x[2]] = True
    return mask


def assert_like_torch(
    function: Callable[[Tensor], Tensor], geometry: Json, shape: Sequence[int], pick: Any
) -> None:
    """Output sizes and the sources of one drawn cell equal torch's."""
    x = torch.ones(1, *shape, dtype=torch.float64, requires_grad=True)
    out = unless_refused(lambda: function(x))
    sizes = [
        output_size(
            shape[1 + i],
            kernel=geometry["kernel"][i],
            stride=geometry["stride"][i],
            padding=tuple(geometry["padding"][i]),
            dilation=geometry["dilation"][i],
            ceil=geometry.get("ceil", False),
            transposed=geometry.get("transposed", False),
        )
        for i in range(2)
    ]
    assert out.numel() or 0 in sizes
    assume(out.numel())
    assert sizes == list(out.shape[2:])
    cell = [pick.draw(st.integers(0, n - 1)) for n in out.shape[1:]]
    assert torch.equal(
        box_mask(sources(geometry, cell, [shape]), shape), gradient_mask(out, x, cell)
    )


def of_ones(layer: Drawn) -> Callable[[Tensor], Tensor]:
    """A convolution whose weights are all 1."""
    ones = torch.ones(*layer.weight, dtype=torch.float64)
    return lambda x: layer.function(x, ones)


@given(pick=st.data(), layer=convolutions())
@settings(deadline=None, max_examples=80)
def test_convolution_reads_what_torch_reads(pick: Any, layer: Drawn) -> None:
    assert_like_torch(of_ones(layer), layer.geometry, layer.shape, pick)


@given(pick=st.data(), layer=transposed())
@settings(deadline=None, max_examples=60)
def test_transposed_convolution_reads_what_torch_reads(pick: Any, layer: Drawn) -> None:
    assert_like_torch(of_ones(layer), layer.geometry, layer.shape, pick)


@given(pick=st.data(), layer=averages())
@settings(deadline=None, max_examples=80)
def test_average_pooling_reads_what_torch_reads(pick: Any, layer: Drawn) -> None:
    assert_like_torch(layer.function, layer.geometry, layer.shape, pick)


@given(pick=st.data(), layer=maxima())
@settings(deadline=None, max_examples=60)
def test_max_pooling_names_every_candidate(pick: Any, layer: Drawn) -> None:
    shape = (1, *layer.shape[1:])
    alone = torch.eye(shape[1] * shape[2]).reshape(-1, *shape)
    out = unless_refused(lambda: layer.function(alone)[0])
    assume(out.numel())
    cell = [0, *(pick.draw(st.integers(0, n - 1)) for n in out.shape[2:])]
    candidates = (out[:, 0, cell[1], cell[2]] > 0).reshape(shape)
    assert torch.equal(box_mask(sources(layer.geometry, cell, [shape]), shape), candidates)


@given(pick=st.data(), layer=adaptives())
@settings(deadline=None, max_examples=40)
def test_adaptive_pooling_reads_what_torch_reads(pick: Any, layer: Drawn) -> None:
    x = torch.ones(1, *layer.shape, dtype=torch.float64, requires_grad=True)
    out = layer.function(x)
    cell = [pick.draw(st.integers(0, n - 1)) for n in out.shape[1:]]
    found = box_mask(sources(layer.geometry, cell, [layer.shape]), layer.shape)
    assert torch.equal(found, gradient_mask(out, x, cell))


@given(pick=st.data(), size=pairs(6, 16), depth=st.integers(1, 4), skip=st.booleans())
@settings(deadline=None, max_examples=60)
def test_receptive_field_is_where_torchs_gradient_ends(
    pick: Any, size: tuple[int, int], depth: int, skip: bool
) -> None:
    x = torch.ones(1, 1, *size, dtype=torch.float64, requires_grad=True)
    nodes: dict[str, Any] = {"input": ({"kind": "input"}, (), (1, *size))}
    out, name = x, "input"
    for i in range(depth):
        kernel, stride, dilation, pad = (
            pick.draw(pairs(low, high)) for low, high in ((1, 3), (1, 2), (1, 2), (0, 2))
        )
        ones = torch.ones(1, 1, *kernel, dtype=torch.float64)
        try:
            out = F.conv2d(out, ones, None, stride, pad, dilation)
        except RuntimeError:
            break
        geometry = conv_geometry(kernel, stride, [[p, p] for p in pad], dilation, groups=1, out=1)
        nodes[f"n{i}"], name = (geometry, (name,), tuple(out.shape[1:])), f"n{i}"
        if skip:
            side = torch.ones(1, 1, 3, 3, dtype=torch.float64)
            geometry = conv_geometry([3, 3], [1, 1], [[1, 1], [1, 1]], [1, 1], groups=1, out=1)
            nodes[f"s{i}"] = (geometry, (name,), tuple(out.shape[1:]))
            out = out + F.conv2d(out, side, None, 1, 1)
            nodes[f"a{i}"] = (
                {"kind": "cell", "function": "add"},
                (name, f"s{i}"),
                tuple(out.shape[1:]),
            )
            name = f"a{i}"
    assume(name != "input")
    cell = [0, *(pick.draw(st.integers(0, n - 1)) for n in out.shape[2:])]
    mask = gradient_mask(out, x, cell)[0]
    rows, columns = mask.any(1).nonzero()[:, 0].tolist(), mask.any(0).nonzero()[:, 0].tolist()
    found = receptive_field(nodes, name, cell)
    expected = (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) if rows else (0, 0, 0, 0)
    assert (found.y0, found.y1, found.x0, found.x1) == expected
