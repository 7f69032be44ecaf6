import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, JpegImagePlugin
from torch import Tensor
from torch.nn.functional import interpolate

from convlens.core import image
from convlens.core.image import Crop, InputSpec, PictureError, prepare, preview
from tests.makers import chunk, deep, exif, file, painted, png, saved


def plain(side: int, channels: int = 3, *, width: int | None = None) -> InputSpec:
    """A network whose input is the picture itself, in 0..1."""
    zeros, ones = (0.0,) * channels, (1.0,) * channels
    return InputSpec(channels, side, width or side, zeros, ones)


def levels(tensor: Tensor) -> Tensor:
    """A prepared tensor of `plain` as levels 0..255, (C, H, W)."""
    return (tensor[0] * 255).round().to(torch.int32)


def pixels(picture: Image.Image, mode: str = "RGB") -> Tensor:
    """A Pillow picture as levels, (C, H, W)."""
    data = torch.frombuffer(bytearray(picture.convert(mode).tobytes()), dtype=torch.uint8)
    return data.view(picture.height, picture.width, -1).permute(2, 0, 1).to(torch.int32)


def seen(data: bytes, side: int, channels: int = 3, **options: Any) -> Tensor:
    return levels(prepare(data, plain(side, channels), **options).tensor)


def codes(facts: dict[str, Any]) -> set[str]:
    return {note["code"] for note in facts["notes"]}


def apart(a: Tensor, b: Tensor) -> float:
    """The mean difference of two pictures, in levels."""
    return float((a - b).abs().float().mean())


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


# --- what reaches the network ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("JPEG", {"quality": 75}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("AVIF", {}),
    ],
)
def test_a_picture_of_the_networks_size_reaches_it_pixel_for_pixel(
    kind: str, options: dict[str, Any]
) -> None:
    data = saved(painted(size=(64, 64)), kind, **options)
    prepared = prepare(data, plain(64))
    assert torch.equal(levels(prepared.tensor), pixels(opened(data)))
    assert not codes(prepared.facts) & {"cropped", "upscaled", "downscaled"}


