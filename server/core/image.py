"""Bytes of a picture -> upright RGB or grey -> what a network sees -> a tensor (1, C, H, W).

Only the part that is used is converted, at a size near the one that is needed; a picture that
already has the network's size reaches it pixel for pixel.
"""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from struct import error as StructError
from typing import Any, Literal
from zlib import error as ZlibError

import torch
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)
from torch import Tensor

from . import container
from .crop import Box, Crop, Size, chosen, middle, shrunk, stored, turned
from .digit import Hand, centre
from .notes import note
from .refusal import MAX_BYTES, MAX_PIXELS, PictureError
from .sniff import Format

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Crop",
    "InputSpec",
    "PictureError",
    "Prepared",
    "prepare",
    "preview",
]


Window = tuple[float, float, float, float]  # Left, top, right, bottom, in pixels and their parts.


@dataclass(frozen=True)
class InputSpec:
    """What a network takes: 1 or 3 channels, its size, mean and deviation of values in 0..1.

    `fit` "photo" takes a part of the network's shape, by default the largest in the middle;
    "digit" prepares ink on an even ground as the digits of `hand` were.
    """

    channels: int
    height: int
    width: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: Literal["photo", "digit"] = "photo"
    hand: Hand = "mnist"


@dataclass(frozen=True)
class Prepared:
    """What the network gets, (1, C, H, W) float32 on the CPU, and what was done to the picture.

    `facts`: format, width and height (upright, original), bytes, frames, crop {x, y, width,
    height} in pixels of the upright picture, notes [{code, text, ...values}].
    """

    tensor: Tensor
    facts: dict[str, Any]


@dataclass
class _Picture:
    """An opened file of which nothing is decoded yet; `size` is that of the upright picture."""

    image: ImageFile.ImageFile
    header: container.Header
    bytes: int
    size: Size
    orientation: int
    frames: int
    grey: bool = False
    notes: list[dict[str, Any]] = field(default_factory=list)


