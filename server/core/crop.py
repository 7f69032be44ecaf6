"""Which part of a picture is used, and where that part is stored when the file is turned."""

import math
from typing import NamedTuple

from .refusal import PictureError

Size = tuple[int, int]  # Width, height.


class Crop(NamedTuple):
    """A square in pixels of the upright picture: its left, its top, and its side.

    For a network whose input is not square, `side` is the longer side of a part of that shape.
    """

    x: int
    y: int
    side: int


class Box(NamedTuple):
    """A part of a picture in its pixels: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        """Width and height."""
        return self.width, self.height


class Turn(NamedTuple):
    """How an upright place is found in a file: mirror x, mirror y, then swap the two."""

    mirror_x: bool
    mirror_y: bool
    swap: bool


# EXIF orientation -> where the upright picture's places are stored (CIPA DC-008, 4.6.4).
TURNS = {
    1: Turn(mirror_x=False, mirror_y=False, swap=False),
    2: Turn(mirror_x=True, mirror_y=False, swap=False),
    3: Turn(mirror_x=True, mirror_y=True, swap=False),
    4: Turn(mirror_x=False, mirror_y=True, swap=False),
    5: Turn(mirror_x=False, mirror_y=False, swap=True),
    6: Turn(mirror_x=True, mirror_y=False, swap=True),
    7: Turn(mirror_x=True, mirror_y=True, swap=True),
    8: Turn(mirror_x=False, mirror_y=True, swap=True),
}


def turned(size: Size, orientation: int) -> Size:
    """A stored size as it is upright, and an upright one as it is stored."""
    return (size[1], size[0]) if TURNS[orientation].swap else size


def stored(box: Box, size: Size, orientation: int) -> Box:
    """Where a part of the upright picture of `size` lies among the file's own pixels."""
    turn = TURNS[orientation]
    x = size[0] - box.x - box.width if turn.mirror_x else box.x
    y = size[1] - box.y - box.height if turn.mirror_y else box.y
    if turn.swap:
        return Box(y, x, box.height, box.width)
    return Box(x, y, box.width, box.height)


def middle(size: Size, shape: Size) -> Box:
    """The largest part of a picture of `size` that has the ratio of `shape`, in the middle."""
    scale = min(size[0] / shape[0], size[1] / shape[1])
    # The nudge keeps 3 * (64 / 3) at 64.
    width, height = (max(1, math.floor(side * scale + 1e-9)) for side in shape)
    return Box((size[0] - width) // 2, (size[1] - height) // 2, width, height)


def chosen(crop: Crop, size: Size, shape: Size) -> Box:
    """The part of the ratio of `shape` that a crop asks for; PictureError when it lies outside."""
    width, height = (max(1, round(crop.side * side / max(shape))) for side in shape)
    inside = 0 <= crop.x <= size[0] - width and 0 <= crop.y <= size[1] - height
    if crop.side < 1 or not inside:
        raise PictureError("crop", **crop._asdict(), width=size[0], height=size[1])
    return Box(crop.x, crop.y, width, height)


def shrunk(size: Size, longest: int) -> Size:
    """`size` with its longest side brought down to `longest`, if need be; never under 1 pixel."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