def test_values_are_normalised_as_torchvision_does() -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    spec = InputSpec(3, 64, 64, mean, std)
    data = saved(painted(size=(64, 64)), "PNG")
    scaled = pixels(opened(data)).float() / 255
    expected = (scaled - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    made = prepare(data, spec).tensor
    assert made.shape == (1, 3, 64, 64)
    assert made.dtype == torch.float32
    assert made.is_contiguous()
    assert torch.equal(made[0], expected)


@pytest.mark.parametrize("side", [200, 70, 30])
def test_resizing_agrees_with_torchs_antialiased_bilinear_filter(side: int) -> None:
    data = saved(painted(size=(side, side)), "PNG")
    source = pixels(opened(data)).float().unsqueeze(0)
    expected = interpolate(source, (64, 64), mode="bilinear", antialias=True)[0]
    assert float((seen(data, 64) - expected).abs().max()) <= 1.5  # Pillow rounds twice.


def test_a_much_larger_picture_agrees_with_torchs_filter_on_average() -> None:
    data = saved(painted(size=(1111, 1111)), "PNG")
    source = pixels(opened(data)).float().unsqueeze(0)
    expected = interpolate(source, (64, 64), mode="bilinear", antialias=True)[0]
    assert apart(seen(data, 64), expected) < 0.7


def test_grey_follows_itu_r_601() -> None:
    data = saved(painted(size=(28, 28)), "PNG")
    red, green, blue = pixels(opened(data)).float()
    expected = 0.299 * red + 0.587 * green + 0.114 * blue
    prepared = prepare(data, plain(28, 1))
    assert float((levels(prepared.tensor)[0] - expected).abs().max()) <= 1
    assert "to_grey" in codes(prepared.facts)


def test_a_grey_picture_reaches_a_one_channel_network_unchanged() -> None:
    data = saved(painted("L", (28, 28)), "PNG")
    prepared = prepare(data, plain(28, 1))
    assert torch.equal(levels(prepared.tensor), pixels(opened(data), "L"))
    assert codes(prepared.facts) == set()


def test_a_picture_fills_one_or_three_channels_only() -> None:
    with pytest.raises(ValueError, match="not 4"):
        prepare(file("PNG"), plain(8, 4))


# --- which part -----------------------------------------------------------------------------------


def test_the_default_part_is_the_middle_square() -> None:
    data = saved(painted(size=(101, 64)), "PNG")
    prepared = prepare(data, plain(64))
    assert prepared.facts["crop"] == {"x": 18, "y": 0, "width": 64, "height": 64}
    assert torch.equal(levels(prepared.tensor), pixels(opened(data))[:, :, 18:82])
    assert "cropped" in codes(prepared.facts)


def test_a_wide_network_gets_a_wide_part() -> None:
    data = saved(painted(size=(90, 70)), "PNG")
    prepared = prepare(data, plain(20, width=45))
    assert prepared.tensor.shape == (1, 3, 20, 45)
    assert prepared.facts["crop"] == {"x": 0, "y": 15, "width": 90, "height": 40}


def test_a_crop_of_the_networks_size_reaches_it_pixel_for_pixel() -> None:
    data = saved(painted(size=(300, 200)), "PNG")
    made = seen(data, 64, crop=Crop(11, 90, 64))
    assert torch.equal(made, pixels(opened(data))[:, 90:154, 11:75])


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_crop_is_in_pixels_of_the_upright_picture(turned: int) -> None:
    data = saved(painted(size=(90, 70)), "PNG", exif=exif(turned))
    upright = pixels(ImageOps.exif_transpose(opened(data)))
    prepared = prepare(data, plain(32), crop=Crop(21, 5, 32))
    assert torch.equal(levels(prepared.tensor), upright[:, 5:37, 21:53])
    assert prepared.facts["crop"] == {"x": 21, "y": 5, "width": 32, "height": 32}


@pytest.mark.parametrize(
    "crop", [Crop(-1, 0, 9), Crop(0, 62, 9), Crop(82, 0, 9), Crop(0, 0, 71), Crop(0, 0, 0)]
)
def test_a_crop_that_leaves_the_picture_is_refused_with_its_values(crop: Crop) -> None:
    with pytest.raises(PictureError) as caught:
        prepare(file("PNG"), plain(64), crop=crop)
    assert caught.value.status == 422
    assert f"x={crop.x}, y={crop.y}, side={crop.side}" in caught.value.detail
    assert "90 x 70" in caught.value.detail


# --- orientation and draft ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_pictures_are_turned_upright(kind: str, turned: int) -> None:
    options = {} if kind == "AVIF" else {"lossless": True}
    data = saved(painted(size=(64, 64)), kind, exif=exif(turned), **options)
    upright = ImageOps.exif_transpose(opened(data))
    prepared = prepare(data, plain(64))
    assert torch.equal(levels(prepared.tensor), pixels(upright))
    assert ("exif_rotated" in codes(prepared.facts)) == (turned != 1)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_large_turned_jpeg_agrees_with_its_full_decoding(turned: int) -> None:
    data = saved(painted(size=(1603, 1201)), "JPEG", quality=95, exif=exif(turned))
    prepared = prepare(data, plain(64))
    upright = ImageOps.exif_transpose(opened(data))
    size = upright.size
    x, y = (size[0] - 1201) // 2, (size[1] - 1201) // 2
    part = upright.crop((x, y, x + 1201, y + 1201)).resize((64, 64), Image.Resampling.BILINEAR)
    assert apart(levels(prepared.tensor), pixels(part)) < 1.0
    facts = prepared.facts
    assert (facts["width"], facts["height"]) == size
    assert facts["crop"] == {"x": x, "y": y, "width": 1201, "height": 1201}
    assert facts["bytes"] == len(data)


@pytest.mark.parametrize("side", [64, 127, 128, 255, 256, 511, 512, 1023, 1024, 1500])
def test_a_jpeg_is_decoded_with_at_least_twice_the_pixels_that_are_needed(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scales = []
    draft = JpegImagePlugin.JpegImageFile.draft

    def watched(self: Any, mode: Any, size: Any) -> Any:
        drafted = draft(self, mode, size)
        assert drafted is not None
        scales.append(2000 / drafted[1][2])
        return drafted

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "draft", watched)
    prepare(saved(painted(size=(2000, 1500)), "JPEG"), plain(64), crop=Crop(100, 0, side))
    (scale,) = scales
    assert scale == 1 or side / scale >= 128
    assert scale == 8 or side / scale <= 2 * 128  # No more pixels than twice these.


# --- kinds of pixels ------------------------------------------------------------------------------


@pytest.mark.parametrize(("channels", "colour"), [(1, 0), (3, 2)])
def test_16_bits_are_scaled_and_not_clipped(channels: int, colour: int) -> None:
    made = seen(deep(channels, colour), 16)
    expected = torch.arange(16) * 4369 / 257  # 65535 / 257 is 255.
    assert torch.equal(made, expected.to(torch.int32).expand(3, 16, 16))


def test_16_bit_grey_with_alpha_lies_over_white() -> None:
    level = torch.arange(16) * 17 / 255
    expected = (level * level + (1 - level)) * 255
    assert float((seen(deep(2, 4), 16) - expected).abs().max()) <= 1


def test_16_bit_grey_hides_exactly_its_transparent_level() -> None:
    data = deep(1, 0, chunk(b"tRNS", (4369 * 3).to_bytes(2, "big")))
    expected = torch.arange(16) * 17
    expected[3] = 255
    assert torch.equal(seen(data, 16), expected.to(torch.int32).expand(3, 16, 16))


@pytest.mark.parametrize(("bits", "packed"), [(1, b"\x00\x50"), (2, b"\x00\x1b"), (4, b"\x00\x0f")])
def test_few_bits_hide_their_transparent_level(bits: int, packed: bytes) -> None:
    clear = chunk(b"tRNS", b"\0\1" if bits < 4 else b"\0\x0f")
    width = 8 // bits
    data = png((width, 1), bits, 0, packed, clear)
    top = (1 << bits) - 1
    samples = [(packed[1] >> (8 - bits * (x + 1))) & top for x in range(width)]
    hidden = 15 if bits == 4 else 1
    expected = [255 if sample == hidden else sample * 255 // top for sample in samples]
    made = levels(prepare(data, plain(1, width=width)).tensor)
    assert made[0, 0].tolist() == expected


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_alpha_is_composited_over_white(mode: str) -> None:
    source = painted(mode, (64, 64))
    straight = pixels(source.convert("RGBA"), "RGBA").float()
    colour, alpha = straight[:3], straight[3:]
    expected = (colour * alpha + 255 * (255 - alpha)) / 255
    assert float((seen(saved(source, "PNG"), 64) - expected).abs().max()) <= 1


def test_colours_under_full_transparency_never_bleed_in() -> None:
    source = Image.new("RGBA", (200, 200), (255, 0, 0, 0))
    source.paste((0, 0, 255, 255), (0, 0, 100, 200))
    red, green, _ = seen(saved(source, "PNG"), 15)
    assert torch.equal(red, green)


def test_an_unknown_mode_of_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(image._MODES, "L")
    with pytest.raises(PictureError, match="mode L") as caught:
        prepare(file("PNG", "L"), plain(64))
    assert caught.value.status == 422


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    side=st.integers(1, 80),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA"]),
    turned=st.integers(1, 8),
    channels=st.sampled_from([1, 3]),
)
@settings(max_examples=120, deadline=None)
def test_every_size_mode_and_turn_fills_the_input(
    width: int, height: int, side: int, mode: str, turned: int, channels: int
) -> None:
    data = saved(painted(mode, (width, height)), "PNG", exif=exif(turned))
    prepared = prepare(data, plain(side, channels))
    assert prepared.tensor.shape == (1, channels, side, side)
    assert 0 <= float(prepared.tensor.min()) <= float(prepared.tensor.max()) <= 1
    facts, crop = prepared.facts, prepared.facts["crop"]
    assert {facts["width"], facts["height"]} == {width, height}
    assert crop["width"] == crop["height"] == min(width, height)
    assert ("upscaled" in codes(facts)) == (min(width, height) < side)


# --- previews, threads, state ---------------------------------------------------------------------


def test_a_preview_is_an_upright_jpeg_of_the_whole_picture() -> None:
    data = saved(painted(size=(800, 600)), "JPEG", exif=exif(6))
    made = opened(preview(data, 160))
    assert made.format == "JPEG"
    assert made.size == (120, 160)
    full = ImageOps.exif_transpose(opened(data)).resize((120, 160), Image.Resampling.BILINEAR)
    assert apart(pixels(made), pixels(full)) < 4


def test_a_preview_is_never_larger_than_the_picture() -> None:
    assert opened(preview(file("PNG"), 500)).size == (90, 70)


def test_a_preview_of_a_tiny_picture_keeps_every_pixel() -> None:
    source = painted(size=(64, 40))
    made = opened(preview(saved(source, "PNG"), 160))
    assert made.format == "PNG"
    assert torch.equal(pixels(made), pixels(source))


def test_a_preview_shows_white_where_the_picture_is_transparent() -> None:
    made = opened(preview(saved(Image.new("RGBA", (90, 90)), "PNG"), 80))
    assert made.getpixel((40, 40)) == (255, 255, 255)


def test_a_preview_of_something_else_is_refused() -> None:
    with pytest.raises(PictureError):
        preview(b"something else", 100)


def test_pictures_prepared_at_once_do_not_disturb_each_other() -> None:
    kinds = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
    files = [saved(painted(size=(90 + n, 70)), kinds[n % 6]) for n in range(24)]
    alone = [seen(data, 64) for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda data: seen(data, 64), files))
    assert all(map(torch.equal, alone, together))


def test_no_setting_of_pillow_or_of_the_warnings_is_touched() -> None:
    before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters), sorted(Image.OPEN))
    prepare(file("JPEG"), plain(64))
    with pytest.raises(PictureError):
        prepare(file("TIFF"), plain(64))
    assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters), sorted(Image.OPEN)) == before
