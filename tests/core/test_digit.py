import io
import math
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, cosine_similarity, pad

from convlens.core.crop import Box
from convlens.core.digit import centre
from convlens.core.image import Crop, InputSpec, prepare
from convlens.data import pictures
from tests.makers import saved

NET = InputSpec(1, 28, 28, (0.0,), (1.0,), "digit")

# Strokes in a box of 1 x 1: enough like digits to have mass on all sides.
STROKES: dict[str, list[tuple[float, float]]] = {
    "1": [(0.5, 0), (0.5, 1)],
    "2": [(0, 0.2), (0.5, 0), (1, 0.2), (0, 1), (1, 1)],
    "4": [(0.7, 1), (0.7, 0), (0, 0.7), (1, 0.7)],
    "5": [(1, 0), (0, 0), (0, 0.45), (0.8, 0.45), (1, 0.7), (0.8, 1), (0, 1)],
    "7": [(0, 0), (1, 0), (0.3, 1)],
    "0": [(0.5 + 0.4 * math.sin(t / 4), 0.5 - 0.5 * math.cos(t / 4)) for t in range(27)],
}
Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def drawn(
    digit: str,
    *,
    size: tuple[int, int] = (300, 260),
    place: tuple[int, int] = (90, 50),
    box: tuple[int, int] = (80, 130),
    stroke: int = 14,
    ink: Colour = BLACK,
    ground: Colour = WHITE,
) -> Image.Image:
    """A digit drawn with a round pen in a box at a place."""
    image = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(image)
    points: list[tuple[float, float]] = [
        (place[0] + x * box[0], place[1] + y * box[1]) for x, y in STROKES[digit]
    ]
    pen.line(points, ink, stroke, joint="curve")
    for x, y in points:
        pen.ellipse((x - stroke / 2, y - stroke / 2, x + stroke / 2, y + stroke / 2), ink)
    return image


def prepared(
    image: Image.Image, spec: InputSpec = NET, **options: Any
) -> tuple[Tensor, dict[str, Any]]:
    """The levels (H, W) that the network gets, and the notes by their codes."""
    made = prepare(saved(image, "PNG"), spec, **options)
    notes = {note["code"]: note for note in made.facts["notes"]}
    return (made.tensor[0, 0] * 255).round(), notes


def ink_box(levels: Tensor) -> tuple[int, int]:
    """Height and width of what is not black."""
    ink = levels > 12
    rows, columns = ink.any(1).nonzero(), ink.any(0).nonzero()
    return int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1


def off_centre(levels: Tensor) -> float:
    """How far the centre of mass lies from MNIST's, index 14 of 28, along the worse axis."""
    total, places = levels.sum(), torch.arange(len(levels))
    y, x = ((levels.sum(axis) * places).sum() / total for axis in (1, 0))
    return max(abs(float(at) - len(levels) / 2) for at in (y, x))


@pytest.mark.parametrize("side", [8, 28])
@pytest.mark.parametrize("digit", range(10))
def test_for_scikit_learns_digits_ink_fills_the_field_as_theirs_does(digit: int, side: int) -> None:
    spec = InputSpec(1, side, side, (0.0,), (1.0,), "digit", "digits")
    small = Image.open(io.BytesIO(pictures.read(f"digit-{digit}"))).convert("RGB")
    page = Image.new("RGB", (900, 700), WHITE)
    page.paste(ImageOps.invert(small.resize((400, 400))), (60, 150))
    levels, _ = prepared(page, spec)
    assert max(ink_box(levels)) == side
    samples = small.convert("L").resize((10, 10), Image.Resampling.BOX).crop((1, 1, 9, 9))
    theirs = torch.tensor(list(samples.tobytes())).float().view(8, 8)
    ours = adaptive_avg_pool2d(levels[None], 8)[0]
    # Theirs do not all lie in the middle: one of their columns more or less is no matter.
    moved = (ours.roll(by, 1).flatten() for by in (-1, 0, 1))
    assert max(float(cosine_similarity(each, theirs.flatten(), dim=0)) for each in moved) > 0.9


# A centre of mass near a half is rounded either way.
NEAR = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]


def correlation(a: Tensor, b: Tensor) -> float:
    """Pearson's, of two pictures' levels."""
    return float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1])


def mnist(data_dir: Path, count: int) -> Tensor:
    """The first pictures of MNIST's test set, (N, 28, 28) uint8."""
    raw = (data_dir / "MNIST" / "raw" / "t10k-images-idx3-ubyte").read_bytes()[16:]
    return torch.frombuffer(bytearray(raw), dtype=torch.uint8).view(-1, 28, 28)[:count]


# --- as MNIST has it --------------------------------------------------------------------------


def test_mnists_own_digits_pass_unchanged(data_dir: Path) -> None:
    digits = mnist(data_dir, 10_000)
    place, same = Box(0, 0, 28, 28), 0
    for each in digits:
        found = centre(each.unsqueeze(0), (28, 28), place)
        same += found is not None and torch.equal(found.pixels[0], each)
    assert same >= 0.999 * len(digits)


