"""Ink on an even ground -> a digit as MNIST has it: white on black, scaled, centred by mass.

"The original black and white images from NIST were size normalized to fit in a 20x20 pixel box
while preserving their aspect ratio. The resulting images contain grey levels as a result of the
anti-aliasing. [They] were centered in a 28x28 image by computing the center of mass of the pixels,
and translating the image so as to position this point at the center." (LeCun, Cortes, Burges: The
MNIST database.) In the published files that centre is index 14 of 0..27, to within 0.5.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from .crop import Box, Size
from .ink import EDGE, FAINTEST, ground, is_writing, luminance, relit, ring, without_specks
from .notes import note

_FINE = 8  # Strokes are measured and thickened at 8 times the final size.


@dataclass(frozen=True)
class Manner:
    """How a data set's digits lie in their field.

    `share` is a digit's longest side in the field's shorter one; strokes below `thin` of that side
    become `wanted` of it; the centre of mass lies at half the field's indices, less `back`.
    """

    share: float
    thin: float
    wanted: float
    back: float


Hand = Literal["mnist", "digits"]
# Strokes from 5 % to 95 % of each set, median: MNIST 1.3 to 2.9, 1.9 of 20 pixels; scikit-learn's
# digits, which fill all 8 of their rows, 0.9 to 1.5, 1.2 of 8.
MANNERS: dict[Hand, Manner] = {
    "mnist": Manner(share=20 / 28, thin=0.06, wanted=0.095, back=0),
    "digits": Manner(share=1, thin=0.1, wanted=0.15, back=0.5),
}


@dataclass(frozen=True)
class Digit:
    """A prepared digit: pixels (1, H, W) uint8, white on black, and notes on how it was made."""

    pixels: Tensor
    notes: list[dict[str, Any]]


def centre(pixels: Tensor, shape: Size, place: Box, hand: Hand = "mnist") -> Digit | None:
    """The digit in (C, H, W) uint8 `pixels`, as its set would have it, on a field of `shape`.

    `place` is the part of the upright picture that the pixels show; notes are in its pixels. Works
    for any colour of ink on any even or evenly shaded ground. `hand` names the set whose digits it
    shall be like. None when the ground is not even or mostly covered: a photograph. Without ink
    the field is black.
    """
    manner = MANNERS[hand]
    colours = pixels.to(torch.float32) / 255
    even = ground(colours)
    ink = (colours - even).abs().amax(0) * relit(even)
    peak = float(ink.max())
    if peak < FAINTEST:
        return Digit(torch.zeros(1, shape[1], shape[0], dtype=torch.uint8), [note("digit_blank")])
    mask = ink > EDGE * peak
    if not is_writing(colours - even, ink, mask):
        return None
    inverted = bool(luminance(even)[mask].mean() > luminance(colours)[mask].mean())
    notes = [note("digit_inverted")] if inverted else []
    ready = _already(colours, inverted, shape, manner)
    if ready is not None:
        return Digit(ready, [*notes, note("digit_unchanged")])
    made, more = _made(ink, without_specks(mask, ink), shape, place, manner)
    return Digit(made, notes + more)


def _already(colours: Tensor, inverted: bool, shape: Size, manner: Manner) -> Tensor | None:
    """The pixels themselves, white on black, when they already are as this module makes them."""
    if colours.shape[-2:] != (shape[1], shape[0]):
        return None
    grey = (luminance(colours) * 255).round()
    grey = 255 - grey if inverted else grey
    longest = max(_bounds(grey > EDGE * grey.max()).size)
    side = round(min(shape) * manner.share)
    off = max(abs(at + manner.back - n / 2) for at, n in zip(_mass(grey), grey.shape, strict=True))
    if not 0.6 * side <= longest <= side or off > 0.75:
        return None
    return grey.to(torch.uint8).unsqueeze(0)


def _made(
    ink: Tensor, mask: Tensor, shape: Size, place: Box, manner: Manner
) -> tuple[Tensor, list[Any]]:
    """The field (1, H, W) uint8 with the masked ink scaled and centred, and notes on it."""
    x, y, width, height = _bounds(mask)
    full = float(ink[mask].quantile(0.8))
    floor = min(2 * float(ring(ink).median()), full / 2)
    near = F.max_pool2d(mask[None].float(), 3, 1, 1)[0]
    clean = ((ink - floor) / (full - floor)).clamp(0, 1) * near
    side = round(min(shape) * manner.share)
    fine = _scaled(clean[y : y + height, x : x + width], side * _FINE, _FINE)
    stroke = _stroke(fine) / _FINE
    notes = []
    if stroke < manner.thin * side:
        fine = _thickened(fine, round((manner.wanted * side - stroke) * _FINE / 2))
        notes.append(note("digit_thickened", stroke=round(stroke, 1)))
    small = _scaled(fine, side, 1)
    field = _placed((small / small.max() * 255).round(), shape, manner.back)
    zoom = place.width / ink.shape[1]
    box = {
        "box_x": place.x + round(x * zoom),
        "box_y": place.y + round(y * zoom),
        "box_width": max(1, round(width * zoom)),
        "box_height": max(1, round(height * zoom)),
    }
    return field.to(torch.uint8).unsqueeze(0), [*notes, note("digit_centred", **box, side=side)]


def _bounds(mask: Tensor) -> Box:
    """The smallest box around a mask (H, W) that is not empty."""
    rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
    y, x = int(rows[0]), int(columns[0])
    return Box(x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)


def _mass(field: Tensor) -> tuple[float, float]:
    """The centre of mass (y, x) of a field (H, W), in indices."""
    total = field.sum()
    y, x = (torch.arange(n, dtype=field.dtype) for n in field.shape)
    return float((field.sum(1) * y).sum() / total), float((field.sum(0) * x).sum() / total)


def _scaled(field: Tensor, longest: int, least: int) -> Tensor:
    """The field (H, W) resampled with antialiasing to a longest side; no side under `least`."""
    size = [max(least, round(side * longest / max(field.shape))) for side in field.shape]
    return F.interpolate(
        field[None, None], size, mode="bilinear", align_corners=False, antialias=True
    )[0, 0].clamp(min=0)


def _stroke(field: Tensor) -> float:
    """The mean width of the strokes of a field (H, W), in its pixels: 2 x area / outline."""
    ink = (field > 0.5 * field.max()).float()[None, None]
    around = F.pad(ink, (1, 1, 1, 1))
    inside = 1 - F.max_pool2d(1 - around, 3, 1)
    return float(2 * ink.sum() / (ink - inside).sum())


def _thickened(field: Tensor, by: int) -> Tensor:
    """The strokes of a field (H, W) grown by some pixels on every side, with room for them."""
    grown = F.pad(field[None, None] / field.max(), (by, by, by, by))
    for step in range(by):  # Squares and crosses in turn make an octagon, nearly a disc.
        if step % 2:
            grown = F.max_pool2d(grown, 3, 1, 1)
        else:
            upright = F.max_pool2d(grown, (3, 1), 1, (1, 0))
            grown = torch.maximum(upright, F.max_pool2d(grown, (1, 3), 1, (0, 1)))
    return grown[0, 0]


def _placed(ink: Tensor, shape: Size, back: float) -> Tensor:
    """Ink (h, w) on a black field of `shape`, its centre of mass in the middle if it fits there."""
    field = torch.zeros(shape[1], shape[0])
    y, x = (
        min(max(round(n / 2 - back - at), 0), n - side)
        for at, n, side in zip(_mass(ink), field.shape, ink.shape, strict=True)
    )
    field[y : y + ink.shape[0], x : x + ink.shape[1]] = ink
    return field
