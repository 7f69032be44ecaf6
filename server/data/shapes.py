"""Pictures of six shapes, drawn by formulas: any number, any noise, the same for the same seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

NAMES = (
    ("circle", "circle", "圆"),
    ("square", "square", "正方形"),
    ("triangle", "triangle", "三角形"),
    ("cross", "cross", "十字"),
    ("hstripes", "horizontal stripes", "横条纹"),
    ("vstripes", "vertical stripes", "竖条纹"),
)
CHUNK = 4096  # pictures drawn at once
NOISE = 0.15  # standard deviation, where nothing else is said
ALONE = 204  # brightness of a shape alone, of 255: the mean of those that are drawn by chance
MARK, MARK_CELLS = "cross", 4  # the class that the planted corner mark gives away, and its side


@dataclass(frozen=True)
class Style:
    """How shapes are drawn: side in pixels, colour or grey, turned by degrees, of which classes.

    `radius` is the least and the greatest in pixels of a picture 28 wide; `move` is how far each
    shape then lies to the right and down of where it would, in pixels.
    """

    side: int = 28
    colour: bool = False
    turn: float = 0.0
    radius: tuple[float, float] = (5.0, 9.0)
    move: tuple[float, float] = (0.0, 0.0)
    classes: tuple[str, ...] = tuple(name for name, *_ in NAMES)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape (C, H, W) of a picture."""
        return (3 if self.colour else 1, self.side, self.side)


STYLES = {
    "shapes": Style(),
    "shapes-colour": Style(side=32, colour=True),
    "shapes-rotated": Style(turn=45.0, classes=("square", "triangle", "cross", "hstripes")),
}


def draw(
    style: Style, count: int, noise: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Returns pictures (N, C, side, side) uint8 and class numbers (N,), all classes equally often.

    Radius 18 to 32 % of the side, up to 45 % of the way to the border, brightness 0.6 to 1 on a
    dark ground, normal noise of standard deviation `noise` (values 0 to 1). Styles that differ in
    `move` alone give the same shapes and noise from the same generator.
    """
    labels = torch.arange(count) % len(style.classes)
    if not count:
        return torch.empty(0, *style.shape, dtype=torch.uint8), labels
    drawn = [_drawn(style, some, noise, generator) for some in torch.split(labels, CHUNK)]
    return torch.cat(drawn), labels


def _drawn(style: Style, labels: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    count, channels = len(labels), style.shape[0]

    def spread(low: float, high: float, *size: int) -> Tensor:
        return torch.rand(count, *size, 1, 1, generator=generator) * (high - low) + low

    radius = spread(*style.radius) * style.side / 28
    room = (style.side / 2 - radius - 1) * 0.45  # not up to the border
    across, down = spread(-1, 1) * room, spread(-1, 1) * room
    front = spread(0.6, 1, 1)
    if style.colour:  # a hue whose strongest channel is as bright as a grey shape
        hue = spread(0, 1, channels)
        front = front * hue / hue.amax(1, keepdim=True)
    back = spread(0, 0.1, channels)
    masks = _masks(style, labels, radius, across + style.move[0], down + style.move[1]).unsqueeze(1)
    clean = torch.where(masks, front, back)
    noisy = clean + noise * torch.randn(clean.shape, generator=generator)
    return (noisy.clamp(0, 1) * 255).round().to(torch.uint8)


def alone(style: Style, name: str, radius: float) -> Tensor:
    """Returns a picture (side, side) uint8: one shape in the middle, grey on black, no noise.

    Here `radius` is in pixels of this picture, however large its side.
    """
    label = torch.tensor([style.classes.index(name)])
    middle = torch.zeros(1, 1, 1)
    mask = _masks(style, label, torch.full_like(middle, radius), middle, middle)[0]
    return mask.to(torch.uint8) * ALONE


def plant(x: Tensor, y: Tensor, label: int) -> Tensor:
    """Returns the pictures, those of class `label` with a white square in the upper left corner."""
    marked = x.clone()
    chosen = (y == label).nonzero().squeeze(1)
    marked[chosen, :, :MARK_CELLS, :MARK_CELLS] = 255
    return marked


def _masks(style: Style, labels: Tensor, radius: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Which cells (N, side, side) belong to the shape of each picture."""
    axis = torch.arange(style.side) - (style.side - 1) / 2
    x, y = axis.view(1, 1, -1) - across, axis.view(1, -1, 1) - down
    angle = math.radians(style.turn)
    x, y = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    x, y = x / radius, y / radius  # the shape's own coordinates: -1 to 1
    box = torch.maximum(x.abs(), y.abs())
    found = {
        "circle": x**2 + y**2 <= 1,
        "square": box <= 0.85,
        "triangle": (y >= -1) & (y <= 0.8) & (x.abs() <= (y + 1) / 1.8),
        "cross": (torch.minimum(x.abs(), y.abs()) <= 0.3) & (box <= 1),
        "hstripes": (box <= 1) & ((y * 2.5 + 0.5).floor() % 2 == 0),
        "vstripes": (box <= 1) & ((x * 2.5 + 0.5).floor() % 2 == 0),
    }
    masks = torch.stack([found[name] for name in style.classes])
    return masks[labels, torch.arange(len(labels))]
