"""A few lines of plain PyTorch that print one output cell's number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from torch import Tensor

from .arithmetic import Arithmetic
from .parts import Source, Term
from .record import Record

INLINE = 400  # numbers of one tensor that are written out; more are read from the server
UNSAID = {"kind", "function"}
HOMES = {"sigmoid": "torch", "tanh": "torch"}


@dataclass(frozen=True)
class Where:
    """Where a program finds a trace: the server's address, the trace's id, the network's.

    Without an address (the weights were edited, say) every number is written out.
    """

    server: str
    trace: str
    model: str


@dataclass(frozen=True)
class Shown:
    """What a snippet is made from."""

    source: Source
    record: Record
    made: Arithmetic
    where: Where

    @property
    def index(self) -> str:
        """The cell in brackets, as its node's own shape has it."""
        c, y, x = self.made.cell.values()
        return ", ".join(map(str, ([], [c], [c, x], [c, y, x])[len(self.record.shape)]))

    @property
    def terms(self) -> Sequence[Term]:
        """The terms of the first part."""
        return self.made.parts[0].terms

    def is_large(self, count: int) -> bool:
        """Whether so many numbers are read from the server."""
        return count > INLINE and bool(self.where.server)


def snippet(source: Source, made: Arithmetic, where: Where) -> str:
    """A program that prints what `made.value` is, or "" where nothing states how it was made.

    It needs torch alone while no tensor has more than 400 numbers; else it reads the node's input
    and its weights from the server at `where`, with safetensors. Numbers have 9 digits, with which
    float32 reads back as it was.
    """
    if made.kind not in WRITERS or made.reason:
        return ""
    cell = Shown(source, source.records[made.node], made, where)
    lines = WRITERS[made.kind](cell)
    if made.scaled:
        lines[-1] = f"{lines[-1].removesuffix(')')} * {_number(made.scaled.scale)})  # edited"
    body = "\n".join(lines)
    place = ", ".join(f"{axis}={at}" for axis, at in made.cell.items())
    imports = ["import torch", *(["import torch.nn.functional as F"] if "F." in body else [])]
    if "urlopen(" in body:
        imports = [
            "from urllib.request import urlopen\n",
            *imports,
            "from safetensors.torch import load",
        ]
    if re.search(r"\b(inf|nan)\b", body):
        imports = ["from math import inf, nan\n", *imports]
    head = f"# {made.node} ({made.op}), {place}: {_number(made.value)}"
    return "\n".join([head, *imports, "", "torch.manual_seed(0)", body, ""])


# --- numbers as text ---


def _number(value: float) -> str:
    """9 digits, with a point, so that torch makes a float of it."""
    text = f"{value:.9g}"
    return text if any(mark in text for mark in ".enf") else f"{text}.0"


def _listed(values: Iterable[float]) -> str:
    return f"[{', '.join(map(_number, values))}]"


def _tensor(name: str, values: Sequence[float], shape: Sequence[int]) -> list[str]:
    """Lines of an assignment, one row of numbers a line."""
    width = max(1, shape[-1])
    rows = [_listed(values[i : i + width]) for i in range(0, len(values), width)]
    if len(rows) == 1 and len(shape) == 1:
        return [f"{name} = torch.tensor({rows[0]})"]
    sizes = ", ".join(map(str, shape))
    return [
        f"{name} = torch.tensor([",
        *(f"    {row}," for row in rows),
        f"]).reshape({sizes})",
    ]


def _scalar(value: float) -> str:
    return f"torch.tensor({_number(value)})"


def _from_server(cell: Shown) -> list[str]:
    """Lines that read the input of a node as `x` and its weights by name."""
    node, where, record = cell.record.inputs[0], cell.where, cell.record
    lines = [
        f'server = "{where.server}"',
        f'address = f"{{server}}/api/traces/{where.trace}/nodes/{node}"',
        f'x = load(urlopen(address).read())["{node}"]',
    ]
    if record.weights:
        lines += [
            f'address = f"{{server}}/api/models/{where.model}/weights?nodes={record.id}"',
            "weights = load(urlopen(address).read())",
        ]
    return lines


def _named(record: Record, role: str) -> str:
    return f'weights["{record.weights[role]}"]' if role in record.weights else "None"


# --- one kind each ---


