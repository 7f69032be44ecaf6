"""The well-known data sets of torchvision: where their files lie, how they are read and fetched.

MNIST's kin are read from their IDX files directly, so that a run starts without torchvision's
import; CIFAR-10, whose files are pickles, is opened only once their MD5 sums were checked.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import shutil
import tarfile
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .bundled import DIGITS
from .dataset import FREE, TEST, DataSet, Listing, Making, Roots, Say
from .words import DataError, Words

TIMEOUT_S = 20
PIECE = 1 << 16  # bytes between two words of progress
_downloading: set[str] = set()
_guard = threading.Lock()


def _named(*pairs: tuple[str, str]) -> tuple[Words, ...]:
    return tuple(
        {"id": en.lower().replace(" ", "_").replace("-", "_"), "en": en, "zh": zh}
        for en, zh in pairs
    )


@dataclass(frozen=True)
class Known:
    """A data set of torchvision: the name of its class there, its own names, what it holds."""

    torchvision: str
    name: Words
    classes: tuple[Words, ...]
    shape: tuple[int, int, int]
    count: int  # of each class, of both halves

    @property
    def is_idx(self) -> bool:
        """Whether its files are MNIST's IDX."""
        return self.torchvision != "CIFAR10"


class Piece(NamedTuple):
    """A file to fetch: addresses to try, its name and MD5 sum."""

    addresses: tuple[str, ...]
    file: str
    md5: str


_CLOTHES = _named(
    *(("T-shirt", "T恤"), ("Trouser", "裤子"), ("Pullover", "套头衫"), ("Dress", "连衣裙")),
    *(("Coat", "外套"), ("Sandal", "凉鞋"), ("Shirt", "衬衫"), ("Sneaker", "运动鞋")),
    *(("Bag", "包"), ("Ankle boot", "短靴")),
)
_KANA = tuple(
    {"id": sound, "en": f"{sound} {kana}", "zh": f"{kana} {sound}"}
    for sound, kana in zip(
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "おきすつなはまやれを",
        strict=True,
    )
)
_THINGS = _named(
    *(("airplane", "飞机"), ("automobile", "汽车"), ("bird", "鸟"), ("cat", "猫"), ("deer", "鹿")),
    *(("dog", "狗"), ("frog", "青蛙"), ("horse", "马"), ("ship", "船"), ("truck", "卡车")),
)
_GREY = (1, 28, 28)

SETS: dict[str, Known] = {
    "mnist": Known("MNIST", {"en": "MNIST", "zh": "MNIST 手写数字"}, DIGITS, _GREY, 7000),
    "fashion-mnist": Known(
        "FashionMNIST", {"en": "Fashion-MNIST", "zh": "Fashion-MNIST 服饰"}, _CLOTHES, _GREY, 7000
    ),
    "kmnist": Known("KMNIST", {"en": "KMNIST", "zh": "KMNIST 变体假名"}, _KANA, _GREY, 7000),
    "cifar-10": Known("CIFAR10", {"en": "CIFAR-10", "zh": "CIFAR-10"}, _THINGS, (3, 32, 32), 6000),
}
_IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
_IDX_TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
_BATCHES = "cifar-10-batches-py"
# Python knows filters from 3.11.4 on; the MD5 sum of what is unpacked was checked in any case.
SAFELY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def listings(roots: Roots) -> list[Listing]:
    """Returns the rows of these sets; one whose files are not there can be downloaded."""
    return [_listing(name, known, roots) for name, known in SETS.items()]


def version(name: str, roots: Roots) -> str | None:
    """Returns a text that changes when the set does, None where there is no such set here."""
    return f"{_root(SETS[name], roots)}" if name in SETS else None


