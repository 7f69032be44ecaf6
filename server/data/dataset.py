"""What a data set is: whole in memory, or one row of the list of data sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from .shapes import NOISE
from .words import Words

Say = Callable[[str, int, int], None]  # what is done, how much of it, of how much
Kind = Literal["bundled", "points", "torchvision", "own", "folder"]
TRAIN, VALIDATION, TEST = range(3)
FREE = -1  # a picture that is yet to be dealt to a part
MAX_BYTES = 1 << 30  # of the pictures of one set, decoded


@dataclass(frozen=True)
class Roots:
    """Where data sets lie: a person's own, a folder that is only read, and what was downloaded."""

    own: Path
    extra: Path | None = None
    downloads: Path | None = None


@dataclass(frozen=True)
class Making:
    """How a generated set is drawn; others do not look at it."""

    pictures: int = 1200  # of the training part
    noise: float = NOISE
    seed: int = 0


@dataclass(frozen=True)
class DataSet:
    """One data set.

    Attributes:
        id: names it in options and addresses.
        name: in both languages.
        classes: `{id, en, zh}` each, in the order of the class numbers.
        x: pictures (N, C, H, W) uint8, or points (N, 2) float32.
        y: class numbers (N,), int64.
        part: (N,) 0 train, 1 validation, 2 test, as the set brings its parts along; -1 for what
            is yet to be dealt; None where nothing is said.
        notes: sentences on what was left out, `{en, zh}` each.
    """

    id: str
    name: Words
    classes: tuple[Words, ...]
    x: Tensor
    y: Tensor
    part: Tensor | None = None
    notes: tuple[Words, ...] = field(default=())

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one picture (C, H, W), or (2,) for points."""
        return tuple(self.x.shape[1:])

    def counts(self) -> tuple[int, ...]:
        """Returns how many pictures each class has."""
        return tuple(torch.bincount(self.y, minlength=len(self.classes)).tolist())


@dataclass(frozen=True)
class Listing:
    """A data set in the list; `why` says why it cannot be used as it is.

    `per_class` is zero where the pictures were not counted yet; `settings` are the options that a
    generated set is drawn by.
    """

    id: str
    name: Words
    classes: tuple[Words, ...]
    shape: tuple[int, ...]
    per_class: tuple[int, ...]
    kind: Kind
    available: bool = True
    why: Words | None = None
    downloadable: bool = False
    settings: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """The number of pictures, of the training part where the set is generated."""
        return sum(self.per_class)

    def as_json(self) -> dict[str, Any]:
        """Returns the listing as the API has it."""
        return {**asdict(self), "count": self.count}