def _convolution(cell: Shown) -> list[str]:
    parts = [part for part in cell.made.parts if part.name == "channel"]
    count = sum(part.count for part in parts)
    if cell.is_large(count):
        return [*_from_server(cell), *_whole_convolution(cell)]
    bias = [part.value for part in cell.made.parts if part.name == "bias"]
    terms = [term for part in parts for term in part.terms]
    shape = [len(parts), count // len(parts)]
    if not cell.record.geometry["transposed"]:  # all places of the kernel, in its order
        shape = [1, len(parts), *(max(t.at[i] for t in terms if t.at) + 1 for i in (0, 1))]
    lines = [
        *_tensor("window", [term.value for term in terms], shape),
        *_tensor("kernel", [term.weight or 0.0 for term in terms], shape),
    ]
    if cell.record.geometry["transposed"]:
        more = f" + {_number(bias[0])}" if bias else ""
        return [*lines, f"print(((window * kernel).sum(){more}).item())"]
    lines += [f"bias = torch.tensor([{_number(bias[0])}])"] if bias else []
    return [*lines, f"print(F.conv2d(window, kernel{', bias' if bias else ''}).item())"]


def _whole_convolution(cell: Shown) -> list[str]:
    """The layer as it is, on its whole input."""
    geometry, record = cell.record.geometry, cell.record
    axes, pads = len(geometry["kernel"]), geometry["padding"]
    settings = f"stride={geometry['stride']}, dilation={geometry['dilation']}"
    settings += f", groups={geometry['groups']}"
    name, lines = f"conv{axes}d", []
    if geometry["transposed"]:
        name = f"conv_transpose{axes}d"
        settings += f", padding={[before for before, _ in pads]}"
        settings += f", output_padding={[before - after for before, after in pads]}"
    elif any(map(any, pads)):
        sides = [side for pair in reversed(pads) for side in pair]
        lines = [f"x = F.pad(x, {sides})"]
    weight, bias = _named(record, "weight"), _named(record, "bias")
    return [
        *lines,
        f"out = F.{name}(x[None], {weight}, {bias}, {settings})",
        f"print(out[0, {cell.index}].item())",
    ]


def _dense(cell: Shown) -> list[str]:
    record, count = cell.record, cell.record.geometry["in"]
    if cell.is_large(count):
        weight, bias = _named(record, "weight"), _named(record, "bias")
        lines = [f"out = F.linear(x, {weight}, {bias})", f"print(out[{cell.index}].item())"]
        return [*_from_server(cell), *lines]
    row = list(cell.made.cell.values())[0 if len(record.shape) == 1 else 2]
    values = cell.source.values(record.inputs[0])
    first = cell.terms[0]
    if len(record.shape) > 1:
        values = values[first.c, first.y]
    factors = cell.source.weight(record, "weight")
    shift = cell.source.weight(record, "bias")
    assert factors is not None
    lines = _tensor("x", _flat(values), (count,))
    lines += _tensor("weight", _flat(factors[row]), (count,))
    lines += [] if shift is None else [f"bias = {_scalar(float(shift[row]))}"]
    return [*lines, f"print(F.linear(x, weight{'' if shift is None else ', bias'}).item())"]


def _flat(values: Tensor) -> list[float]:
    numbers: list[float] = values.flatten().tolist()
    return numbers


def _maximum(cell: Shown) -> list[str]:
    values = [term.value for term in cell.terms]
    return [*_tensor("window", values, (len(values),)), "print(window.max().item())"]


def _average(cell: Shown) -> list[str]:
    values = [term.value for term in cell.terms]
    divisor = round(1 / (cell.terms[0].weight or 1)) if cell.terms else 1
    lines = _tensor("window", values, (len(values),))
    return [*lines, f"print((window.sum() / {divisor}).item())"]


def _activation(cell: Shown) -> list[str]:
    geometry = cell.record.geometry
    name = geometry["function"]
    settings = [f"{k}={v!r}" for k, v in geometry.items() if k not in UNSAID]
    slopes = [part.value for part in cell.made.parts if part.name == "scale"]
    given = ", ".join(["x", *(f"torch.tensor([{_number(s)}])" for s in slopes), *settings])
    call = f"{HOMES.get(name, 'F')}.{name}({given})"
    return [f"x = {_scalar(cell.terms[0].value)}", f"print({call}.item())"]


def _norm(cell: Shown) -> list[str]:
    number = {part.name: part.value for part in cell.made.parts}
    roles = (("mean", "mean"), ("var", "variance"), ("weight", "scale"), ("bias", "shift"))
    lines = [
        f"{role} = torch.tensor([{_number(number[name])}])"
        for role, name in roles
        if name in number
    ]
    x = f"x = torch.tensor([[[[{_number(number['input'])}]]]])"
    more = "".join(f", {role}={role}" for role, name in roles[2:] if name in number)
    call = f"F.batch_norm(x, mean, var{more}, eps={number['eps']!r})"
    return [x, *lines, f"print({call}.item())"]


def _identity(cell: Shown) -> list[str]:
    return [f"x = {_scalar(cell.terms[0].value)}", "print(x.clone().item())"]


def _dropout(cell: Shown) -> list[str]:
    share = cell.record.geometry.get("p", 0.5)
    call = f"F.dropout(x, {share}, training=False)"
    return [f"x = {_scalar(cell.terms[0].value)}", f"print({call}.item())"]


def _lit(cell: Shown, name: str, source: int) -> list[str]:
    """Zeros of an input's shape, with the one number where it lies."""
    (term,) = cell.terms
    shape = cell.source.records[cell.record.inputs[source]].shape
    place = ([], [term.c], [term.c, term.x], [term.c, term.y, term.x])[len(shape)]
    return [
        f"{name} = torch.zeros({', '.join(map(str, shape))})",
        f"{name}[{', '.join(map(str, place))}] = {_number(term.value)}",
    ]


def _flatten(cell: Shown) -> list[str]:
    return [*_lit(cell, "maps", 0), f"print(maps.flatten()[{cell.index}].item())"]


def _concat(cell: Shown) -> list[str]:
    shapes = [list(cell.source.records[node].shape) for node in cell.record.inputs]
    mine = cell.record.inputs.index(cell.terms[0].node)
    lines = [f"parts = [torch.zeros(shape) for shape in {shapes}]", *_lit(cell, "own", mine)]
    axis = cell.record.geometry["axis"]
    call = f"torch.cat(parts, {axis})[{cell.index}]"
    return [*lines, f"parts[{mine}] = own", f"print({call}.item())"]


def _addition(cell: Shown) -> list[str]:
    values = [part.value for part in cell.made.parts]
    lines = [f"{name} = {_scalar(value)}" for name, value in zip("abcdefgh", values, strict=False)]
    return [*lines, f"print(({' + '.join('abcdefgh'[: len(values)])}).item())"]


def _softmax(cell: Shown) -> list[str]:
    terms, name = cell.made.parts[-1].terms, cell.made.kind
    if cell.is_large(len(terms)):
        axis = cell.record.geometry.get("axis", 0)
        return [*_from_server(cell), f"print(torch.{name}(x, {axis})[{cell.index}].item())"]
    own = cell.terms[0]
    place = next(i for i, t in enumerate(terms) if (t.c, t.y, t.x) == (own.c, own.y, own.x))
    lines = _tensor("logits", [term.value for term in terms], (len(terms),))
    return [*lines, f"print(torch.{name}(logits, 0)[{place}].item())"]


def _pad(cell: Shown) -> list[str]:
    geometry, value = cell.record.geometry, _number(cell.record.geometry["value"])
    sides = [side for pair in reversed(geometry["padding"]) for side in pair]
    shape = ", ".join(map(str, cell.source.records[cell.record.inputs[0]].shape))
    zeros = [f"maps = torch.zeros({shape})"]
    lines = zeros if cell.terms[0].padded else _lit(cell, "maps", 0)
    return [*lines, f"print(F.pad(maps, {sides}, value={value})[{cell.index}].item())"]


Writer = Callable[[Shown], list[str]]
WRITERS: dict[str, Writer] = {
    "conv": _convolution,
    "dense": _dense,
    "max": _maximum,
    "average": _average,
    "activation": _activation,
    "norm": _norm,
    "dropout": _dropout,
    "identity": _identity,
    "flatten": _flatten,
    "concat": _concat,
    "add": _addition,
    "softmax": _softmax,
    "log_softmax": _softmax,
    "pad": _pad,
}
