"""What kind of file some bytes are, by their own first bytes; never by name or Content-Type."""

import re
from enum import StrEnum

from .refusal import PictureError


class Format(StrEnum):
    """The formats that are read."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    BMP = "BMP"
    AVIF = "AVIF"


_STARTS: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"BM", Format.BMP),
)

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"II+\0", "a BigTIFF picture"),
    (b"MM\0+", "a BigTIFF picture"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document (EPS)"),
    (b"\0\0\1\0", "a Windows icon (ICO)"),
    (b"\0\0\2\0", "a Windows cursor (CUR)"),
    (b"icns", "an Apple icon (ICNS)"),
    (b"8BPS", "a Photoshop document (PSD)"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"qoif", "a QOI picture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"gimp xcf", "a GIMP document (XCF)"),
    (b"DDS ", "a DirectX texture (DDS)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)

_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_MARKUP = re.compile(rb"<(!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_PORTABLE = re.compile(rb"P[1-7fF]\s")
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"miaf"}
)
_LOOK = 4096  # A start tag or a list of brands that comes later is not looked for.


def sniff(data: bytes) -> Format:
    """The format of a picture file; raises PictureError (415) for every other kind of file."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp":
        return _sniff_brands(data)
    raise _foreign(data)


def _sniff_brands(data: bytes) -> Format:
    """AVIF; or refuses HEIC and videos, which share its container (ISO 14496-12, 4.3)."""
    end = min(int.from_bytes(data[:4], "big"), _LOOK)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end, 4)}
    if brands & {b"avif", b"avis"}:
        return Format.AVIF
    if brands & _HEIF_BRANDS:
        raise PictureError("heic")
    raise PictureError("foreign", kind="a video (MP4, MOV) or a camera's raw file")


def _foreign(data: bytes) -> PictureError:
    text = data[:_LOOK].removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"<" and _SVG.search(text):
        return PictureError("svg")
    if _MARKUP.match(text):
        return PictureError("foreign", kind="an HTML or XML page")
    if _PORTABLE.match(data):
        return PictureError("foreign", kind="a portable bitmap (PNM)")
    for start, kind in _FOREIGN:
        if data.startswith(start):
            return PictureError("foreign", kind=kind)
    return PictureError("not_a_picture", start=data[:8].hex(" "))
