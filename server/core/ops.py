"""Which op a torch function is, and its geometry: a table by name."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from torch import Size

from . import calls
from .calls import Call, Geometry
from .record import Op

Shape = Callable[[Call], Geometry | None]


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


# --- tables ---

CONV = "input weight bias=None stride=1 padding=0 dilation=1 groups=1"
CONV_T = "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 dilation=1"
MAX = "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False"
AVERAGE = (
    "input kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True "
    "divisor_override=None"
)
NORM = "input weight bias running_mean running_var training momentum eps"
AXIS = "input dim=None dtype=None"

# Op, geometry, arguments where Python cannot tell them (built-in functions), and the functions.
TABLE: tuple[tuple[Op, Shape, str, str], ...] = (
    (Op.CONV, calls.conv, CONV, "conv1d conv2d conv3d"),
    (Op.CONV, calls.conv_transpose, CONV_T, "conv_transpose1d conv_transpose2d conv_transpose3d"),
    (Op.POOL, calls.pool, MAX, "max_pool1d max_pool2d max_pool3d"),
    (Op.POOL, calls.pool, AVERAGE, "avg_pool1d avg_pool2d avg_pool3d"),
    (Op.POOL, calls.adaptive, "", "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d"),
    (Op.POOL, calls.adaptive, "", "adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d"),
    (Op.POOL, calls.unknown, "", "lp_pool1d lp_pool2d lp_pool3d"),
    (Op.POOL, calls.unknown, "", "fractional_max_pool2d fractional_max_pool3d"),
    (Op.POOL, calls.mean, "input dim=None keepdim=False", "mean"),
    (Op.ACTIVATION, calls.cell, "", "relu relu6 hardtanh hardswish hardsigmoid leaky_relu rrelu"),
    (Op.ACTIVATION, calls.cell, "", "elu selu celu silu mish sigmoid tanh logsigmoid softsign"),
    (Op.ACTIVATION, calls.cell, "", "tanhshrink threshold"),
    (Op.ACTIVATION, calls.cell, "input approximate='none'", "gelu"),
    (Op.ACTIVATION, calls.cell, "input beta=1 threshold=20", "softplus"),
    (Op.ACTIVATION, calls.cell, "input lambd=0.5", "hardshrink softshrink"),
    (Op.ACTIVATION, calls.cell, "input weight", "prelu"),
    (Op.NORM, calls.batch_norm, NORM, "batch_norm"),
    (Op.NORM, calls.batch_norm, "", "instance_norm"),
    (Op.NORM, calls.unknown, "", "group_norm layer_norm rms_norm local_response_norm normalize"),
    (Op.DROPOUT, calls.cell, "input p training", "dropout dropout1d dropout2d dropout3d"),
    (Op.DROPOUT, calls.cell, "input p training", "alpha_dropout feature_alpha_dropout"),
    (Op.FLATTEN, calls.flatten, "", "flatten view reshape squeeze"),
    (Op.DENSE, calls.dense, "input weight bias=None", "linear"),
    (Op.ADD, calls.cell, "input other alpha=1", "add"),
    (Op.CONCAT, calls.concat, "tensors dim=0", "cat concat concatenate"),
    (Op.SOFTMAX, calls.softmax, AXIS, "softmax"),
    (Op.OTHER, calls.softmax, AXIS, "log_softmax"),
    (Op.OTHER, calls.pad, "", "pad"),
    (Op.OTHER, calls.cell, "input other", "sub rsub mul div true_divide pow maximum minimum"),
    (Op.OTHER, calls.cell, "input min=None max=None", "clamp"),
    (Op.OTHER, calls.cell, "condition input other", "where"),
    (Op.OTHER, calls.cell, "", "neg abs exp log sqrt rsqrt square sign sin cos"),
    (Op.OTHER, calls.cell, "", "clone detach data contiguous to float"),
)
Row = tuple[Op, Shape, str]
BY_NAME: dict[str, Row] = {name: row[:3] for row in TABLE for name in row[3].split()}
NOT_LISTED: Row = (Op.OTHER, calls.unknown, "")
# A change of shape that makes no vector is no flatten, and a mean over channels no pooling.
ONLY_WITH_GEOMETRY = {"flatten", "view", "reshape", "squeeze", "mean"}
DOES_NOT_WRITE = {"requires_grad_", "share_memory_", "rename_"}
IN_PLACE = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor")
WRITES = {"__setitem__", "__ilshift__", "__irshift__", *(f"__i{name}__" for name in IN_PLACE)}
DATA_LEAVES = {"numpy", "__array__", "tolist", "__dlpack__"}
PARTS = {"chunk", "split", "tensor_split", "unbind", "unsafe_chunk", "unsafe_split", "meshgrid"}


def learn(func: Any) -> Function:
    """What `func`, as torch hands it to a function mode, is and does."""
    raw = str(getattr(func, "__name__", type(func).__name__)).split(".")[0]
    owner = getattr(getattr(func, "__self__", None), "__name__", "")
    writes = raw in WRITES or (raw == "__set__" and owner == "data")
    if raw in ("__get__", "__set__"):
        raw = owner
    elif not raw.startswith("__") and raw.endswith("_"):
        writes = raw not in DOES_NOT_WRITE
    name = raw.strip("_").removesuffix("_with_indices")
    op, _, arguments = BY_NAME.get(name, NOT_LISTED)
    names, defaults = _signature(func) or _written_out(arguments)
    at = names.index("inplace") if "inplace" in names else -1
    return Function(name, op, names, defaults, writes, at)


def _signature(func: Any) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """A Python function's argument names and defaults; None for built-in ones and for `*args`."""
    if not inspect.isfunction(func):
        return None
    parameters = inspect.signature(func).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        return None
    return tuple(parameters), {
        n: p.default for n, p in parameters.items() if p.default is not p.empty
    }


def _written_out(text: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The same from a line of the table."""
    pairs = [word.partition("=") for word in text.split()]
    return tuple(p[0] for p in pairs), {p[0]: ast.literal_eval(p[2]) for p in pairs if p[1]}


@lru_cache(maxsize=4096)
def describe(
    function: Function,
    args: tuple[Hashable, ...],
    keys: tuple[str, ...],
    named: tuple[Hashable, ...],
    out: Size,
) -> tuple[Op, Geometry]:
    """The op and geometry of a call: its arguments with tensors as their sizes, lists as tuples."""
    given = dict(zip(function.names, args, strict=False)) | dict(zip(keys, named, strict=True))
    flat = [a for arg in (*args, *named) for a in (arg if type(arg) is tuple else (arg,))]
    sizes = tuple(a for a in flat if isinstance(a, Size))
    call = Call(function.name, {**function.defaults, **given}, sizes, out)
    geometry = BY_NAME.get(function.name, NOT_LISTED)[1](call)
    if geometry:
        return function.op, geometry
    op = Op.OTHER if function.name in ONLY_WITH_GEOMETRY else function.op
    return op, {"kind": "other", "function": function.name}
