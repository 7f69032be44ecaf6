"""Steps of a network that take another function's place: activations, poolings, scaled channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from .calls import Geometry
from .ops import describe, learn

# As torch's defaults have them; each is listed as the node that it becomes.
ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "identity": torch.clone,
}


@dataclass(frozen=True)
class Step:
    """A node in the making: what it reads, what it made of it, and how (all with a batch axis)."""

    source: Tensor
    value: Tensor
    geometry: Geometry


def swapped(step: Step, function: str) -> Step:
    """The step with another activation: its value, and its geometry as the tap describes it."""
    value = ACTIVATIONS[function](step.source)
    geometry: dict[str, Any] = {"kind": "cell", "function": "identity"}
    if function != "identity":
        seen = learn(ACTIVATIONS[function])
        _, geometry = describe(seen, (step.source.shape,), (), (), value.shape)
    return replace(step, value=value, geometry=geometry)


def pooled(step: Step, mode: Literal["max", "average"]) -> Step:
    """The step with the maximum or the average of the same windows.

    An average counts the padding's zeros, as torch's does by default.
    """
    was = step.geometry
    if was["mode"] == mode:
        return step
    kept = {k: v for k, v in was.items() if k not in ("count_include_pad", "divisor")}
    if was["kind"] == "adaptive":
        value = _adaptive(step.source, mode, was["output"]).view_as(step.value)
    else:
        value = _windows(step.source, mode, was)
        kept["count_include_pad"] = mode == "average"
    return replace(step, value=value, geometry={**kept, "mode": mode})


def average_has_no(geometry: Geometry) -> str:
    """Why a pooling's windows cannot be averaged, or ""."""
    dilated = any(step != 1 for step in geometry.get("dilation", ()))
    return "looks at cells with gaps between them" if dilated else ""


def off(step: Step, scales: Mapping[int, float]) -> Step:
    """The step with some channels times a number; 0 is 0 also where a value is not finite."""
    value = step.value.clone()
    channels = value[0] if value.ndim > 1 and value.shape[0] == 1 else value
    for channel, scale in scales.items():
        channels[channel] = channels[channel] * scale if scale else 0
    return replace(step, value=value)


def _adaptive(source: Tensor, mode: str, output: list[int]) -> Tensor:
    pools: Any = getattr(F, f"adaptive_{'max' if mode == 'max' else 'avg'}_pool{len(output)}d")
    value: Tensor = pools(source, output)
    return value


def _windows(source: Tensor, mode: str, geometry: Geometry) -> Tensor:
    axes = len(geometry["kernel"])
    pools: Any = getattr(F, f"{'max' if mode == 'max' else 'avg'}_pool{axes}d")
    padding = [before for before, _ in geometry["padding"]]
    where = (geometry["kernel"], geometry["stride"], padding)
    value: Tensor = pools(source, *where, ceil_mode=geometry["ceil"])
    return value
