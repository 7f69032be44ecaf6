"""Checkpoints and frames: one file a step, whole or not there, thinned when there are many."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SUFFIX = ".safetensors"


def write(path: Path, payload: bytes) -> None:
    """Writes a file so that nobody ever sees half of it, not even after a kill.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(payload)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def path_of(folder: Path, step: int) -> Path:
    """Returns where the file of a step lies."""
    return folder / f"{step}{SUFFIX}"


def steps(folder: Path) -> list[int]:
    """Returns the steps that have a file, in order."""
    names = (path.stem for path in folder.glob(f"*{SUFFIX}"))
    return sorted(int(name) for name in names if name.isdigit())


def thin(folder: Path, limit: int) -> None:
    """Leaves at most `limit` files, spread over the run; the first and the last two always stay."""
    kept = steps(folder)
    while len(kept) > max(limit, 4):
        path_of(folder, kept.pop(_crowded(kept))).unlink(missing_ok=True)


def _crowded(kept: Sequence[int]) -> int:
    """The index whose neighbours are nearest to each other for their age: old ones go first."""
    inner = range(1, len(kept) - 2)
    return min(inner, key=lambda i: (kept[i + 1] - kept[i - 1], i))


def size(folder: Path) -> int:
    """Returns the bytes of all files below the folder."""
    total = 0
    for path in folder.rglob(f"*{SUFFIX}"):
        with suppress(FileNotFoundError):  # Another thread may be thinning.
            total += path.stat().st_size
    return total


def remove(folder: Path) -> None:
    """Removes the folder and all in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
