"""Random, reproducible changes of a batch of pictures while a network learns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Augment:
    """How far each picture may be changed; every zero (and `flip = false`) leaves it as it is."""

    flip: bool = False
    shift: float = 0.0  # part of the side, each direction
    sharp: float = 0.0  # share of pictures that are only flipped and moved by whole cells
    zoom: float = 0.0  # factor from exp(-zoom) to exp(zoom)
    stretch: float = 0.0  # ratio of the two axes, the same way
    rotate: float = 0.0  # degrees, each direction
    shear: float = 0.0  # part of the side, each direction
    light: float = 0.0  # brightness, contrast and saturation factors from 1 - light to 1 + light
    tint: float = 0.0  # factor of each colour channel from 1 - tint to 1 + tint
    erase: float = 0.0  # chance that a square is painted grey
    erase_side: float = 0.4  # its largest side, part of the picture's
    border: str = "reflection"  # what lies outside the picture: "reflection", "border" or "zeros"
    crop: float = 0.0  # up to this part of the side is cut away, the rest enlarged
    noise: float = 0.0  # standard deviation of normal noise, values 0 to 1


def augment(batch: Tensor, options: Augment, generator: torch.Generator) -> Tensor:
    """Return `batch` (N, C, H, W) in [0, 1] with every picture changed on its own, same shape."""
    batch = _warp(batch, options, generator)
    if options.light or options.tint:
        batch = _relight(batch, options, generator)
    if options.erase:
        batch = _erase(batch, options, generator)
    if options.noise:
        noise = torch.randn(batch.shape, generator=generator)
        batch = (batch + options.noise * noise).clamp_(0, 1)
    return batch


def _spread(n: int, width: float, generator: torch.Generator) -> Tensor:
    """Return n numbers, uniform from -width to +width."""
    return (torch.rand(n, generator=generator) * 2 - 1) * width


def _warp(batch: Tensor, options: Augment, generator: torch.Generator) -> Tensor:
    n, _, height, width = batch.shape
    turn = _spread(n, math.radians(options.rotate), generator)
    zoom = torch.exp(-_spread(n, options.zoom, generator))
    stretch = torch.exp(_spread(n, options.stretch / 2, generator))
    shear = _spread(n, options.shear, generator)
    # affine_grid maps output to source, so factors are inverses; one side of the picture is 2
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = torch.cos(turn) * zoom * stretch
    theta[:, 0, 1] = (shear - torch.sin(turn)) * zoom
    theta[:, 1, 0] = torch.sin(turn) * zoom
    theta[:, 1, 1] = torch.cos(turn) * zoom / stretch
    theta[:, 0, 2] = _spread(n, 2 * options.shift, generator)
    theta[:, 1, 2] = _spread(n, 2 * options.shift, generator)
    if options.crop:
        _crop(theta, options.crop, generator)
    if options.sharp:
        _sharpen(theta, torch.tensor([width, height]), options.sharp, generator)
    if options.flip:
        theta[torch.rand(n, generator=generator) < 0.5, 0, :2] *= -1
    grid = F.affine_grid(theta, list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, padding_mode=options.border, align_corners=False)


def _crop(theta: Tensor, most: float, generator: torch.Generator) -> None:
    """Looks at a part of every picture that lies inside it: its side 1 - most to 1 of the whole."""
    n = len(theta)
    cut = torch.rand(n, generator=generator) * most
    theta[:, :, :2] *= (1 - cut).view(n, 1, 1)
    theta[:, :, 2] += (torch.rand(n, 2, generator=generator) * 2 - 1) * cut.view(n, 1)


def _sharpen(theta: Tensor, sides: Tensor, share: float, generator: torch.Generator) -> None:
    """Undo all but the shift of some pictures, and make that whole cells: nothing is resampled."""
    sharp = torch.rand(len(theta), generator=generator) < share
    theta[sharp, :, :2] = torch.eye(2)
    theta[sharp, :, 2] = (theta[sharp, :, 2] * sides / 2).round() * 2 / sides


def _relight(batch: Tensor, options: Augment, generator: torch.Generator) -> Tensor:
    n, channels = batch.shape[:2]

    def factor() -> Tensor:
        return 1 + _spread(n, options.light, generator).view(n, 1, 1, 1)

    batch = batch * factor()
    mean = batch.mean(dim=(1, 2, 3), keepdim=True)
    batch = mean + (batch - mean) * factor()
    grey = batch.mean(dim=1, keepdim=True)
    batch = grey + (batch - grey) * factor()
    tint = 1 + _spread(n * channels, options.tint, generator).view(n, channels, 1, 1)
    return (batch * tint).clamp_(0, 1)


def _erase(batch: Tensor, options: Augment, generator: torch.Generator) -> Tensor:
    n, _, height, width = batch.shape
    centre = torch.rand(n, 2, generator=generator)
    half = torch.rand(n, 1, 1, generator=generator) * options.erase_side / 2
    hit = (torch.rand(n, generator=generator) < options.erase).view(n, 1, 1)
    y = (torch.arange(height) + 0.5).view(1, height, 1) / height
    x = (torch.arange(width) + 0.5).view(1, 1, width) / width
    dy, dx = y - centre[:, 0].view(n, 1, 1), x - centre[:, 1].view(n, 1, 1)
    covered = hit & (dy.abs() < half) & (dx.abs() < half)
    return batch.masked_fill(covered.unsqueeze(1), 0.5)
