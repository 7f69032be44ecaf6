"""What the lab asks the server for."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from ..data import shapes
from ..errors import Problem
from . import schema_heads as schema
from .here import HereNow
from .openapi import BINARY, binary, problems

router = APIRouter(tags=["lab"], responses=problems(403, 503))
NAMES = tuple(name for name, *_ in shapes.NAMES)
LEAST, GREATEST, STEP = 3.0, 12.5, 0.5  # radii in pixels


@router.get("/api/lab/heads")
async def heads(here: HereNow) -> schema.HeadsBody:
    """Returns two networks that differ in the head alone, and how far their answers hold.

    Both were trained on the same shapes; the shares are measured on others when first asked for.
    """
    return await here.heads.measured()


@router.get(
    "/api/lab/heads/places",
    response_class=Response,
    responses={**binary("safetensors: `picture` U8, a network's id F32"), **problems(422)},
)
async def places(
    here: HereNow,
    shape: Annotated[str, Query(description="the id of a class")] = NAMES[0],
    radius: Annotated[
        float, Query(ge=LEAST, le=GREATEST, multiple_of=STEP, description="pixels")
    ] = 7.0,
) -> Response:
    """Returns what each network says of one shape at 21 x 21 places.

    `picture` (48, 48) has the shape in its middle: the 28 x 28 pixels from (10 - dy, 10 - dx) on
    are what a network sees of it moved by dx to the right and dy down. `<id>` (21, 21, classes)
    are the probabilities, [dy + 10, dx + 10].
    """
    if shape not in NAMES:
        raise Problem(
            422,
            f"There is no shape {shape[:80]!r}.",
            hint=f"Choose one of: {', '.join(NAMES)}.",
            title="No such shape",
        )
    return Response(await here.heads.places(shape, radius), media_type=BINARY)
