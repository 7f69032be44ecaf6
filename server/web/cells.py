"""The API of one number: how an output cell of a kept trace was computed."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic_core import to_json

from ..core.arithmetic import Arithmetic, MissingError, Source, cell_arithmetic
from ..core.cell_gradient import cell_gradient
from ..core.edits import scales_of
from ..core.geometry import as_map
from ..core.gradient import Of
from ..core.record import Record
from ..core.snippet import Where, snippet
from ..errors import Problem
from . import schema_cells as schema
from .gradients import gradient_of
from .here import NO_STORE, HereNow
from .inference import Tracer
from .openapi import problems
from .traces import Kept, chosen_class
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
    "with others (made while it runs) or in lower precision.",
}
AXES = ("c", "y", "x")
Place = tuple[int, int, int]


@router.get(
    "/api/traces/{trace_id}/nodes/{node}/cell",
    response_model=schema.ArithmeticBody,
    responses=problems(404, 410, 422, 503),
)
async def kept_cell(
    trace_id: str,
    node: str,
    request: Request,
    here: HereNow,
    c: Annotated[int, Query(description="channel, or the place in a vector")],
    y: Annotated[int, Query(description="row, 0 in vectors and lines")] = 0,
    x: Annotated[int, Query(description="column, 0 in vectors")] = 0,
    class_id: Annotated[
        str, Query(alias="class", description="a class, for how its loss changes; none by default")
    ] = "",
    of: Annotated[
        Of, Query(description="loss: the cross-entropy; logit: the class's own")
    ] = "loss",
) -> Response:
    """Returns how one output cell was computed: named parts, each with its terms.

    Of conv, dense, add and average pooling the parts add up to the value, but for the rounding of
    float32; of max pooling the winner is named. `scaled` says what an edit of the channel made of
    that. With `class`, `gradient` has what the cell's derivative gives to each of these numbers, in
    the order of the parts and terms.
    """
    kept = here.tracer.traces.forward(trace_id)
    record = kept.record(node)
    place = (c, y, x)
    check_cell(record, place)

    def work() -> Response:
        source, made = arithmetic(here.tracer, kept, record, place)
        code = snippet(source, made, whereabouts(kept, str(request.base_url)))
        back = backwards(here.tracer, kept, made, (class_id, of)) if class_id else None
        named = {name: getattr(made, name) for name in made.__slots__}
        body = {**named, "note": NOTES[made.reason], "code": code, "gradient": back}
        return Response(to_json(body, inf_nan_mode="null"), media_type=JSON, headers=NO_STORE)

    return await here.workbench.do(work)


def check_cell(record: Record, place: Sequence[int]) -> None:
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
    for axis, at, size in zip(AXES, place, sizes, strict=True):
        if not 0 <= at < size:
            raise Problem(
                422,
                f"{axis}={at} is not a cell of {record.id}, whose shape is {list(record.shape)}: "
                f"{axis} is from 0 to {size - 1}.",
                hint=f"Choose {axis} between 0 and {size - 1}.",
                title="No such cell",
            )


def whereabouts(kept: Kept, address: str) -> Where:
    """Returns where a program finds a trace; nowhere when the weights are not the network's own."""
    server = "" if kept.edits else address.rstrip("/")
    return Where(server, kept.trace_id, kept.header["model"])


def arithmetic(
    tracer: Tracer, kept: Kept, record: Record, place: Place
) -> tuple[Source, Arithmetic]:
    """Returns how a cell was computed, and what it was worked out from.

    Raises:
        Problem: 404, values were not kept; 410, the network has gone.
    """
    records = {each.id: each for each in kept.records}
    source = Source(records, tracer.weights(kept), scales_of(kept.edits))
    try:
        return source, cell_arithmetic(source, record.id, place)
    except MissingError as error:
        raise not_kept(records.get(str(error), record)) from error


def backwards(tracer: Tracer, kept: Kept, made: Arithmetic, by: tuple[str, Of]) -> dict[str, Any]:
    """Returns the body of the gradient of a cell by a class and loss or logit.

    Raises:
        Problem: 422, there is no such class, or torch finds no gradient.
    """
    class_id, of = by
    grad = gradient_of(tracer, kept, chosen_class(kept, class_id), of).record(made.node).value
    output = None if grad is None else float(grad.reshape(as_map(grad.shape))[*made.cell.values()])
    parts = [] if output is None else cell_gradient(made, output)
    return {"class": class_id, "of": of, "output": output, "parts": parts}
