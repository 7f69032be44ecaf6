"""The data sets of torchvision: from a folder that holds them, or downloaded there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .sets import DataError, DataSet, Roots, Words


class Vision(NamedTuple):
    """A data set of torchvision: its class there, a file that shows it is there, its classes."""

    name: Words
    torch_name: str
    sign: str  # a path under the root
    classes: tuple[tuple[str, str], ...]  # id, Chinese
    shape: tuple[int, int, int]
    pictures: int
    download_bytes: int


DIGITS = tuple((str(n), str(n)) for n in range(10))
CLOTHES = (
    *(("t-shirt", "T恤"), ("trouser", "裤子"), ("pullover", "套头衫"), ("dress", "连衣裙")),
    *(("coat", "外套"), ("sandal", "凉鞋"), ("shirt", "衬衫"), ("sneaker", "运动鞋")),
    *(("bag", "包"), ("ankle boot", "短靴")),
)
KANA = tuple((sign, sign) for sign in "おきすつなはまやれを")
CIFAR = (
    *(("airplane", "飞机"), ("automobile", "汽车"), ("bird", "鸟"), ("cat", "猫"), ("deer", "鹿")),
    *(("dog", "狗"), ("frog", "青蛙"), ("horse", "马"), ("ship", "船"), ("truck", "卡车")),
)
GREY = (1, 28, 28)
VISION = {
    "mnist": Vision(
        {"en": "MNIST", "zh": "MNIST 手写数字"},
        "MNIST",
        "MNIST/raw",
        DIGITS,
        GREY,
        70_000,
        11_594_722,
    ),
    "fashion-mnist": Vision(
        {"en": "Fashion-MNIST", "zh": "Fashion-MNIST 服饰"},
        *("FashionMNIST", "FashionMNIST/raw", CLOTHES, GREY, 70_000, 30_878_645),
    ),
    "kmnist": Vision(
        {"en": "KMNIST", "zh": "KMNIST 变体假名"},
        *("KMNIST", "KMNIST/raw", KANA, GREY, 70_000, 21_238_138),
    ),
    "cifar-10": Vision(
        {"en": "CIFAR-10", "zh": "CIFAR-10"},
        *("CIFAR10", "cifar-10-batches-py", CIFAR, (3, 32, 32), 60_000, 170_498_071),
    ),
}


def root_of(name: str, roots: Roots) -> Path | None:
    """Returns the folder that holds a set of VISION, None when it is not there yet."""
    places = [place for place in (roots.extra, roots.downloads) if place]
    sign = VISION[name].sign
    return next((place for place in places if (place / sign).is_dir()), None)


def load(name: str, roots: Roots) -> DataSet:
    """Returns a set of VISION; its test pictures are the sealed part.

    Raises:
        DataError: it is not there, or is not whole.
    """
    place, vision = root_of(name, roots), VISION[name]
    if place is None:
        raise DataError(
            f"{vision.name['en']} is not on this machine.",
            hint="Download it on the page, or name the folder that holds it with --datasets.",
            code="missing",
        )
    try:
        halves = [_half(vision, place, train=train) for train in (True, False)]
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        raise DataError(
            f"{vision.name['en']} in {place} cannot be read: {error}.",
            hint="Delete that folder and download it again.",
            code="broken",
        ) from error
    part = torch.cat(
        [torch.full((len(y),), kind) for (_, y), kind in zip(halves, (-1, 2), strict=True)]
    )
    classes = tuple({"id": each, "en": each, "zh": zh} for each, zh in vision.classes)
    x, y = (torch.cat(each) for each in zip(*halves, strict=True))
    return DataSet(name, vision.name, classes, x, y, part)


def _half(vision: Vision, place: Path, *, train: bool) -> tuple[Tensor, Tensor]:
    data = _torchvision(vision, place, train=train, download=False)
    x = torch.as_tensor(data.data)
    x = x.unsqueeze(1) if x.ndim == 3 else x.permute(0, 3, 1, 2)
    return x.contiguous(), torch.as_tensor(data.targets).long()


def _torchvision(vision: Vision, place: Path, *, train: bool, download: bool) -> Any:
    from torchvision import datasets

    return getattr(datasets, vision.torch_name)(str(place), train=train, download=download)


def download(name: str, roots: Roots) -> None:
    """Fetches a set of VISION from where torchvision knows it; the caller watches `arrived`.

    Raises:
        DataError: there is no network, or nowhere to keep it.
    """
    vision, place = VISION[name], roots.downloads
    try:
        if place is None:
            raise OSError("there is no folder for downloads")
        place.mkdir(parents=True, exist_ok=True)
        for train in (True, False):
            _torchvision(vision, place, train=train, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"{vision.name['en']} could not be downloaded: {_reason(error)}.",
            hint="Connect this machine to the internet, or put the files into a folder and name "
            "it with --datasets.",
            code="network",
        ) from error


def _reason(error: Exception) -> str:
    text = str(getattr(error, "reason", None) or error).strip().rstrip(".")
    return (text.splitlines() or ["no answer"])[0][:200]


def arrived(name: str, roots: Roots) -> float:
    """Returns the share 0 to 1 of a download that is on disk."""
    folder = roots.downloads / Path(VISION[name].sign).parts[0] if roots.downloads else None
    if folder is None or not folder.is_dir():
        return 0.0
    packed: Sequence[Path] = [p for p in folder.rglob("*") if p.suffix in (".gz", ".tar")]
    return min(1.0, sum(path.stat().st_size for path in packed) / VISION[name].download_bytes)
