"""How far a network's answer holds: shapes at other places and in other sizes than it learned."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ..data.shapes import NOISE, STYLES, Style, alone, draw
from .corpus import Pictures
from .fit import Scale, top1

STYLE = STYLES["shapes"]
SHIFTS = (0, 2, 4, 6, 8)  # pixels
RADII = (3, 4, 5, 7, 9, 11, 12.5)  # pixels
ASIDE = ((1, 0), (-1, 0), (0, 1), (0, -1))
PICTURES, SEED = 400, 3  # of each measurement; neither the seed of learning nor that of the test
FARTHEST = 10  # pixels that a shape alone is moved at most


def by_shift(network: nn.Module, scale: Scale, shift: float) -> float:
    """Returns the share of shapes, 0 to 1, still named rightly when moved by `shift` pixels.

    The same shapes for every shift, a quarter of them moved to each side.
    """
    styles = [replace(STYLE, move=(x * shift, y * shift)) for x, y in ASIDE]
    return _share(network, scale, styles)


def by_radius(network: nn.Module, scale: Scale, radius: float) -> float:
    """Returns the share of shapes, 0 to 1, named rightly when their radius is `radius` pixels."""
    return _share(network, scale, [replace(STYLE, radius=(radius, radius))])


def _share(network: nn.Module, scale: Scale, styles: list[Style]) -> float:
    chance = torch.Generator().manual_seed(SEED)
    parts = [draw(style, PICTURES // len(styles), NOISE, chance) for style in styles]
    x, y = (torch.cat(part) for part in zip(*parts, strict=True))
    return top1(network, Pictures(x, y), scale)


def wide(name: str, radius: float) -> Tensor:
    """Returns a shape alone on a picture (48, 48) uint8, which has every moved picture in it."""
    return alone(replace(STYLE, side=STYLE.side + 2 * FARTHEST), name, radius)


@torch.no_grad()
def places(network: nn.Module, scale: Scale, picture: Tensor) -> Tensor:
    """Returns the probabilities (21, 21, classes) of the shape on a `wide` picture, moved about.

    Row 0 has it 10 pixels up, column 0 has it 10 pixels to the left; the middle does not move it.
    """
    moved = picture.unfold(0, STYLE.side, 1).unfold(1, STYLE.side, 1).flip(0, 1)
    batch = moved.reshape(-1, 1, STYLE.side, STYLE.side) / 255
    logits: Tensor = network(scale(batch))
    return logits.softmax(1).view(*moved.shape[:2], -1)
