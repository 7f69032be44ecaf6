"""Layers of a kept trace: its gradients, and what its edits changed; each a trace of its own."""

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


@router.get(
    "/api/traces/{trace_id}/difference",
    response_model=schema.TraceHeader,
    responses={
        **binary("the layout of a trace, values: edited minus original; its header as JSON"),
        **problems(404, 410, 422, 503),
    },
)
async def kept_difference(
    trace_id: str,
    request: Request,
    here: HereNow,
    precision: Precision = "uint8",
    nodes: Nodes = "",
) -> Response:
    """Returns what the edits of a kept trace changed in every value: edited minus original."""
    kept = here.tracer.traces.forward(trace_id)
    if not kept.edits:
        raise Problem(
            422,
            f"The trace {trace_id} has no edits, so it differs from nothing.",
            hint="Take the trace_id of an edited trace.",
            title="Nothing is edited",
        )
    original = here.tracer.traces.get(kept.header["base"])
    as_json = JSON in request.headers.get("accept", "")

    def work() -> Response:
        found = difference_of(here.tracer, kept, original)
        return answer(found, precision, nodes, as_json=as_json)

    return await here.workbench.do(work)


def difference_of(tracer: Tracer, kept: Kept, original: Kept) -> Kept:
    """Returns edited minus original values, kept beside the two within the same budget of bytes."""
    key = key_of(kept.trace_id.encode(), b"difference")
    found = tracer.traces.find(key)
    if found is None:
        pairs = zip(kept.records, original.records, strict=True)
        records = tuple(_minus(record, before.value) for record, before in pairs)
        found = _layer(kept, key, records, None)
        tracer.traces.keep(found)
    return found


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
    return _layer(kept, key, records, {"of": of, "class": kept.header["classes"][target]})


def _layer(
    kept: Kept, key: str, records: tuple[Record, ...], gradient: dict[str, str] | None
) -> Kept:
    """What is kept of other values for the nodes of a trace."""
    ends = measure(records)
    head: dict[str, Any] = {
        **kept.header,
        "trace_id": key,
        "base": kept.trace_id,
        "nodes": describe(records),
        "ranges": stats.ranges(records, ends=ends),
        "gradient": gradient,
    }
    return Kept(key, records, head, ends, is_forward=False)


def _minus(record: Record, before: Tensor | None) -> Record:
    """The record with its value less another one; without a value where either is missing."""
    value = record.value
    if value is None or before is None or value.shape != before.shape:
        return replace(record, value=None)
    return replace(record, value=value.float() - before.float())


def _record(record: Record, grad: Tensor | None) -> Record:
    """The record with the gradient in place of its value."""
    note = NOT_FOLLOWED if grad is None else ""
    return replace(record, value=grad, note=record.note or note)
