import struct
from functools import partial

import pytest
from PIL import Image

from convlens.core.container import Header, orientation, read
from convlens.core.refusal import MAX_BYTES, MAX_PIXELS, PictureError
from convlens.core.sniff import Format, sniff
from tests.makers import Make, chunk, exif, file, frames, ftyp, gif_of, painted, png, saved


@pytest.mark.parametrize("kind", list(Format))
def test_the_kind_is_read_from_the_bytes(kind: Format) -> None:
    assert sniff(file(kind)) is kind


def test_an_avif_may_name_another_major_brand() -> None:
    assert sniff(ftyp(b"mif1", b"avif")) is Format.AVIF


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_the_size_is_known_before_decoding(kind: str) -> None:
    assert read(saved(painted(size=(91, 33)), kind)).size == (91, 33)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_the_size_is_known_in_every_kind_of_webp(mode: str, lossless: bool) -> None:
    data = saved(painted(mode, (91, 33)), "WEBP", lossless=lossless, exif=exif(1))
    assert read(data).size == (91, 33)
    assert read(saved(painted(mode, (91, 33)), "WEBP", lossless=lossless)).size == (91, 33)


def test_a_first_frame_may_widen_a_gifs_screen() -> None:
    assert read(gif_of((10, 10), (5, 7, 20, 30))).size == (25, 37)


def test_a_bmp_may_be_stored_top_row_first() -> None:
    data = file("BMP")
    upside_down = data[:22] + struct.pack("<i", -70) + data[26:]
    assert read(upside_down).size == (90, 70)


@pytest.mark.parametrize(
    ("make", "count"),
    [
        (partial(frames, "GIF", 5), 5),
        (partial(frames, "PNG", 4), 4),
        (partial(frames, "PNG", 4, default_image=True), 4),
        (partial(file, "GIF"), 1),
        (partial(file, "PNG"), 1),
        (partial(file, "JPEG"), 1),
    ],
)
def test_frames_are_counted_without_decoding_them(make: Make, count: int) -> None:
    assert read(make()).frames == count


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_orientation_is_read_from_exif(turned: int, kind: str) -> None:
    assert read(file(kind, exif=exif(turned))).orientation == turned


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff" + bytes(30),
        b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x09\0\0",
    ],
)
def test_broken_exif_leaves_a_picture_as_it_is(data: bytes) -> None:
    assert orientation(data) == 1


def test_the_orientation_is_read_in_both_byte_orders() -> None:
    assert orientation(b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\x06\0\0") == 6
    assert orientation(b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0\x08\0\0\0") == 8


def test_decoders_get_no_metadata() -> None:
    comment, profile = b"a private remark", b"a colour profile"
    jpeg = file("JPEG", comment=comment, icc_profile=profile, exif=exif(3))
    extra = chunk(b"tEXt", b"Comment\0" + comment) + chunk(b"eXIf", profile)
    lone = png((1, 1), 8, 0, b"\0\0", extra)
    for data in (jpeg, lone):
        payload = read(data).payload
        assert comment in data and comment not in payload
        assert profile in data and profile not in payload


def test_a_stripped_picture_has_the_same_pixels() -> None:
    for kind in ("JPEG", "PNG"):
        plain, dressed = file(kind), file(kind, exif=exif(1), icc_profile=b"profile")
        assert read(dressed).payload == read(plain).payload


@pytest.mark.parametrize(("width", "height"), [(MAX_PIXELS, 1), (8000, 5000), (1, MAX_PIXELS)])
def test_pictures_of_up_to_forty_megapixels_are_taken(width: int, height: int) -> None:
    assert isinstance(read(png((width, height), 1, 0, b"")), Header)
    with pytest.raises(PictureError) as caught:
        read(png((width, height + 1), 1, 0, b""))
    assert caught.value.status == 413
    assert f"{width} x {height + 1}" in caught.value.detail


def test_files_of_up_to_twenty_megabytes_are_taken() -> None:
    data = saved(Image.new("L", (9, 9)), "PNG")
    assert read(data.ljust(MAX_BYTES, b"\0")).size == (9, 9)
    with pytest.raises(PictureError, match="20,000,001 bytes"):
        read(data.ljust(MAX_BYTES + 1, b"\0"))
