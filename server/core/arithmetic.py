"""One output cell as named parts, each made of terms that can be pointed at.

Twin of static/src/core/arithmetic.ts; both answer tests/golden/arithmetic.json.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import cellwise, windows
from .geometry import PLACES, as_map
from .parts import Cell, Made, MissingError, Part, Source, Term
from .record import Op, Record

__all__ = ["Arithmetic", "MissingError", "Part", "Source", "Term", "cell_arithmetic"]

LARGEST = 32  # terms of a dense cell that are listed
# Torch's float32 differs from the parts' float64 by rounding: 1e-6 of the sum of the absolute terms
# holds in tests/core/test_arithmetic_zoo.py. What differs by this is another number.
TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Scaled:
    """What the parts come to, and what an edit of the channel multiplied it with last."""

    before: float
    scale: float


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How one output cell was computed.

    Attributes:
        node, op: whose cell, and what kind of step made it.
        kind: conv, dense, max, average, activation, norm, dropout, flatten, add, concat, softmax,
            log_softmax, pad, identity, function (only the inputs are known), input, other.
        cell: {c, y, x}; a vector's place is c, a line's c and x.
        value: what torch computed, float32.
        parts: in the order of the computation; none when `reason` says why.
        winner: of max pooling {c, y, x}, in the input.
        additive: whether the parts' values add up to `value`, or to what it was before `scaled`.
        scaled: of a channel that an edit scaled; None of all others.
        reason: why something is missing: input, axes, unknown, function, weights, differs; or "".
    """

    node: str
    op: str
    kind: str
    cell: dict[str, int]
    value: float
    parts: Sequence[Part]
    winner: dict[str, int] | None
    additive: bool
    scaled: Scaled | None
    reason: str


def cell_arithmetic(source: Source, node: str, cell: Cell) -> Arithmetic:
    """The arithmetic of output cell (c, y, x) of a node; sums are float64.

    What the parts come to is compared with torch's value: where they differ (a weight that is
    computed as the network runs, say), there are no parts, and `reason` is "differs".
    Raises MissingError where values or weights were not kept, IndexError for a cell outside of the
    node, ValueError for a node of more than two spatial axes.
    """
    record = source.records[node]
    for at, size in zip(cell, as_map(record.shape), strict=True):
        if not 0 <= at < size:
            raise IndexError(f"{at} is not below {size}")
    value = float(source.values(node)[cell])
    scale = source.scales.get((node, cell[0]))
    made = _checked(_make(source, record, cell), value, 1.0 if scale is None else scale)
    return Arithmetic(
        node,
        record.op.value,
        made.kind,
        _named(cell),
        value,
        made.parts,
        _named(made.winner) if made.winner else None,
        made.additive,
        None if scale is None or made.reason else Scaled(made.result, scale),
        made.reason,
    )


def _named(cell: Cell) -> dict[str, int]:
    return dict(zip(("c", "y", "x"), cell, strict=True))


def _nothing(reason: str) -> Made:
    return Made("input" if reason == "input" else "other", (), math.nan, 0.0, reason=reason)


def _make(source: Source, record: Record, cell: Cell) -> Made:
    if record.op is Op.INPUT:
        return _nothing("input")
    kind = record.geometry["kind"]
    if kind == "other":
        return _nothing("unknown")
    if any(len(source.records[each].shape) not in PLACES for each in record.inputs):
        return _nothing("axes")
    return _way(record)(source, record, cell) or _nothing("weights")


Way = Callable[[Source, Record, Cell], Made | None]


def _way(record: Record) -> Way:
    """The function that works out a record's cells."""
    kind = record.geometry["kind"]
    if kind == "window":
        return windows.convolution if record.geometry["mixes"] else windows.pooling
    return BY_OP.get(record.op, cellwise.named) if kind == "cell" else BY_KIND[kind]


def dense(source: Source, record: Record, cell: Cell) -> Made | None:
    """The largest products of input and weight, the exact rest, and the bias."""
    weight, bias = source.weight(record, "weight"), source.weight(record, "bias")
    if weight is None:
        return None
    ((node, box),) = cellwise.boxes(source, record, cell)
    row = cell[PLACES[len(record.shape)][-1]]
    values = source.values(node)[box.c[0] : box.c[1], box.y[0] : box.y[1], box.x[0] : box.x[1]]
    read, factors = values.flatten().double(), weight[row].cpu().double()
    products = read * factors
    order = products.abs().argsort(descending=True, stable=True)
    first: list[int] = order[:LARGEST].tolist()
    places = [(c, y, x) for c in range(*box.c) for y in range(*box.y) for x in range(*box.x)]
    terms = [
        Term(node, *places[i], float(read[i]), float(factors[i]), float(products[i]), False, None)
        for i in first
    ]
    rest = products[order[LARGEST:]].tolist()
    parts = [Part("largest", math.fsum(t.product for t in terms), terms, count=len(terms))]
    if rest:
        parts.append(Part("rest", math.fsum(rest), count=len(rest)))
    if bias is not None:
        parts.append(Part("bias", float(bias[row])))
    size = float(products.abs().sum()) + (0.0 if bias is None else abs(float(bias[row])))
    return Made("dense", parts, math.fsum(part.value for part in parts), size, additive=True)


BY_KIND: dict[str, Way] = {
    "adaptive": windows.pooling,
    "dense": dense,
    "flatten": cellwise.passed,
    "concat": cellwise.passed,
    "softmax": cellwise.softmax,
}
BY_OP: dict[Op, Way] = {
    Op.ACTIVATION: cellwise.activation,
    Op.NORM: cellwise.norm,
    Op.DROPOUT: cellwise.passed,
    Op.ADD: cellwise.addition,
}


def _checked(made: Made, value: float, scale: float) -> Made:
    """What was made, or nothing where it does not come to torch's value when scaled."""
    if made.reason or not (math.isfinite(value) and math.isfinite(made.result)):
        return made
    if abs(made.result * scale - value) <= TOLERANCE * max(made.size * scale, abs(value)):
        return made
    return _nothing("differs")