def load(name: str, _: Making, roots: Roots, __: Say | None) -> DataSet | None:
    """Returns one of these sets, None for another id; what it calls its test half is the test.

    Raises:
        DataError: its files are not there or are damaged.
    """
    known = SETS.get(name)
    if known is None:
        return None
    root = _root(known, roots)
    if root is None:
        raise DataError("absent", name=known.name["en"])
    try:
        halves = _idx_halves(known, root) if known.is_idx else _cifar_halves(root)
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        raise DataError("damaged", id=name, reason=str(error)) from error
    sizes = torch.tensor([len(y) for _, y in halves])
    x, y = (torch.cat(each) for each in zip(*halves, strict=True))
    part = torch.tensor([FREE, TEST]).repeat_interleave(sizes)
    return DataSet(name, known.name, known.classes, x, y, part)


def download(name: str, roots: Roots) -> Download:
    """Returns what fetches the set's files: each step says how many bytes came, of how many.

    The first connection is made before this returns; closing the iterator stops, and leaves
    nothing half done behind. Files are checked against torchvision's MD5 sums.

    Raises:
        DataError: it cannot be downloaded, is being downloaded, or there is no network; while it
            goes on also: a file differs, or cannot be written.
    """
    known = SETS.get(name)
    if known is None or roots.downloads is None:
        raise DataError("no_download", id=name[:80], known=", ".join(SETS))
    with _guard:
        if name in _downloading:
            raise DataError("busy", name=known.name["en"])
        _downloading.add(name)
    try:
        pieces = _pieces(known)
        first = _connected(pieces[0], known)
    except BaseException:
        _downloading.discard(name)
        raise
    return Download(name, known, roots.downloads, pieces, first)


class Download(Iterator[tuple[int, int | None]]):
    """A download under way; whoever stops it early, also before its first step, ends it."""

    def __init__(
        self, name: str, known: Known, folder: Path, pieces: Sequence[Piece], first: Any
    ) -> None:
        self._name, self._first = name, first
        self._steps = _fetched(known, folder, pieces, first)

    def __next__(self) -> tuple[int, int | None]:
        try:
            return next(self._steps)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends it; what is not whole is removed."""
        self._steps.close()
        self._first.close()
        _downloading.discard(self._name)


def _fetched(
    known: Known, folder: Path, pieces: Sequence[Piece], first: Any
) -> Generator[tuple[int, int | None]]:
    done = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            held = tempfile.TemporaryDirectory(dir=folder, prefix=".incoming-")
            place = opened.enter_context(held)
            sources = [first]
            for piece in pieces[1:]:
                sources.append(opened.enter_context(_connected(piece, known)))
            sizes = [source.headers.get("Content-Length", "") for source in sources]
            total = sum(map(int, sizes)) if all(map(str.isdecimal, sizes)) else None
            for piece, source in zip(pieces, sources, strict=True):
                for came in _saved(source, Path(place, piece.file), piece):
                    done += came
                    yield done, total
            _placed(known, Path(place), folder, pieces)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
        raise _offline(known, error) from error
    except OSError as error:
        raise DataError("disk", reason=error.strerror or str(error)) from error


def _saved(source: Any, path: Path, piece: Piece) -> Iterator[int]:
    found = hashlib.md5(usedforsecurity=False)
    with path.open("wb") as out:
        while data := source.read(PIECE):
            out.write(data)
            found.update(data)
            yield len(data)
    if found.hexdigest() != piece.md5:
        raise DataError("checksum", file=piece.file)


def _placed(known: Known, place: Path, folder: Path, pieces: Sequence[Piece]) -> None:
    """Unpacks what came into the folder where torchvision looks for it."""
    if known.is_idx:
        raw = folder / known.torchvision / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        for piece in pieces:
            plain = place / Path(piece.file).stem
            with gzip.open(place / piece.file) as packed, plain.open("wb") as out:
                shutil.copyfileobj(packed, out)
            plain.replace(raw / plain.name)
        return
    with tarfile.open(place / pieces[0].file) as packed:
        packed.extractall(place, **SAFELY)
    shutil.rmtree(folder / _BATCHES, ignore_errors=True)
    (place / _BATCHES).replace(folder / _BATCHES)


def _pieces(known: Known) -> tuple[Piece, ...]:
    """The files of a set, as torchvision knows them."""
    from torchvision import datasets

    kind = getattr(datasets, known.torchvision)
    if not known.is_idx:
        return (Piece((kind.url,), kind.filename, kind.tgz_md5),)
    return tuple(
        Piece(tuple(mirror + file for mirror in kind.mirrors), file, md5)
        for file, md5 in kind.resources
    )


def _connected(piece: Piece, known: Known) -> Any:
    """An answer to read from, of the first address that gives one."""
    last: Exception = OSError("no address")
    for address in piece.addresses:
        request = urllib.request.Request(address, headers={"User-Agent": "convlens"})
        try:
            return urllib.request.urlopen(request, timeout=TIMEOUT_S)
        except (OSError, http.client.HTTPException) as error:
            last = error
    raise _offline(known, last) from last


def _offline(known: Known, error: Exception) -> DataError:
    reason = getattr(error, "reason", error)
    text = str(getattr(reason, "strerror", None) or reason) or type(error).__name__
    return DataError("offline", name=known.name["en"], reason=text)


def _listing(name: str, known: Known, roots: Roots) -> Listing:
    is_there = _root(known, roots) is not None
    return Listing(
        id=name,
        name=known.name,
        classes=known.classes,
        shape=known.shape,
        per_class=(known.count,) * len(known.classes),
        kind="torchvision",
        available=is_there,
        why=None if is_there else DataError("absent", name=known.name["en"]).words,
        downloadable=not is_there and roots.downloads is not None,
    )


def _root(known: Known, roots: Roots) -> Path | None:
    """The folder in which torchvision would find the set's files."""
    for root in (roots.extra, roots.downloads):
        if root is not None and _is_whole(known, root):
            return root
    return None


