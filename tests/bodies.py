"""Odd and hostile request bodies for a trace, with the status that each must be answered with.

Used by the tests of the core (which see the bytes) and of the API (which sees the type as well).
"""

import gzip
import struct
import zlib
from dataclasses import dataclass
from functools import partial

from PIL import Image

from tests.makers import (
    Make,
    avif_of,
    avif_with_broken_exif,
    bmp_of,
    bmp_of_runs,
    bomb_png,
    broken_exif,
    chunk,
    cut,
    deep,
    exif,
    file,
    frames,
    ftyp,
    gif_of,
    jpeg_of,
    large_png,
    packed_text,
    painted,
    patched,
    png,
    saved,
    webp_of,
    with_chunks,
    zipped,
)

OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class Body:
    """A body: how it is made, under which Content-Type it is sent, and what the answer must be.

    `notes` are the codes in `picture.notes` for a 64x64 RGB network, without those on sizes.
    `code` is the refusal's code in `server/core/refusal.py`; it is empty where the Content-Type
    alone is wrong, so that the core, which never sees it, would take the bytes.
    """

    name: str
    make: Make
    content_type: str = OCTETS
    status: int = 200
    notes: frozenset[str] = frozenset()
    code: str = ""

    @property
    def for_core(self) -> bool:
        """Whether the bytes themselves decide the answer."""
        return self.status == 200 or bool(self.code)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'
EMPTY_ACTL = chunk(b"acTL", struct.pack(">II", 0, 0))


def good(name: str, make: Make, *notes: str, content_type: str = OCTETS) -> Body:
    """A body that is answered with a trace."""
    return Body(name, make, content_type, notes=frozenset(notes))


def bad(name: str, status: int, code: str, make: Make, content_type: str = OCTETS) -> Body:
    """A body that is refused."""
    return Body(name, make, content_type, status, code=code)


def raw(data: bytes) -> Make:
    """A maker of these bytes."""
    return lambda: data


PALETTE_ALPHA = {"transparency": bytes(range(0, 256, 2))}

