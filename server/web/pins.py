"""Pictures that a run shows while it trains: of its data set, bundled, or your own."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from ..core import image
from ..core.image import InputSpec
from ..errors import Problem
from ..store import RunRow
from ..train.events import Started
from . import schema_runs as schema
from .api import framing, read_bundled
from .commands import PINS
from .here import Here, HereNow
from .inference import picture_problem
from .openapi import BINARY, binary, problems
from .shelf import HANDS
from .tracing import check_content_type, read_crop

router = APIRouter(tags=["runs"], responses=problems(403))


def input_of(here: Here, row: RunRow) -> InputSpec:
    """Returns what the run's network takes, as values from 0 to 1.

    Raises:
        Problem: 409, the run has not begun, or it learns from points.
    """
    begun = next(iter(here.hub.store.events(row.id, types=(Started.type,))), None)
    shape = begun[1]["nodes"][0]["shape"] if begun else []
    if len(shape) != 3:
        why = "learns from points, not pictures" if begun else "has not begun"
        raise Problem(
            409,
            f"The run {row.id} {why}; no picture can be pinned to it.",
            hint="Pin pictures to a run that learns from pictures, once it has begun.",
            title="Not in this state",
        )
    channels, height, width = shape
    return InputSpec(
        channels,
        height,
        width,
        mean=(0.0,) * channels,
        std=(1.0,) * channels,
        fit="digit" if row.options["data"] in HANDS else "photo",
        hand=HANDS.get(row.options["data"], "mnist"),
    )


def prepared(content: bytes, spec: InputSpec, crop: image.Crop | None) -> image.Prepared:
    """Returns a picture as the network takes it; one that cannot be read is a problem."""
    try:
        return image.prepare(content, spec, crop=crop)
    except image.PictureError as error:
        raise picture_problem(error) from error


@router.post(
    "/api/runs/{run_id}/pins",
    responses=problems(404, 408, 409, 413, 415, 422, 503),
    openapi_extra={
        "requestBody": {
            "description": "a picture's bytes; none with `picture=` or `index=`",
            "content": binary("", "image/*", BINARY)[200]["content"],
        }
    },
)
async def pin(
    run_id: str,
    request: Request,
    here: HereNow,
    slot: Annotated[int, Query(ge=0, lt=PINS, description="which of the pinned pictures")] = 0,
    picture: Annotated[str, Query(description="a bundled picture instead of a body")] = "",
    index: Annotated[
        int | None, Query(ge=0, le=10_000_000, description="of the data set's")
    ] = None,
    crop: Annotated[str, Query(description="x,y,side in pixels of the upright picture")] = "",
) -> schema.Pin:
    """Shows a run a picture of its data set, a bundled one or your own while it trains."""
    part = read_crop(crop) or framing(picture)

    def work(body: bytes) -> schema.Pin:
        row = here.hub.row(run_id)
        spec = input_of(here, row)
        if index is not None:
            here.hub.pin(run_id, {"action": "pin", "slot": slot, "index": index})
            return schema.Pin(slot=slot, picture={"index": index})
        seen = prepared(body, spec, part)
        pixels = (seen.tensor[0] * 255).round().clamp(0, 255).byte()
        shape = list(pixels.shape)
        command = {"action": "pin", "slot": slot, "shape": shape, "own": not picture}
        here.hub.pin(run_id, command, pixels.numpy().tobytes())
        return schema.Pin(slot=slot, picture=seen.facts)

    if picture or index is not None:
        return await here.workbench.do(lambda: work(read_bundled(picture) if picture else b""))
    check_content_type(request.headers.get("content-type", ""))
    async with here.uploads.body(request) as body:
        return await here.workbench.do(lambda: work(body))
