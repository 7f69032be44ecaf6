"""What every route may ask for: the networks, the threads, the uploads, a network's card."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from ..card import Card
from ..errors import Problem
from .body import Uploads
from .inference import Tracer, Workbench

NO_STORE = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Here:
    """What one server has; it lies in the app's state as `here`."""

    tracer: Tracer
    workbench: Workbench
    uploads: Uploads


# Coroutines, because FastAPI sends a plain function to a thread and waits for it.
async def _here(request: Request) -> Here:
    here: Here = request.app.state.here
    return here


HereNow = Annotated[Here, Depends(_here)]


async def _card(model_id: str, here: HereNow) -> Card:
    known = here.tracer.zoo.ids()
    if model_id not in known:
        raise Problem(
            404,
            f"There is no network {model_id[:80]!r}; there are: {', '.join(known)}.",
            hint="Take an id from GET /api/models.",
            title="No such network",
        )
    return here.tracer.zoo.card(model_id)


CardHere = Annotated[Card, Depends(_card)]
Nodes = Annotated[str, Query(description="comma-separated node ids; all by default")]