def _is_whole(known: Known, root: Path) -> bool:
    if not known.is_idx:
        return (root / _BATCHES / "batches.meta").is_file()
    raw = root / known.torchvision / "raw"
    return all(_idx_file(raw, name) is not None for name in (*_IDX, *_IDX_TEST))


def _idx_file(raw: Path, name: str) -> Path | None:
    return next((path for path in (raw / name, raw / f"{name}.gz") if path.is_file()), None)


def _idx_halves(known: Known, root: Path) -> list[tuple[Tensor, Tensor]]:
    raw = root / known.torchvision / "raw"
    halves = []
    for images, labels in (_IDX, _IDX_TEST):
        x, y = (_read_idx(raw, name) for name in (images, labels))
        if len(x) != len(y) or x.shape[1:] != known.shape[1:] or int(y.max()) >= 10:
            raise ValueError(f"{images} and {labels} do not belong together")
        halves.append((x.unsqueeze(1), y.to(torch.int64)))
    return halves


def _read_idx(raw: Path, name: str) -> Tensor:
    """The numbers of an IDX file of bytes.

    Source: Y. LeCun, "The MNIST database": two zero bytes, 8 for bytes, the number of axes, then
    each axis as four bytes, the highest first.
    """
    path = _idx_file(raw, name)
    if path is None:
        raise FileNotFoundError(f"{name} is missing")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    axes = data[3] if len(data) > 3 else 0
    ends = range(4, 5 + 4 * axes, 4)
    shape = [int.from_bytes(data[start:end], "big") for start, end in pairwise(ends)]
    if data[:3] != b"\0\0\x08" or len(data) != ends[-1] + int(np.prod(shape)):
        raise ValueError(f"{name} is not a whole IDX file of bytes")
    return torch.frombuffer(bytearray(data), dtype=torch.uint8, offset=ends[-1]).view(*shape)


def _cifar_halves(root: Path) -> list[tuple[Tensor, Tensor]]:
    from torchvision.datasets import CIFAR10

    halves = []
    for train in (True, False):
        found = CIFAR10(str(root), train=train)  # Checks the MD5 sums before it opens a pickle.
        x = torch.from_numpy(found.data).permute(0, 3, 1, 2).contiguous()
        halves.append((x, torch.tensor(found.targets)))
    return halves
