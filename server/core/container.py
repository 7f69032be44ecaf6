"""A picture file before it is decoded: its size, frames, orientation, and its pixels' bytes.

Everything that a decoder could trip over (EXIF, colour profiles, text, thumbnails) is left behind
here, so that a broken comment spoils no picture, and no size is believed before it is checked.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import error as StructError
from struct import unpack_from

from .refusal import MAX_BYTES, MAX_PIXELS, MAX_RLE_BYTES, MAX_TEXT_BYTES, PictureError
from .sniff import Format, sniff

# An honest file of 20 MB has a fifth of these chunks or segments, and a GIF half of these blocks.
_MAX_PARTS = 100_000
_MAX_BLOCKS = 200_000


@dataclass(frozen=True)
class Header:
    """What a file says of itself; `size` and `frames` are None where only a decoder can know.

    `payload` is the file without what is not pixels, `bits` the bits of a sample, `clear` the
    grey level (one number) or colour (three) that PNG's tRNS calls transparent, in such samples.
    `grey` is set when the file says that it has no colours, whatever a decoder makes of it.
    """

    format: Format
    payload: bytes
    size: tuple[int, int] | None = None
    frames: int | None = None
    orientation: int = 1
    bits: int = 8
    clear: tuple[int, ...] = ()
    grey: bool = False


def read(data: bytes) -> Header:
    """The header of a picture file; raises PictureError for all that cannot be a picture.

    The file's size is checked first, and its pixels wherever the header tells them.
    """
    if not data:
        raise PictureError("empty")
    if len(data) > MAX_BYTES:
        raise PictureError("too_large", bytes=len(data), limit=MAX_BYTES)
    kind = sniff(data)
    try:
        header = _READERS[kind](data)
    except (StructError, IndexError):
        raise PictureError("truncated", format=kind, bytes=len(data)) from None
    if header.size is not None:
        check_size(*header.size)
    return header


def check_size(width: int, height: int) -> None:
    """Raises PictureError unless a picture has between 1 and MAX_PIXELS pixels."""
    if width < 1 or height < 1:
        raise PictureError("no_pixels", width=width, height=height)
    if (pixels := width * height) > MAX_PIXELS:
        raise PictureError(
            "too_many_pixels", width=width, height=height, pixels=pixels, limit=MAX_PIXELS
        )


def orientation(exif: bytes) -> int:
    """The EXIF orientation, 1 to 8, in a TIFF block with or without the `Exif` mark; else 1.

    Source: CIPA DC-008 (Exif 2.32), 4.6.4: tag 0x0112, SHORT, in the first directory.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        start = unpack_from(order + "I", tiff, 4)[0]
        count = unpack_from(order + "H", tiff, start)[0]
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, _, _, value = unpack_from(order + "HHIH", tiff, entry)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 1
    except StructError:
        pass
    return 1


def _damaged(kind: Format, reason: str) -> PictureError:
    return PictureError("damaged", format=kind, reason=reason)


# --- JPEG (ITU-T T.81, annex B) ------------------------------------------------------------------

_FILL = re.compile(rb"\xff+")
_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})  # Markers that no length follows.
_SCAN, _EXIF = 0xDA, 0xE1
# A frame's start carries the size; C4, C8 and CC in its range are tables and an extension.
_FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# JFIF (E0) and Adobe (EE) say how colours are coded; the other E* and comments (FE) do not.
_LEFT_OUT = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each segment's marker and the range of its bytes, up to and with the first scan's rest."""
    at = 2
    for _ in range(_MAX_PARTS):
        fill = _FILL.search(data, at)
        if fill is None:
            raise IndexError
        at = fill.end()
        marker = data[at]
        if marker == _SCAN:
            yield marker, at, len(data)
            return
        length = 0 if marker in _ALONE else unpack_from(">H", data, at + 1)[0]
        yield marker, at, at + 1 + length
        at += 1 + length
    raise _damaged(Format.JPEG, f"it has more than {_MAX_PARTS:,} segments")


def _read_jpeg(data: bytes) -> Header:
    kept, size, turned = [data[:2]], None, 1
    for marker, start, end in _segments(data):
        if marker in _FRAME_STARTS:
            height, width = unpack_from(">HH", data, start + 4)
            size = (width, height)
        elif marker == _EXIF and turned == 1 and data.startswith(b"Exif\0\0", start + 3):
            turned = orientation(data[start + 3 : end])
        if marker not in _LEFT_OUT and marker not in _ALONE:
            kept += [b"\xff", data[start:end]]
    if size is None:
        raise _damaged(Format.JPEG, "no size stands before its first scan")
    return Header(Format.JPEG, b"".join(kept), size, 1, turned)


# --- PNG (W3C, third edition, 5) -----------------------------------------------------------------

_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_COLOUR_KEYS = {0: ">H", 2: ">HHH"}  # Colour type grey and RGB: how tRNS names one colour.


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's kind and the range of its body, up to IEND or the file's end."""
    at = 8
    for _ in range(_MAX_PARTS):
        length, kind = unpack_from(">I4s", data, at)
        yield kind, at + 8, at + 8 + length
        at += 12 + length
        if kind == b"IEND" or at >= len(data):
            return
    raise _damaged(Format.PNG, f"it has more than {_MAX_PARTS:,} chunks")


