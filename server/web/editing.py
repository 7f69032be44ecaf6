"""Edits of a kept trace, and what a class loses when channels are switched off."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError

from ..core import edits, knockout
from ..core.edits import Edit, EditError
from ..core.ends import measure
from ..core.knockout import Effect, Knockout, Trial
from ..core.tap import TapError
from ..errors import Problem
from .here import HereNow
from .inference import Tracer, header
from .jsonbody import DESCRIBED, JsonObject
from .openapi import problems
from .schema_edits import MOST_EDITS, EditedBody, KnockoutAsked, KnockoutBody, edit_of, sentence
from .traces import Kept, chosen_class, key_of

Body = TypeVar("Body", bound=BaseModel)

router = APIRouter(tags=["traces"], responses=problems(403))


def asked(given: Mapping[str, Any], body: type[Body]) -> Body:
    """Returns a checked body; one that is not as described is a 422 problem."""
    try:
        return body.model_validate(given)
    except ValidationError as error:
        raise Problem(
            422, f"{sentence(error)}.", hint="See /docs for the body.", title="Not an edit"
        ) from error


def edited(tracer: Tracer, base: Kept, body: EditedBody) -> Kept:
    """Returns the kept trace of `base` with its own edits and those of the body put in.

    Raises:
        Problem: 422, an edit cannot be.
    """
    every = (*base.edits, *map(edit_of, body.edits))
    if not every:
        return base
    if len(every) > MOST_EDITS:
        raise Problem(
            422,
            f"There are {len(every)} edits with those of the trace; at most {MOST_EDITS} may be.",
            hint="Send several pixels as one edit, and leave out what a later edit undoes.",
            title="Too many edits",
        )
    origin = base.header["base"] or base.trace_id
    said = [*base.header["edits"], *(each.model_dump(mode="json") for each in body.edits)]
    key = key_of(origin.encode(), b"edits", repr(every).encode())
    found = tracer.traces.find(key)
    if found is None:
        found = _made(tracer, base, every, key)
        found.header.update({"base": origin, "edits": said})
        tracer.traces.keep(found)
    return found


def _made(tracer: Tracer, base: Kept, every: tuple[Edit, ...], key: str) -> Kept:
    network = tracer.network_of(base)
    try:
        seen = edits.run(network, tracer.input_of(base), every, base.records)
    except EditError as error:
        raise refused(error, error.number - len(base.edits)) from error
    ends = measure(seen.records)
    card = tracer.zoo.card(base.header["model"])
    head = header(key, card, seen.records, base.header["picture"], ends=ends)
    return Kept(key, seen.records, head, ends, edits=every)


def refused(error: EditError, number: int) -> Problem:
    """Returns the problem of an edit that cannot be; `values` has its number in the list."""
    return Problem(
        422,
        error.detail,
        hint=error.hint,
        title="Edit not allowed",
        values={"edit": number},
    )


@router.post(
    "/api/traces/{trace_id}/knockout",
    responses=problems(404, 408, 410, 413, 422, 503),
    openapi_extra=DESCRIBED,
)
async def knock(trace_id: str, given: JsonObject, here: HereNow) -> KnockoutBody:
    """Switches the channels of a node off, one by one, then more and more, the strongest first.

    The body is `{node, class}`; the effect is on the class's logit and probability.
    """
    body = asked(given, KnockoutAsked)
    kept = here.tracer.traces.forward(trace_id)
    kept.record(body.node)
    target = chosen_class(kept, body.class_id)
    found = await here.workbench.do(lambda: _knocked(here.tracer, kept, body.node, target))
    return KnockoutBody.model_validate(_said(found, kept.header["classes"], body.node, target))


def _knocked(tracer: Tracer, kept: Kept, node: str, target: int) -> Knockout:
    network, x = tracer.network_of(kept), tracer.input_of(kept)
    try:
        return knockout.knock_out(Trial(network, x, kept.edits, kept.records, node, target))
    except EditError as error:
        raise refused(error, 0) from error
    except TapError as error:
        raise Problem(422, error.detail, hint=error.hint, title="No classes") from error


def _said(found: Knockout, classes: Sequence[str], node: str, target: int) -> dict[str, Any]:
    def effect(each: Effect) -> dict[str, Any]:
        return {
            "channel": each.channel,
            "logit": each.logit,
            "probability": each.probability,
            "best": classes[each.best],
        }

    return {
        "node": node,
        "class": classes[target],
        "before": effect(found.before),
        "alone": list(map(effect, found.alone)),
        "together": list(map(effect, found.together)),
        "changes": found.changes,
        "total": found.total,
    }
