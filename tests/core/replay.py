"""Does a recorded step again, from its record alone: torch is the referee of edges and geometry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.core.record import Op, Record

State = Mapping[str, Tensor]


def again(record: Record, inputs: list[Tensor], state: State) -> Tensor:
    """The node's value (without batch axis), computed by torch from what the record says."""
    weights = {role: state[name] for role, name in record.weights.items()}
    return STEPS[record.op](record, [value[None] for value in inputs], weights)[0]


def _conv(record: Record, inputs: list[Tensor], weights: State) -> Tensor:
    g = record.geometry
    (top, bottom), (left, right) = g["padding"]
    padded = F.pad(inputs[0], (left, right, top, bottom))
    bias = weights.get("bias")
    return F.conv2d(padded, weights["weight"], bias, g["stride"], 0, g["dilation"], g["groups"])


def _pool(record: Record, inputs: list[Tensor], weights: State) -> Tensor:
    g, (x,) = record.geometry, inputs
    if g["kind"] == "adaptive":
        pooled = F.adaptive_avg_pool2d(x, g["output"])
        return pooled.reshape(1, *record.shape)
    pad = [before for before, _ in g["padding"]]
    if g["mode"] == "max":
        return F.max_pool2d(x, g["kernel"], g["stride"], pad, g["dilation"], g["ceil"])
    count = g["count_include_pad"]
    return F.avg_pool2d(x, g["kernel"], g["stride"], pad, g["ceil"], count)


def _activation(record: Record, inputs: list[Tensor], weights: State) -> Tensor:
    settings = {k: v for k, v in record.geometry.items() if k not in ("kind", "function")}
    function: Callable[..., Tensor] = getattr(F, record.geometry["function"])
    return function(inputs[0], **settings)


def _norm(record: Record, inputs: list[Tensor], weights: State) -> Tensor:
    named: dict[str, Any] = dict(weights)
    return F.batch_norm(inputs[0], **named, eps=record.geometry["eps"])


def _concat(record: Record, inputs: list[Tensor], weights: State) -> Tensor:
    axis = record.geometry["axis"]
    assert record.geometry["sizes"] == [value.shape[axis + 1] for value in inputs]
    return torch.cat(inputs, axis + 1)


STEPS: dict[Op, Callable[[Record, list[Tensor], State], Tensor]] = {
    Op.CONV: _conv,
    Op.POOL: _pool,
    Op.ACTIVATION: _activation,
    Op.NORM: _norm,
    Op.CONCAT: _concat,
    Op.DROPOUT: lambda record, inputs, weights: inputs[0],
    Op.FLATTEN: lambda record, inputs, weights: inputs[0].flatten(1),
    Op.DENSE: lambda record, inputs, weights: F.linear(inputs[0], **dict(weights)),
    Op.ADD: lambda record, inputs, weights: inputs[0] + inputs[1],
    Op.SOFTMAX: lambda record, inputs, weights: inputs[0].softmax(record.geometry["axis"] + 1),
}
