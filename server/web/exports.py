"""What a run can be taken away as: its numbers, its weights, a program that trains it again."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from ..errors import Problem
from ..store import RunRow
from ..store.export import points_csv, weights
from ..train.checkpoint import Checkpoint
from ..train.events import Change, from_json
from ..train.options import read
from ..train.script import script
from .here import NO_STORE, Here, HereNow
from .openapi import BINARY, binary, problems

router = APIRouter(tags=["runs"], responses=problems(403))

What = Literal["csv", "checkpoint", "script"]
# what -> the ending of the file's name and the media type
KINDS = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "checkpoint": ("safetensors", BINARY),
    "script": ("py", "text/x-python; charset=utf-8"),
}


@router.get(
    "/api/runs/{run_id}/export/{what}",
    response_class=Response,
    responses={
        **binary("the file", *(kind for _, kind in KINDS.values())),
        **problems(404, 409, 422),
    },
)
def export(run_id: str, what: What, here: HereNow) -> Response:
    """Returns a run as a file: its points as CSV, its last weights, or a program in PyTorch."""
    row = here.hub.row(run_id)
    ending, kind = KINDS[what]
    name = {"content-disposition": f'attachment; filename="run-{run_id}.{ending}"', **NO_STORE}
    if what == "csv":
        return StreamingResponse(points_csv(here.hub.store, run_id), media_type=kind, headers=name)
    path = last_checkpoint(here, row)
    content = weights(path) if what == "checkpoint" else program(here, row, path)
    return Response(content, media_type=kind, headers=name)


def last_checkpoint(here: Here, row: RunRow) -> Path:
    """Returns the file of a run's last checkpoint; a run without one is a 409 problem."""
    try:
        return here.hub.store.checkpoint(row.id)
    except KeyError as error:
        raise Problem(
            409,
            f"The run {row.id} has no checkpoint yet: its network was not built.",
            hint="Wait until it has begun.",
            title="Not in this state",
        ) from error


def program(here: Here, row: RunRow, path: Path) -> str:
    """Returns the program that trains a run's network again and prints its points."""
    changes = map(from_json, here.hub.store.changes(row.id))
    return script(
        read(row.options),
        Checkpoint.of_bytes(path.read_bytes()).state["model"],
        [change for change in changes if isinstance(change, Change)],
        name=row.name,
        threads=here.hub.threads,
        last=row.step if row.step < row.results.get("steps", 0) else None,
    )
