"""A picture inside the network at one step, as bytes that the page reads like a trace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.numpy import save
from torch import Tensor, nn

from ..core import stats, tap
from ..core.ends import measure
from ..core.payload import quantise
from ..core.record import Op, Record
from .events import Frame, clean
from .feed import laid_out

ALL_WEIGHTS = 512 << 10  # parameters up to which every kernel travels with each frame


@dataclass(frozen=True)
class Shown:
    """What a frame is made of: the network at a step, the pinned pictures, one weight's numbers."""

    network: nn.Module
    classes: list[str]
    step: int
    pins: Tensor | None
    pin: int
    exact: bool
    glass: dict[str, Any] | None


def graph(network: nn.Module, x: Tensor) -> list[dict[str, Any]]:
    """Returns the network's nodes as the API lists them, found with one picture (1, C, H, W)."""
    return _described(tap.run(network, x).records)


def _described(records: tuple[Record, ...]) -> list[dict[str, Any]]:
    blocks = stats.blocks(records)
    return [{**record.describe(), "block": blocks[record.id]} for record in records]


def picture(shown: Shown) -> Frame:
    """Returns the frame of a step: the pinned picture's trace, kernels, the softmax of every pin.

    Blocks: `<node>` U8 and `<node>.range` F32 as `core.payload` has them, `exact/<node>` F32 where
    exact values were asked for, `weights/<name>` F32
    (networks of up to 524,288 parameters; of larger ones the first convolution alone).
    `__metadata__.trace` is a trace's header, with an empty model and trace id;
    `__metadata__.frame` is `{step, pin, softmax: [[...] of each pin], glass}`. Without pins there
    is no trace in it.
    """
    blocks = _weights(shown.network)
    pins = shown.pins if shown.pins is not None and len(shown.pins) else None
    pin = min(max(shown.pin, 0), len(pins) - 1) if pins is not None else 0
    facts: dict[str, Any] = {"step": shown.step, "pin": pin, "softmax": [], "glass": shown.glass}
    metadata: dict[str, str] = {}
    if pins is not None:
        records = tap.run(shown.network, laid_out(pins[pin : pin + 1])).records
        ends = measure(records)
        for record in records:
            if record.value is not None and record.value.numel():
                codes, ranges = quantise(record.value.float(), ends[record.id])
                blocks[record.id], blocks[f"{record.id}.range"] = codes, ranges.numpy()
                if shown.exact:
                    blocks[f"exact/{record.id}"] = record.value.float().contiguous().numpy()
        facts["softmax"] = _shares(shown.network, pins)
        metadata["trace"] = _text(_header(shown, records, ends))
    metadata["frame"] = _text(facts)
    return Frame(shown.step, save(blocks, metadata))


def _text(value: Any) -> str:
    """JSON; looking for what is not finite costs more than the rest, and it is rare."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return _text(clean(value))


def _header(shown: Shown, records: tuple[Record, ...], ends: Any) -> dict[str, Any]:
    shares = records[-1] if records[-1].op is Op.SOFTMAX else None
    logits = next((r for r in records if shares and r.id in shares.inputs), None)
    number = stats.blocks(records)
    return {
        "trace_id": "",
        "model": "",
        "classes": shown.classes,
        "logits": _numbers(logits),
        "probabilities": _numbers(shares),
        "nodes": [{**r.describe(), "block": number[r.id]} for r in records],
        "ranges": stats.ranges(records, ends=ends, number=number),
        "picture": {},
    }


def _numbers(record: Record | None) -> list[float]:
    return [] if record is None or record.value is None else record.value.flatten().tolist()


def _shares(network: nn.Module, pins: Tensor) -> list[list[float]]:
    """The softmax of every pinned picture, in eval mode; modes are as before afterwards."""
    training = [module for module in network.modules() if module.training]
    for module in training:
        module.training = False
    try:
        with torch.no_grad():
            shares: list[list[float]] = network(laid_out(pins)).softmax(1).tolist()
    finally:
        for module in training:
            module.training = True
    return shares


def _weights(network: nn.Module) -> dict[str, Any]:
    """The kernels that travel: all, or the first convolution's of a large network."""
    parameters = dict(network.named_parameters())
    if sum(p.numel() for p in parameters.values()) > ALL_WEIGHTS:
        first = next((n for n, p in parameters.items() if p.ndim == 4), None)
        parameters = {first: parameters[first]} if first else {}
    return {
        f"weights/{name}": value.detach().contiguous().numpy() for name, value in parameters.items()
    }
