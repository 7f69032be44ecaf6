"""The pictures of a folder or zip, decoded to one size: what can be read is kept."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..core import container
from ..core.image import InputSpec, PictureError, prepare
from .dataset import FREE, MAX_BYTES, TRAIN, DataSet, Say
from .tree import Member, Read, Source, Tree, opened
from .words import DataError, Words, note

USUAL = 64  # side of pictures that have no common size
LEAST, MOST = 8, 128  # sides that are kept as they are
SAMPLE = 60  # pictures that are looked at for a common size
UNEQUAL, FEW = 2, 10
SPOKEN_EVERY = 200  # pictures between two words of progress
GREY_MODES = ("1", "L", "LA", "I;16")
# What a damaged file, a damaged member of a zip or a disk makes of reading.
BROKEN = (PictureError, OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)

# Chinese names of classes that are known; others keep the name of their folder.
_ZH = {
    **{"airplane": "飞机", "automobile": "汽车", "bird": "鸟", "cat": "猫", "deer": "鹿"},
    **{"dog": "狗", "frog": "青蛙", "horse": "马", "ship": "船", "truck": "卡车"},
    **{"bell_pepper": "甜椒", "espresso": "浓缩咖啡", "koala": "考拉", "ladybug": "瓢虫"},
    **{"lifeboat": "救生艇", "orange": "橙子", "pizza": "披萨", "red_panda": "小熊猫"},
    **{"school_bus": "校车", "sports_car": "跑车"},
}


class Form(NamedTuple):
    """What every picture of a set becomes: 1 or 3 channels, height, width."""

    channels: int
    height: int
    width: int


def named(label: str, taken: Sequence[str] = ()) -> Words:
    """Returns the class of a folder's name: `{id, en, zh}`, its id unlike those that are taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40] or "class"
    number, key = 1, plain
    while key in taken:
        number += 1
        key = f"{plain}_{number}"
    text = label.replace("_", " ").strip() or label
    return {"id": key, "en": text, "zh": _ZH.get(label, text)}


def gather(source: Source, name: str, title: Words, *, say: Say | None = None) -> DataSet:
    """Returns the data set of a folder or zip of class folders; its notes say what was left out.

    Pictures that have one common size of up to 128 pixels keep it; of others the middle square
    becomes 64 x 64. They are grey when all are. Folders called train, val or test above the class
    folders deal the pictures to these parts.

    Raises:
        DataError: fewer than two classes have readable pictures, or the zip cannot be opened.
    """
    with opened(source) as (tree, read):
        notes = tree.notes()
        shape, is_common = form(tree.members, read)
        members, thinned = _thinned(tree.members, shape)
        x, kept, broken = _decoded(members, read, shape, say)
    if broken:
        first, reason = broken[0]
        notes.append(note("unreadable", count=len(broken), first=first, reason=reason))
    if not is_common and kept:
        notes.append(note("resized", side=USUAL))
    labels = sorted({member.label for member in kept})
    empty = sorted({*tree.folders, *(each.label for each in tree.members)} - {*labels})
    if empty:
        notes.append(note("empty", count=len(empty), first=empty[0]))
    _check(labels, notes)
    place = {label: index for index, label in enumerate(labels)}
    y = torch.tensor([place[member.label] for member in kept])
    notes += thinned + balance(labels, y)
    return DataSet(name, title, _classes(labels), x, y, _parts(kept), tuple(notes))


def shape_of(tree: Tree, read: Read) -> tuple[int, int, int]:
    """Returns the shape (C, H, W) that the pictures of a tree will have."""
    channels, height, width = form(tree.members, read)[0]
    return channels, height, width