def _read_png(data: bytes) -> Header:
    start, width, height, bits, colour = unpack_from(">4sIIBB", data, 12)
    if start != b"IHDR":
        raise _damaged(Format.PNG, f"its first chunk is {start!r}, not IHDR")
    kept, turned, moving, clear = [data[:8]], 1, 0, ()
    extra = 0  # 1 when the still picture is none of the animation's frames.
    text = 0
    for kind, start, end in _chunks(data):
        if kind in _PIXEL_CHUNKS:
            kept.append(data[start - 8 : end + 4])
        if kind == b"tRNS" and colour in _COLOUR_KEYS:
            clear = unpack_from(_COLOUR_KEYS[colour], data, start)
        elif kind == b"acTL":
            moving, extra = unpack_from(">I", data, start)[0], 1
        elif kind == b"fcTL" and not _has_pixels(kept):
            extra = 0
        elif kind == b"eXIf":
            turned = orientation(data[start:end])
        else:
            text += _text_bytes(kind, data[start:end], MAX_TEXT_BYTES - text)
    frames = max(1, moving + extra) if moving else 1
    payload, grey = b"".join(kept), colour in (0, 4)
    return Header(Format.PNG, payload, (width, height), frames, turned, bits, clear, grey)


def _has_pixels(chunks: list[bytes]) -> bool:
    return chunks[-1][4:8] == b"IDAT"


def _text_bytes(kind: bytes, body: bytes, left: int) -> int:
    """The bytes of text in a chunk, unpacked no further than `left`; raises when it has more."""
    if kind not in (b"tEXt", b"zTXt", b"iTXt"):
        return 0
    packed = body.partition(b"\0")[2]
    if kind == b"zTXt":
        size = _unpacked(packed[1:], left)
    elif kind == b"iTXt" and packed[:1] == b"\1":
        size = _unpacked(packed[2:].split(b"\0", 2)[-1], left)
    else:
        size = len(body)
    if size > left:
        raise PictureError("text_chunk", limit=MAX_TEXT_BYTES)
    return size


def _unpacked(packed: bytes, limit: int) -> int:
    try:
        return len(zlib.decompressobj().decompress(packed, limit + 1))
    except zlib.error:
        return 0  # Broken text is left out like any other.


# --- GIF (CompuServe GIF89a) ---------------------------------------------------------------------


def _read_gif(data: bytes) -> Header:
    width, height, flags = unpack_from("<HHB", data, 6)
    frames, at, blocks = 0, 13 + _table(flags), 0
    while blocks < _MAX_BLOCKS and at < len(data) and data[at] in b"!,":
        if data[at] == 0x21:
            at += 2
        else:
            left, top, w, h, flags = unpack_from("<HHHHB", data, at + 1)
            if not frames:  # Decoders widen the screen for a first frame that leaves it.
                width, height = max(width, left + w), max(height, top + h)
            frames += 1
            at += 11 + _table(flags)
        while at < len(data) and data[at] and blocks < _MAX_BLOCKS:
            at += 1 + data[at]
            blocks += 1
        at += 1
    if not frames:
        raise _damaged(Format.GIF, f"no frame stands in its first {blocks + 1:,} blocks")
    return Header(Format.GIF, data, (width, height), frames)


def _table(flags: int) -> int:
    """The bytes of a colour table, which the packed field announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


# --- WebP (RFC 9649), BMP, AVIF ------------------------------------------------------------------


def _read_webp(data: bytes) -> Header:
    return Header(Format.WEBP, data, _webp_size(data))


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        packed = int.from_bytes(data[24:30], "little")
        if len(data) < 30:
            raise IndexError
        return (packed & 0xFFFFFF) + 1, (packed >> 24) + 1
    if kind == b"VP8L":
        packed = unpack_from("<I", data, 21)[0]
        return (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if len(data) < 16:
        raise IndexError
    raise _damaged(Format.WEBP, f"its first chunk is {kind!r}, not VP8, VP8L or VP8X")


def _read_bmp(data: bytes) -> Header:
    """The old OS/2 header has short sides; a negative height says that the top row comes first."""
    old = unpack_from("<I", data, 14)[0] == 12
    width, height = unpack_from("<HH" if old else "<ii", data, 18)
    packed = not old and unpack_from("<I", data, 30)[0] in (1, 2)
    if packed and len(data) > MAX_RLE_BYTES:  # Pillow unpacks these in Python, 2 MB a second.
        raise PictureError("run_lengths", bytes=len(data), limit=MAX_RLE_BYTES)
    return Header(Format.BMP, data, (width, abs(height)), 1)


# An item information entry, version 2, whose type is Exif (ISO 14496-12, 8.11.6).
_EXIF_ITEM = re.compile(rb"(infe\x02.{3}.{4})Exif", re.DOTALL)


def _read_avif(data: bytes) -> Header:
    """Hides the Exif item: AVIF turns pictures by its own properties, `irot` and `imir`."""
    return Header(Format.AVIF, _EXIF_ITEM.sub(rb"\1skip", data))


_READERS = {
    Format.JPEG: _read_jpeg,
    Format.PNG: _read_png,
    Format.GIF: _read_gif,
    Format.WEBP: _read_webp,
    Format.BMP: _read_bmp,
    Format.AVIF: _read_avif,
}
