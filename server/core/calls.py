"""The geometry of one call of a torch function, from its arguments and the sizes of its tensors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Size

Geometry = dict[str, Any]
UNSAID = {"inplace", "training", "momentum", "_stacklevel", "memory_format"}


@dataclass(frozen=True)
class Call:
    """One call: arguments by name (tensors as `torch.Size`), all tensors' sizes, the result's."""

    name: str
    bound: Mapping[str, Any]
    sizes: tuple[Size, ...]
    out: Size

    @property
    def axes(self) -> int:
        """Spatial axes of maps (1, C, ...)."""
        return len(self.out) - 2


def without_batch(size: Iterable[int]) -> tuple[int, ...]:
    """The shape without a leading axis of one, which is the batch of one picture."""
    shape = tuple(size)
    return shape[1:] if shape[:1] == (1,) else shape


def conv(call: Call) -> Geometry | None:
    """Convolution."""
    n, b = call.axes, call.bound
    kernel, dilation = list(b["weight"][2:]), _each(b["dilation"], n)
    if len(kernel) != n:
        return None
    window = {
        "kernel": kernel,
        "stride": _each(b["stride"], n),
        "padding": _padding(b["padding"], kernel, dilation),
        "dilation": dilation,
    }
    more = {"groups": b["groups"], "out": call.out[1], "mixes": True, "transposed": False}
    return {"kind": "window", **window, **more}


def _padding(padding: Any, kernel: list[int], dilation: list[int]) -> list[list[int]]:
    """(before, after) on each axis; `same` puts the odd cell after the input, as torch does."""
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        return [[t // 2, t - t // 2] for t in total]
    return [[p, p] for p in _each(0 if padding == "valid" else padding, len(kernel))]


def conv_transpose(call: Call) -> Geometry | None:
    """Transposed convolution; output padding is taken off the padding after the input."""
    geometry = conv(call)
    if geometry:
        extra = _each(call.bound["output_padding"], call.axes)
        padding = [[p, p - e] for (p, _), e in zip(geometry["padding"], extra, strict=True)]
        geometry |= {"padding": padding, "transposed": True}
    return geometry


def pool(call: Call) -> Geometry | None:
    """Max and average pooling by windows."""
    n, b = int(call.name[8]), call.bound  # max_pool2d, avg_pool2d
    if call.axes != n:
        return None
    kernel = _each(b["kernel_size"], n)
    window = {
        "kernel": kernel,
        "stride": _each(b["stride"] or kernel, n),
        "padding": [[p, p] for p in _each(b["padding"], n)],
        "dilation": _each(b.get("dilation", 1), n),
    }
    mode = "max" if call.name.startswith("max") else "average"
    more = {
        "mode": mode,
        "ceil": bool(b["ceil_mode"]),
        "count_include_pad": bool(b.get("count_include_pad", False)),
    }
    if b.get("divisor_override"):
        more["divisor"] = b["divisor_override"]
    return {"kind": "window", **window, "mixes": False, **more}


def adaptive(call: Call) -> Geometry:
    """Pooling to a given number of bins."""
    mode = "max" if "max" in call.name else "average"
    return {"kind": "adaptive", "output": list(call.out[2:]), "mode": mode, "mixes": False}


def mean(call: Call) -> Geometry | None:
    """A mean over all spatial axes is global average pooling."""
    rank, dims = len(call.sizes[0]), call.bound["dim"]
    if dims is None or sorted(d % rank for d in _listed(dims)) != list(range(2, rank)) or rank < 3:
        return None
    return {"kind": "adaptive", "output": [1] * (rank - 2), "mode": "average", "mixes": False}


def pad(call: Call) -> Geometry | None:
    """Constant padding of the spatial axes: a window of one cell that may lie outside."""
    pad, n = call.bound["pad"], call.axes
    if call.bound["mode"] != "constant" or n < 1 or any(pad[2 * n :]):
        return None
    pairs = [[pad[2 * i], pad[2 * i + 1]] for i in range(len(pad) // 2)][:n]
    padding = [[0, 0]] * (n - len(pairs)) + pairs[::-1]
    ones = {"kernel": [1] * n, "stride": [1] * n, "padding": padding, "dilation": [1] * n}
    return {
        "kind": "window",
        **ones,
        "mixes": False,
        "mode": "pad",
        "value": call.bound["value"] or 0,
    }


def cell(call: Call) -> Geometry | None:
    """The same cell of every input, with the scalar settings."""
    if call.sizes and max(map(math.prod, call.sizes)) > math.prod(call.out):
        return None
    settings = {k: v for k, v in call.bound.items() if k not in UNSAID and _is_scalar(v)}
    return {"kind": "cell", "function": call.name, **settings}


def batch_norm(call: Call) -> Geometry | None:
    """Cell by cell with running statistics; with the batch's own it mixes the whole map."""
    return None if call.bound.get("training") or call.bound.get("use_input_stats") else cell(call)


def flatten(call: Call) -> Geometry | None:
    """Any change of shape that makes one vector of the maps, channel by channel."""
    shape = without_batch(call.sizes[0])
    if len(without_batch(call.out)) != 1 or math.prod(shape) != call.out[-1]:
        return None
    return {"kind": "flatten", "from": list(shape)}


def dense(call: Call) -> Geometry:
    """Every input of the last axis times a weight."""
    return {"kind": "dense", "in": call.sizes[0][-1], "out": call.out[-1]}


def concat(call: Call) -> Geometry | None:
    """Inputs side by side along one axis."""
    axis = call.bound.get("dim", 0) % len(call.out)
    if call.out[0] != 1 or axis == 0:
        return None
    return {"kind": "concat", "axis": axis - 1, "sizes": [s[axis] for s in call.sizes]}


def unknown(call: Call) -> None:
    """What is not stated."""


def softmax(call: Call) -> Geometry | None:
    """Shares of one axis that add up to 1."""
    dim = call.bound.get("dim")
    if dim is None or call.out[0] != 1 or dim % len(call.out) == 0:
        return None
    return {"kind": "softmax", "axis": dim % len(call.out) - 1}


def _each(value: Any, count: int) -> list[int]:
    """One number for each spatial axis."""
    values = _listed(value)
    return values * count if len(values) == 1 else values


def _listed(value: Any) -> list[int]:
    return [value] if isinstance(value, int) else list(value)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, bool | int | str) or (
        isinstance(value, float) and math.isfinite(value)
    )
