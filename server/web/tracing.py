"""The API of the contract: a picture through a network, and the traces that are kept of it."""

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from ..core import image, payload
from ..core.record import Record
from ..errors import Problem
from . import editing, jsonbody, schema
from .api import framing, read_bundled
from .here import NO_STORE, CardHere, HereNow, Nodes
from .inference import Tracer
from .openapi import BINARY, binary, problems
from .schema_edits import EditedBody
from .traces import Kept, chosen

JSON = "application/json"
CROP = re.compile(r"-?[0-9]{1,9},-?[0-9]{1,9},-?[0-9]{1,9}")
Precision = Literal["uint8", "float32"]

router = APIRouter(tags=["traces"], responses=problems(403))


def check_content_type(kind: str) -> None:
    """Refuses a form or text with 415: the body of a trace is the picture itself."""
    kind = kind.split(";")[0].strip().lower()
    if kind and kind != BINARY and not kind.startswith("image/"):
        raise Problem(
            415,
            f"The content type {kind[:80]!r} is not a picture; image/* or {BINARY} is.",
            hint=f"Send the picture's bytes as the body, with 'Content-Type: {BINARY}'.",
            title="Wrong content type",
        )


def read_crop(crop: str) -> image.Crop | None:
    """Returns the crop of `x,y,side`, None for an empty text; anything else is a 422 problem."""
    if not crop:
        return None
    if not CROP.fullmatch(crop):
        raise Problem(
            422,
            f"crop={crop[:80]!r} is not x,y,side: three whole numbers, pixels of the upright "
            "picture.",
            hint="For example crop=10,20,300.",
            title="Bad crop",
        )
    return image.Crop(*map(int, crop.split(",")))


@router.post(
    "/api/models/{model_id}/trace",
    response_model=schema.TraceHeader,
    responses={
        **binary(f"safetensors with `__metadata__.trace`; that JSON alone on `Accept: {JSON}`"),
        **problems(404, 408, 410, 413, 415, 422, 503),
    },
    openapi_extra={
        "requestBody": {
            "description": "the picture's bytes; none with `picture=`; or edits of a kept trace",
            "content": {
                **binary("", "image/*", BINARY)[200]["content"],
                JSON: {"schema": {"$ref": "#/components/schemas/EditedBody"}},
            },
        }
    },
)
async def trace(
    request: Request,
    card: CardHere,
    here: HereNow,
    precision: Precision = "uint8",
    nodes: Nodes = "",
    picture: Annotated[str, Query(description="a bundled picture instead of a body")] = "",
    crop: Annotated[str, Query(description="x,y,side in pixels of the upright picture")] = "",
) -> Response:
    """Sends a picture through a network and returns what every node made of it.

    With a JSON body, the picture of a kept trace, and some things changed before the network runs.
    """
    part = read_crop(crop) or framing(picture)
    chosen(here.tracer.zoo.graph(card.id), nodes)
    as_json = JSON in request.headers.get("accept", "")
    kind = request.headers.get("content-type", "")
    if kind.split(";")[0].strip().lower() == JSON and not picture:
        given = editing.asked(await jsonbody.arrived(request), EditedBody)

        def edit() -> Response:
            made = editing.edited(here.tracer, _base(here.tracer, card.id, given), given)
            return answer(made, precision, nodes, as_json=as_json)

        return await here.workbench.do(edit)

    def work(body: bytes) -> Response:
        return answer(here.tracer.trace(card.id, body, part), precision, nodes, as_json=as_json)

    if picture:
        return await here.workbench.do(lambda: work(read_bundled(picture)))
    check_content_type(kind)
    async with here.uploads.body(request) as body:
        return await here.workbench.do(lambda: work(body))


def _base(tracer: Tracer, model: str, given: EditedBody) -> Kept:
    """The trace that is edited: one that is kept, or of a bundled picture."""
    if not given.trace_id:
        part = read_crop(given.crop) or framing(given.picture)
        return tracer.trace(model, read_bundled(given.picture), part)
    base = tracer.traces.forward(given.trace_id)
    if base.header["model"] != model:
        raise Problem(
            422,
            f"The trace {base.trace_id} is of the network {base.header['model']}, not of {model}.",
            hint="Edit it at its own network's address.",
            title="Another network's trace",
        )
    return base


def answer(kept: Kept, precision: Precision, nodes: str, *, as_json: bool = False) -> Response:
    """Returns a kept trace in the contract's layout, or its header alone."""
    if as_json:
        return Response(kept.text, media_type=JSON, headers=NO_STORE)
    shown = [record for record in chosen(kept.records, nodes) if record.value is not None]
    text = kept.text.decode()
    content = payload.encode(shown, precision=precision, header=text, ends=kept.ends)
    return Response(content, media_type=BINARY, headers=NO_STORE)


@router.get(
    "/api/traces/{trace_id}",
    response_class=Response,
    responses={**binary("the payload of a kept trace"), **problems(404, 410, 422, 503)},
)
async def kept_trace(
    trace_id: str, here: HereNow, precision: Precision = "float32", nodes: Nodes = ""
) -> Response:
    """Returns a kept trace again, by default with its exact numbers."""
    kept = here.tracer.traces.get(trace_id)
    return await here.workbench.do(lambda: answer(kept, precision, nodes))


def not_kept(record: Record) -> Problem:
    """Returns the 404 problem of a node whose values cannot be shown."""
    return Problem(
        404,
        f"The values of {record.id} were not kept: {record.note}",
        hint="Look at its inputs or its consumers instead.",
        title="Values not shown",
    )


@router.get(
    "/api/traces/{trace_id}/nodes/{node}",
    response_class=Response,
    responses={**binary("one tensor `<node>`, F32, safetensors layout"), **problems(404, 410, 503)},
)
async def kept_node(trace_id: str, node: str, here: HereNow) -> Response:
    """Returns the exact values of one node of a kept trace."""
    record = here.tracer.traces.get(trace_id).record(node)
    if record.value is None:
        raise not_kept(record)
    head = {"trace_id": trace_id, "node": node, "shape": list(record.shape)}
    content = await here.workbench.do(
        lambda: payload.encode([record], precision="float32", header=head)
    )
    return Response(content, media_type=BINARY, headers=NO_STORE)
