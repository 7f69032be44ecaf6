"""Zips of class folders for tests: ordinary, hostile, and lying."""

import io
import zipfile
from collections.abc import Mapping

import torch
from PIL import Image


def square(level: int, size: tuple[int, int] = (24, 20), mode: str = "RGB") -> bytes:
    """A PNG whose red (or grey) is `level`, the other channels its opposite."""
    colour = level if mode == "L" else (level, 255 - level, 255 - level)
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")
    return out.getvalue()


def zipped(files: Mapping[str, bytes], kind: int = zipfile.ZIP_STORED) -> io.BytesIO:
    """A zip of these members; a name that ends in / is a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    out.seek(0)
    return out


def two_classes(count: int = 12, **more: bytes) -> dict[str, bytes]:
    """Members: `count` dark pictures of cats and as many bright ones of dogs."""
    pairs = (("cat", 10), ("dog", 240))
    found = {
        f"pets/{label}/{index}.png": square(level)
        for label, level in pairs
        for index in range(count)
    }
    return {**found, **more}


def means(x: torch.Tensor) -> list[int]:
    """The rounded mean of each picture's first channel."""
    return [round(each) for each in x[:, 0].float().mean(dim=(1, 2)).tolist()]
