"""Pictures of a data set side by side in one PNG: by class, or one in many views."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from .augment import Augment, augment
from .task import Part, Task

PARTS = ("train", "validation", "test")
POINTS = 600  # of a set of points, that the sheet tells


@dataclass(frozen=True)
class Cell:
    """One picture of a sheet: where it stands, its place in the set, its class as learned."""

    row: int
    column: int
    id: int
    label: int
    part: str


@dataclass(frozen=True)
class Sheet:
    """A contact sheet: one row a class; the sealed test pictures are counted and not shown.

    `pixels` (C, rows x height, columns x width) uint8, cells without gaps; None for points, which
    `points` tells: x, y, class number and part of each.
    """

    pixels: Tensor | None
    columns: int
    rows: int
    width: int
    height: int
    cells: tuple[Cell, ...]
    counts: dict[str, list[int]]
    points: tuple[tuple[float, float, int, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Returns all but the pixels."""
        plain = {name: value for name, value in vars(self).items() if name != "pixels"}
        return {**plain, "cells": [asdict(cell) for cell in self.cells]}


def lay_out(task: Task, per_class: int) -> Sheet:
    """Returns the sheet of a task: the first training, then validation pictures of each class."""
    classes = len(task.classes)
    counts = {
        name: torch.bincount(getattr(task, name).y, minlength=classes).tolist() for name in PARTS
    }
    if len(task.shape) == 1:
        return Sheet(None, 0, 0, 0, 0, (), counts, _points(task))
    channels, height, width = task.shape
    shown = [_first(task, label, per_class) for label in range(classes)]
    columns = max(1, *map(len, shown))
    pixels = torch.zeros(channels, classes * height, columns * width, dtype=torch.uint8)
    cells = []
    for row, found in enumerate(shown):
        for column, (name, part, place) in enumerate(found):
            y, x = row * height, column * width
            pixels[:, y : y + height, x : x + width] = part.x[place]
            cells.append(Cell(row, column, int(part.ids[place]), row, name))
    return Sheet(pixels, columns, classes, width, height, tuple(cells), counts)


def views(picture: Tensor, options: Augment, *, count: int, seed: int) -> Tensor:
    """Returns a strip (C, H, count x W) uint8: the picture (C, H, W) itself, then changed views."""
    batch = picture.unsqueeze(0).expand(count - 1, -1, -1, -1).float() / 255
    strip = picture.unsqueeze(0)
    if count > 1:
        changed = augment(batch.contiguous(), options, torch.Generator().manual_seed(seed))
        strip = torch.cat([strip, (changed.clamp(0, 1) * 255).round().to(torch.uint8)])
    return strip.permute(1, 2, 0, 3).reshape(picture.shape[0], picture.shape[1], -1)


def png(pixels: Tensor) -> bytes:
    """Returns a PNG of pixels (C, H, W) uint8, of 1 or 3 channels."""
    channels, height, width = pixels.shape
    mode = "L" if channels == 1 else "RGB"
    rows = pixels.permute(1, 2, 0).contiguous().numpy().tobytes()
    out = io.BytesIO()
    Image.frombytes(mode, (width, height), rows).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _first(task: Task, label: int, most: int) -> list[tuple[str, Part, int]]:
    """The first pictures of a class: the name of their part, the part, the place in it."""
    found: list[tuple[str, Part, int]] = []
    for name in PARTS[:2]:
        part: Part = getattr(task, name)
        places = (part.y == label).nonzero().flatten()[: most - len(found)]
        found += [(name, part, place) for place in places.tolist()]
    return found


def _points(task: Task) -> tuple[tuple[float, float, int, str], ...]:
    told = []
    for name in PARTS[:2]:
        part: Part = getattr(task, name)
        rows = zip(part.x.tolist(), part.y.tolist(), strict=True)
        told += [(x, y, label, name) for (x, y), label in list(rows)[: POINTS // 2]]
    return tuple(told)
