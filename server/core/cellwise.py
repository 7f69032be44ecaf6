"""The arithmetic of what reads a cell of each input, or one axis: all but windows and dense."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from .activations import ACTIVATIONS
from .geometry import PLACES, Box, sources
from .parts import Cell, Made, Part, Source, Term, taken, whole
from .record import Record

IDENTITIES = {"identity", "clone", "detach", "contiguous"}


def boxes(source: Source, record: Record, cell: Cell) -> list[tuple[str, Box]]:
    """The input cells of a cell: (node, box) of every input that has some."""
    shapes = [source.records[node].shape for node in record.inputs]
    place = cell[:1] if len(record.shape) < 2 else cell
    return [(record.inputs[b.input], b) for b in sources(record.geometry, place, shapes)]


def own(source: Source, record: Record, cell: Cell, weight: float | None = None) -> list[Term]:
    """The one cell that each input gives."""
    found = boxes(source, record, cell)
    return [taken(source, node, (b.c[0], b.y[0], b.x[0]), weight) for node, b in found]


def activation(source: Source, record: Record, cell: Cell) -> Made | None:
    """The value that comes in, the slope of the function there, the value that comes out."""
    settings, name = dict(record.geometry), record.geometry["function"]
    (term,) = own(source, record, cell)
    if name not in ACTIVATIONS:
        return named(source, record, cell)
    parts = [whole("input", [term])]
    if name == "prelu":
        slopes = source.weight(record, "weight")
        if slopes is None:
            return None
        settings["weight"] = float(slopes[cell[0] if len(slopes) > 1 else 0])
        parts.append(Part("scale", settings["weight"]))
    value, slope = (function(term.value, settings) for function in ACTIVATIONS[name])
    parts += [Part("slope", slope), Part("output", value)]
    return Made("activation", parts, value, abs(term.value) + abs(value))


def norm(source: Source, record: Record, cell: Cell) -> Made | None:
    """(x - mean) / sqrt(variance + eps) * weight + bias, with the channel's running statistics."""
    c, (term,) = cell[0], own(source, record, cell)
    statistics = [source.weight(record, role) for role in ("running_mean", "running_var")]
    learned = [source.weight(record, role) for role in ("weight", "bias")]
    if any(each is None for each in statistics):
        return None
    mean, variance = (_at(each, c, 0.0) for each in statistics)
    scale, shift = (_at(each, c, default) for each, default in zip(learned, (1, 0), strict=True))
    eps = float(record.geometry["eps"])
    deviation = math.sqrt(variance + eps) or math.nan
    normalised = (term.value - mean) / deviation
    parts = [
        whole("input", [term]),
        *(Part("mean", mean), Part("variance", variance), Part("eps", eps)),
        Part("normalised", normalised),
        *([] if learned[0] is None else [Part("scale", scale)]),
        *([] if learned[1] is None else [Part("shift", shift)]),
    ]
    size = (abs(term.value) + abs(mean)) / deviation * abs(scale) + abs(shift)
    return Made("norm", parts, normalised * scale + shift, size)


def _at(tensor: Tensor | None, c: int, default: float) -> float:
    return default if tensor is None else float(tensor[c])


def passed(source: Source, record: Record, cell: Cell) -> Made | None:
    """Dropout outside of training, flatten, concat: the cell of one input, as it is."""
    terms = own(source, record, cell)
    if len(terms) != 1:
        return None
    part = whole("input", terms)
    return Made(record.op.value, [part], part.value, abs(part.value), additive=True)


def addition(source: Source, record: Record, cell: Cell) -> Made | None:
    """A term of every input, the second times alpha, or a parameter or number that is added."""
    geometry = record.geometry
    alpha = float(geometry.get("alpha", 1))
    found = boxes(source, record, cell)
    scales = [None if i == 0 or alpha == 1 else alpha for i in range(len(found))]
    terms = [
        taken(source, node, (b.c[0], b.y[0], b.x[0]), scale)
        for (node, b), scale in zip(found, scales, strict=True)
    ]
    parts = [whole("input", [term]) for term in terms]
    if len(terms) == 1 and "other" in geometry:
        parts.append(Part("constant", alpha * float(geometry["other"])))
    for name in record.weights.values():
        if name not in source.weights:
            return None
        parts.append(Part("parameter", _broadcast(source.weights[name], record, cell)))
    total = sum(part.value for part in parts)
    size = sum(abs(part.value) for part in parts)
    return Made("add", parts, total, size, additive=True)


def _broadcast(tensor: Tensor, record: Record, cell: Cell) -> float:
    """A parameter's number at a cell: axes of one are repeated."""
    axes = PLACES[len(record.shape)]
    sizes = [*[1] * len(axes), *tensor.shape][-len(axes) :] if axes else []
    place = [min(cell[axis], size - 1) for axis, size in zip(axes, sizes, strict=True)]
    return float(tensor.reshape(sizes)[tuple(place)])


def softmax(source: Source, record: Record, cell: Cell) -> Made | None:
    """exp(x - maximum) over the sum of all of them; log_softmax is its logarithm."""
    terms, maximum, mine = _exponentials(source, record, cell)
    total = math.fsum(term.product for term in terms)
    is_log = record.op.value != "softmax"
    value = mine.value - maximum.value - math.log(total) if is_log else mine.product / total
    parts = [
        whole("input", [Term(*_place(mine), mine.value, None, mine.value, False, None)]),
        Part("maximum", maximum.value, [maximum], count=1),
        Part("exp", mine.product, [mine], count=1),
        Part("sum", total, terms, count=len(terms)),
    ]
    size = abs(mine.value) + abs(maximum.value) if is_log else value
    return Made("log_softmax" if is_log else "softmax", parts, value, size)


def _place(term: Term) -> tuple[str, int, int, int]:
    return term.node, term.c, term.y, term.x


def _exponentials(source: Source, record: Record, cell: Cell) -> tuple[list[Term], Term, Term]:
    """Every cell of the axis with exp(x - maximum), the largest as it is, and the cell's own."""
    ((node, box),) = boxes(source, record, cell)
    places = [(c, y, x) for c in range(*box.c) for y in range(*box.y) for x in range(*box.x)]
    values = (
        source.values(node)[box.c[0] : box.c[1], box.y[0] : box.y[1], box.x[0] : box.x[1]]
        .flatten()
        .double()
        .tolist()
    )
    top = max(range(len(values)), key=values.__getitem__)
    terms = [
        Term(node, *place, value, None, math.exp(value - values[top]), False, None)
        for place, value in zip(places, values, strict=True)
    ]
    maximum = Term(node, *places[top], values[top], None, values[top], False, None)
    return terms, maximum, terms[_own_place(record, places, cell)]


def _own_place(record: Record, places: Sequence[Cell], cell: Cell) -> int:
    return places.index(cell if len(record.shape) > 1 else (cell[0], 0, 0))


def named(source: Source, record: Record, cell: Cell) -> Made | None:
    """Cell by cell by a function that is not worked out here: only where its input is.

    A function that passes its input on is worked out by that.
    """
    if record.geometry["function"] in IDENTITIES:
        made = passed(source, record, cell)
        return replace(made, kind="identity") if made else None
    parts = [whole("input", [term]) for term in own(source, record, cell)]
    return Made("function", parts, math.nan, 0.0, reason="function")
