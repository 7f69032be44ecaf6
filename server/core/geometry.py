"""Which input cells make an output cell.

The one statement that hover, windows, formulas and receptive fields follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Geometry = Mapping[str, Any]
Shape = Sequence[int]
Cell = Sequence[int]
Nodes = Mapping[str, tuple[Geometry, Sequence[str], Shape]]
Axes = tuple[set[int], set[int], set[int]]  # cells on c, y and x

PLACES = {0: (), 1: (0,), 2: (0, 2), 3: (0, 1, 2)}  # a shape's axes among c, y, x, by its rank
WINDOW_FIRST_AXIS = 3  # spatial axes are the last ones of c, y, x


@dataclass(frozen=True)
class Box:
    """Cells of one input: half-open ranges with a step, clipped; a vector's cells lie on `c`."""

    input: int
    c: tuple[int, int]
    y: tuple[int, int, int]
    x: tuple[int, int, int]


@dataclass(frozen=True)
class Rect:
    """Half-open rows and columns of the input; `full` is (y0, y1, x0, x1) without borders."""

    y0: int
    y1: int
    x0: int
    x1: int
    full: tuple[int, int, int, int]


def output_size(
    size: int,
    *,
    kernel: int,
    stride: int,
    padding: int | tuple[int, int],
    dilation: int = 1,
    ceil: bool = False,
    transposed: bool = False,
) -> int:
    """Cells along one axis after a window, as torch counts them; 0 where the window does not fit.

    `padding` is one number or (before, after). `ceil` keeps a last, partly filled window unless it
    would begin in the padding after the input.
    """
    before, after = (padding, padding) if isinstance(padding, int) else padding
    reach = dilation * (kernel - 1)
    if transposed:
        return max(0, (size - 1) * stride + reach + 1 - before - after)
    room = size + before + after - reach - 1
    count = (room + (stride - 1 if ceil else 0)) // stride + 1
    starts_outside = ceil and (count - 1) * stride >= size + before
    return max(0, count - starts_outside)


def sources(geometry: Geometry, cell: Cell, input_shapes: Sequence[Shape]) -> list[Box]:
    """The cells that output cell (c, y, x), (i,) of a vector, is made of: one box an input or none.

    Shapes are without the batch axis. Max pooling answers with every candidate; kind `other` is
    unknown, so it answers with everything. Raises ValueError for maps with more than two spatial
    axes.
    """
    boxes = []
    for index, shape in enumerate(_aligned(geometry, input_shapes)):
        sizes = as_map(shape)
        ats = _coordinates(geometry, cell)
        found = [
            _clip(_along(geometry, index, axis, ats[axis], shape), sizes[axis]) for axis in range(3)
        ]
        if all(found):
            (c0, c1, _), y, x = (_steps(r) for r in found)
            boxes.append(Box(index, (c0, c1), y, x))
    return boxes


def receptive_field(nodes: Nodes, node: str, cell: Cell) -> Rect:
    """The bounding box of the input cells that a cell of `node` can depend on; zeros for none.

    `nodes` is id -> (geometry, inputs, shape) in execution order, one node of kind `input`. This is
    the theoretical field: what a gradient with nonzero weights reaches (chains: Araujo,
    Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019).
    """
    full = _bounds(_spread(nodes, node, cell, clip=False))
    return Rect(*_bounds(_spread(nodes, node, cell, clip=True)), full=full)


def as_map(shape: Shape) -> tuple[int, int, int]:
    """(C, H, W) of a shape without batch axis: (N,) is (N, 1, 1) and (C, L) is (C, 1, L)."""
    if len(shape) not in PLACES:
        raise ValueError(
            f"The shape {list(shape)} has more than two spatial axes; sources are for one or two."
        )
    sizes = [1, 1, 1]
    for place, size in zip(PLACES[len(shape)], shape, strict=True):
        sizes[place] = size
    return sizes[0], sizes[1], sizes[2]


# --- one axis of one kind: coordinate -> range of the input, not clipped ---


