"""Pictures sorted by class, in a folder or a zip: found by their names, none opened yet."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from ..core.image import MAX_BYTES
from .dataset import FREE, TEST, TRAIN, VALIDATION
from .words import DataError, Words, note

Source = Path | IO[bytes]  # a folder, the file of a zip, or an opened one
Read = Callable[[str], bytes]  # of a member, by its name

HALVES = {
    **dict.fromkeys(("train", "training"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation"), VALIDATION),
    **dict.fromkeys(("test", "testing"), TEST),
}
PICTURES = {*(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".avif")}
ARCHIVES = {*(".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")}
MAC = "__MACOSX"  # a folder of what macOS adds to a zip
JUNK = {MAC, ".DS_Store", "Thumbs.db", "desktop.ini"}
INNER = {"images", "img"}  # a folder between a class and its pictures, as in Tiny ImageNet
MAX_DIRECTORY = 24 << 20  # bytes of a zip's list of members: about 250,000 pictures
MAX_UNPACKED = 4 << 30  # bytes of all members
MAX_CLASSES = 1000
MAX_DEPTH = 6  # folders below each other
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"


class Member(NamedTuple):
    """A picture's name in its folder or zip, its class, and the part that a folder names."""

    name: str
    label: str
    part: int


class Entry(NamedTuple):
    """A file or folder before it is sorted; `why` is the code of a note that leaves it out."""

    name: str
    size: int
    is_folder: bool = False
    why: str = ""


@dataclass(frozen=True)
class Tree:
    """What a folder or zip holds; `left` are the files that were left out, by the note's code."""

    members: tuple[Member, ...]
    folders: tuple[str, ...]  # names of folders that could be classes
    left: dict[str, list[str]] = field(default_factory=dict)

    def notes(self) -> list[Words]:
        """Returns what was left out, one sentence for each reason."""
        return [note(code, count=len(names), first=names[0]) for code, names in self.left.items()]


@contextmanager
def opened(source: Source) -> Iterator[tuple[Tree, Read]]:
    """Yields what a folder or zip holds, and how one of its pictures is read.

    Nothing is ever written under a name that stands in a zip.

    Raises:
        DataError: it is no zip, is damaged, or names too many members or classes.
    """
    if isinstance(source, Path) and source.is_dir():
        yield _sorted(_walked(source)), lambda name: (source / name).read_bytes()
        return
    _check_zip(source)
    try:
        with zipfile.ZipFile(source) as archive:
            yield _sorted(_listed(archive)), lambda name: _unpacked(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, struct.error) as error:
        raise DataError("damaged_zip", reason=str(error) or type(error).__name__) from error


def stamp(path: Path) -> str:
    """Returns a text that changes when a zip, or the names in a folder, do."""
    facts = path.stat()
    marks = [(str(path), facts.st_mtime_ns, facts.st_size)]
    if path.is_dir():
        inner = (Path(base, each) for base, folders, _ in _levels(path) for each in folders)
        marks += [(str(each), each.stat().st_mtime_ns, 0) for each in inner]
    return hashlib.sha256(repr(sorted(marks)).encode()).hexdigest()[:16]


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(MAX_BYTES + 1)


def _check_zip(source: Source) -> None:
    """Reads the end of the file itself: `zipfile` would first make an object of each member."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return _check_zip(stream)
    source.seek(0)
    start = source.read(4)
    size = source.seek(0, os.SEEK_END)
    source.seek(max(0, size - (1 << 16) - 128))
    tail = source.read()
    end, end_64 = tail.rfind(_END), tail.rfind(_END_64)
    if end < 0 or len(tail) < end + 22:
        raise DataError("not_zip", start=start.hex(" ") or "none")
    listed: int = struct.unpack_from("<I", tail, end + 12)[0]
    if listed == 0xFFFFFFFF and 0 <= end_64 <= len(tail) - 56:
        listed = struct.unpack_from("<Q", tail, end_64 + 40)[0]
    if listed > MAX_DIRECTORY:
        raise DataError("crowded_zip", bytes=listed, limit=MAX_DIRECTORY)
    source.seek(0)


def _listed(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for info in archive.infolist():
        why = ""
        if _leads_out(info.filename):
            why = "slips"
        elif stat.S_ISLNK(info.external_attr >> 16):
            why = "links"
        elif info.flag_bits & 1:
            why = "encrypted"
        yield Entry(info.filename, info.file_size, info.is_dir(), why)


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or ":" in parts[0]


def _levels(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """As os.walk, in order of names, without hidden folders, down to MAX_DEPTH."""
    top = len(folder.parts)
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        if len(Path(base).parts) - top >= MAX_DEPTH:
            folders.clear()
        yield base, folders, sorted(files)


def _walked(folder: Path) -> Iterator[Entry]:
    for base, folders, files in _levels(folder):
        place = Path(base).relative_to(folder)
        for each in folders:
            yield Entry((place / each).as_posix(), 0, is_folder=True)
        for each in files:
            path = Path(base, each)
            if path.is_file():
                yield Entry((place / each).as_posix(), path.stat().st_size)


def _sorted(entries: Iterable[Entry]) -> Tree:
    left: dict[str, list[str]] = {}
    kept: list[tuple[str, str]] = []  # name, folder
    bare: set[str] = set()
    total = 0
    for entry in entries:
        base, _, file = entry.name.replace("\\", "/").rstrip("/").rpartition("/")
        why = entry.why or _why_not(base, file, entry, total)
        if why == "junk":
            continue
        if why:
            left.setdefault(why, []).append(entry.name[:120])
        elif entry.is_folder:
            bare.add(_class_folder(f"{base}/{file}".lstrip("/")))
        else:
            total += entry.size
            kept.append((entry.name, _class_folder(base)))
    holding = {folder for _, folder in kept}
    above = {each for folder in holding for each in _above(folder)}
    classes = {folder: _label(folder) for folder in holding - above if _label(folder)}
    for name, folder in kept:
        if folder not in classes:
            left.setdefault("outside", []).append(name[:120])
    _check_classes(set(classes.values()))
    parts = {folder: _part(folder) for folder in classes}
    members = [Member(n, classes[f], parts[f]) for n, f in kept if f in classes]
    empty = {_label(folder) for folder in bare - above} - {"", *classes.values()}
    return Tree(tuple(members), tuple(sorted(empty)), left)


def _check_classes(labels: set[str]) -> None:
    if len(labels) > MAX_CLASSES:
        raise DataError("many_classes", count=len(labels), limit=MAX_CLASSES)


def _why_not(base: str, file: str, entry: Entry, total: int) -> str:
    if file in JUNK or file.startswith("._") or base.startswith(MAC) or f"/{MAC}" in base:
        return "junk"
    if entry.is_folder:
        return ""
    ending = os.path.splitext(file)[1].lower()
    if ending in ARCHIVES:
        return "nested"
    if ending not in PICTURES:
        return "foreign"
    if entry.size > MAX_BYTES:
        return "large"
    return "budget" if total + entry.size > MAX_UNPACKED else ""


def _class_folder(folder: str) -> str:
    above, _, last = folder.rpartition("/")
    return above if above and last.lower() in INNER else folder


def _above(folder: str) -> Iterator[str]:
    """The folders that hold a folder, the top one too."""
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _label(folder: str) -> str:
    """The class that a folder names; empty for the top and for train, val and test."""
    last = folder.rpartition("/")[2]
    return "" if last.lower() in HALVES else last[:80]


def _part(folder: str) -> int:
    named = (HALVES[each] for each in folder.lower().split("/")[:-1] if each in HALVES)
    return next(named, FREE)