GOOD = (
    good("jpeg", partial(file, "JPEG"), content_type="image/jpeg"),
    good("jpeg progressive", partial(file, "JPEG", progressive=True)),
    good("jpeg 4:4:4", partial(file, "JPEG", subsampling=0)),
    good("jpeg grey", partial(file, "JPEG", "L"), "grey"),
    good("jpeg cmyk", partial(file, "JPEG", "CMYK"), "cmyk"),
    *(
        good(f"jpeg orientation {n}", partial(file, "JPEG", exif=exif(n)), "exif_rotated")
        for n in range(2, 9)
    ),
    good("jpeg orientation 1", partial(file, "JPEG", exif=exif(1))),
    good("jpeg orientation 99", partial(file, "JPEG", exif=exif(99))),
    good("jpeg broken exif", partial(file, "JPEG", exif=broken_exif())),
    good("jpeg long comment", partial(file, "JPEG", comment=b"x" * 65000)),
    good("jpeg with a zip behind it", lambda: file("JPEG") + zipped()),
    good("jpeg sent as png", partial(file, "JPEG"), content_type="image/png"),
    good("jpeg 1x1", lambda: saved(painted(size=(1, 1)), "JPEG")),
    good("png", partial(file, "PNG"), content_type="image/png"),
    good("png sent in capitals", partial(file, "PNG"), content_type="IMAGE/PNG"),
    good("png with a parameter", partial(file, "PNG"), content_type="image/png; charset=x"),
    good("png grey", partial(file, "PNG", "L"), "grey"),
    good("png one bit", partial(file, "PNG", "1"), "grey"),
    good("png palette", partial(file, "PNG", "P"), "palette"),
    good("png palette 2 bits", partial(file, "PNG", "P", bits=2), "palette"),
    good(
        "png palette alpha",
        partial(file, "PNG", "P", **PALETTE_ALPHA),
        "palette",
        "alpha_over_white",
    ),
    good(
        "png palette one clear colour",
        lambda: saved(painted("P"), "PNG", transparency=painted("P").getpixel((40, 40))),
        *("palette", "alpha_over_white"),
    ),
    good("png alpha", partial(file, "PNG", "RGBA"), "alpha_over_white"),
    good("png opaque alpha", lambda: saved(painted().convert("RGBA"), "PNG")),
    good("png grey alpha", partial(file, "PNG", "LA"), "grey", "alpha_over_white"),
    good(
        "png grey with a clear level",
        lambda: saved(Image.new("L", (9, 9), 7), "PNG", transparency=7),
        *("grey", "alpha_over_white"),
    ),
    good(
        "png rgb with a clear colour",
        lambda: saved(Image.new("RGB", (9, 9), (1, 2, 3)), "PNG", transparency=(1, 2, 3)),
        "alpha_over_white",
    ),
    good("png 16-bit grey", partial(deep, 1, 0), "grey", "deep_scaled"),
    good("png 16-bit grey alpha", partial(deep, 2, 4), "grey", "deep_scaled", "alpha_over_white"),
    good("png 16-bit rgb", partial(deep, 3, 2), "deep_scaled"),
    good("png 16-bit rgb alpha", partial(deep, 4, 6), "deep_scaled", "alpha_over_white"),
    good(
        "png 16-bit grey with a clear level",
        partial(deep, 1, 0, chunk(b"tRNS", struct.pack(">H", 4369))),
        *("grey", "deep_scaled", "alpha_over_white"),
    ),
    good("png animated", partial(frames, "PNG"), "first_frame"),
    good("png animation of 0 frames", lambda: with_chunks(EMPTY_ACTL)),
    good("png two animations", lambda: with_chunks(EMPTY_ACTL, EMPTY_ACTL)),
    good("png orientation 6", partial(file, "PNG", exif=exif(6)), "exif_rotated"),
    good("png some text", lambda: with_chunks(packed_text(9000))),
    good(
        "png text that poses as a setting",
        lambda: with_chunks(chunk(b"tEXt", b"transparency\0x"), chunk(b"tEXt", b"interlace\0x")),
    ),
    good("png broken colour profile", lambda: with_chunks(chunk(b"iCCP", b"p\0\1"))),
    good("png bytes behind its end", lambda: file("PNG") + b"<script>alert(1)</script>"),
    good("png 1x1", lambda: saved(painted(size=(1, 1)), "PNG")),
    good("png 1x20000", lambda: saved(painted(size=(1, 20000)), "PNG")),
    good("png 20000x1", lambda: saved(painted(size=(20000, 1)), "PNG")),
    good("png 8000x5000", large_png, "grey"),
    good("webp", partial(file, "WEBP"), content_type="image/webp"),
    good("webp lossless alpha", partial(file, "WEBP", "RGBA", lossless=True), "alpha_over_white"),
    good("webp animated", partial(frames, "WEBP"), "first_frame"),
    good("webp orientation 8", partial(file, "WEBP", exif=exif(8)), "exif_rotated"),
    good("webp broken exif", partial(file, "WEBP", exif=broken_exif())),
    good("gif", partial(file, "GIF", "P"), "palette", content_type="image/gif"),
    good("gif animated", partial(frames, "GIF"), "palette", "first_frame"),
    good("gif clear", partial(file, "GIF", "P", transparency=0), "palette", "alpha_over_white"),
    good("bmp", partial(file, "BMP"), content_type="image/bmp"),
    good("bmp palette", partial(file, "BMP", "P"), "palette"),
    good("bmp one bit", partial(file, "BMP", "1"), "grey"),
    good("bmp run lengths", partial(bmp_of_runs, 4), "grey"),
    good("avif", partial(file, "AVIF"), content_type="image/avif"),
    good("avif alpha", partial(file, "AVIF", "RGBA"), "alpha_over_white"),
    good("avif animated", partial(frames, "AVIF"), "first_frame"),
    good("avif orientation 6", partial(file, "AVIF", exif=exif(6)), "exif_rotated"),
    good("avif broken exif", avif_with_broken_exif),
)

