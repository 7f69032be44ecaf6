"""A person's own data sets: kept as one file each, from a zip, or picture by picture."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from .folders import MOST_CLASSES, read_zip, shrunk
from .sets import DataError, DataSet, Say

FILE = "pictures.safetensors"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
COLLECTED_SIDE = 32  # of pictures that are collected one by one
MOST_COLLECTED = 5000
_lock = threading.Lock()  # a set is read, changed and written as a whole


def slug(name: str, folder: Path, taken: frozenset[str] = frozenset()) -> str:
    """Returns an id for a set called `name` that no set has yet."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32] or "pictures"
    number, made = 1, plain
    while made in taken or (folder / made).exists():
        number += 1
        made = f"{plain}-{number}"
    return made


def ids(folder: Path) -> list[str]:
    """Returns the ids of the sets that are there, in order of their names."""
    return sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))


def add_zip(path: Path, name: str, folder: Path, taken: frozenset[str], say: Say | None) -> DataSet:
    """Returns the data set made of a zip of folders, kept under `folder`.

    Raises:
        DataError: it cannot be read, or cannot be kept.
    """
    found = read_zip(path, name, say=say)
    with _lock:
        made = replace(found, id=slug(name, folder, taken))
        write(made, folder / made.id / FILE)
    return made


def add_picture(data: bytes, label: str, name: str, folder: Path) -> DataSet:
    """Returns the set `name` with one more picture of class `label`; both are made when missing.

    Raises:
        DataError: the picture cannot be read, or the set is full or cannot be kept.
    """
    label = label.strip()[:80]
    if not label or not SLUG.fullmatch(name):
        wrong = f"The class name {label!r} is empty." if not label else f"{name[:80]!r} is no id."
        raise DataError(wrong, hint="Use letters, digits and hyphens.", code="name")
    try:
        picture = shrunk(data, COLLECTED_SIDE).convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(
            f"The picture cannot be read: {error}.",
            hint="Choose a JPEG, PNG, WebP, GIF or BMP file.",
            code="unreadable",
        ) from error
    pixels = torch.from_numpy(np.array(picture).transpose(2, 0, 1).copy()).unsqueeze(0)
    path = folder / name / FILE
    with _lock:
        before = read(path, name) if path.is_file() else _empty(name)
        made = _with(before, pixels, label)
        write(made, path)
    return made


def _empty(name: str) -> DataSet:
    nothing = torch.empty(0, 3, COLLECTED_SIDE, COLLECTED_SIDE, dtype=torch.uint8)
    labels = torch.empty(0, dtype=torch.int64)
    return DataSet(name, {"en": name, "zh": name}, (), nothing, labels)


def _with(found: DataSet, pixels: Tensor, label: str) -> DataSet:
    side, channels = found.x.shape[-1], found.x.shape[1]
    known = [each["id"] for each in found.classes]
    if len(found.y) >= MOST_COLLECTED or (label not in known and len(known) >= MOST_CLASSES):
        raise DataError(
            f"The set {found.id!r} is full: {MOST_COLLECTED:,} pictures in {MOST_CLASSES} classes "
            "are the most.",
            hint="Begin another set, or upload a zip.",
            code="many",
        )
    if side != pixels.shape[-1]:
        pixels = _resized(pixels, side)
    if channels == 1:
        pixels = pixels.float().mean(1, keepdim=True).round().to(torch.uint8)
    classes = found.classes
    if label not in known:
        classes, known = (*classes, {"id": label, "en": label, "zh": label}), [*known, label]
    y = torch.tensor([known.index(label)])
    part = None if found.part is None else torch.cat([found.part, torch.zeros_like(y)])
    x, y = torch.cat([found.x, pixels]), torch.cat([found.y, y])
    return replace(found, classes=classes, x=x, y=y, part=part)


def _resized(pixels: Tensor, side: int) -> Tensor:
    big = torch.nn.functional.interpolate(pixels.float(), (side, side), mode="bilinear")
    return big.round().clamp(0, 255).to(torch.uint8)


def write(found: DataSet, path: Path) -> None:
    """Keeps a data set whole: the file is complete, or the one before stays.

    Raises:
        DataError: the disk is full, or the folder cannot be written.
    """
    tensors = {"x": found.x.contiguous(), "y": found.y.contiguous()}
    if found.part is not None:
        tensors["part"] = found.part.contiguous()
    head = {"name": found.name, "classes": found.classes, "notes": found.notes}
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, fresh, {"set": json.dumps(head, ensure_ascii=False)})
        fresh.replace(path)
    except (OSError, SafetensorError) as error:
        fresh.unlink(missing_ok=True)
        raise DataError(
            f"The data set cannot be kept in {path.parent}: {error}.",
            hint="Free some space, or choose another folder with --data-dir.",
            code="disk",
        ) from error


def head(path: Path, name: str) -> dict[str, Any]:
    """Returns name, classes, notes, shape, count and pictures per class, without the pictures.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with safe_open(path, "pt") as opened:
            said = json.loads((opened.metadata() or {})["set"])
            shape = opened.get_slice("x").get_shape()
            y = opened.get_tensor("y")
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise _broken(name, error) from error
    per_class = torch.bincount(y, minlength=len(said["classes"])).tolist()
    return {**said, "shape": shape[1:], "count": shape[0], "per_class": per_class}


def read(path: Path, name: str) -> DataSet:
    """Returns a kept data set.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with safe_open(path, "pt") as opened:
            said = json.loads((opened.metadata() or {})["set"])
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118 (no dict)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise _broken(name, error) from error
    return DataSet(
        id=name,
        name=said["name"],
        classes=tuple(said["classes"]),
        x=tensors["x"],
        y=tensors["y"],
        part=tensors.get("part"),
        notes=tuple(said["notes"]),
    )


def _broken(name: str, error: Exception) -> DataError:
    return DataError(
        f"The data set {name!r} cannot be read: {error}.",
        hint="Delete it and add the pictures again.",
        code="broken",
    )


def delete(name: str, folder: Path) -> None:
    """Removes an own set.

    Raises:
        DataError: there is no such set of a person's own.
    """
    if not SLUG.fullmatch(name) or not (folder / name / FILE).is_file():
        raise DataError(
            f"There is no data set of your own called {name[:80]!r}.",
            hint="Only sets that were uploaded or collected can be deleted.",
            code="unknown",
        )
    with _lock:
        shutil.rmtree(folder / name)
