"""What one output cell is made of, as data: terms, and the parts that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from .geometry import as_map
from .record import Record

Cell = tuple[int, int, int]


class MissingError(Exception):
    """The values or weights of this name are needed and were not kept."""


# Not frozen: a cell may have ten thousand of them, and frozen ones take thrice as long to make.
@dataclass(slots=True)
class Term:
    """One product, candidate or contribution.

    Attributes:
        node, c, y, x: the input cell; y and x may lie in the padding ring.
        value: of the input cell, 0 in the padding (a pad node's own value in its ring).
        weight: what it is multiplied with; None where there is nothing.
        product: what it contributes: value * weight, the value itself, exp(value - maximum).
        padded: whether the cell lies in the ring.
        at: (ky, kx) in the kernel or window, None where there is none.
    """

    node: str
    c: int
    y: int
    x: int
    value: float
    weight: float | None
    product: float
    padded: bool
    at: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Part:
    """A named number with the terms that it is made of.

    Attributes:
        name: channel, bias, window, largest, rest, input, slope, output, mean, variance, eps,
            normalised, scale, shift, maximum, exp, sum, parameter, constant.
        c: the input channel of a part named channel, else None.
        count: how many terms it stands for, those of a rest included, which are not listed.
    """

    name: str
    value: float
    terms: Sequence[Term] = ()
    c: int | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """How a cell was made: `result` is the parts' answer, `size` what its rounding scales with."""

    kind: str
    parts: Sequence[Part]
    result: float
    size: float
    additive: bool = False
    winner: Cell | None = None
    reason: str = ""


@dataclass(frozen=True)
class Source:
    """The records of a trace by id, and the weights that made them by `state_dict` name.

    `scales` are what edits multiplied channels with, by node and channel.
    """

    records: Mapping[str, Record]
    weights: Mapping[str, Tensor]
    scales: Mapping[tuple[str, int], float] = field(default_factory=dict)

    def values(self, node: str) -> Tensor:
        """The values of a node as (C, H, W); raises MissingError, ValueError for volumes."""
        value = self.records[node].value
        if value is None:
            raise MissingError(node)
        return value.reshape(as_map(value.shape))

    def weight(self, record: Record, role: str) -> Tensor | None:
        """The weights of a role, None where the node has none; raises MissingError."""
        name = record.weights.get(role)
        if name is None:
            return None
        if name not in self.weights:
            raise MissingError(name)
        return self.weights[name]


def whole(name: str, terms: Sequence[Term], **more: Any) -> Part:
    """The part that is the sum of its terms."""
    total = sum(term.product for term in terms)
    return Part(name, total, terms, count=len(terms), **more)


def taken(source: Source, node: str, cell: Cell, weight: float | None = None) -> Term:
    """The term of one input cell, as it is or times a weight."""
    value = float(source.values(node)[cell])
    product = value if weight is None else value * weight
    return Term(node, *cell, value, weight, product, False, None)
