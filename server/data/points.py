"""Points in the plane, two classes: what a network without pictures can and cannot separate."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Maker = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]


def draw(name: str, count: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Returns points (N, 2), float32, mostly within -1 to 1, and class numbers (N,), 0 or 1."""
    points, labels = MAKERS[name](count, generator)
    return points + noise * 0.5 * torch.randn(points.shape, generator=generator), labels


def _ring(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    labels = torch.arange(count) % 2
    angle = torch.rand(count, generator=generator) * math.tau
    radius = torch.rand(count, generator=generator) * 0.4 + labels * 0.6
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1), labels


def _xor(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    points = torch.rand(count, 2, generator=generator) * 2 - 1
    return points, (points.prod(1) > 0).long()


def _blobs(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    labels = torch.arange(count) % 2
    centre = (labels * 2 - 1).unsqueeze(1) * 0.5
    return centre + 0.2 * torch.randn(count, 2, generator=generator), labels


def _spiral(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    labels = torch.arange(count) % 2
    way = torch.rand(count, generator=generator)
    angle = way * 1.75 * math.tau + labels * math.pi
    return torch.stack([way * angle.sin(), way * angle.cos()], 1), labels


MAKERS: dict[str, Maker] = {"ring": _ring, "xor": _xor, "blobs": _blobs, "spiral": _spiral}
