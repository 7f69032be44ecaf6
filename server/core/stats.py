"""Numbers about a whole trace: its blocks, and the ranges that colours are scaled to."""

from collections.abc import Sequence

import torch

from .record import Op, Record

# Neither has values of the kind that the others have: a picture, and shares of 1.
APART = frozenset({Op.INPUT, Op.SOFTMAX})


def blocks(records: Sequence[Record]) -> dict[str, int]:
    """Returns the number of each node's block, from 0 in execution order.

    A block closes after pooling that makes the maps smaller, opens before a convolution that does,
    and the vectors after the maps are the last block.
    """
    found: dict[str, int] = {}
    size: tuple[int, ...] = ()  # height and width of the maps by now
    block, closed, head = 0, False, False
    for record in records:
        now = record.shape[1:] if len(record.shape) == 3 else size
        is_smaller = _shrinks(size, now)
        to_head = len(record.shape) == 1 and not head
        if closed or to_head or (is_smaller and record.op is Op.CONV):
            block += 1
        head = head or to_head
        size = now if is_smaller or not size else size
        found[record.id] = block
        closed = is_smaller and record.op is Op.POOL
    return found


def _shrinks(before: tuple[int, ...], now: tuple[int, ...]) -> bool:
    """Whether height or width fall by a third; valid convolutions lose less: their border."""
    return any(3 * each <= 2 * was for each, was in zip(now, before, strict=False))


def _range(record: Record) -> list[float]:
    value = record.value
    if value is None or value.numel() == 0:
        return [0.0, 0.0]
    low, high = (float(end) for end in torch.aminmax(value.to(torch.float32)))
    if low - low == 0 and high - high == 0:
        return [low, high]
    finite = value[torch.isfinite(value)]
    return [float(finite.min()), float(finite.max())] if finite.numel() else [0.0, 0.0]


def _union(ranges: Sequence[list[float]]) -> list[float]:
    if not ranges:
        return [0.0, 0.0]
    return [min(low for low, _ in ranges), max(high for _, high in ranges)]


def ranges(records: Sequence[Record]) -> dict[str, object]:
    """Returns `{"layer": {id: [lo, hi]}, "block": {"0": [lo, hi]}, "network": [lo, hi]}`.

    Over finite values. Every node has its layer's range; blocks and network leave out the input and
    the softmax.
    """
    layer = {record.id: _range(record) for record in records}
    number = blocks(records)
    members: dict[str, list[list[float]]] = {}
    for record in records:
        if record.op not in APART:
            members.setdefault(str(number[record.id]), []).append(layer[record.id])
    block = {name: _union(found) for name, found in members.items()}
    return {"layer": layer, "block": block, "network": _union(list(block.values()))}
