"""All that a run has recorded, sent piece by piece: as JSON, or as columns of numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..store import RunRow, Store
from ..train.events import KINDS, POINT, Health, Layers, Phase, Points, Rows

PIECE = 4096  # points that become text at once
TABLE, VALUES = 256, ".values"  # most numbers of a table, and how it is called after its column
Packed = NDArray[np.floating] | NDArray[np.uint8]
# What a curve's flags and tables are made of; the rest is as long as the points.
TOLD = tuple(
    kind for kind in KINDS if kind not in {k.type for k in (Points, Layers, Health, Phase)}
)


def as_json(store: Store, row: RunRow, from_step: int, buckets: int) -> Iterator[str]:
    """Yields the text of `{id, state, seq, points, events}`, some thousand points at a time."""
    points = decimated(store.points(row.id, from_step), buckets)
    head = {"id": row.id, "state": row.state, "seq": row.seq}
    yield json.dumps(head, separators=(",", ":"))[:-1] + ',"points":['
    for start in range(0, len(points), PIECE):
        piece = Points(points[start : start + PIECE]).as_json()["points"]
        yield ("," if start else "") + json.dumps(piece, separators=(",", ":"))[1:-1]
    yield '],"events":['
    for index, (_, event) in enumerate(store.events(row.id, from_step, TOLD)):
        yield ("," if index else "") + json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    yield "]}"


def as_columns(
    store: Store, row: RunRow, from_step: int, buckets: int, names: Sequence[str] = POINT
) -> Iterator[bytes]:
    """Yields the points as a safetensors file: (n,) for each of step, epoch, loss, ...

    A column is F32 where that holds each of its numbers exactly, as it does losses of PyTorch, else
    F64. Of more than 2 numbers, one that is the same throughout is (1,), and one that rises by 1,
    as steps do, is (2,), its first and its last. A long one of few different numbers, as accuracies
    of batches are, is U8: each is the place of its number in `<name>.values`. `__metadata__.run` is
    the JSON `{id, state, seq, count}`, n the `count`. The file is written here and not by the
    library, which copies a million points twice before the first byte can be sent.
    """
    points = decimated(store.points(row.id, from_step), buckets)
    run = {"id": row.id, "state": row.state, "seq": row.seq, "count": len(points)}
    head: dict[str, object] = {"__metadata__": {"run": json.dumps(run)}}
    tensors: list[tuple[str, Packed]] = []
    for name, column in zip(names, turned(points, names), strict=True):
        numbers, values = packed(column)
        tensors += (
            [(name, numbers)] if values is None else [(name, numbers), (name + VALUES, values)]
        )
    tensors.sort(key=lambda tensor: -tensor[1].itemsize)  # So that each begins where it may.
    end = 0
    for name, tensor in tensors:
        begin, end = end, end + tensor.nbytes
        kind = {1: "U8", 4: "F32", 8: "F64"}[tensor.itemsize]
        head[name] = {"dtype": kind, "shape": [len(tensor)], "data_offsets": [begin, end]}
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # Or the numbers could not be viewed in place.
    yield len(text).to_bytes(8, "little") + text
    for _, tensor in tensors:
        yield tensor.tobytes()


def turned(points: Rows, names: Sequence[str]) -> Rows:
    """Returns (names, n) little-endian float64; turned piece by piece, which stays in the cache."""
    chosen = [POINT.index(name) for name in names]
    columns = np.empty((len(chosen), len(points)), "<f8")
    for start in range(0, len(points), PIECE):
        columns[:, start : start + PIECE] = points[start : start + PIECE, chosen].T
    return columns


def packed(column: NDArray[np.float64]) -> tuple[Packed, Packed | None]:
    """Returns the same numbers in as few bytes as hold them exactly, and their table if one helps.

    One for all where they are equal, the first and the last where they rise by 1; float32; places
    in the table of a long column that has at most 256 different numbers.
    """
    if len(column) > 2 and column[0] == column[-1] and np.all(column == column[0]):
        column = column[:1]
    elif len(column) > 2 and column[-1] - column[0] == len(column) - 1:
        column = column[[0, -1]] if np.all(np.diff(column) == 1) else column
    if (found := tabled(column)) is not None:
        return found
    with np.errstate(over="ignore"):  # What is beyond float32 becomes infinite, and is not equal.
        small = column.astype("<f4")
    return (small if np.array_equal(small, column, equal_nan=True) else column), None


def tabled(column: NDArray[np.float64]) -> tuple[Packed, Packed] | None:
    """Returns the places and their table, of a long column with few different numbers."""
    if len(column) <= PIECE:
        return None
    values = np.unique(column[:: len(column) // PIECE])
    while len(values) <= TABLE:
        places = np.searchsorted(values, column).clip(max=len(values) - 1)
        others = column[values[places] != column]
        if len(others) == 0:
            return places.astype("u1"), values
        if np.isnan(others).any():
            return None
        values = np.union1d(values, others)
    return None


def decimated(points: Rows, buckets: int) -> Rows:
    """Returns the points that a curve of so many pixels shows; all of them for 0.

    Of each of `buckets` pieces of equal length the points stay at which loss or accuracy is lowest
    or highest, and the first and last of all: the curve's outline is that of all points.
    """
    count = len(points)
    if not buckets or count <= 4 * buckets:
        return points
    kept = [0, count - 1]
    for piece in np.array_split(np.arange(count), buckets):
        for column in (POINT.index("loss"), POINT.index("accuracy")):
            values = points[piece, column]
            kept += [int(piece[values.argmin()]), int(piece[values.argmax()])]
    chosen: NDArray[np.intp] = np.unique(np.array(kept, np.intp))
    return np.take(points, chosen, axis=0)
