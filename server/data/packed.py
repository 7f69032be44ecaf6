"""A data set as one file, written whole or not at all: pictures, labels, and words as JSON."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from .dataset import DataSet
from .words import DataError, Words

FILE = "set.safetensors"


@dataclass(frozen=True)
class Head:
    """What a file says of its set, read without its pictures."""

    name: Words
    classes: tuple[Words, ...]
    notes: tuple[Words, ...]
    per_class: tuple[int, ...]
    shape: tuple[int, ...]


def write(path: Path, found: DataSet) -> None:
    """Writes a set; a reader sees the old file or the new one.

    Raises:
        DataError: the disk is full or the folder cannot be written.
    """
    head = Head(found.name, found.classes, found.notes, found.counts(), found.shape)
    tensors = {"x": found.x.contiguous(), "y": found.y.contiguous()}
    if found.part is not None:
        tensors["part"] = found.part.contiguous()
    fresh = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(suffix=".new", dir=path.parent)
        os.close(handle)
        save_file(tensors, fresh, {"head": json.dumps(asdict(head), ensure_ascii=False)})
        os.replace(fresh, path)
    except (OSError, SafetensorError) as error:
        Path(fresh).unlink(missing_ok=True) if fresh else None
        raise DataError("disk", reason=getattr(error, "strerror", None) or str(error)) from error


def read_head(path: Path) -> Head:
    """Returns what the file of a set says of it.

    Raises:
        DataError: it is not there or is damaged.
    """
    try:
        with safe_open(path, "pt") as file:
            return _head((file.metadata() or {})["head"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise DataError("damaged", id=path.parent.name, reason=str(error)) from error


def read(path: Path, name: str) -> DataSet:
    """Returns the set that a file holds, under the id `name`.

    Raises:
        DataError: it is not there or is damaged.
    """
    head = read_head(path)
    try:
        with safe_open(path, "pt") as file:
            names = set(file.keys())
            x, y = file.get_tensor("x"), file.get_tensor("y")
            part = file.get_tensor("part") if "part" in names else None
    except (OSError, SafetensorError) as error:
        raise DataError("damaged", id=name, reason=str(error)) from error
    return DataSet(name, head.name, head.classes, x, y, part, head.notes)


def _head(text: str) -> Head:
    said: dict[str, Any] = json.loads(text)
    lists = ("classes", "notes", "per_class", "shape")
    return Head(said["name"], *(tuple(said[each]) for each in lists))
