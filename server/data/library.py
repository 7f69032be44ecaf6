"""Every data set that can be chosen, and how one of them is read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from . import own, points, vision
from .bundled import BUNDLED, NAMES
from .folders import ENDINGS, PARTS, read_folder, read_zip
from .sets import DataError, DataSet, Kind, Making, Roots, Say, Words


@dataclass(frozen=True)
class Listing:
    """A data set in the list; numbers are 0 and lists empty where only reading it would tell."""

    id: str
    name: Words
    kind: Kind
    classes: Sequence[Words] = ()
    shape: Sequence[int] = ()
    count: int = 0
    per_class: Sequence[int] = ()
    available: bool = True
    downloadable: bool = False
    why: Words | None = None  # why it is not available
    notes: Sequence[Words] = field(default=())


def catalogue(roots: Roots) -> list[Listing]:
    """Returns every data set, bundled ones first, then those of the folders."""
    return [
        *(_bundled(name) for name in BUNDLED),
        *(_vision(name, roots) for name in vision.VISION),
        *(_own(name, roots) for name in own.ids(roots.own)),
        *(_found(name, path) for name, path in extras(roots).items()),
    ]


def ids(roots: Roots) -> frozenset[str]:
    """Returns the ids of every data set."""
    return frozenset({*BUNDLED, *vision.VISION, *own.ids(roots.own), *extras(roots)})


def load(
    name: str, roots: Roots, making: Making | None = None, *, say: Say | None = None
) -> DataSet:
    """Returns a data set, whole.

    Raises:
        DataError: there is no such set, or it cannot be read.
    """
    if name in BUNDLED:
        return BUNDLED[name](name, making or Making(), roots, say)
    if name in vision.VISION:
        return vision.load(name, roots)
    path = roots.own / name / own.FILE
    if own.SLUG.fullmatch(name) and path.is_file():
        return own.read(path, name)
    place = extras(roots).get(name)
    if place is not None:
        return _cached(name, place, roots, say)
    raise unknown(name, roots)


def unknown(name: str, roots: Roots) -> DataError:
    """Returns what is wrong with the id of a data set that is not there."""
    return DataError(
        f"There is no data set {name[:80]!r}; there are: {', '.join(sorted(ids(roots)))}.",
        hint="Take an id from GET /api/data.",
        code="unknown",
    )


def extras(roots: Roots) -> dict[str, Path]:
    """Returns id -> folder of class folders, or zip, in the folder that is only read."""
    if roots.extra is None or not roots.extra.is_dir():
        return {}
    signs = {Path(each.sign).parts[0] for each in vision.VISION.values()}
    found: dict[str, Path] = {}
    for path in sorted(roots.extra.iterdir()):
        is_set = path.suffix.lower() == ".zip" or (path.name not in signs and _has_classes(path))
        if is_set:
            plain = own.slug(path.stem, roots.own, frozenset({*BUNDLED, *vision.VISION, *found}))
            found[plain] = path
    return found


def _has_classes(folder: Path) -> bool:
    """Whether some folder in it, or in its train, val or test, holds a picture."""
    if not folder.is_dir():
        return False
    inner = [path for path in folder.iterdir() if path.is_dir()]
    inner += [p for part in inner if part.name.lower() in PARTS for p in part.iterdir()]
    return any(p.suffix.lower() in ENDINGS for each in inner if each.is_dir() for p in _few(each))


def _few(folder: Path) -> list[Path]:
    return [path for path, _ in zip(folder.iterdir(), range(10), strict=False)]


def _cached(name: str, place: Path, roots: Roots, say: Say | None) -> DataSet:
    """The set of a folder or zip, decoded once: what was decoded is kept while it is unchanged."""
    facts = place.stat()
    mark = hashlib.blake2b(f"{place}{facts.st_mtime_ns}{facts.st_size}".encode(), digest_size=8)
    kept = roots.own.parent / "cache" / f"{name}-{mark.hexdigest()}.safetensors"
    if kept.is_file():
        return own.read(kept, name)
    read = read_zip if place.is_file() else read_folder
    found = replace(read(place, place.name, say=say), id=name)
    own.write(found, kept)
    return found


@cache
def _bundled(name: str) -> Listing:
    small = BUNDLED[name](name, Making(pictures=12), Roots(Path()), None)
    kind: Kind = "points" if name in points.MAKERS else "bundled"
    count = len(small.y) if small.part is None else 0
    per_class = small.y.bincount().tolist() if count else []
    return Listing(name, NAMES[name], kind, small.classes, small.shape, count, per_class)


def _vision(name: str, roots: Roots) -> Listing:
    each = vision.VISION[name]
    classes = tuple({"id": one, "en": one, "zh": zh} for one, zh in each.classes)
    is_here = vision.root_of(name, roots) is not None
    why = {
        "en": "Not on this machine yet: download it, or name its folder with --datasets.",
        "zh": "本机还没有：请下载，或用 --datasets 指定它所在的文件夹。",
    }
    per_class = [each.pictures // len(classes)] * len(classes)
    return Listing(
        *(name, each.name, "torchvision", classes, each.shape, each.pictures, per_class),
        available=is_here,
        downloadable=not is_here,
        why=None if is_here else why,
    )


def _own(name: str, roots: Roots) -> Listing:
    try:
        said = own.head(roots.own / name / own.FILE, name)
    except DataError as error:
        why = {"en": f"{error.sentence} {error.hint}", "zh": "无法读取，请删除后重新添加图片。"}
        return Listing(name, {"en": name, "zh": name}, "own", available=False, why=why)
    return Listing(id=name, kind="own", **said)


def _found(name: str, path: Path) -> Listing:
    return Listing(name, {"en": path.name, "zh": path.name}, "own")
