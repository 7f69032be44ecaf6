"""The arithmetic of sliding windows: convolutions, and pooling by maximum or by average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from .geometry import WINDOW_FIRST_AXIS, Geometry, sources
from .parts import Cell, Made, Part, Source, Term, whole
from .record import Record


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a window: in the kernel, and on the input or in the ring around it."""

    at: tuple[int, int]
    y: int
    x: int
    padded: bool


def convolution(source: Source, record: Record, cell: Cell) -> Made | None:
    """Products of a window and its kernel, summed by input channel, and the bias."""
    weight, bias = source.weight(record, "weight"), source.weight(record, "bias")
    if weight is None:
        return None
    geometry, node = record.geometry, record.inputs[0]
    values = source.values(node)
    channels = _channels(geometry, cell[0], len(values))
    places = spots(geometry, cell, values.shape[1:])
    kernels = _kernels(weight, geometry, cell[0], channels)
    width = kernels.shape[-1]
    chosen = [ky * width + kx for (ky, kx) in (spot.at for spot in places)]
    factors = kernels.flatten(1)[:, chosen].double()
    read = _read(values, channels, places)
    products = read * factors
    listed = zip(channels, read.tolist(), factors.tolist(), products.tolist(), strict=True)
    parts = [
        Part("channel", math.fsum(p), _terms(node, c, places, v, w, p), c, len(places))
        for c, v, w, p in listed
    ]
    if bias is not None:
        parts.append(Part("bias", float(bias[cell[0]])))
    total = math.fsum(part.value for part in parts)
    size = float(products.abs().sum()) + (abs(parts[-1].value) if bias is not None else 0.0)
    return Made("conv", parts, total, size, additive=True)


def _channels(geometry: Geometry, c: int, count: int) -> range:
    """The input channels of an output channel's group."""
    each = count // geometry["groups"]
    group = c // (geometry["out"] // geometry["groups"])
    return range(group * each, (group + 1) * each)


def _kernels(weight: Tensor, geometry: Geometry, c: int, channels: range) -> Tensor:
    """(channels, kH, kW) to channel `c`; transposed weights are (in, out / groups, ..)."""
    if geometry["transposed"]:
        own = weight[channels.start : channels.stop, c % weight.shape[1]]
    else:
        own = weight[c]
    return own.reshape(len(own), -1, own.shape[-1]).cpu()


def _terms(
    node: str,
    c: int,
    places: Sequence[Spot],
    values: Sequence[float],
    weights: Sequence[float],
    products: Sequence[float],
) -> list[Term]:
    rows = zip(places, values, weights, products, strict=True)
    return [Term(node, c, s.y, s.x, v, w, p, s.padded, s.at) for s, v, w, p in rows]


def _read(values: Tensor, channels: range, places: Sequence[Spot]) -> Tensor:
    """(channels, places) in float64, 0 in the padding."""
    width = values.shape[2]
    at = [0 if spot.padded else spot.y * width + spot.x for spot in places]
    read = values[channels.start : channels.stop].flatten(1)[:, at].double()
    read[:, [spot.padded for spot in places]] = 0
    return read


def pooling(source: Source, record: Record, cell: Cell) -> Made | None:
    """The window's maximum and its winner, or its average; the ring of a pad node."""
    mode = record.geometry["mode"]
    return {"max": _maximum, "average": _average, "pad": _pad}[mode](source, record, cell)


def _maximum(source: Source, record: Record, cell: Cell) -> Made:
    """All candidates: the first of the largest wins, or what is not a number, as in torch."""
    node, c = record.inputs[0], cell[0]
    values = source.values(node)
    places = [s for s in spots(record.geometry, cell, values.shape[1:]) if not s.padded]
    read = _read(values, range(c, c + 1), places)[0].tolist()
    terms = [
        Term(node, c, s.y, s.x, v, None, v, False, s.at) for s, v in zip(places, read, strict=True)
    ]
    best: Term | None = None
    for term in terms:
        if best is None or term.value > best.value or math.isnan(term.value):
            best = term
    value = best.value if best else -math.inf  # a dilated window may lie in the ring alone
    winner = (c, best.y, best.x) if best else None
    parts = [Part("window", value, terms, count=len(terms))]
    return Made("max", parts, value, abs(value), winner=winner)


def _average(source: Source, record: Record, cell: Cell) -> Made:
    """Each cell over the divisor; the ring counts where the layer says so."""
    geometry, node, c = record.geometry, record.inputs[0], cell[0]
    values = source.values(node)
    counts_ring = geometry.get("count_include_pad", False)
    places = [s for s in spots(geometry, cell, values.shape[1:]) if counts_ring or not s.padded]
    share = 1 / (geometry.get("divisor") or len(places) or 1)
    read = _read(values, range(c, c + 1), places)[0].tolist()
    products = [value * share for value in read]
    part = whole("window", _terms(node, c, places, read, [share] * len(places), products))
    return Made("average", [part], part.value, sum(map(abs, products)), additive=True)


def _pad(source: Source, record: Record, cell: Cell) -> Made:
    """The cell that lies there, or the constant around the input."""
    node, c = record.inputs[0], cell[0]
    values = source.values(node)
    (spot,) = spots(record.geometry, cell, values.shape[1:])
    value = float(record.geometry["value"] if spot.padded else values[c, spot.y, spot.x])
    term = Term(node, c, spot.y, spot.x, value, None, value, spot.padded, None)
    return Made("pad", [whole("input", [term])], value, abs(value), additive=True)


# --- where a window lies ---


def spots(geometry: Geometry, cell: Cell, sizes: Sequence[int]) -> list[Spot]:
    """The places of the window of a cell, row by row, the padding ring included.

    A transposed convolution's are only those of the input: the others meet no cell at all.
    """
    along = _bins if geometry["kind"] == "adaptive" else _taps
    rows, columns = (along(geometry, axis, cell[axis], sizes[axis - 1]) for axis in (1, 2))
    height, width = sizes
    return [
        Spot((ky, kx), y, x, not (0 <= y < height and 0 <= x < width))
        for ky, y in rows
        for kx, x in columns
    ]


def _taps(geometry: Geometry, axis: int, at: int, size: int) -> list[tuple[int, int]]:
    """(place in the kernel, input coordinate) on one axis; none after the ring (ceil mode)."""
    i = axis - WINDOW_FIRST_AXIS + len(geometry["kernel"])
    if i < 0:
        return [(0, at)]
    kernel, stride, dilation = geometry["kernel"][i], geometry["stride"][i], geometry["dilation"][i]
    before, after = geometry["padding"][i]
    if geometry.get("transposed"):
        total = ((k, at + before - k * dilation) for k in range(kernel))
        return [(k, t // stride) for k, t in total if t % stride == 0 and 0 <= t // stride < size]
    first = at * stride - before
    taps = ((k, first + k * dilation) for k in range(kernel))
    return [(k, y) for k, y in taps if y < size + max(after, 0)]


def _bins(geometry: Geometry, axis: int, at: int, size: int) -> list[tuple[int, int]]:
    """(place in the bin, input coordinate) of adaptive pooling."""
    shape = (1, size, 1) if axis == 1 else (1, 1, size)
    cell = (0, at, 0) if axis == 1 else (0, 0, at)
    (box,) = sources(geometry, cell, [shape])
    return list(enumerate(range(*(box.y if axis == 1 else box.x))))
