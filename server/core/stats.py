"""Numbers about records that colours and legends need: blocks of layers, and ranges of values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .ends import Ends, measure
from .record import Op, Record

OTHER_SCALE = {Op.INPUT, Op.SOFTMAX}  # pixels and shares: never on one scale with activations
Range = list[float]


def blocks(records: Sequence[Record]) -> dict[str, int]:
    """Node id -> number of its block, 0 first.

    A block closes behind a pooling that makes maps smaller, or opens before a convolution that
    does, unless it has no convolution yet; vectors behind the last maps are a block of their own.
    Branches are numbered by what they read.
    """
    known = {r.id: r for r in records}
    before_maps = _before_maps(records)
    number: dict[str, int] = {}
    behind: dict[
        str, tuple[int, bool]
    ] = {}  # the block that goes on behind a node, and whether it has a convolution
    for record in records:
        block, worked = max((behind[i] for i in record.inputs), default=(0, False))
        smaller = _makes_smaller(record, known)
        vector = len(record.shape) == 1 and record.id not in before_maps and record.inputs
        opens = (record.op is Op.CONV and smaller) or (
            vector and any(len(known[i].shape) > 1 for i in record.inputs)
        )
        if opens and worked:
            block, worked = block + 1, False
        number[record.id] = block
        closes = record.op is Op.POOL and smaller and math.prod(record.shape[1:]) > 1
        behind[record.id] = (
            (block + 1, False) if closes and worked else (block, worked or record.op is Op.CONV)
        )
    return number


def ranges(
    records: Sequence[Record],
    *,
    ends: Mapping[str, Ends] | None = None,
    number: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Lowest and highest finite value per map, layer (node), block and of the whole network.

    `{"map": {id: [[lo, hi], ...]}, "layer": {id: [lo, hi]}, "block": {"0": [lo, hi]},
    "network": [lo, hi]}`; a vector is one map. Block and network leave out the input and the
    softmax, which have scales of their own, unless there is nothing else. [0, 0] where nothing is
    finite or there is no value. `ends` and `number` (of blocks) are those of the records.
    """
    ends = measure(records) if ends is None else ends
    number = blocks(records) if number is None else number
    maps = {r.id: ends[r.id].rows.tolist() if r.id in ends else [] for r in records}
    layer = {name: _union(rows) for name, rows in maps.items()}
    shared = [r for r in records if r.op not in OTHER_SCALE and r.value is not None]
    block: dict[str, Range] = {}
    for index in sorted(set(number.values())):
        inside = [r for r in shared if number[r.id] == index] or [
            r for r in records if number[r.id] == index
        ]
        block[str(index)] = _union(layer[r.id] for r in inside)
    network = _union(layer[r.id] for r in shared or records)
    return {"map": maps, "layer": layer, "block": block, "network": network}


def _before_maps(records: Sequence[Record]) -> set[str]:
    """Nodes from which maps are made later on."""
    found: set[str] = set()
    for record in reversed(records):
        if len(record.shape) > 1 or record.id in found:
            found.update(record.inputs)
    return found


def _makes_smaller(record: Record, known: dict[str, Record]) -> bool:
    """Whether the node's maps have fewer cells than those that it reads."""
    largest = max((math.prod(known[i].shape[1:]) for i in record.inputs), default=0)
    return len(record.shape) > 1 and math.prod(record.shape[1:]) < largest and _strides(record)


def _strides(record: Record) -> bool:
    """A convolution without padding makes maps smaller, too: only steps of two cells count."""
    return record.op is not Op.CONV or max(record.geometry.get("stride", [1])) > 1


def _union(parts: Iterable[Range]) -> Range:
    """[lo, hi] that holds all of them."""
    pairs = list(parts)
    return [min(p[0] for p in pairs), max(p[1] for p in pairs)] if pairs else [0.0, 0.0]
