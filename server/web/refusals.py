"""What the API says when a run cannot do what is asked, and how a run ends that cannot say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..errors import Problem
from ..store import RunRow, StoreError
from ..train.options import OptionError

# code -> the sentence in both languages; what the worker itself says is worded in train/.
ENDS = {
    "asked": ("The run was stopped before it began.", "训练在开始之前被停止。"),
    "server": (
        "The server ended while the run went on; resume it from its last checkpoint.",
        "训练进行时服务器结束了；可从最后一个检查点继续。",
    ),
    "storage": (
        "The run has stored {held:,} bytes; a run may store {cap:,}.",
        "训练已保存 {held:,} 字节；一次训练最多保存 {cap:,} 字节。",
    ),
    "unstarted": (
        "The run could not be started: {error}",
        "训练无法启动：{error}",
    ),
}


def reason(code: str, step: int, **values: Any) -> dict[str, Any]:
    """Returns why a run ended, as its State event has it."""
    english, chinese = ENDS[code]
    sentence = {"en": english.format(**values), "zh": chinese.format(**values)}
    return {"code": code, "sentence": sentence, "layer": None, "step": step}


def broken(error: Exception, step: int) -> dict[str, Any]:
    """Returns why a run failed that could not be started or stored."""
    if isinstance(error, StoreError):
        return {"code": error.code, "sentence": error.words, "layer": None, "step": step}
    return reason("unstarted", step, error=str(error)[:300])


def no_run(run_id: str) -> Problem:
    """Returns the 404 problem of an unknown run."""
    return Problem(
        404,
        f"There is no run {run_id[:80]!r}.",
        hint="Take an id from GET /api/runs, or start one: POST /api/runs.",
        title="No such run",
    )


def not_now(row: RunRow, action: str, place: int | None) -> Problem:
    """Returns the 409 problem of an action that a run in this state cannot take."""
    where = f"waits in the queue at place {place}" if place else f"is {row.state}"
    hint = (
        "Wait for its turn, or stop it."
        if place
        else "Start a new run with the same options: POST /api/runs."
    )
    return Problem(
        409,
        f"The run {row.id} {where}; it cannot {action} now.",
        hint=hint,
        title="Not in this state",
        values={"state": row.state, "action": action},
    )


def queue_full(limit: int) -> Problem:
    """Returns the 503 problem of a queue that takes no more."""
    return Problem(
        503,
        f"{limit} runs are waiting already; no more may.",
        hint="Wait until some have ended, or stop some.",
        title="Queue full",
        headers={"Retry-After": "10"},
    )


def refused(
    option: str, sentence: str, *, hint: str, words: Mapping[str, Any] | None = None
) -> Problem:
    """Returns the 422 problem of an option; `words` are the same sentence in both languages."""
    return Problem(
        422,
        sentence,
        hint=hint,
        title="Option not allowed",
        values={"option": option, **(words or {})},
    )


def option_refused(error: OptionError) -> Problem:
    """Returns the 422 problem of an option that cannot be used."""
    return refused(error.name, error.sentence, hint=error.hint)


@contextmanager
def stored() -> Iterator[None]:
    """Turns a store that cannot write into a 507 problem."""
    try:
        yield
    except StoreError as error:
        raise Problem(
            507, error.sentence, hint=error.hint, title="Cannot be stored", code=error.code
        ) from error
