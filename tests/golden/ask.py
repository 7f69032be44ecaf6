"""How torch is asked which input cells make an output cell: by gradients, or one cell at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Json = dict[str, Any]
Function = Callable[..., Tensor]


def window(kernel: int, **settings: Any) -> Json:
    """A square window's geometry; `padding` is one number or (before, after)."""
    padding = settings.pop("padding", 0)
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    base: Json = {"kind": "window", "kernel": [kernel, kernel]}
    base["stride"] = [settings.pop("stride", 1)] * 2
    base["padding"] = [[before, after], [before, after]]
    base["dilation"] = [settings.pop("dilation", 1)] * 2
    return base | settings


def conv(kernel: int, groups: int = 1, transposed: bool = False, **settings: Any) -> Json:
    """A convolution's geometry."""
    return window(kernel, **settings, groups=groups, mixes=True, transposed=transposed)


def pool(kernel: int, mode: str, ceil: bool = False, **settings: Any) -> Json:
    """A pooling's geometry; its stride is the kernel unless told."""
    settings.setdefault("stride", kernel)
    more = {"mixes": False, "mode": mode, "ceil": ceil, "count_include_pad": True}
    return window(kernel, **settings, **more)


def apply(geometry: Json, channels: tuple[int, int]) -> Function:
    """The torch function of a geometry, with kernels of ones, so that every term counts."""
    kind = geometry["kind"]
    if kind == "window":
        return _apply_window(geometry, channels)
    if kind == "adaptive":
        return lambda x: F.adaptive_avg_pool2d(x, geometry["output"])
    table: dict[str, Function] = {
        "cell": lambda *x: torch.relu(sum(x[1:], x[0])),
        "flatten": lambda x: x.flatten(1),
        "dense": lambda x: x @ torch.ones(geometry.get("in", 0), geometry.get("out", 0)).double(),
        "concat": lambda *x: torch.cat(x, geometry.get("axis", 0) + 1),
        "softmax": lambda x: torch.softmax(x, 1),
    }
    return table[kind]


def _apply_window(geometry: Json, channels: tuple[int, int]) -> Function:
    """Convolution by ones, or pooling."""
    (k, _), (s, _), (d, _) = geometry["kernel"], geometry["stride"], geometry["dilation"]
    (before, after), _ = geometry["padding"]
    if not geometry["mixes"]:
        if geometry["mode"] == "max":
            return lambda x: F.max_pool2d(x, k, s, before, d, geometry["ceil"])
        return lambda x: F.avg_pool2d(x, k, s, before, geometry["ceil"])
    groups = geometry["groups"]
    if geometry["transposed"]:
        kernel = torch.ones(channels[0], channels[1] // groups, k, k).double()
        extra = before - after
        return lambda x: F.conv_transpose2d(x, kernel, None, s, before, extra, groups, d)
    kernel = torch.ones(channels[1], channels[0] // groups, k, k).double()
    sides = (before, after, before, after)
    return lambda x: F.conv2d(F.pad(x, sides), kernel, None, s, 0, d, groups)


def gradient_support(
    function: Function, shapes: Sequence[Sequence[int]], cell: Sequence[int]
) -> list[Tensor]:
    """Where the gradient of one output cell is not zero, one mask for each input."""
    inputs = [torch.ones(1, *s).double().requires_grad_() for s in shapes]
    out = function(*inputs)[0]
    found = torch.autograd.grad(out[tuple(cell)], inputs, allow_unused=True)
    return [torch.zeros(*s) if g is None else g[0] != 0 for g, s in zip(found, shapes, strict=True)]


def candidate_support(function: Function, shape: Sequence[int], cell: Sequence[int]) -> Tensor:
    """Which input cells can become the maximum: each alone raises the output cell from 0."""
    count = torch.Size(shape).numel()
    alone = torch.eye(count).reshape(count, *shape)
    at: tuple[Any, ...] = (slice(None), *cell)
    return (function(alone)[at] > 0).reshape(*shape)


def steps(indices: list[int]) -> list[int]:
    """(first, last + 1, step) of an arithmetic progression; step 1 where one cell is left."""
    step = indices[1] - indices[0] if len(indices) > 1 else 1
    assert indices == list(range(indices[0], indices[-1] + 1, step)), indices
    return [indices[0], indices[-1] + 1, step]


def box(index: int, mask: Tensor) -> Json | None:
    """The mask as a box, proved to be exactly that box; None for an empty mask."""
    mask = mask.reshape(*mask.shape, *[1] * (3 - mask.ndim)) != 0
    if not mask.any():
        return None
    axes = [sorted(set(mask.nonzero()[:, i].tolist())) for i in range(3)]
    assert len(axes[0]) * len(axes[1]) * len(axes[2]) == int(mask.sum())
    c, y, x = (steps(a) for a in axes)
    assert c[2] == 1
    return {"input": index, "c": c[:2], "y": y, "x": x}