def test_mnists_digits_pass_unchanged_through_a_file_in_colour_or_inverted(data_dir: Path) -> None:
    for each in mnist(data_dir, 40):
        image = Image.frombytes("L", (28, 28), each.numpy().tobytes())
        inverted = image.point(lambda level: 255 - level)
        for source in (image, image.convert("RGB"), inverted):
            levels, notes = prepared(source)
            assert torch.equal(levels, each.float())
            assert set(notes) - {"digit_inverted"} == {"digit_unchanged"}
            assert ("digit_inverted" in notes) == (source is inverted)


def test_an_enlarged_and_moved_mnist_digit_comes_back(data_dir: Path) -> None:
    chance, alike = random.Random(0), []
    for each in mnist(data_dir, 60):
        large = Image.frombytes("L", (28, 28), each.numpy().tobytes()).resize(
            (280, 280), Image.Resampling.BICUBIC
        )
        image = Image.new("L", (500, 420))
        image.paste(large, (chance.randrange(220), chance.randrange(140)))
        levels, _ = prepared(image)
        alike.append(max(correlation(levels.roll(by, (0, 1)), each.float()) for by in NEAR))
    assert min(alike) > 0.8
    assert sum(alike) / len(alike) > 0.97


@given(
    digit=st.sampled_from(sorted(STROKES)),
    width=st.integers(60, 600),
    height=st.integers(60, 600),
    share=st.floats(0.3, 0.75),
    slender=st.floats(0.25, 1.0),
    pen=st.floats(0.05, 0.25),
    corner=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    ink=st.tuples(*[st.integers(0, 255)] * 3),
    ground=st.tuples(*[st.integers(0, 255)] * 3),
)
@settings(max_examples=50, deadline=None)
def test_ink_is_scaled_to_20_pixels_and_centred_by_its_mass(
    digit: str,
    width: int,
    height: int,
    share: float,
    slender: float,
    pen: float,
    corner: tuple[float, float],
    ink: Colour,
    ground: Colour,
) -> None:
    assume(max(abs(a - b) for a, b in zip(ink, ground, strict=True)) > 40)
    tall = share * min(width, height)
    stroke = max(1, round(pen * tall))
    free = (width - tall * slender - 2 * stroke, height - tall - 2 * stroke)
    assume(min(free) >= 0)
    place = tuple(round(stroke + at * room) for at, room in zip(corner, free, strict=True))
    image = drawn(
        digit,
        size=(width, height),
        place=(place[0], place[1]),
        box=(round(tall * slender), round(tall)),
        stroke=stroke,
        ink=ink,
        ground=ground,
    )
    levels, notes = prepared(image)
    assert max(ink_box(levels)) == 20
    assert off_centre(levels) <= 0.5
    assert levels.max() == 255
    assert "digit_centred" in notes


@pytest.mark.parametrize(
    ("ink", "ground", "inverted"),
    [(BLACK, WHITE, True), (WHITE, BLACK, False), ((0, 0, 160), (250, 240, 200), True),
     ((255, 255, 0), (20, 20, 60), False), ((255, 255, 0), WHITE, True)],
)  # fmt: skip
def test_dark_ink_on_a_bright_ground_is_inverted_and_said_so(
    ink: Colour, ground: Colour, inverted: bool
) -> None:
    levels, notes = prepared(drawn("5", ink=ink, ground=ground))
    assert levels[0, 0] == 0
    assert ("digit_inverted" in notes) == inverted


def test_ink_is_told_from_a_ground_of_the_same_luminance() -> None:
    red, green = (200, 60, 60), (60, 131, 60)  # Both 103 by ITU-R 601, so grey would show nothing.
    expected, _ = prepared(drawn("4"))
    levels, _ = prepared(drawn("4", ink=red, ground=green))
    assert float((levels - expected).abs().max()) <= 1


def test_the_note_says_where_the_ink_was() -> None:
    image = drawn("2", size=(3000, 2000), place=(1700, 300), box=(400, 600), stroke=60)
    _, notes = prepared(image)
    note = notes["digit_centred"]
    assert note["box_x"] == pytest.approx(1670, abs=8)
    assert note["box_y"] == pytest.approx(270, abs=8)
    assert note["box_width"] == pytest.approx(460, abs=14)
    assert note["box_height"] == pytest.approx(660, abs=14)


def test_other_sizes_keep_mnists_proportions() -> None:
    spec = InputSpec(1, 56, 56, (0.0,), (1.0,), "digit")
    levels, _ = prepared(drawn("2"), spec)
    assert max(ink_box(levels)) == 40
    assert off_centre(levels) <= 0.5


def test_a_network_of_three_channels_gets_the_digit_in_each() -> None:
    spec = InputSpec(3, 28, 28, (0.0,) * 3, (1.0,) * 3, "digit")
    made = prepare(saved(drawn("7"), "PNG"), spec).tensor
    assert made.shape == (1, 3, 28, 28)
    assert torch.equal(made[0, 0], made[0, 1]) and torch.equal(made[0, 0], made[0, 2])


# --- pens and paper ---------------------------------------------------------------------------


