"""Pictures in folders, or in a zip of folders, whose names are the classes -> one data set."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from .notes import Notes
from .sets import DataError, DataSet, Say

PARTS = {
    **dict.fromkeys(("train", "training"), 0),
    **dict.fromkeys(("val", "valid", "validation"), 1),
    **dict.fromkeys(("test", "testing"), 2),
}
ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".avif", ".ppm", ".pgm", ".tif"}
ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".xz", ".bz2"}
SIZES = (8, 16, 28, 32, 48, 64)  # sides that pictures are kept in; others become the next
LARGEST_PICTURE = 32 << 20  # bytes of a member
LARGEST_PIXELS = 50_000_000  # of one picture before it is made small
LARGEST_SET = 1 << 30  # bytes of the pictures in memory
LARGEST_RATIO = 200  # unpacked over packed bytes of a member: above it, it is a bomb
MOST_PICTURES = 200_000
MOST_CLASSES = 200
STEP = 256  # pictures between two words about the progress


@dataclass(frozen=True)
class Member:
    """A picture in a folder or zip: where it lies, and how its bytes are read."""

    path: PurePosixPath
    read: Callable[[], bytes]


@dataclass
class Sorted:
    """Pictures by class, with the part that a folder above names."""

    members: list[tuple[Member, str, int]] = field(default_factory=list)  # -1 = no part named
    classes: set[str] = field(default_factory=set)


def read_folder(folder: Path, name: str, *, size: int = 0, say: Say | None = None) -> DataSet:
    """Returns the data set of a folder of folders.

    Raises:
        DataError: it holds no pictures of two classes.
    """
    notes = Notes()
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    members = [Member(PurePosixPath(p.relative_to(folder)), p.read_bytes) for p in files]
    empty = [p.name for p in sorted(folder.iterdir()) if p.is_dir() and not any(p.rglob("*"))]
    return assemble(members, name, notes, empty, size=size, say=say)


def read_zip(path: Path, name: str, *, size: int = 0, say: Say | None = None) -> DataSet:
    """Returns the data set of a zip of folders; what cannot be used is left out, with a note.

    Raises:
        DataError: it is not a zip, is locked, or holds no pictures of two classes.
    """
    notes = Notes()
    try:
        with zipfile.ZipFile(path) as archive:
            members = list(_members(archive, notes))
            folders = {PurePosixPath(i.filename) for i in archive.infolist() if i.is_dir()}
            used = {parent for each in members for parent in each.path.parents}
            empty = sorted(folder.name for folder in folders - used)
            return assemble(members, name, notes, empty, size=size, say=say)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise DataError(
            f"{name[:80]!r} is not a zip that can be read: {error}.",
            hint="Pack the folders again as an ordinary zip.",
            code="zip",
        ) from error


def _members(archive: zipfile.ZipFile, notes: Notes) -> Iterator[Member]:
    for info in archive.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if info.is_dir():
            continue
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            notes.add("slip", str(path))
        elif info.flag_bits & 1:
            notes.add("locked", str(path))
        elif info.file_size > LARGEST_PICTURE:
            notes.add("large", str(path))
        elif info.file_size > LARGEST_RATIO * max(1, info.compress_size):
            notes.add("bomb", str(path))
        else:
            yield Member(path, lambda info=info: _unpack(archive, info))  # type: ignore[misc]


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        return stream.read(LARGEST_PICTURE + 1)


def assemble(
    members: Sequence[Member],
    name: str,
    notes: Notes,
    empty: Sequence[str] = (),
    *,
    size: int = 0,
    say: Say | None = None,
) -> DataSet:
    """Returns the data set of members, good pictures kept, what was wrong in the notes.

    Raises:
        DataError: pictures of fewer than two classes are left, or there are too many.
    """
    found = _sort(members, notes)
    if len(found.members) > MOST_PICTURES or len(found.classes) > MOST_CLASSES:
        raise DataError(
            f"There are {len(found.members):,} pictures in {len(found.classes):,} folders; "
            f"{MOST_PICTURES:,} pictures in {MOST_CLASSES} are the most.",
            hint="Leave some out.",
            code="many",
        )
    decoded = _decode(found, notes, size, say)
    counts: dict[str, int] = dict.fromkeys(sorted(found.classes), 0)
    for _, label, _ in decoded:
        counts[label] += 1
    classes = [label for label, count in counts.items() if count]
    for label in sorted({*empty, *(each for each, count in counts.items() if not count)}):
        if label.lower() not in PARTS and label not in classes:
            notes.add("empty", label)
    check_classes(classes, name, notes)
    notes.compare({label: counts[label] for label in classes})
    part = torch.tensor([part for _, _, part in decoded])
    return DataSet(
        id="",
        name={"en": name, "zh": name},
        classes=tuple({"id": each, "en": each, "zh": each} for each in classes),
        x=_stack([picture for picture, _, _ in decoded]),
        y=torch.tensor([classes.index(label) for _, label, _ in decoded]),
        part=_parts(part),
        notes=notes.words(),
    )


def check_classes(classes: Sequence[str], name: str, notes: Notes) -> None:
    """Raises a DataError when there are fewer than two classes with pictures."""
    if len(classes) >= 2:
        return
    said = " ".join(each["en"] for each in notes.words())
    what = f"only the class {classes[0]!r}" if classes else "no picture that can be read"
    raise DataError(
        f"{name[:80]!r} holds {what}. {said}".strip(),
        hint="Put the pictures into at least two folders; the folders' names become the classes.",
        code="classes",
    )


def _sort(members: Sequence[Member], notes: Notes) -> Sorted:
    found = Sorted()
    for member in members:
        path = member.path
        hidden = any(each.startswith((".", "__MACOSX")) for each in path.parts)
        if hidden or path.name in ("Thumbs.db", "desktop.ini"):
            continue
        if path.suffix.lower() in ARCHIVES:
            notes.add("nested", str(path))
        elif path.suffix.lower() not in ENDINGS:
            notes.add("other", str(path))
        elif len(path.parts) < 2 or path.parent.name.lower() in PARTS:
            notes.add("loose", str(path))
        else:
            label = path.parent.name[:80]
            above = [PARTS.get(each.lower(), -1) for each in path.parts[:-2]]
            found.members.append((member, label, max(above, default=-1)))
            found.classes.add(label)
    return found


def _decode(
    found: Sorted, notes: Notes, size: int, say: Say | None
) -> list[tuple[Image.Image, str, int]]:
    decoded, held = [], 0
    for index, (member, label, part) in enumerate(found.members):
        if say and index % STEP == 0:
            say("reading", index, len(found.members))
        try:
            picture = shrunk(member.read(), size)
        except (OSError, ValueError, SyntaxError, zipfile.BadZipFile, RuntimeError, EOFError):
            notes.add("unreadable", str(member.path))
            continue
        held += picture.width * picture.height * len(picture.getbands())
        if held > LARGEST_SET:
            raise DataError(
                f"The pictures take more than {LARGEST_SET >> 20:,} MiB in memory.",
                hint="Choose a smaller size, or leave some out.",
                code="memory",
            )
        decoded.append((picture, label, part))
    return decoded


def shrunk(data: bytes, size: int = 0) -> Image.Image:
    """Returns the square middle of a picture, grey or RGB, its side one of SIZES.

    Raises:
        OSError: it is not a picture, or is cut off; ValueError: it has too many pixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as opened:
                if opened.width * opened.height > LARGEST_PIXELS:
                    raise ValueError(f"{opened.width} x {opened.height} pixels are too many")
                side = size or next((s for s in SIZES if min(opened.size) <= s), SIZES[-1])
                opened.draft("RGB", (side * 2, side * 2))
                grey = opened.mode in ("1", "L", "LA", "I;16")
                picture = opened.convert("L" if grey else "RGB")
        except (UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise ValueError(str(error)) from error
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    square = picture.crop((left, top, left + short, top + short))
    return square if short == side else square.resize((side, side), Image.Resampling.LANCZOS)


def _stack(pictures: Sequence[Image.Image]) -> Tensor:
    """(N, C, S, S) uint8: grey where all are, the side that most of them have."""
    sides = [picture.width for picture in pictures]
    side = max(set(sides), key=lambda each: (sides.count(each), each))
    mode = "L" if all(picture.mode == "L" for picture in pictures) else "RGB"
    channels = len(mode)
    out = torch.empty(len(pictures), channels, side, side, dtype=torch.uint8)
    for index, picture in enumerate(pictures):
        small = picture if picture.width == side else picture.resize((side, side))
        out[index] = torch.from_numpy(
            np.array(small.convert(mode)).reshape(side, side, channels).transpose(2, 0, 1)
        )
    return out


def _parts(part: Tensor) -> Tensor | None:
    """As DataSet.part: None where no folder names parts, -1 where only the test is named."""
    if bool((part < 0).all()):
        return None
    named = torch.where(part < 0, 0, part)
    return named if bool((named == 1).any()) else torch.where(named == 0, -1, named)
