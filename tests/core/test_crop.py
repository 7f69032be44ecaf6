import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from convlens.core.crop import Box, Crop, chosen, middle, shrunk, stored, turned
from convlens.core.refusal import PictureError
from tests.makers import exif

sides = st.integers(1, 40)


@given(data=st.data(), size=st.tuples(sides, sides), orientation=st.integers(1, 8))
def test_a_stored_part_turned_upright_is_the_upright_part(
    data: st.DataObject, size: tuple[int, int], orientation: int
) -> None:
    x, y = (data.draw(st.integers(0, side - 1)) for side in size)
    width, height = (
        data.draw(st.integers(1, side - at)) for side, at in zip(size, (x, y), strict=True)
    )
    file = turned(size, orientation)
    image = Image.frombytes(
        "I;16", file, b"".join(n.to_bytes(2, "little") for n in range(file[0] * file[1]))
    )
    part = stored(Box(x, y, width, height), size, orientation)
    cut = image.crop((part.x, part.y, part.x + part.width, part.y + part.height))
    assert upright(cut, orientation) == upright(image, orientation, (x, y, x + width, y + height))


def upright(
    image: Image.Image, orientation: int, box: tuple[int, int, int, int] | None = None
) -> bytes:
    """Pillow's own way of turning a picture upright, and then a part of it."""
    image.getexif().load(exif(orientation))
    made = ImageOps.exif_transpose(image)
    return (made.crop(box) if box else made).tobytes()


@given(size=st.tuples(sides, sides), shape=st.tuples(sides, sides))
def test_the_middle_is_the_largest_part_of_the_ratio(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    box = middle(size, shape)
    assert 0 <= box.x <= size[0] - box.width
    assert 0 <= box.y <= size[1] - box.height
    assert abs(2 * box.x + box.width - size[0]) <= 1
    assert abs(2 * box.y + box.height - size[1]) <= 1
    assert box.width == size[0] or box.height == size[1]
    exact = min(size[0] / shape[0], size[1] / shape[1])
    assert abs(box.width - max(1, shape[0] * exact)) < 1
    assert abs(box.height - max(1, shape[1] * exact)) < 1


@given(factor=st.integers(1, 200), shape=st.tuples(sides, sides))
def test_a_whole_multiple_of_the_shape_is_used_whole(factor: int, shape: tuple[int, int]) -> None:
    size = (shape[0] * factor, shape[1] * factor)
    assert middle(size, shape) == Box(0, 0, *size)


def test_a_crops_side_is_the_longer_one_of_its_part() -> None:
    assert chosen(Crop(1, 2, 30), (90, 70), (64, 64)) == Box(1, 2, 30, 30)
    assert chosen(Crop(1, 2, 30), (90, 70), (20, 10)) == Box(1, 2, 30, 15)


def test_a_crop_may_touch_every_border() -> None:
    assert chosen(Crop(20, 0, 70), (90, 70), (8, 8)) == Box(20, 0, 70, 70)
    with pytest.raises(PictureError):
        chosen(Crop(21, 0, 70), (90, 70), (8, 8))


def test_pictures_are_shrunk_but_never_enlarged() -> None:
    assert shrunk((4000, 3000), 400) == (400, 300)
    assert shrunk((40, 30), 400) == (40, 30)
    assert shrunk((1, 20000), 512) == (1, 512)
