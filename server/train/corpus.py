"""Labelled pictures -> two tensors in memory, in the order of a card's classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..data.shapes import NOISE, STYLES, draw


class DataError(Exception):
    """The pictures cannot be read: a sentence that says what is missing and where."""


@dataclass(frozen=True)
class Pictures:
    """Pictures (N, C, H, W) as bytes 0 to 255 and their class numbers (N,)."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.y)


@dataclass(frozen=True)
class Corpus:
    """A data set: the names of its two parts, and how one is read."""

    learn: str  # the part to learn from
    measure: str  # the part that measures the result
    read: Callable[[Path, str, Sequence[str]], Pictures]


def load(name: str, root: Path, part: str, classes: Sequence[str]) -> Pictures:
    """Return one part of the data set `name` under `root`; class i is `classes[i]`.

    Raises:
        DataError: it is not there, is not whole, or has other classes.
    """
    try:
        return CORPORA[name].read(root, part, classes)
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(f"{name}/{part} cannot be read in {root}: {error}") from error


def _folders(root: Path, part: str, classes: Sequence[str]) -> Pictures:
    from torchvision.datasets import ImageFolder
    from torchvision.transforms.functional import pil_to_tensor

    folder = ImageFolder(str(root / "tiny-imagenet-10" / part))
    if sorted(folder.classes) != sorted(classes):
        raise ValueError(f"its folders are {folder.classes}, not {sorted(classes)}")
    place = torch.tensor([classes.index(name) for name in folder.classes])
    pixels = [pil_to_tensor(folder.loader(path)) for path, _ in folder.samples]
    return Pictures(torch.stack(pixels), place[torch.tensor(folder.targets)])


def _digits(root: Path, part: str, classes: Sequence[str]) -> Pictures:
    from torchvision.datasets import MNIST

    digits = MNIST(root=str(root), train=part == "train", download=False)
    place = torch.tensor([classes.index(str(digit)) for digit in range(10)])
    return Pictures(digits.data.unsqueeze(1), place[digits.targets])


def _shapes(_: Path, part: str, classes: Sequence[str]) -> Pictures:
    """Drawn anew, the same every time: `python -m convlens.train.recipe` needs no file for them."""
    style = STYLES["shapes"]
    if list(classes) != list(style.classes):
        raise ValueError(f"its classes are {list(style.classes)}, not {list(classes)}")
    count, seed = {"train": (1200, 1), "test": (600, 2)}[part]
    return Pictures(*draw(style, count, NOISE, torch.Generator().manual_seed(seed)))


CORPORA = {
    "shapes": Corpus("train", "test", _shapes),
    "tiny-imagenet-10": Corpus("train", "val", _folders),
    "MNIST": Corpus("train", "test", _digits),
}
