"""Which op a torch function is, and its geometry: tables from the function's name, arguments and shapes."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from torch import Size

from .record import Op

Geometry = dict[str, Any]


@dataclass(frozen=True, eq=False)  # compared by identity: it is a cache's key
class Function:
    """What is known of a torch function before it is called.

    Attributes:
        name: without underscores at its ends: `relu` for `relu_`, `getitem` for `__getitem__`.
        op: its kind.
        names: its arguments' names, in order; () when unknown.
        defaults: its arguments' defaults.
        writes: whether it always writes into its first tensor.
        inplace_at: the position of its `inplace` argument, or -1.
    """

    name: str
    op: Op
    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    writes: bool
    inplace_at: int


@dataclass(frozen=True)
class Call:
    """One call: arguments by name (a tensor by its `torch.Size`), the sizes of all tensors given, the result's."""

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


# --- geometry of one call ---


def _conv(call: Call) -> Geometry | None:
    """Convolution; `same` padding puts the odd cell after the input, as torch does."""
    n, b = call.axes, call.bound
    kernel, dilation = list(b["weight"][2:]), _each(b["dilation"], n)
    if len(kernel) != n:
        return None
    if b["padding"] == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        padding = [[t // 2, t - t // 2] for t in total]
    else:
        padding = [[p, p] for p in _each(0 if b["padding"] == "valid" else b["padding"], n)]
    window = {"kernel": kernel, "stride": _each(b["stride"], n), "padding": padding, "dilation": dilation}
    more = {"groups": b["groups"], "out": call.out[1], "mixes": True, "transposed": False}
    return {"kind": "window", **window, **more}


def _conv_transpose(call: Call) -> Geometry | None:
    """Transposed convolution; output padding is taken off the padding after the input."""
    geometry = _conv(call)
    if geometry:
        extra = _each(call.bound["output_padding"], call.axes)
        padding = [[p, p - e] for (p, _), e in zip(geometry["padding"], extra, strict=True)]
        geometry |= {"padding": padding, "transposed": True}
    return geometry


def _pool(call: Call) -> Geometry | None:
    """Max and average pooling by windows."""
    n, b = int(call.name[8]), call.bound  # max_pool2d, avg_pool2d
    if call.axes != n:
        return None
    kernel = _each(b["kernel_size"], n)
    window = {"kernel": kernel, "stride": _each(b["stride"] or kernel, n)}
    window |= {"padding": [[p, p] for p in _each(b["padding"], n)], "dilation": _each(b.get("dilation", 1), n)}
    mode = "max" if call.name.startswith("max") else "average"
    more = {"mode": mode, "ceil": bool(b["ceil_mode"]), "count_include_pad": bool(b.get("count_include_pad", False))}
    if b.get("divisor_override"):
        more["divisor"] = b["divisor_override"]
    return {"kind": "window", **window, "mixes": False, **more}


def _adaptive(call: Call) -> Geometry:
    """Pooling to a given number of bins."""
    mode = "max" if "max" in call.name else "average"
    return {"kind": "adaptive", "output": list(call.out[2:]), "mode": mode, "mixes": False}


def _mean(call: Call) -> Geometry | None:
    """A mean over all spatial axes is global average pooling."""
    rank, dims = len(call.sizes[0]), call.bound["dim"]
    if dims is None or sorted(d % rank for d in _listed(dims)) != list(range(2, rank)) or rank < 3:
        return None
    return {"kind": "adaptive", "output": [1] * (rank - 2), "mode": "average", "mixes": False}


def _pad(call: Call) -> Geometry | None:
    """Constant padding of the spatial axes: a window of one cell that may lie outside."""
    pad, n = call.bound["pad"], call.axes
    if call.bound["mode"] != "constant" or n < 1 or any(pad[2 * n :]):
        return None
    pairs = [[pad[2 * i], pad[2 * i + 1]] for i in range(len(pad) // 2)][:n]
    padding = [[0, 0]] * (n - len(pairs)) + pairs[::-1]
    ones = {"kernel": [1] * n, "stride": [1] * n, "padding": padding, "dilation": [1] * n}
    return {"kind": "window", **ones, "mixes": False, "mode": "pad", "value": call.bound["value"] or 0}


def _cell(call: Call) -> Geometry | None:
    """The same cell of every input, with the scalar settings."""
    if call.sizes and max(map(math.prod, call.sizes)) > math.prod(call.out):
        return None
    settings = {k: v for k, v in call.bound.items() if k not in UNSAID and _is_scalar(v)}
    return {"kind": "cell", "function": call.name, **settings}


def _batch_norm(call: Call) -> Geometry | None:
    """Cell by cell with running statistics; with the batch's own it mixes the whole map."""
    return None if call.bound.get("training") or call.bound.get("use_input_stats") else _cell(call)


def _flatten(call: Call) -> Geometry | None:
    """Any change of shape that makes one vector of the maps, channel by channel."""
    shape = without_batch(call.sizes[0])
    if len(without_batch(call.out)) != 1 or math.prod(shape) != call.out[-1]:
        return None
    return {"kind": "flatten", "from": list(shape)}


def _dense(call: Call) -> Geometry:
    """Every input of the last axis times a weight."""
    return {"kind": "dense", "in": call.sizes[0][-1], "out": call.out[-1]}


def _concat(call: Call) -> Geometry | None:
    """Inputs side by side along one axis."""
    axis = call.bound.get("dim", 0) % len(call.out)
    if call.out[0] != 1 or axis == 0:
        return None
    return {"kind": "concat", "axis": axis - 1, "sizes": [s[axis] for s in call.sizes]}


def _softmax(call: Call) -> Geometry | None:
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
    return isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))


# --- tables ---

UNSAID = {"inplace", "training", "momentum", "_stacklevel", "memory_format"}
CONV = "input weight bias=None stride=1 padding=0 dilation=1 groups=1"
CONV_T = "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 dilation=1"
MAX = "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False return_indices=False"
AVERAGE = "input kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True divisor_override=None"
NORM = "input weight bias running_mean running_var training momentum eps"
PLAIN = "input"
PAIR = "input other"

# Functions, their op, their geometry, and their arguments where Python cannot tell them.
TABLE: tuple[tuple[str, Op, Callable[[Call], Geometry | None], str], ...] = (
    ("conv1d conv2d conv3d", Op.CONV, _conv, CONV),
    ("conv_transpose1d conv_transpose2d conv_transpose3d", Op.CONV, _conv_transpose, CONV_T),
    ("max_pool1d max_pool2d max_pool3d", Op.POOL, _pool, MAX),
    ("avg_pool1d avg_pool2d avg_pool3d", Op.POOL, _pool, AVERAGE),
    ("adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d", Op.POOL, _adaptive, PLAIN),
    ("adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d", Op.POOL, _adaptive, PLAIN),
    ("lp_pool1d lp_pool2d lp_pool3d fractional_max_pool2d fractional_max_pool3d", Op.POOL, lambda _: None, PLAIN),
    ("mean", Op.POOL, _mean, "input dim=None keepdim=False"),
    ("pad", Op.OTHER, _pad, PLAIN),
    ("relu relu6 hardtanh hardswish hardsigmoid elu selu celu leaky_relu rrelu silu mish", Op.ACTIVATION, _cell, PLAIN),
    ("sigmoid tanh logsigmoid softsign tanhshrink threshold", Op.ACTIVATION, _cell, PLAIN),
    ("gelu", Op.ACTIVATION, _cell, "input approximate='none'"),
    ("softplus", Op.ACTIVATION, _cell, "input beta=1 threshold=20"),
    ("hardshrink softshrink", Op.ACTIVATION, _cell, "input lambd=0.5"),
    ("prelu", Op.ACTIVATION, _cell, "input weight"),
    ("batch_norm", Op.NORM, _batch_norm, NORM),
    ("instance_norm", Op.NORM, _batch_norm, PLAIN),
    ("group_norm layer_norm rms_norm local_response_norm normalize", Op.NORM, lambda _: None, PLAIN),
    ("dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout", Op.DROPOUT, _cell, "input p training"),
    ("flatten view reshape squeeze", Op.FLATTEN, _flatten, PLAIN),
    ("linear", Op.DENSE, _dense, "input weight bias=None"),
    ("add", Op.ADD, _cell, "input other alpha=1"),
    ("cat concat concatenate", Op.CONCAT, _concat, "tensors dim=0"),
    ("softmax", Op.SOFTMAX, _softmax, "input dim=None dtype=None"),
    ("log_softmax", Op.OTHER, _softmax, "input dim=None dtype=None"),
    ("sub rsub mul div true_divide pow maximum minimum clamp where", Op.OTHER, _cell, PAIR),
    ("neg abs exp log sqrt rsqrt square sign sin cos clone detach data contiguous to float", Op.OTHER, _cell, PLAIN),
)
# What an op becomes when its geometry does not fit it: a mean over channels is no pooling.
FALLS_TO_OTHER = {Op.FLATTEN}
DOES_NOT_WRITE = {"requires_grad_", "share_memory_", "rename_"}
WRITES = {f"__i{n}__" for n in "add sub mul truediv floordiv mod pow and or xor lshift rshift".split()}
DATA_LEAVES = {"numpy", "__array__", "tolist", "__dlpack__"}
PARTS = {"chunk", "split", "tensor_split", "unbind", "unsafe_chunk", "unsafe_split", "iter", "meshgrid"}


def _table() -> dict[str, tuple[Op, Callable[[Call], Geometry | None], str]]:
    return {name: (op, shape, args) for names, op, shape, args in TABLE for name in names.split()}


BY_NAME = _table()


def learn(func: Any) -> Function:
    """What `func`, as torch hands it to a function mode, is and does."""
    raw = str(getattr(func, "__name__", type(func).__name__)).split(".")[0]
    owner = getattr(getattr(func, "__self__", None), "__name__", "")
    writes = raw == "__setitem__" or raw in WRITES or (raw == "__set__" and owner == "data")
    if raw in ("__get__", "__set__"):
        raw = owner
    elif not raw.startswith("__") and raw.endswith("_"):
        writes = raw not in DOES_NOT_WRITE
    name = raw.strip("_").removesuffix("_with_indices")
    names, defaults = _signature(func) or _written_out(BY_NAME[name][2] if name in BY_NAME else "")
    at = names.index("inplace") if "inplace" in names else -1
    op = BY_NAME[name][0] if name in BY_NAME else Op.OTHER
    return Function(name, op, names, defaults, writes, at)


def _signature(func: Any) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """A Python function's argument names and defaults; None for built-in ones and for `*args`."""
    if not inspect.isfunction(func):
        return None
    parameters = inspect.signature(func).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        return None
    return tuple(parameters), {n: p.default for n, p in parameters.items() if p.default is not p.empty}


def _written_out(text: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The same from a line of the table."""
    pairs = [word.partition("=") for word in text.split()]
    return tuple(p[0] for p in pairs), {p[0]: ast.literal_eval(p[2]) for p in pairs if p[1]}


@lru_cache(maxsize=4096)
def describe(
    function: Function, args: tuple[Hashable, ...], keys: tuple[str, ...], named: tuple[Hashable, ...], out: Size
) -> tuple[Op, Geometry]:
    """The op and geometry of a call: its arguments with tensors as their sizes, lists as tuples."""
    given = dict(zip(function.names, args, strict=False)) | dict(zip(keys, named, strict=True))
    flat = [a for arg in (*args, *named) for a in (arg if type(arg) is tuple else (arg,))]
    call = Call(function.name, {**function.defaults, **given}, tuple(a for a in flat if isinstance(a, Size)), out)
    found = BY_NAME[function.name][1](call) if function.name in BY_NAME else None
    if found:
        return function.op, found
    op = Op.OTHER if function.op in FALLS_TO_OTHER or function.name == "mean" else function.op
    return op, {"kind": "other", "function": function.name}
