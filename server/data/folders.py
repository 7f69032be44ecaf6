"""Data sets found in a folder that is only read: folders and zips of class folders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from . import packed
from .dataset import DataSet, Listing, Making, Roots, Say
from .gather import gather, named, shape_of
from .tree import HALVES, PICTURES, opened, stamp
from .words import DataError, Words

KEPT = "decoded"  # folder in the downloads where decoded pictures wait for the next time
WHY_NOT: Words = {
    "en": "No pictures in class folders were found in it.",
    "zh": "其中没有找到按类别文件夹存放的图片。",
}


class Found(NamedTuple):
    """What a look at the names in a folder or zip tells: classes, pictures of each, shape."""

    classes: tuple[str, ...]
    per_class: tuple[int, ...]
    shape: tuple[int, ...]


def places(roots: Roots, taken: Collection[str]) -> dict[str, Path]:
    """Returns the folders and zips that hold data sets, by an id that nothing else has."""
    if roots.extra is None or not roots.extra.is_dir():
        return {}
    made: dict[str, Path] = {}
    for path in _candidates(roots.extra):
        plain = slug(path.stem if path.is_file() else path.name)
        made[free(plain, {*taken, *made}, "zip" if path.is_file() else "folder")] = path
    return made


def slug(name: str) -> str:
    """Returns a name as it can stand in an address: lower case, digits, hyphens; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "own"


def free(plain: str, taken: Collection[str], ending: str = "") -> str:
    """Returns an id that is not taken: the plain one, one with the ending, or one with a number."""
    if plain not in taken:
        return plain
    plain, number = f"{plain}-{ending}" if ending else plain, 1
    made = plain
    while made in taken:
        number += 1
        made = f"{plain}-{number}"
    return made


def listings(roots: Roots, taken: Collection[str]) -> list[Listing]:
    """Returns the rows of the sets in the folder that is only read."""
    rows = (_listing(name, path) for name, path in places(roots, taken).items())
    return [row for row in rows if row is not None]


def version(name: str, roots: Roots, taken: Collection[str]) -> str | None:
    """Returns a text that changes when the files of a set do, None for no set of this folder."""
    path = places(roots, taken).get(name)
    return stamp(path) if path else None


def load(
    name: str, _: Making, roots: Roots, say: Say | None, taken: Collection[str]
) -> DataSet | None:
    """Returns a set of the folder that is only read, None where it has no such set.

    Decoding is done once: the pixels are kept beside the downloads while the files stay the same.

    Raises:
        DataError: it cannot be read.
    """
    path = places(roots, taken).get(name)
    if path is None:
        return None
    kept = _kept(name, path, roots)
    if kept is not None and kept.is_file():
        return packed.read(kept, name)
    try:
        found = gather(path, name, _title(path), say=say)
    except OSError as error:
        raise DataError("damaged", id=name, reason=error.strerror or str(error)) from error
    if kept is not None:
        _keep(kept, name, found)
    return found


def _kept(name: str, path: Path, roots: Roots) -> Path | None:
    return roots.downloads and roots.downloads / KEPT / f"{name}.{stamp(path)}.safetensors"


def _keep(kept: Path, name: str, found: DataSet) -> None:
    """Keeps decoded pictures; where there is no room, they are decoded again the next time."""
    try:
        for old in kept.parent.glob(f"{name}.*.safetensors"):
            old.unlink()
        packed.write(kept, found)
    except (DataError, OSError):
        return


def _candidates(extra: Path) -> Iterator[Path]:
    """The zips and folders of class folders in `extra`, or `extra` itself if it is one."""
    inside = [path for path in sorted(extra.iterdir()) if not path.name.startswith(".")]
    folders = [path for path in inside if path.is_dir()]
    if any(path.name.lower() in HALVES for path in folders) or sum(map(_has, folders)) > 1:
        yield extra
        return
    for path in inside:
        if path.suffix.lower() == ".zip" if path.is_file() else _has_classes(path):
            yield path


def _has(folder: Path) -> bool:
    """Whether a folder itself holds a picture, among its first files."""
    for seen, path in enumerate(folder.iterdir()):
        if path.suffix.lower() in PICTURES:
            return True
        if seen > 100:
            break
    return False


def _has_classes(folder: Path) -> bool:
    """Whether folders in it hold pictures, directly or in its train, val and test folders."""
    inner = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    halves = [path for path in inner if path.name.lower() in HALVES]
    inner += [path for half in halves for path in sorted(half.iterdir()) if path.is_dir()]
    return any(map(_has, inner))


def _title(path: Path) -> Words:
    return {"en": path.name, "zh": path.name}


def _listing(name: str, path: Path) -> Listing | None:
    try:
        found = _look(path, stamp(path))
    except (DataError, OSError) as error:
        why = getattr(error, "words", {"en": str(error), "zh": str(error)})
        return Listing(name, _title(path), (), (), (), "folder", available=False, why=why)
    classes: list[Words] = []
    for label in found.classes:
        classes.append(named(label, [each["id"] for each in classes]))
    return Listing(
        id=name,
        name=_title(path),
        classes=tuple(classes),
        shape=found.shape,
        per_class=found.per_class,
        kind="folder",
        available=len(classes) > 1,
        why=None if len(classes) > 1 else WHY_NOT,
    )


@lru_cache(maxsize=64)
def _look(path: Path, _: str) -> Found:
    with opened(path) as (tree, read):
        counts: dict[str, int] = {}
        for member in tree.members:
            counts[member.label] = counts.get(member.label, 0) + 1
        labels = tuple(sorted(counts))
        shape = shape_of(tree, read)
    return Found(labels, tuple(counts[label] for label in labels), shape)