def form(members: Sequence[Member], read: Read) -> tuple[Form, bool]:
    """Returns the form of a set of pictures and whether that is their own, from a sample."""
    sizes, modes = set(), set()
    for member in members[:: max(1, len(members) // SAMPLE)]:
        try:
            header = container.read(read(member.name))
            with Image.open(io.BytesIO(header.payload), formats=[str(header.format)]) as image:
                sizes.add(image.size if header.orientation == 1 else None)
                modes.add(image.mode in GREY_MODES)
        except BROKEN:
            continue
    channels = 1 if modes == {True} else 3
    size = sizes.pop() if len(sizes) == 1 else None
    if size and min(size) >= LEAST and max(size) <= MOST:
        return Form(channels, size[1], size[0]), True
    return Form(channels, USUAL, USUAL), False


def decode(data: bytes, shape: Form) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Returns a picture file as uint8 of a form (C, H, W); raises PictureError."""
    header = container.read(data)
    plain = header.orientation == 1 and header.bits == 8 and not header.clear
    if plain and header.size == (shape.width, shape.height):
        found = _quick(header, shape)
        if found is not None:
            return found
    none, one = (0.0,) * shape.channels, (1.0,) * shape.channels
    tensor = prepare(data, InputSpec(*shape, none, one)).tensor[0]
    return (tensor * 255).round().to(torch.uint8).numpy()


def balance(labels: Sequence[str], y: Tensor) -> list[Words]:
    """Returns notes on classes of unequal or small size."""
    counts = torch.bincount(y, minlength=len(labels)).tolist()
    if len(counts) < 2:
        return []
    low, high = min(counts), max(counts)
    least, most = labels[counts.index(low)], labels[counts.index(high)]
    said = []
    if high >= UNEQUAL * low:
        said.append(note("unequal", most=most, high=high, least=least, low=low))
    if low < FEW:
        said.append(note("small", least=least, low=low))
    return said


def _quick(
    header: container.Header, shape: Form
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
    """A picture that has the right size already, in a third of the time; None for any doubt."""
    try:
        with Image.open(io.BytesIO(header.payload), formats=[str(header.format)]) as image:
            if image.mode not in ("L", "RGB") or "transparency" in image.info:
                return None
            pixels = np.asarray(image.convert("L" if shape.channels == 1 else "RGB"))
    except (*BROKEN, SyntaxError):
        return None
    return np.ascontiguousarray(pixels.reshape(*shape[1:], shape.channels).transpose(2, 0, 1))


def _thinned(members: Sequence[Member], shape: Form) -> tuple[Sequence[Member], list[Words]]:
    """As many members as memory has room for, the same number of each class and part."""
    room = MAX_BYTES // (shape.channels * shape.height * shape.width)
    if len(members) <= room:
        return members, []
    groups = Counter((member.label, member.part) for member in members)
    most = max(1, room // len(groups))
    seen: Counter[tuple[str, int]] = Counter()
    kept = []
    for member in members:
        seen[member.label, member.part] += 1
        if seen[member.label, member.part] <= most:
            kept.append(member)
    return kept, [note("thinned", kept=len(kept), count=len(members))]


def _decoded(
    members: Sequence[Member], read: Read, shape: Form, say: Say | None
) -> tuple[Tensor, list[Member], list[tuple[str, str]]]:
    x = np.empty((len(members), *shape), np.uint8)
    kept: list[Member] = []
    broken: list[tuple[str, str]] = []
    for done, member in enumerate(members):
        if say and done % SPOKEN_EVERY == 0:
            say("pictures", done, len(members))
        try:
            x[len(kept)] = decode(read(member.name), shape)
            kept.append(member)
        except BROKEN as error:
            broken.append((member.name[:120], str(error) or type(error).__name__))
    return torch.from_numpy(x[: len(kept)]), kept, broken


def _check(labels: Sequence[str], notes: Sequence[Words]) -> None:
    why = "".join(f" {each['en']}" for each in notes)
    why_zh = "".join(each["zh"] for each in notes)
    if not labels:
        raise DataError("no_pictures", why=why, why_zh=why_zh)
    if len(labels) == 1:
        raise DataError("one_class", label=labels[0], why=why, why_zh=why_zh)


def _classes(labels: Sequence[str]) -> tuple[Words, ...]:
    made: list[Words] = []
    for label in labels:
        made.append(named(label, [each["id"] for each in made]))
    return tuple(made)


def _parts(kept: Sequence[Member]) -> Tensor | None:
    """Which part each picture belongs to; what a "train" folder holds is yet to be dealt."""
    parts = [FREE if member.part == TRAIN else member.part for member in kept]
    return torch.tensor(parts) if set(parts) != {FREE} else None
