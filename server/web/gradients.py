"""The gradients of a kept trace: a trace of its own, whose values are derivatives."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from torch import Tensor

from ..core import gradient, stats, tap
from ..core.ends import measure
from ..core.gradient import Of
from ..core.record import Record
from ..errors import Problem
from . import schema
from .here import HereNow, Nodes
from .inference import Tracer, describe
from .openapi import binary, problems
from .traces import Kept, chosen_class, key_of
from .tracing import JSON, Precision, answer

NOT_FOLLOWED = "PyTorch follows no gradient back to this value."

router = APIRouter(tags=["traces"], responses=problems(403))


@router.get(
    "/api/traces/{trace_id}/gradient",
    response_model=schema.TraceHeader,
    responses={
        **binary(f"the layout of a trace, values d(loss)/d(value); its header on `Accept: {JSON}`"),
        **problems(404, 410, 422, 503),
    },
)
async def kept_gradient(
    trace_id: str,
    request: Request,
    here: HereNow,
    class_id: Annotated[
        str, Query(alias="class", description="a class of the network; the predicted by default")
    ] = "",
    of: Annotated[
        Of, Query(description="loss: the cross-entropy; logit: the class's own")
    ] = "loss",
    precision: Precision = "uint8",
    nodes: Nodes = "",
) -> Response:
    """Returns how a class's loss or logit changes with every value of a kept trace.

    The answer has an id of its own, for `GET /api/traces/{id}/nodes/{node}`.
    """
    kept = here.tracer.traces.forward(trace_id)
    target = chosen_class(kept, class_id)
    as_json = JSON in request.headers.get("accept", "")

    def work() -> Response:
        found = gradient_of(here.tracer, kept, target, of)
        return answer(found, precision, nodes, as_json=as_json)

    return await here.workbench.do(work)


def gradient_of(tracer: Tracer, kept: Kept, target: int, of: Of) -> Kept:
    """Returns the gradients of a trace, kept beside it within the same budget of bytes.

    Raises:
        Problem: 422, torch finds no gradient; 410, the network is no longer there.
    """
    key = key_of(kept.trace_id.encode(), b"gradient", str(target).encode(), of.encode())
    found = tracer.traces.find(key)
    if found is None:
        found = _made(tracer, kept, key, target, of)
        tracer.traces.keep(found)
    return found


def _made(tracer: Tracer, kept: Kept, key: str, target: int, of: Of) -> Kept:
    try:
        made = tracer.edited(kept)
        grads = gradient.gradients(made.model, made.x, target, of, changes=made.changes)
    except tap.TapError as error:
        raise Problem(422, error.detail, hint=error.hint, title="No gradient") from error
    records = tuple(_record(record, grads.get(record.id)) for record in kept.records)
    ends = measure(records)
    head: dict[str, Any] = {
        **kept.header,
        "trace_id": key,
        "base": kept.trace_id,
        "nodes": describe(records),
        "ranges": stats.ranges(records, ends=ends),
        "gradient": {"of": of, "class": kept.header["classes"][target]},
    }
    return Kept(key, records, head, ends, is_gradient=True)


def _record(record: Record, grad: Tensor | None) -> Record:
    """The record with the gradient in place of its value."""
    note = NOT_FOLLOWED if grad is None else ""
    return replace(record, value=grad, note=record.note or note)