BAD = (
    bad("empty", 422, "empty", raw(b"")),
    bad("text", 415, "not_a_picture", raw(b"hello, world")),
    bad("text called a png", 415, "not_a_picture", raw(b"hello, world"), "image/png"),
    bad("zeros", 415, "not_a_picture", raw(bytes(5000))),
    bad("one byte", 415, "not_a_picture", raw(b"\xff")),
    bad("html", 415, "foreign", raw(b"<!DOCTYPE html><html><body>hi</body></html>")),
    bad("json", 415, "not_a_picture", raw(b'{"picture": "x"}')),
    bad("svg", 415, "svg", raw(SVG), "image/svg+xml"),
    bad("svg with a prologue", 415, "svg", raw(b'\xef\xbb\xbf<?xml version="1.0"?>\n' + SVG)),
    bad("tiff", 415, "foreign", partial(file, "TIFF"), "image/tiff"),
    bad("tiff of floats", 415, "foreign", lambda: saved(Image.new("F", (9, 9), 0.5), "TIFF")),
    bad("big tiff", 415, "foreign", raw(b"II+\0\x08\0\0\0" + bytes(60))),
    bad("heic", 415, "heic", lambda: ftyp(b"heic", b"mif1", b"heic"), "image/heic"),
    bad("heif that names no codec", 415, "heic", lambda: ftyp(b"mif1", b"miaf")),
    bad("mp4", 415, "foreign", lambda: ftyp(b"isom", b"mp42")),
    bad("pdf", 415, "foreign", partial(file, "PDF")),
    bad("eps", 415, "foreign", partial(file, "EPS")),
    bad("ico", 415, "foreign", partial(file, "ICO")),
    bad("icns", 415, "foreign", raw(b"icns\0\0\0\x08")),
    bad("psd", 415, "foreign", raw(b"8BPS\0\1" + bytes(40))),
    bad("jpeg 2000", 415, "foreign", raw(b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40))),
    bad("jpeg xl", 415, "foreign", raw(b"\xff\x0a" + bytes(40))),
    bad("portable pixels", 415, "foreign", partial(file, "PPM")),
    bad("zip", 415, "foreign", zipped),
    bad("gzip", 415, "foreign", lambda: gzip.compress(file("PNG"))),
    bad("jpeg start only", 422, "truncated", raw(b"\xff\xd8\xff")),
    bad("jpeg half", 422, "truncated", partial(cut, partial(file, "JPEG", quality=98))),
    bad("jpeg in its header", 422, "truncated", partial(cut, partial(file, "JPEG"), 0.1)),
    bad("jpeg of fill bytes", 422, "truncated", raw(b"\xff\xd8" + b"\xff" * 1_000_000)),
    bad("jpeg of segments", 422, "damaged", raw(b"\xff\xd8" + b"\xff\xe5\0\x02" * 200_000)),
    bad(
        "jpeg without a size",
        422,
        "damaged",
        partial(patched, partial(file, "JPEG"), b"\xff\xc0", b"\xff\xe5"),
    ),
    bad("jpeg without a height", 422, "no_pixels", partial(jpeg_of, 90, 0)),
    bad("jpeg of 65500x65500", 413, "too_many_pixels", partial(jpeg_of, 65500, 65500)),
    bad("png start only", 422, "truncated", raw(b"\x89PNG\r\n\x1a\n")),
    bad("png half", 422, "truncated", partial(cut, partial(file, "PNG"))),
    bad("png of 0 width", 422, "no_pixels", partial(png, (0, 9), 8, 2, b"\0" * 9)),
    bad("png header first", 422, "damaged", raw(b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", bytes(13)))),
    bad("png odd depth", 422, "damaged", partial(png, (9, 9), 5, 2, bytes(200))),
    bad("png broken pixels", 422, "damaged", partial(png, (99, 99), 8, 2, b"\x09" * 29502)),
    bad("png of chunks", 422, "damaged", lambda: with_chunks(chunk(b"vpAg", b"") * 150_000)),
    bad("png bomb of 81 megapixels", 413, "too_many_pixels", bomb_png),
    bad("png of 100000x100000", 413, "too_many_pixels", partial(png, (100000, 100000), 1, 0, b"")),
    bad("png text bomb", 422, "text_chunk", lambda: with_chunks(packed_text(100_000_000))),
    bad("png many texts", 422, "text_chunk", lambda: with_chunks(packed_text(90_000) * 12)),
    bad(
        *("png international text bomb", 422, "text_chunk"),
        lambda: with_chunks(chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(9_000_000)))),
    ),
    bad(
        "png plain text of 2 MB",
        422,
        "text_chunk",
        lambda: with_chunks(chunk(b"tEXt", b"a\0" + b"b" * 2_000_000)),
    ),
    bad("webp half", 422, "damaged", partial(cut, partial(file, "WEBP"))),
    bad("webp start only", 422, "truncated", raw(b"RIFF\x04\0\0\0WEBP")),
    bad("webp without pixels", 422, "damaged", raw(b"RIFF\x0c\0\0\0WEBPICCP" + bytes(40))),
    bad("webp of 16000x16000", 413, "too_many_pixels", partial(webp_of, 16000, 16000)),
    bad("gif half", 422, "truncated", partial(cut, partial(file, "GIF", "P"))),
    bad("gif start only", 422, "truncated", raw(b"GIF89a")),
    bad("gif without a frame", 422, "damaged", raw(b"GIF89a\x09\0\x09\0\0\0\0;")),
    bad(
        "gif of 65535x65535", 413, "too_many_pixels", partial(gif_of, (65535, 65535), (0, 0, 1, 1))
    ),
    bad(
        "gif frame far outside",
        413,
        "too_many_pixels",
        partial(gif_of, (9, 9), (60000, 60000, 9, 9)),
    ),
    bad(
        *("gif of comments", 422, "damaged"),
        raw(b"GIF89a\x09\0\x09\0\0\0\0!\xfe" + b"\x01x" * 400_000),
    ),
    bad("bmp half", 422, "truncated", partial(cut, partial(file, "BMP"))),
    bad("bmp start only", 422, "truncated", raw(b"BM")),
    bad("bmp of 30000x30000", 413, "too_many_pixels", partial(bmp_of, 30000, 30000)),
    bad("bmp of 400,000 runs", 422, "run_lengths", partial(bmp_of_runs, 100_000)),
    bad("bmp of 0 width", 422, "no_pixels", partial(bmp_of, 0, 9)),
    bad("avif half", 422, "truncated", partial(cut, partial(file, "AVIF"))),
    bad("avif start only", 422, "damaged", lambda: ftyp(b"avif", b"mif1")),
    bad("avif of 9000x9000", 413, "too_many_pixels", partial(avif_of, 9000, 9000)),
    bad("20 MB and 1 byte", 413, "too_large", lambda: file("PNG").ljust(20_000_001, b"\0")),
)

# The bytes are a good picture; the type says that they are something else.
BY_TYPE = (
    Body("png called text", partial(file, "PNG"), "text/plain", 415),
    Body("png called json", partial(file, "PNG"), "application/json", 422),
    Body("png called a form", partial(file, "PNG"), "application/x-www-form-urlencoded", 415),
    Body("png called multipart", partial(file, "PNG"), "multipart/form-data; boundary=x", 415),
    Body("png called pdf", partial(file, "PNG"), "application/pdf", 415),
)

BODIES: tuple[Body, ...] = (*GOOD, *BAD, *BY_TYPE)
