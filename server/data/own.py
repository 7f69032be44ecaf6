"""A person's own data sets, each one file: made of a zip or collected picture by picture."""

from __future__ import annotations

import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import torch

from ..core.image import PictureError
from . import packed
from .dataset import FREE, MAX_BYTES, DataSet, Listing, Making, Roots, Say
from .gather import USUAL, Form, balance, decode, named
from .words import DataError, Words

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
MAX_NAME = 80
WHY_FEW: Words = {
    "en": "It has pictures of fewer than two classes; add some of another class.",
    "zh": "它的图片不足两个类别；请再添加另一个类别的图片。",
}
naming = threading.Lock()  # held while a new set gets its id and its file
_writing = threading.Lock()  # an own set is read, changed and written by one request at a time


def names(roots: Roots) -> list[str]:
    """Returns the ids of a person's own sets, in order."""
    found = roots.own.glob(f"*/{packed.FILE}") if roots.own.is_dir() else ()
    return sorted(path.parent.name for path in found if SLUG.fullmatch(path.parent.name))


def listings(roots: Roots) -> list[Listing]:
    """Returns the rows of a person's own sets; a damaged one says so."""
    return [_listing(name, roots) for name in names(roots)]


def version(name: str, roots: Roots) -> str | None:
    """Returns a text that changes when the set does, None where there is no such set."""
    path = _path(name, roots)
    return str(path.stat().st_mtime_ns) if path else None


def load(name: str, _: Making, roots: Roots, __: Say | None) -> DataSet | None:
    """Returns an own set, None where there is no such set.

    Raises:
        DataError: its file is damaged.
    """
    path = _path(name, roots)
    return packed.read(path, name) if path else None


def save(found: DataSet, roots: Roots) -> None:
    """Writes an own set.

    Raises:
        DataError: it cannot be written.
    """
    packed.write(roots.own / found.id / packed.FILE, found)


def title(text: str) -> Words:
    """Returns the name of a set or class as a person gave it.

    Raises:
        DataError: it is empty, too long, or not one line.
    """
    plain = " ".join(text.split())
    if not plain or len(plain) > MAX_NAME or not plain.isprintable():
        raise DataError("name", name=text[:MAX_NAME], limit=MAX_NAME)
    return {"en": plain, "zh": plain}


def add_picture(name: str, roots: Roots, data: bytes, *, label: str, called: str) -> DataSet:
    """Returns the set with one picture more, of the class `label`; both are made when missing.

    The first picture decides nothing: collected sets hold 64 x 64 in colour. The new picture is
    the last one.

    Args:
        name: the set's id; the caller knows that it is no other set's.
        roots: where data sets lie.
        data: the picture file's bytes.
        label: the class, as a person calls it.
        called: the set's name, where it is new.

    Raises:
        DataError: the picture cannot be read, a name is not allowed, or the set is full.
    """
    words = title(label)
    if not SLUG.fullmatch(name):
        raise DataError("name", name=name[:MAX_NAME], limit=60)
    with _writing:
        path = _path(name, roots)
        found = packed.read(path, name) if path else _empty(name, title(called or name))
        made = _with(found, data, words["en"])
        save(made, roots)
    return made


def remove_picture(name: str, roots: Roots, index: int) -> DataSet:
    """Returns the set without one picture; a class that held nothing else goes as well.

    Raises:
        DataError: there is no such set of a person's own, or no such picture.
    """
    with _writing:
        path = _path(name, roots)
        if path is None:
            raise DataError("not_own", id=name[:MAX_NAME])
        found = packed.read(path, name)
        if not 0 <= index < len(found.y):
            raise DataError("no_picture", id=name, index=index, last=len(found.y) - 1)
        stay = torch.arange(len(found.y)) != index
        part = found.part[stay] if found.part is not None else None
        made = _compact(replace(found, x=found.x[stay], y=found.y[stay], part=part))
        save(made, roots)
    return made


def delete(name: str, roots: Roots) -> None:
    """Removes an own set with all its pictures.

    Raises:
        DataError: there is no such set of a person's own.
    """
    path = _path(name, roots)
    if path is None:
        raise DataError("not_own", id=name[:MAX_NAME])
    with _writing:
        try:
            shutil.rmtree(path.parent)
        except OSError as error:
            raise DataError("disk", reason=error.strerror or str(error)) from error


def _path(name: str, roots: Roots) -> Path | None:
    """The file of an own set; a name that could lead elsewhere is none."""
    path = roots.own / name / packed.FILE if SLUG.fullmatch(name) else None
    return path if path and path.is_file() else None


def _empty(name: str, words: Words) -> DataSet:
    nothing = torch.empty(0, 3, USUAL, USUAL, dtype=torch.uint8)
    return DataSet(name, words, (), nothing, torch.empty(0, dtype=torch.int64))


def _with(found: DataSet, data: bytes, label: str) -> DataSet:
    try:
        pixels = torch.from_numpy(decode(data, Form(*found.shape)))
    except PictureError as error:
        raise DataError("picture", sentence=error.detail, hint=error.hint) from error
    size = found.x.numel() + pixels.numel()
    if size > MAX_BYTES:
        raise DataError("full", id=found.id, bytes=size, limit=MAX_BYTES)
    classes = found.classes
    words = named(label, [each["id"] for each in classes])
    if words["en"] not in [each["en"] for each in classes]:
        classes = (*classes, words)
    number = [each["en"] for each in classes].index(words["en"])
    x = torch.cat([found.x, pixels.unsqueeze(0)])
    y = torch.cat([found.y, torch.tensor([number])])
    part = None if found.part is None else torch.cat([found.part, torch.tensor([FREE])])
    return replace(found, classes=classes, x=x, y=y, part=part)


def _compact(found: DataSet) -> DataSet:
    left = [index for index, count in enumerate(found.counts()) if count]
    place = {old: new for new, old in enumerate(left)}
    y = torch.tensor([place[each] for each in found.y.tolist()], dtype=torch.int64)
    return replace(found, classes=tuple(found.classes[index] for index in left), y=y)


def _listing(name: str, roots: Roots) -> Listing:
    try:
        head = packed.read_head(roots.own / name / packed.FILE)
    except DataError as error:
        words = {"en": name, "zh": name}
        return Listing(name, words, (), (), (), "own", available=False, why=error.words)
    enough = sum(count > 0 for count in head.per_class) > 1
    return Listing(
        id=name,
        name=head.name,
        classes=head.classes,
        shape=head.shape,
        per_class=head.per_class,
        kind="own",
        available=enough,
        why=None if enough else WHY_FEW,
    )


def told(found: DataSet) -> list[Words]:
    """Returns what there is to say of a collected set: classes of unequal or small size."""
    return balance([each["en"] for each in found.classes], found.y)
