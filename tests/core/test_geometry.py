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


def conv_geometry(
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[Sequence[int]],
    dilation: Sequence[int],
    *,
    groups: int,
    out: int,
    transposed: bool = False,
) -> Json:
    """A convolution's geometry as records carry it."""
    window = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return {
        "kind": "window",
        **window,
        "groups": groups,
        "out": out,
        "mixes": True,
        "transposed": transposed,
    }


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    """(vertical, horizontal) numbers."""
    return st.tuples(st.integers(low, high), st.integers(low, high))


def unless_refused(function: Callable[[], Tensor]) -> Tensor:
    """The result, or an empty tensor where torch says that the window does not fit."""
    try:
        return function()
    except RuntimeError:
        return torch.empty(0)


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


@given(
    pick=st.data(), size=pairs(1, 9), kernel=pairs(1, 4), stride=pairs(1, 3), dilation=pairs(1, 3)
)
@settings(deadline=None, max_examples=80)
def test_convolution_reads_what_torch_reads(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    top, bottom, left, right = (pick.draw(st.integers(0, 3)) for _ in range(4))
    groups, each_in, each_out = (pick.draw(st.integers(1, 3)) for _ in range(3))
    channels, out = groups * each_in, groups * each_out
    ones = torch.ones(out, each_in, *kernel, dtype=torch.float64)
    geometry = conv_geometry(
        kernel, stride, [[top, bottom], [left, right]], dilation, groups=groups, out=out
    )

    def function(x: Tensor) -> Tensor:
        return F.conv2d(
            F.pad(x, (left, right, top, bottom)), ones, None, stride, 0, dilation, groups
        )

    assert_like_torch(function, geometry, (channels, *size), pick)


@given(
    pick=st.data(),
    size=pairs(1, 5),
    kernel=pairs(1, 4),
    stride=pairs(1, 3),
    dilation=pairs(1, 3),
    pad=pairs(0, 2),
)
@settings(deadline=None, max_examples=60)
def test_transposed_convolution_reads_what_torch_reads(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    pad: tuple[int, int],
) -> None:
    extra = [
        pick.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
    ]
    groups, each_in, each_out = (pick.draw(st.integers(1, 2)) for _ in range(3))
    channels, out = groups * each_in, groups * each_out
    ones = torch.ones(channels, each_out, *kernel, dtype=torch.float64)
    padding = [[p, p - e] for p, e in zip(pad, extra, strict=True)]
    geometry = conv_geometry(
        kernel, stride, padding, dilation, groups=groups, out=out, transposed=True
    )

    def function(x: Tensor) -> Tensor:
        return F.conv_transpose2d(x, ones, None, stride, pad, extra, groups, dilation)

    assert_like_torch(function, geometry, (channels, *size), pick)


@given(pick=st.data(), size=pairs(1, 9), kernel=pairs(1, 4), stride=pairs(1, 4), ceil=st.booleans())
@settings(deadline=None, max_examples=80)
def test_average_pooling_reads_what_torch_reads(
    pick: Any, size: tuple[int, int], kernel: tuple[int, int], stride: tuple[int, int], ceil: bool
) -> None:
    pad = [pick.draw(st.integers(0, k // 2)) for k in kernel]
    geometry: Json = {
        "kind": "window",
        "kernel": kernel,
        "stride": stride,
        "padding": [[p, p] for p in pad],
    }
    geometry |= {"dilation": [1, 1], "mixes": False, "mode": "average", "ceil": ceil}
    assert_like_torch(
        lambda x: F.avg_pool2d(x, kernel, stride, pad, ceil), geometry, (2, *size), pick
    )


@given(
    pick=st.data(),
    size=pairs(1, 7),
    kernel=pairs(1, 3),
    stride=pairs(1, 3),
    dilation=pairs(1, 2),
    ceil=st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_max_pooling_names_every_candidate(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    ceil: bool,
) -> None:
    pad = [pick.draw(st.integers(0, k // 2)) for k in kernel]
    geometry: Json = {
        "kind": "window",
        "kernel": kernel,
        "stride": stride,
        "padding": [[p, p] for p in pad],
    }
    geometry |= {"dilation": dilation, "mixes": False, "mode": "max", "ceil": ceil}
    alone = torch.eye(size[0] * size[1]).reshape(-1, 1, *size)
    out = unless_refused(lambda: F.max_pool2d(alone, kernel, stride, pad, dilation, ceil))
    assume(out.numel())
    cell = [0, *(pick.draw(st.integers(0, n - 1)) for n in out.shape[2:])]
    candidates = (out[:, 0, cell[1], cell[2]] > 0).reshape(1, *size)
    assert torch.equal(box_mask(sources(geometry, cell, [(1, *size)]), (1, *size)), candidates)


@given(pick=st.data(), size=pairs(1, 9), output=pairs(1, 11))
@settings(deadline=None, max_examples=40)
def test_adaptive_pooling_reads_what_torch_reads(
    pick: Any, size: tuple[int, int], output: tuple[int, int]
) -> None:
    x = torch.ones(1, 2, *size, dtype=torch.float64, requires_grad=True)
    out = F.adaptive_avg_pool2d(x, output)
    cell = [pick.draw(st.integers(0, n - 1)) for n in out.shape[1:]]
    geometry = {"kind": "adaptive", "output": output, "mode": "average", "mixes": False}
    assert torch.equal(
        box_mask(sources(geometry, cell, [(2, *size)]), (2, *size)), gradient_mask(out, x, cell)
    )


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