_PLUGINS: dict[Format, type[ImageFile.ImageFile]] = {
    Format.JPEG: JpegImagePlugin.JpegImageFile,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.BMP: BmpImagePlugin.BmpImageFile,
    Format.AVIF: AvifImagePlugin.AvifImageFile,
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow's modes -> what a note says of them; no other mode is read.
_MODES = {
    **{"1": "grey", "L": "grey", "LA": "grey", "I;16": "grey"},
    **{"P": "palette", "CMYK": "cmyk", "RGB": "", "RGBA": ""},
}
_REASONS = {"not identified by this driver": "its header names no known kind of pixels"}
# The antialiased triangle filter of torchvision's Resize, with which most networks were trained.
_FILTER = Image.Resampling.BILINEAR
_REDUCING_GAP = 3.0  # Blocks are averaged first while a picture is over three times too big.
_DRAFT_GAP = 2  # A JPEG is decoded at 1/2, 1/4 or 1/8 while twice the pixels needed are left.
_DIGIT_LOOK = 512  # The longest side at which ink is looked for.
_TINY = 64  # Previews of pictures up to this size keep every pixel.
_QUALITY = 82


def prepare(data: bytes, spec: InputSpec, *, crop: Crop | None = None) -> Prepared:
    """What a network sees of a picture file, and everything that was done on the way.

    Values are (pixel / 255 - mean) / std; grey is ITU-R 601. Raises PictureError, also for a crop
    that leaves the picture, and ValueError for a spec of neither 1 nor 3 channels.
    """
    if spec.channels not in (1, 3):
        raise ValueError(f"a picture fills 1 or 3 channels, not {spec.channels}")
    picture = _open(data)
    shape = (spec.width, spec.height)
    part = chosen(crop, picture.size, shape) if crop else None
    if spec.fit == "digit":
        box, pixels = _digit(picture, part, shape, spec.hand)
    else:
        box = part or middle(picture.size, shape)
        pixels = _tensor(_suited(_render(picture, box, shape), picture, spec.channels))
        picture.notes += _sizes(box, picture.size, shape)
    facts = {
        "format": str(picture.header.format),
        "width": picture.size[0],
        "height": picture.size[1],
        "bytes": picture.bytes,
        "frames": picture.frames,
        "crop": box._asdict(),
        "notes": picture.notes,
    }
    return Prepared(_normalised(pixels, spec), facts)


def preview(data: bytes, size: int) -> bytes:
    """The whole picture upright, alpha over white, its longest side at most `size` pixels.

    A JPEG; for pictures of up to 64 pixels a PNG. Raises PictureError.
    """
    picture = _open(data)
    image = _render(picture, Box(0, 0, *picture.size), shrunk(picture.size, size))
    out = io.BytesIO()
    image.save(out, "PNG" if max(picture.size) <= _TINY else "JPEG", quality=_QUALITY)
    return out.getvalue()


# --- opening ------------------------------------------------------------------------------------


def _open(data: bytes) -> _Picture:
    header = container.read(data)
    with _decoding(header.format, len(data)):
        # The plugin itself: Image.open() guesses among 43 formats, and warns of sizes.
        image = _PLUGINS[header.format](io.BytesIO(header.payload))
    size = header.size or image.size
    if size != image.size:
        reason = f"its headers say {size} and {image.size}"
        raise PictureError("damaged", format=header.format, reason=reason)
    container.check_size(*size)
    orientation = header.orientation
    if header.format in (Format.WEBP, Format.AVIF):
        orientation = container.orientation(image.info.get("exif") or b"")
    frames = header.frames or int(getattr(image, "n_frames", 1))
    picture = _Picture(image, header, len(data), turned(size, orientation), orientation, frames)
    if orientation != 1:
        picture.notes.append(note("exif_rotated", orientation=orientation))
    if frames > 1:
        picture.notes.append(note("first_frame", frames=frames))
    return picture


@contextmanager
def _decoding(kind: Format, size: int) -> Iterator[None]:
    """Turns whatever Pillow's decoders raise on a broken file of `size` bytes into one error."""
    ended = (EOFError, StructError, IndexError)
    broken = (OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError)
    rarely = (ArithmeticError, RuntimeError, MemoryError, ZlibError)
    try:
        yield
    except (*ended, *broken, *rarely) as error:
        words = str(error) or type(error).__name__
        causes = (error, error.__cause__)  # ImageFile wraps some in a SyntaxError.
        if any(isinstance(cause, ended) for cause in causes) or "truncated" in words.lower():
            raise PictureError("truncated", format=kind, bytes=size) from None
        raise PictureError("damaged", format=kind, reason=_REASONS.get(words, words)) from None


# --- decoding -----------------------------------------------------------------------------------


def _render(picture: _Picture, box: Box, shape: Size) -> Image.Image:
    """The part `box` of the upright picture at `shape`, mode L or RGB, alpha over white."""
    part = stored(box, picture.size, picture.orientation)
    size = turned(shape, picture.orientation)
    with _decoding(picture.header.format, picture.bytes):
        scale = _draft(picture, part, size)
        picture.image.load()
        image, window = _cut(picture.image, part, scale)
        image = _resized(_plain(image, picture), window, size)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", size, "white"), image).convert("RGB")
    turn = _UPRIGHT.get(picture.orientation)
    return image if turn is None else image.transpose(turn)


def _draft(picture: _Picture, part: Box, size: Size) -> float:
    """Lets a JPEG be decoded small, and returns how many times smaller: 1, 2, 4 or 8."""
    width, height = turned(picture.size, picture.orientation)
    need = (
        math.ceil(width * size[0] * _DRAFT_GAP / part.width),
        math.ceil(height * size[1] * _DRAFT_GAP / part.height),
    )
    drafted = picture.image.draft(None, need)
    return width / drafted[1][2] if drafted else 1.0


def _cut(image: Image.Image, part: Box, scale: float) -> tuple[Image.Image, Window]:
    """The whole pixels around a part of a picture drafted `scale` times smaller; where it lies."""
    left, top = part.x / scale, part.y / scale
    right, bottom = (part.x + part.width) / scale, (part.y + part.height) / scale
    x, y = math.floor(left), math.floor(top)
    hull = (x, y, math.ceil(right), math.ceil(bottom))
    whole = hull == (0, 0, *image.size)
    return image if whole else image.crop(hull), (left - x, top - y, right - x, bottom - y)


def _plain(image: Image.Image, picture: _Picture) -> Image.Image:
    """The pixels with 8 bits a sample: L, RGB, or RGBA where some are not opaque."""
    header = picture.header
    if image.mode not in _MODES:
        raise PictureError("mode", format=header.format, mode=image.mode)
    picture.grey = _MODES[image.mode] == "grey" or header.grey
    if _MODES[image.mode] in ("palette", "cmyk"):
        picture.notes.append(note(_MODES[image.mode]))
    if header.bits > 8:
        picture.notes.append(note("deep_scaled", bits=header.bits))
    image = _eight_bits(image, header)
    if image.mode in ("LA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            picture.notes.append(note("alpha_over_white"))
            return image
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _eight_bits(image: Image.Image, header: container.Header) -> Image.Image:
    """Samples of 8 bits, scaled and not clipped; tRNS's transparent colour in the same samples."""
    if image.mode == "I;16":
        clear = _equal(image, header.clear[0]) if header.clear else None
        # 65535 / 257 is 255; the half rounds, because the sum is cut.
        image = image.point(lambda value: value * (1 / 257) + 0.5).convert("L")
        image.info.pop("transparency", None)
        if clear is not None:
            image.putalpha(clear)
    elif header.clear:
        top = (1 << header.bits) - 1
        levels = tuple(level * 255 // top for level in header.clear)
        image.info["transparency"] = levels if len(levels) > 1 else levels[0]
    return image


def _equal(image: Image.Image, level: int) -> Image.Image:
    """An alpha channel that is 0 where a picture of mode I;16 has exactly this level."""
    samples = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint16).to(torch.int32)
    alpha = (samples != level).to(torch.uint8) * 255
    return Image.frombytes("L", image.size, alpha.numpy().tobytes())


def _resized(image: Image.Image, window: Window, size: Size) -> Image.Image:
    """The window at `size`; without any resampling when that is the size which it has."""
    if image.size == size and window == (0.0, 0.0, float(size[0]), float(size[1])):
        return image
    if image.mode != "RGBA":
        return image.resize(size, _FILTER, box=window, reducing_gap=_REDUCING_GAP)
    # Colours are weighted by their alpha, so that hidden ones do not bleed in.
    small = image.convert("RGBa").resize(size, _FILTER, box=window, reducing_gap=_REDUCING_GAP)
    return small.convert("RGBA")


# --- for the network ----------------------------------------------------------------------------


def _sizes(box: Box, full: Size, shape: Size) -> list[dict[str, Any]]:
    """Notes on what was left out, and on the change of size."""
    notes, sides = [], {"width": box.width, "height": box.height}
    if box.size != full:
        notes.append(note("cropped", **sides, full_width=full[0], full_height=full[1]))
    if box.size != shape:
        code = "upscaled" if box.width < shape[0] else "downscaled"
        notes.append(note(code, **sides, to_width=shape[0], to_height=shape[1]))
    return notes


def _suited(image: Image.Image, picture: _Picture, channels: int) -> Image.Image:
    """The picture in as many channels, with a note when that changes or repeats them."""
    if picture.grey and channels == 3:
        picture.notes.append(note("grey"))
    elif not picture.grey and channels == 1:
        picture.notes.append(note("to_grey"))
    return image.convert("L" if channels == 1 else "RGB")


def _digit(picture: _Picture, part: Box | None, shape: Size, hand: Hand) -> tuple[Box, Tensor]:
    """The part used and the digit in it as its set has it; else the part's middle, in grey."""
    box = part or Box(0, 0, *picture.size)
    look = _render(picture, box, shrunk(box.size, _DIGIT_LOOK))
    found = centre(_tensor(look), shape, box, hand)
    if found is not None:
        picture.notes += found.notes
        return box, found.pixels
    picture.notes.append(note("digit_not_found"))
    box = part or middle(picture.size, shape)
    small = middle(look.size, shape)
    window = (small.x, small.y, small.x + small.width, small.y + small.height)
    picture.notes += _sizes(box, picture.size, shape)
    return box, _tensor(_suited(look.resize(shape, _FILTER, box=window), picture, 1))


def _tensor(image: Image.Image) -> Tensor:
    """The samples of mode L or RGB as (C, H, W) uint8."""
    samples = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return samples.view(image.height, image.width, -1).permute(2, 0, 1)


def _normalised(pixels: Tensor, spec: InputSpec) -> Tensor:
    """(C, H, W) uint8, or one channel for all, as the network's (1, C, H, W) float32."""
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (spec.mean, spec.std))
    values = pixels.expand(spec.channels, -1, -1).to(torch.float32) / 255
    return ((values - mean) / std).unsqueeze(0).contiguous()