def _along(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Input cells on `axis` (0 c, 1 y, 2 x) for an output coordinate on that axis."""
    return KINDS[geometry["kind"]](geometry, source, axis, at, shape)


def _window(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Convolution and pooling."""
    if axis == 0:
        return _channels(geometry, at, as_map(shape)[0])
    k = axis - WINDOW_FIRST_AXIS + len(geometry["kernel"])
    if k < 0:
        return _same(at)
    kernel, stride, dilation = geometry["kernel"][k], geometry["stride"][k], geometry["dilation"][k]
    first = at * stride - geometry["padding"][k][0]
    if not geometry.get("transposed"):
        return range(first, first + dilation * (kernel - 1) + 1, dilation)
    total = at + geometry["padding"][k][0]
    steps = (total - dilation * j for j in reversed(range(kernel)))
    hits = [t // stride for t in steps if t % stride == 0]
    return (
        range(hits[0], hits[-1] + 1, hits[1] - hits[0] if len(hits) > 1 else 1)
        if hits
        else range(0)
    )


def _channels(geometry: Geometry, at: int, count: int) -> range:
    """Input channels of a window: its own where nothing is mixed, else its group's."""
    if not geometry["mixes"]:
        return _same(at)
    each = count // geometry["groups"]
    group = at // (geometry.get("out", count) // geometry["groups"])
    return range(group * each, (group + 1) * each)


def _adaptive(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Bins that share out the input: floor(i * in / out) to ceil((i + 1) * in / out)."""
    k = axis - WINDOW_FIRST_AXIS + len(geometry["output"])
    if axis == 0 or k < 0:
        return _same(at)
    size, bins = as_map(shape)[axis], geometry["output"][k]
    return range(at * size // bins, -(-(at + 1) * size // bins))


def _cellwise(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """The same cell; an axis of size 1 is broadcast."""
    return range(1) if as_map(shape)[axis] == 1 else _same(at)


def _flatten(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Channel-major order; `at` is the vector's index on every axis."""
    _, height, width = as_map(geometry["from"])
    return _same((at // (height * width), at // width % height, at % width)[axis])


def _last_axis(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Dense: the whole last axis."""
    return _whole(axis, shape) if axis == PLACES[len(shape)][-1] else _same(at)


def _concat(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Nothing of an input that the cell does not come from."""
    if axis != PLACES[len(shape)][geometry["axis"]]:
        return _same(at)
    here = at - sum(geometry["sizes"][:source])
    return _same(here) if 0 <= here < geometry["sizes"][source] else range(0)


def _softmax(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """The whole axis that adds up to 1."""
    return _whole(axis, shape) if axis == PLACES[len(shape)][geometry.get("axis", 0)] else _same(at)


def _everything(geometry: Geometry, source: int, axis: int, at: int, shape: Shape) -> range:
    """Unknown: every cell."""
    return _whole(axis, shape)


def _same(at: int) -> range:
    return range(at, at + 1)


def _whole(axis: int, shape: Shape) -> range:
    return range(as_map(shape)[axis])


KINDS: dict[str, Callable[[Geometry, int, int, int, Shape], range]] = {
    "window": _window,
    "adaptive": _adaptive,
    "cell": _cellwise,
    "flatten": _flatten,
    "dense": _last_axis,
    "concat": _concat,
    "softmax": _softmax,
    "other": _everything,
}


# --- ranges and sets of cells ---


def _coordinates(geometry: Geometry, cell: Cell) -> tuple[int, int, int]:
    """c, y, x of a cell, or the vector's index three times where it is unfolded into maps."""
    if geometry["kind"] == "flatten":
        return cell[0], cell[0], cell[0]
    return (cell[0], 0, 0) if len(cell) == 1 else (cell[0], cell[1], cell[2])


def _aligned(geometry: Geometry, shapes: Sequence[Shape]) -> Iterable[Shape]:
    """Shapes of one rank where inputs are broadcast (ones in front, as torch does)."""
    if geometry["kind"] != "cell":
        return shapes
    rank = max((len(s) for s in shapes), default=0)
    return [(1,) * (rank - len(s)) + tuple(s) for s in shapes]


def _clip(cells: range, size: int) -> range:
    """The cells that lie in [0, size)."""
    inside = cells[max(0, -(cells.start // cells.step)) :]
    return range(inside.start, min(inside.stop, size), inside.step)


def _steps(cells: range) -> tuple[int, int, int]:
    """(first, last + 1, step); the step of one cell is 1."""
    return cells[0], cells[-1] + 1, cells.step if len(cells) > 1 else 1


def _spread(nodes: Nodes, node: str, cell: Cell, *, clip: bool) -> Axes:
    """Input cells on each axis, walked from `node` back to the input."""
    c, y, x = _coordinates({"kind": "cell"}, cell)
    reached: dict[str, Axes] = {node: ({c}, {y}, {x})}
    for name in reversed(list(nodes)):
        geometry, inputs, _ = nodes[name]
        here = reached.get(name)
        if geometry["kind"] == "input":
            return here or (set(), set(), set())
        shapes = _aligned(geometry, [nodes[i][2] for i in inputs])
        for index, (parent, shape) in enumerate(zip(inputs, shapes, strict=True)):
            if here and all(here):
                known = reached.setdefault(parent, (set(), set(), set()))
                _join(known, _step_back(geometry, index, here, shape, clip=clip))
    return set(), set(), set()


def _step_back(geometry: Geometry, source: int, cells: Axes, shape: Shape, *, clip: bool) -> Axes:
    """Cells of one input for a set of output cells: each axis by itself, equal ranges once."""
    ats = (cells[0],) * 3 if geometry["kind"] == "flatten" else cells
    found: list[set[int]] = []
    for axis in range(3):
        ranges = {_along(geometry, source, axis, at, shape) for at in ats[axis]}
        size = as_map(shape)[axis]
        found.append(set().union(*(_clip(r, size) if clip else r for r in ranges)))
    return found[0], found[1], found[2]


def _join(known: Axes, more: Axes) -> None:
    """Adds `more` where it holds any cell at all."""
    if all(more):
        for cells, new in zip(known, more, strict=True):
            cells |= new


def _bounds(cells: Axes) -> tuple[int, int, int, int]:
    """(y0, y1, x0, x1), half-open."""
    _, ys, xs = cells
    return (min(ys), max(ys) + 1, min(xs), max(xs) + 1) if ys and xs else (0, 0, 0, 0)
