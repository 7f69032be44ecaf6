"""Random layers for Hypothesis: the geometry that is stated and the torch function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from hypothesis import strategies as st
from torch import Tensor

Json = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Drawn(NamedTuple):
    """A layer: `function` takes (1, C, H, W) and, where it has some, weights and a bias or None."""

    geometry: Json
    shape: tuple[int, int, int]
    function: Callable[..., Tensor]
    weight: tuple[int, ...] = ()
    outputs: int = 0


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    """(vertical, horizontal) numbers."""
    return st.tuples(st.integers(low, high), st.integers(low, high))


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
    more = {"groups": groups, "out": out, "mixes": True, "transposed": transposed}
    return {"kind": "window", **window, **more}


def pool_geometry(
    kernel: Sequence[int], stride: Sequence[int], pad: Sequence[int], **more: Any
) -> Json:
    """A pooling's geometry as records carry it."""
    window = {"kernel": kernel, "stride": stride, "padding": [[p, p] for p in pad]}
    return {"kind": "window", **window, "dilation": (1, 1), "mixes": False, **more}


def unless_refused(function: Callable[[], Tensor]) -> Tensor:
    """The result, or an empty tensor where torch says that the window does not fit."""
    try:
        return function()
    except RuntimeError:
        return torch.empty(0)


@st.composite
def convolutions(draw: Draw) -> Drawn:
    """Any kernel, stride, dilation, padding of each side, and groups."""
    size, kernel = draw(pairs(1, 9)), draw(pairs(1, 4))
    stride, dilation = draw(pairs(1, 3)), draw(pairs(1, 3))
    (top, bottom), (left, right) = draw(pairs(0, 3)), draw(pairs(0, 3))
    groups, each_in, each_out = (draw(st.integers(1, 3)) for _ in range(3))
    padding, out = [[top, bottom], [left, right]], groups * each_out
    geometry = conv_geometry(kernel, stride, padding, dilation, groups=groups, out=out)

    def function(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        padded = F.pad(x, (left, right, top, bottom))
        return F.conv2d(padded, weight, bias, stride, 0, dilation, groups)

    return Drawn(geometry, (groups * each_in, *size), function, (out, each_in, *kernel), out)


@st.composite
def transposed(draw: Draw) -> Drawn:
    """Any kernel, stride, dilation, padding, output padding, and groups."""
    size, kernel, pad = draw(pairs(1, 5)), draw(pairs(1, 4)), draw(pairs(0, 2))
    stride, dilation = draw(pairs(1, 3)), draw(pairs(1, 3))
    extra = [draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)]
    groups, each_in, each_out = (draw(st.integers(1, 2)) for _ in range(3))
    channels, out = groups * each_in, groups * each_out
    padding = [[p, p - e] for p, e in zip(pad, extra, strict=True)]
    geometry = conv_geometry(
        kernel, stride, padding, dilation, groups=groups, out=out, transposed=True
    )

    def function(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.conv_transpose2d(x, weight, bias, stride, pad, extra, groups, dilation)

    return Drawn(geometry, (channels, *size), function, (channels, each_out, *kernel), out)


@st.composite
def averages(draw: Draw) -> Drawn:
    """Any window, with and without its ring, in both modes of rounding, by any divisor."""
    size, kernel, stride = draw(pairs(1, 9)), draw(pairs(1, 4)), draw(pairs(1, 4))
    pad = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    ceil, ring = draw(st.booleans()), draw(st.booleans())
    divisor = draw(st.sampled_from([None, 1, 5]))
    more: Json = {"mode": "average", "ceil": ceil, "count_include_pad": ring}
    geometry = pool_geometry(kernel, stride, pad, **more)
    geometry |= {"divisor": divisor} if divisor else {}

    def function(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, kernel, stride, pad, ceil, ring, divisor)

    return Drawn(geometry, (2, *size), function)


@st.composite
def maxima(draw: Draw) -> Drawn:
    """Any window, dilated too; the function also returns torch's indices."""
    size, kernel, stride = draw(pairs(1, 7)), draw(pairs(1, 3)), draw(pairs(1, 3))
    pad = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    dilation, ceil = draw(pairs(1, 2)), draw(st.booleans())
    geometry = pool_geometry(kernel, stride, pad, mode="max", ceil=ceil) | {"dilation": dilation}

    def function(x: Tensor) -> Any:
        return F.max_pool2d(x, kernel, stride, pad, dilation, ceil, return_indices=True)

    return Drawn(geometry, (2, *size), function)


@st.composite
def adaptives(draw: Draw) -> Drawn:
    """Any number of bins, more than cells too."""
    size, output = draw(pairs(1, 9)), draw(pairs(1, 11))
    geometry: Json = {"kind": "adaptive", "output": output, "mode": "average", "mixes": False}
    return Drawn(geometry, (2, *size), lambda x: F.adaptive_avg_pool2d(x, output))
