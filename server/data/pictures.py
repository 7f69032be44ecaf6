"""Pictures that installed packages ship: photographs, and ten handwritten digits of 8x8 samples.

No picture is kept in this repository. Credits and licences are those that scikit-image states in
`skimage.data` and scikit-learn in `sklearn/datasets/images/README.txt` and `descr/digits.rst`.
"""

import gzip
import io
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from PIL import Image

_CELL = 16  # Pixels to which one of a digit's samples is enlarged.
_FULL = 16  # A sample that is wholly ink.


@dataclass(frozen=True)
class Bundled:
    """A bundled picture: its names, the package it comes from, its author, and how it is fitted.

    `frame` is the square (x, y, side) in pixels that is shown first; None for the middle.
    """

    id: str
    en: str
    zh: str
    source: str
    credit: str
    licence: str
    fit: Literal["photo", "digit"] = "photo"
    frame: tuple[int, int, int] | None = None


class UnknownPictureError(KeyError):
    """No bundled picture has this id; `str()` says which there are."""

    def __init__(self, picture: str) -> None:
        self.picture = picture
        super().__init__(picture)

    def __str__(self) -> str:
        ids = ", ".join(bundled.id for bundled in catalogue())
        return f"No bundled picture is called {self.picture!r}; there are {ids}."


_PUBLIC, _CC0, _CC_BY = "public domain", "CC0 1.0", "CC BY 2.0"
_IMAGE, _LEARN = "scikit-image", "scikit-learn"

# Each picture's file, in the package that its source names.
_PHOTOGRAPHS: tuple[tuple[str, Bundled], ...] = (
    (
        "data/coffee.png",
        Bundled(
            "coffee",
            *("Coffee", "咖啡", _IMAGE, "Rachel Michetti", _CC0),
            frame=(170, 70, 260),  # The cup; in the whole middle its saucer is the larger thing.
        ),
    ),
    ("data/chelsea.png", Bundled("cat", "Cat", "猫", _IMAGE, "Stefan van der Walt", _CC0)),
    (
        "datasets/images/flower.jpg",
        Bundled("flower", "Dahlia", "大丽花", _LEARN, "vultilion", _CC_BY),
    ),
    (
        "datasets/images/china.jpg",
        Bundled("pavilion", "Pavilion", "楼阁", _LEARN, "danielbuechele", _CC_BY),
    ),
    ("data/rocket.jpg", Bundled("rocket", "Rocket", "火箭", _IMAGE, "SpaceX", _PUBLIC)),
    ("data/astronaut.png", Bundled("astronaut", "Astronaut", "宇航员", _IMAGE, "NASA", _PUBLIC)),
    (
        "data/hubble_deep_field.jpg",
        Bundled("galaxies", "Galaxies", "星系", _IMAGE, "NASA, Hubble", _PUBLIC),
    ),
    ("data/retina.jpg", Bundled("retina", "Retina", "视网膜", _IMAGE, "Mikael Häggström", _CC0)),
    ("data/camera.png", Bundled("camera", "Cameraman", "摄影师", _IMAGE, "Lav Varshney", _CC0)),
    (
        "data/coins.png",
        Bundled("coins", "Coins", "硬币", _IMAGE, "Brooklyn Museum", "no known restrictions"),
    ),
    ("data/horse.png", Bundled("horse", "Horse", "马的剪影", _IMAGE, "Andreas Preuss", _CC0)),
    ("data/brick.png", Bundled("bricks", "Bricks", "砖墙", _IMAGE, "CC0Textures", _CC0)),
    ("data/gravel.png", Bundled("gravel", "Gravel", "碎石", _IMAGE, "CC0Textures", _CC0)),
    ("data/grass.png", Bundled("grass", "Grass", "草地", _IMAGE, "linolafett", _CC0)),
)
_PACKAGES = {_IMAGE: "skimage", _LEARN: "sklearn"}

_DIGITS_FILE = "datasets/data/digits.csv.gz"
# Digit -> a line of that file in which it is written plainly.
_DIGIT_LINES = {
    **{"0": 464, "1": 1585, "2": 1272, "3": 1478, "4": 1001},
    **{"5": 1333, "6": 282, "7": 317, "8": 913, "9": 375},
}
_ZH_DIGITS = "零一二三四五六七八九"


@cache
def catalogue() -> tuple[Bundled, ...]:
    """The pictures whose files are installed: photographs, then digits."""
    photographs = (bundled for file, bundled in _PHOTOGRAPHS if _file(bundled.source, file))
    digits = map(_digit, _DIGIT_LINES) if _file(_LEARN, _DIGITS_FILE) else ()
    return (*photographs, *digits)


def frame(picture: str) -> tuple[int, int, int] | None:
    """The square (x, y, side) of a bundled picture that is shown first; None for the middle.

    Raises:
        UnknownPictureError: no bundled picture has this id.
    """
    for each in catalogue():
        if each.id == picture:
            return each.frame
    raise UnknownPictureError(picture)


@cache
def read(picture: str) -> bytes:
    """The bytes of a bundled picture's PNG or JPEG file; raises UnknownPictureError."""
    if picture not in {bundled.id for bundled in catalogue()}:
        raise UnknownPictureError(picture)
    for file, bundled in _PHOTOGRAPHS:
        if bundled.id == picture and (path := _file(bundled.source, file)):
            return path.read_bytes()
    return _drawn(_DIGIT_LINES[picture.removeprefix("digit-")])


def digits_file() -> Path | None:
    """Returns scikit-learn's file of 1,797 digits: lines of 64 samples 0..16 and the label."""
    return _file(_LEARN, _DIGITS_FILE)


def _file(source: str, name: str) -> Path | None:
    """A file in an installed package, which is found without the second that its import takes."""
    spec = find_spec(_PACKAGES[source])
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder, name)).is_file():
            return path
    return None


def _digit(name: str) -> Bundled:
    return Bundled(
        id=f"digit-{name}",
        en=f"Handwritten {name}",
        zh=f"手写数字{_ZH_DIGITS[int(name)]}",
        source=_LEARN,
        credit="E. Alpaydin, C. Kaynak (UCI Machine Learning Repository)",
        licence="CC BY 4.0",
        fit="digit",
    )


def _drawn(line: int) -> bytes:
    """A PNG of one of the 8x8 digits, white on black with a margin of one sample, enlarged."""
    path = _file(_LEARN, _DIGITS_FILE)
    assert path is not None  # The catalogue lists digits only where the file is.
    samples = gzip.decompress(path.read_bytes()).decode("ascii").splitlines()[line].split(",")
    grey = bytes(round(float(sample) * 255 / _FULL) for sample in samples[:64])
    image = Image.new("L", (10, 10))
    image.paste(Image.frombytes("L", (8, 8), grey), (1, 1))
    image = image.resize((10 * _CELL, 10 * _CELL), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
