"""The API of one number: how an output cell of a kept trace was computed."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from ..core.arithmetic import MissingError, Source, cell_arithmetic
from ..core.geometry import as_map
from ..core.record import Record
from ..errors import Problem
from . import schema_cells as schema
from .here import NO_STORE, HereNow
from .inference import Tracer
from .openapi import problems
from .traces import Kept
from .tracing import JSON, not_kept

router = APIRouter(tags=["traces"], responses=problems(403))

NOTES = {
    "": "",
    "input": "This is the picture itself: nothing before it made this number.",
    "axes": "An input has more than two spatial axes, so its cells have no place (c, y, x).",
    "unknown": "How this operation makes its numbers is not stated; the value is PyTorch's.",
    "function": "Only the cell that it is made of is known, not the function; the value is "
    "PyTorch's.",
    "weights": "The numbers it was computed with are not among the network's own weights.",
    "differs": "The network's weights and inputs do not come to PyTorch's value here: it computes "
    "with others (made while it runs), or in lower precision.",
}
AXES = ("c", "y", "x")


@router.get(
    "/api/traces/{trace_id}/nodes/{node}/cell",
    response_model=schema.ArithmeticBody,
    responses=problems(404, 410, 422, 503),
)
async def kept_cell(
    trace_id: str,
    node: str,
    here: HereNow,
    c: Annotated[int, Query(description="channel, or the place in a vector")],
    y: Annotated[int, Query(description="row, 0 in vectors and lines")] = 0,
    x: Annotated[int, Query(description="column, 0 in vectors")] = 0,
) -> Response:
    """Returns how one output cell was computed: named parts, each with its terms.

    Of conv, dense, add and average pooling the parts add up to the value, but for the rounding of
    float32; of max pooling the winner is named.
    """
    kept = here.tracer.traces.forward(trace_id)
    record = kept.record(node)
    check_cell(record, (c, y, x))
    body = await here.workbench.do(lambda: arithmetic(here.tracer, kept, record, (c, y, x)))
    return Response(to_json(body, inf_nan_mode="null"), media_type=JSON, headers=NO_STORE)


def check_cell(record: Record, cell: Sequence[int]) -> None:
    """Refuses a cell that the node does not have with a 422 problem that says what it has."""
    try:
        sizes = as_map(record.shape)
    except ValueError as error:
        raise Problem(
            422,
            f"{record.id} has the shape {list(record.shape)}: more than two spatial axes.",
            hint="Ask for a cell of a node of shape [C, H, W], [C, L] or [N].",
            title="No such cell",
        ) from error
    for axis, at, size in zip(AXES, cell, sizes, strict=True):
        if not 0 <= at < size:
            raise Problem(
                422,
                f"{axis}={at} is not a cell of {record.id}, whose shape is {list(record.shape)}: "
                f"{axis} is from 0 to {size - 1}.",
                hint=f"Choose {axis} between 0 and {size - 1}.",
                title="No such cell",
            )


def arithmetic(
    tracer: Tracer, kept: Kept, record: Record, cell: tuple[int, int, int]
) -> dict[str, Any]:
    """Returns the body of the answer."""
    records = {each.id: each for each in kept.records}
    try:
        made = cell_arithmetic(Source(records, tracer.weights(kept)), record.id, cell)
    except MissingError as error:
        missing = str(error)
        raise not_kept(records.get(missing, record)) from error
    names = made.__slots__
    return {**{name: getattr(made, name) for name in names}, "note": NOTES[made.reason]}
