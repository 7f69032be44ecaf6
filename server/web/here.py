"""What every route may ask for: the networks, the threads, the uploads, the runs, a card."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from ..card import Card, ZooError
from ..data.recent import Recent
from ..data.sets import Roots
from ..errors import Problem
from .archive import Archives
from .body import Uploads
from .heads import Heads
from .hub import Hub
from .inference import Tracer, Workbench
from .shelf import is_run
from .specs import Specs

NO_STORE = {"cache-control": "no-store"}


@dataclass(frozen=True)
class Here:
    """What one server has; it lies in the app's state as `here`."""

    tracer: Tracer
    workbench: Workbench
    uploads: Uploads
    hub: Hub
    specs: Specs
    roots: Roots
    recent: Recent
    archives: Archives
    heads: Heads


# Coroutines, because FastAPI sends a plain function to a thread and waits for it.
async def _here(request: Request) -> Here:
    here: Here = request.app.state.here
    return here


HereNow = Annotated[Here, Depends(_here)]


async def _card(model_id: str, here: HereNow) -> Card:
    zoo = here.tracer.zoo
    known = zoo.ids()
    if model_id in known:
        return zoo.card(model_id)
    if not is_run(model_id):
        raise Problem(
            404,
            f"There is no network {model_id[:80]!r}; there are: {', '.join(known)}.",
            hint="Take an id from GET /api/models.",
            title="No such network",
        )
    try:  # With its step: a run that goes on makes new checkpoints while a request is answered.
        return await asyncio.to_thread(lambda: zoo.card(zoo.exact(model_id)))
    except ZooError as error:
        raise Problem(404, error.sentence, hint=error.hint, title="No such network") from error


CardHere = Annotated[Card, Depends(_card)]
Nodes = Annotated[str, Query(description="comma-separated node ids; all by default")]
