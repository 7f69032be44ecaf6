"""The API of training runs: what can be chosen, what there is, what it is to do, what it said."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from ..errors import Problem
from ..store import RunRow
from ..train.events import KINDS, POINT
from ..train.experiments import catalogue
from ..train.options import OptionError, check, describe
from . import history
from . import schema_runs as schema
from .commands import read_command
from .here import NO_STORE, Here, HereNow
from .jsonbody import DESCRIBED, JsonObject
from .openapi import BINARY, binary, problems
from .refusals import option_refused, stored

router = APIRouter(tags=["runs"], responses=problems(403))

RUN = "/api/runs/{run_id}"
MOST = 2**53  # integers above are not exact in JavaScript
FromStep = Annotated[int, Query(ge=0, le=MOST, description="first step that is wanted")]


def shown(here: Here, row: RunRow) -> schema.Run:
    """Returns a run as the API shows it."""
    return schema.Run.model_validate(here.hub.shown(row))


@router.get("/api/options")
async def options() -> list[schema.Option]:
    """Lists every option of a run with its bounds, its default and its words."""
    return [schema.Option.model_validate(row) for row in describe()]


@router.get("/api/experiments")
def experiments() -> list[schema.Experiment]:
    """Lists the experiments: a question each, and the runs that answer it side by side."""
    return [schema.Experiment.model_validate(each) for each in catalogue()]


@router.post(
    "/api/runs",
    status_code=201,
    responses=problems(408, 413, 422, 503, 507),
    openapi_extra=DESCRIBED,
)
def create(given: JsonObject, here: HereNow, response: Response) -> schema.Run:
    """Starts a run, or puts it into the queue; every option that is not given has its default."""
    run = shown(here, here.hub.create(here.specs.read(given)))
    response.headers["location"] = f"/api/runs/{run.id}"
    return run


@router.get("/api/runs")
def runs(here: HereNow) -> list[schema.Run]:
    """Lists all runs, the newest first; what was running when a server died is interrupted."""
    return [shown(here, row) for row in here.hub.store.runs()]


@router.get(RUN, responses=problems(404))
def run(run_id: str, here: HereNow) -> schema.Run:
    """Returns a run: its state, its options, its results so far."""
    return shown(here, here.hub.row(run_id))


@router.patch(RUN, responses=problems(404, 408, 413, 422, 507), openapi_extra=DESCRIBED)
def rename(run_id: str, given: JsonObject, here: HereNow) -> schema.Run:
    """Gives a run another name: `{"name": ...}`."""
    here.hub.row(run_id)
    try:
        name = check("name", given.get("name"))
    except OptionError as error:
        raise option_refused(error) from error
    with stored():
        return shown(here, here.hub.store.rename(run_id, name))


@router.delete(RUN, status_code=204, response_class=Response, responses=problems(404, 507))
def delete(run_id: str, here: HereNow) -> None:
    """Ends a run if it goes on, and removes all that is kept of it."""
    here.hub.delete(run_id)


@router.post(
    RUN + "/control",
    responses=problems(404, 408, 409, 413, 422, 507),
    openapi_extra=DESCRIBED,
)
def control(run_id: str, given: JsonObject, here: HereNow) -> schema.Run:
    """Does one `action`: pause, resume, step_phase, step_batch, step_epoch, stop, set, ...

    `set` takes `name` and `value` of an option that may change while the run goes on; `look` takes
    `pin` and `frames`, `glass` takes `name` and `index` of a weight; find_lr, evaluate and
    open_test need nothing more. Resuming a run that was interrupted, stopped or failed goes on
    from its last checkpoint.
    """
    return shown(here, here.hub.control(run_id, read_command(given)))


@router.post(RUN + "/resume", responses=problems(404, 409, 507))
def resume(run_id: str, here: HereNow) -> schema.Run:
    """Goes on with a paused run, or from the last checkpoint of one that has ended early."""
    return shown(here, here.hub.control(run_id, {"action": "resume"}))


@router.get(
    RUN + "/history",
    response_model=schema.History,
    responses={
        **binary(f"the points as columns, safetensors F32 or F64, on `Accept: {BINARY}`"),
        **problems(404, 422),
    },
)
def recorded(
    run_id: str,
    request: Request,
    here: HereNow,
    from_step: FromStep = 0,
    pixels: Annotated[int, Query(ge=0, le=20_000, description="thin the points; 0 for all")] = 0,
    columns: Annotated[str, Query(description=f"of {', '.join(POINT)}; all by default")] = "",
) -> Response:
    """Returns every recorded point from a step on, and what else happened since.

    `columns` chooses those of the binary answer. There a column is F32 where that holds each of its
    numbers exactly, one number where all are the same, and the first and the last where they rise
    by 1; `__metadata__.run` has the `count`.
    """
    row, store = here.hub.row(run_id), here.hub.store
    names = _listed("columns", columns, POINT) or POINT
    if BINARY in request.headers.get("accept", ""):
        body = history.as_columns(store, row, from_step, pixels, names)
        return StreamingResponse(body, media_type=BINARY, headers=NO_STORE)
    text = history.as_json(store, row, from_step, pixels)
    return StreamingResponse(text, media_type="application/json", headers=NO_STORE)


@router.get(RUN + "/events", responses=problems(404, 422))
def events(
    run_id: str,
    here: HereNow,
    from_step: FromStep = 0,
    types: Annotated[str, Query(description="comma-separated types; all by default")] = "",
) -> schema.Events:
    """Returns what a run said from a step on, as its socket sends it."""
    here.hub.row(run_id)
    wanted = _listed("types", types, KINDS)
    found = here.hub.store.events(run_id, from_step, wanted or None)
    return schema.Events(events=[event for _, event in found])


def _listed(name: str, text: str, all_: Collection[str]) -> list[str]:
    """The parts of a comma-separated text, each of which there is."""
    parts = [part for part in text.split(",") if part]
    unknown = [part for part in parts if part not in all_]
    if unknown:
        raise Problem(
            422,
            f"{name}={unknown[0][:40]!r} is none of {', '.join(all_)}.",
            hint=f"For example {name}={','.join([*all_][1:3])}.",
            title="No such name",
        )
    return parts