@pytest.mark.parametrize("stroke", [1, 2, 3])
def test_thin_strokes_are_thickened_to_two_pixels_and_said_so(stroke: int) -> None:
    image = drawn("1", size=(500, 500), box=(80, 400), stroke=stroke)
    levels, notes = prepared(image)
    assert max(ink_box(levels)) == 20
    across = levels[14] / 255
    assert 1.5 <= float(across.sum()) <= 3
    assert notes["digit_thickened"]["stroke"] < 1.2


def test_strokes_of_mnists_width_are_not_thickened() -> None:
    _, notes = prepared(drawn("5", box=(80, 130), stroke=18))
    assert "digit_thickened" not in notes


def test_specks_far_from_the_ink_do_not_count() -> None:
    clean, dusty = drawn("2"), drawn("2")
    for x, y in ((5, 5), (290, 20), (20, 250)):
        ImageDraw.Draw(dusty).ellipse((x, y, x + 3, y + 3), (0, 0, 0))
    assert torch.equal(prepared(clean)[0], prepared(dusty)[0])


def test_two_parts_of_a_digit_both_count() -> None:
    image = drawn("7", place=(100, 100), box=(80, 100))
    ImageDraw.Draw(image).rectangle((100, 40, 180, 56), (0, 0, 0))
    _, notes = prepared(image)
    assert notes["digit_centred"]["box_y"] == pytest.approx(40, abs=1)


def test_a_shade_and_noise_on_the_paper_change_little() -> None:
    clean = drawn("5", ink=(40, 40, 70), ground=(215, 210, 200))
    light = Image.linear_gradient("L").resize(clean.size).point(lambda level: 150 + level * 0.4)
    shaded = Image.composite(clean, Image.new("RGB", clean.size), light)
    noise = Image.effect_noise(clean.size, 12).convert("RGB")
    paper = Image.blend(shaded, noise, 0.1)
    expected, _ = prepared(clean)
    levels, notes = prepared(paper)
    assert "digit_centred" in notes
    assert correlation(levels, expected) > 0.97
    assert float(levels[:3].max()) == 0  # The paper itself is black.


def test_several_colours_of_ink_on_a_clean_ground_are_one_digit() -> None:
    image = drawn("7", ink=(220, 0, 0))
    image.paste(drawn("7", ink=(0, 0, 220)).crop((0, 120, 300, 260)), (0, 120))
    levels, _ = prepared(image)
    assert max(ink_box(levels)) == 20


# --- what is no digit -------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [0, 90, 255])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (300, 200), (1, 3000)])
def test_an_empty_picture_is_a_black_field(colour: int, size: tuple[int, int]) -> None:
    levels, notes = prepared(Image.new("L", size, colour))
    assert not levels.any()
    assert "digit_blank" in notes


@pytest.mark.parametrize("name", ["coffee", "cat", "grass", "gravel", "astronaut", "pavilion"])
def test_a_photograph_is_cropped_in_grey_and_said_so(name: str) -> None:
    made = prepare(pictures.read(name), NET)
    assert "digit_not_found" in {note["code"] for note in made.facts["notes"]}
    crop = made.facts["crop"]
    assert crop["width"] == crop["height"] == min(made.facts["width"], made.facts["height"])
    photo = InputSpec(1, 28, 28, (0.0,), (1.0,))
    as_photo = prepare(pictures.read(name), photo).tensor
    assert float((made.tensor - as_photo).abs().mean()) < 2 / 255


def test_a_users_crop_comes_first() -> None:
    both = drawn("4", size=(400, 260), place=(60, 50))
    both.paste(drawn("0", size=(200, 260), place=(60, 50)), (200, 0))
    crop = Crop(210, 10, 180)
    expected, _ = prepared(both.crop((210, 10, 390, 190)))
    levels, notes = prepared(both, crop=crop)
    assert torch.equal(levels, expected)
    assert notes["digit_centred"]["box_x"] > 210


@pytest.mark.parametrize("name", [f"digit-{n}" for n in range(10)])
def test_the_bundled_digits_are_found(name: str) -> None:
    made = prepare(pictures.read(name), NET)
    levels = (made.tensor[0, 0] * 255).round()
    assert max(ink_box(levels)) == 20
    assert off_centre(levels) <= 0.5
    assert {note["code"] for note in made.facts["notes"]} == {"digit_centred"}


def test_scaling_averages_the_ink() -> None:
    image = Image.new("L", (400, 400))
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 50, 159, 249), 255)  # 60 x 200, a tenth of which is 6 x 20.
    pen.rectangle((160, 50, 219, 109), 255)
    levels, _ = prepared(image)
    source = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(400, 400).float()
    small = avg_pool2d(source[None, 50:250, 100:220], 10)[0]
    ink = levels[levels.any(1)][:, levels.any(0)]
    expected = pad(small, (0, ink.shape[1] - 12, 0, ink.shape[0] - 20))
    assert ink.shape == (20, 12)
    assert float((ink - expected).abs().mean()) < 6  # Its filter is a triangle, not a box.
