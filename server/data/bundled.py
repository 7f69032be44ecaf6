"""The sets that need no file of a person's: scikit-learn's digits, drawn shapes, points."""

from __future__ import annotations

import gzip
import io
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from . import pictures, points, shapes
from .dataset import TEST, TRAIN, VALIDATION, DataSet, Kind, Listing, Making, Roots, Say
from .words import DataError, Words

# Drawn besides the training pictures of a generated set, the same however many those are.
EXTRA = {VALIDATION: 300, TEST: 600}
DIGIT_COUNTS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
DIGITS = tuple({"id": str(digit), "en": str(digit), "zh": str(digit)} for digit in range(10))
SHAPES = {name: {"id": name, "en": en, "zh": zh} for name, en, zh in shapes.NAMES}
TWO = ({"id": "orange", "en": "orange", "zh": "橙"}, {"id": "blue", "en": "blue", "zh": "蓝"})
_FULL = 16  # a sample that is wholly ink

NAMES: dict[str, Words] = {
    "digits": {"en": "Digits 8 × 8", "zh": "手写数字 8 × 8"},
    "digits-28": {"en": "Digits enlarged to 28 × 28", "zh": "手写数字（放大到 28 × 28）"},
    "shapes": {"en": "Shapes, grey", "zh": "图形（灰度）"},
    "shapes-colour": {"en": "Shapes in colour", "zh": "图形（彩色）"},
    "shapes-rotated": {"en": "Shapes turned by 45°", "zh": "图形（旋转 45°）"},
    "ring": {"en": "Ring", "zh": "圆环"},
    "xor": {"en": "Exclusive or", "zh": "异或"},
    "blobs": {"en": "Two clouds", "zh": "两团点"},
    "spiral": {"en": "Spiral", "zh": "螺旋"},
}


def listings(_: Roots) -> list[Listing]:
    """Returns the rows of the bundled sets."""
    return [_listing(name) for name in NAMES]


def version(name: str, _: Roots) -> str | None:
    """Returns a text that changes when the set does, None where there is no such set here."""
    return "bundled" if name in NAMES else None


def load(name: str, making: Making, _: Roots, __: Say | None) -> DataSet | None:
    """Returns a bundled set, None where there is no such set here.

    Generated sets have `making.pictures` training pictures and 300 + 600 for validation and test.

    Raises:
        DataError: scikit-learn's file of digits is not installed.
    """
    if name not in NAMES:
        return None
    if name in ("digits", "digits-28"):
        x, y = _digits(28 if name == "digits-28" else 8)
        return DataSet(name, NAMES[name], DIGITS, x, y)
    counts = {TRAIN: making.pictures, **EXTRA}
    drawn = [_draw(name, count, making, part) for part, count in counts.items()]
    x, y = (torch.cat(each) for each in zip(*drawn, strict=True))
    part = torch.tensor(list(counts)).repeat_interleave(torch.tensor(list(counts.values())))
    return DataSet(name, NAMES[name], _classes(name), x, y, part)


def _draw(name: str, count: int, making: Making, part: int) -> tuple[Tensor, ...]:
    """Every part has its own chance, so that more training pictures leave the others alone."""
    chance = torch.Generator().manual_seed(making.seed * len((TRAIN, *EXTRA)) + part)
    if name in points.MAKERS:
        return points.draw(name, count, making.noise, chance)
    return shapes.draw(shapes.STYLES[name], count, making.noise, chance)


@cache
def _digits(side: int) -> tuple[Tensor, Tensor]:
    """scikit-learn's 1,797 digits, 0..16 as 0..255; read without the second its import takes."""
    table = torch.from_numpy(digit_table())
    grey = (table[:, :64] * (255 / _FULL)).round().view(-1, 1, 8, 8)
    if side != 8:
        size = (side, side)
        grey = F.interpolate(grey, size=size, mode="bilinear", align_corners=False).round()
    return grey.to(torch.uint8), table[:, 64].to(torch.int64)


@cache
def digit_table() -> NDArray[np.float32]:
    """Returns (1797, 65): 64 samples of ink, 0 to 16, and the digit.

    NumPy's alone: PyTorch's threads would not outlive the fork that a run begins with.

    Raises:
        DataError: scikit-learn's file of digits is not installed.
    """
    path = pictures.digits_file()
    if path is None:
        raise DataError("absent", name=NAMES["digits"]["en"])
    text = gzip.decompress(path.read_bytes())
    return np.loadtxt(io.BytesIO(text), delimiter=",", dtype=np.float32)


def _classes(name: str) -> tuple[Words, ...]:
    if name in shapes.STYLES:
        return tuple(SHAPES[each] for each in shapes.STYLES[name].classes)
    return TWO if name in points.MAKERS else DIGITS


def _listing(name: str) -> Listing:
    classes = _classes(name)
    kind: Kind = "points" if name in points.MAKERS else "bundled"
    generated = Making().pictures // len(classes)
    style = shapes.STYLES.get(name)
    digits = (1, 28, 28) if name == "digits-28" else (1, 8, 8)
    shape = style.shape if style else digits
    drawn = ("pictures", "noise", "mark") if style else ("pictures", "noise")
    return Listing(
        id=name,
        name=NAMES[name],
        classes=classes,
        shape=(2,) if kind == "points" else shape,
        per_class=DIGIT_COUNTS if classes is DIGITS else (generated,) * len(classes),
        kind=kind,
        settings=() if classes is DIGITS else drawn,
    )
