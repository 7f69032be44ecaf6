"""Picture files that tests need: ordinary, odd, broken, and lying about their size."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from PIL import Image

Make = Callable[[], bytes]


def painted(mode: str = "RGB", size: tuple[int, int] = (90, 70)) -> Image.Image:
    """A picture with a gradient and a square, so that a wrong turn or crop shows."""
    ramp = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (ramp, ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT), ramp))
    image.paste((250, 20, 30), (4, 4, max(5, size[0] // 3), max(5, size[1] // 4)))
    if mode in ("RGBA", "LA"):
        alpha = Image.linear_gradient("L").rotate(90).resize(size)
        image.putalpha(alpha)
    return image if mode == image.mode else image.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of this kind."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def file(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    """A painted picture as a file of this kind."""
    return saved(painted(mode), kind, **options)


def frames(kind: str, count: int = 3, **options: Any) -> bytes:
    """An animation whose frames differ in one corner's colour."""
    shown = [painted() for _ in range(count)]
    for index, frame in enumerate(shown):
        frame.paste((0, 80 * index, 255), (60, 40, 90, 70))
    return saved(shown[0], kind, save_all=True, append_images=shown[1:], **options)


def exif(orientation: int) -> bytes:
    """EXIF data that say how the picture is turned."""
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def cut(make: Make, keep: float = 0.5) -> bytes:
    """The first part of a file."""
    data = make()
    return data[: int(len(data) * keep)]


def patched(make: Make, old: bytes, new: bytes) -> bytes:
    """A file in which the first `old` is replaced."""
    data = make()
    assert old in data
    return data.replace(old, new, 1)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(size: tuple[int, int], bits: int, colour: int, rows: bytes, before: bytes = b"") -> bytes:
    """A PNG written by hand: `rows` are the samples, each row led by its filter byte."""
    header = struct.pack(">IIBBBBB", *size, bits, colour, 0, 0, 0)
    parts = (chunk(b"IHDR", header), before, chunk(b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def deep(channels: int, colour: int, before: bytes = b"") -> bytes:
    """A 16-bit PNG, 16 pixels wide, whose samples run from 0 to 65535 from left to right."""
    row = b"".join(struct.pack(">H", x * 4369) * channels for x in range(16))
    return png((16, 16), 16, colour, (b"\0" + row) * 16, before)


def with_chunks(*chunks: bytes) -> bytes:
    """An ordinary PNG with more chunks after its header."""
    data = file("PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def packed_text(size: int) -> bytes:
    """A zTXt chunk that unpacks to `size` bytes."""
    return chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9))


def bomb_png() -> bytes:
    """81 megapixels in 10 kB."""
    return png((9000, 9000), 1, 0, bytes(1126 * 9000))


def large_png() -> bytes:
    """Just within the limit: 40 megapixels."""
    return png((8000, 5000), 1, 0, bytes(1001 * 5000))


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose header claims a size."""
    data = file("JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def gif_of(screen: tuple[int, int], frame: tuple[int, int, int, int]) -> bytes:
    """A GIF's headers: a screen, and one frame's left, top, width and height."""
    start = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
    return start + b"," + struct.pack("<HHHHB", *frame, 0) + b"\x02\x02\x44\x01\x00;"


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose extended header claims a size."""
    data = saved(painted("RGBA"), "WEBP", exif=exif(1))
    assert data[12:16] == b"VP8X"
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return data[:24] + size + data[30:]


def bmp_of(width: int, height: int) -> bytes:
    """A BMP whose header claims a size."""
    data = file("BMP")
    return data[:18] + struct.pack("<ii", width, height) + data[26:]


def bmp_of_runs(lines: int) -> bytes:
    """A BMP, 4 pixels square, with lines of four run lengths each, of 8 bits."""
    runs = (b"\x01\x05" * 4 + b"\0\0") * lines + b"\0\1"
    info = struct.pack("<IiiHHIIiiII", 40, 4, 4, 1, 8, 1, len(runs), 0, 0, 256, 0)
    table = bytes(level for level in range(256) for _ in range(4))
    start = 14 + len(info) + len(table)
    return b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start) + info + table + runs


def avif_of(width: int, height: int) -> bytes:
    """An AVIF whose properties claim a size."""
    data = file("AVIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def zipped() -> bytes:
    """A zip archive with a picture in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", file("PNG"))
    return out.getvalue()


def ftyp(*brands: bytes) -> bytes:
    """The first box of an ISO media file, with its major brand and all it is compatible with."""
    body = brands[0] + bytes(4) + b"".join(brands)
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + bytes(64)


def broken_exif() -> bytes:
    """EXIF whose directory points outside itself, in tags that Pillow would warn of."""
    entries = struct.pack("<HHII", 0x011A, 5, 9, 0xFFFFFF) * 3
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 3) + entries


def avif_with_broken_exif() -> bytes:
    """An AVIF with a text of 16 million letters in its 40 bytes of EXIF data."""
    data = Image.Exif()
    data[0x010E] = "hello"
    tag = b"\x01\x0e\0\x02"
    return patched(partial(file, "AVIF", exif=data.tobytes()), tag + b"\0", tag + b"\xff")
