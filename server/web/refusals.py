"""What the API says when a run cannot do what is asked, and how a run ends that cannot say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..errors import Pair, Problem, Refused
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


STATES_ZH = {
    "queued": "排队中",
    "running": "运行中",
    "paused": "已暂停",
    "finished": "已完成",
    "stopped": "已停止",
    "interrupted": "已中断",
    "failed": "已失败",
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
    words = f"There is no run {run_id[:80]!r}.", f"没有编号为 {run_id[:80]!r} 的训练。"
    hint = (
        "Take an id from GET /api/runs, or start one: POST /api/runs.",
        "请从 GET /api/runs 取一个编号，或新建训练：POST /api/runs。",
    )
    return _problem(404, words, hint, title="No such run")


def not_now(row: RunRow, action: str, place: int | None) -> Problem:
    """Returns the 409 problem of an action that a run in this state cannot take."""
    where = f"waits in the queue at place {place}" if place else f"is {row.state}"
    where_zh = f"排在队列第 {place} 位" if place else f"的状态是{STATES_ZH[row.state]}"
    words = (
        f"The run {row.id} {where}; it cannot {action} now.",
        f"训练 {row.id} {where_zh}；现在不能执行 {action}。",
    )
    hint = (
        ("Wait for its turn, or stop it.", "请等待轮到它，或停止它。")
        if place
        else (
            "Start a new run with the same options: POST /api/runs.",
            "请用相同的选项新建训练：POST /api/runs。",
        )
    )
    more = {"state": row.state, "action": action}
    return _problem(409, words, hint, title="Not in this state", values=more)


def queue_full(limit: int) -> Problem:
    """Returns the 503 problem of a queue that takes no more."""
    words = (
        f"{limit} runs are waiting already; no more may.",
        f"已有 {limit} 次训练在排队，不能再加。",
    )
    hint = "Wait until some have ended, or stop some.", "请等一些训练结束，或停止几个。"
    return _problem(503, words, hint, title="Queue full", headers={"Retry-After": "10"})


def _problem(status: int, words: Pair, hint: Pair, **more: Any) -> Problem:
    refusal = Refused(words, hint=hint)
    values = {**more.pop("values", {}), **in_both(refusal.words, refusal.hints)}
    return Problem(status, refusal.sentence, hint=refusal.hint, values=values, **more)


def refused(option: str, words: Mapping[str, str], *, hints: Mapping[str, str]) -> Problem:
    """Returns the 422 problem of an option: what is wrong and what to do, in both languages."""
    return Problem(
        422,
        words["en"],
        hint=hints["en"],
        title="Option not allowed",
        values={"option": option, **in_both(words, hints)},
    )


def in_both(words: Mapping[str, str], hints: Mapping[str, str]) -> dict[str, str]:
    """Returns the `values` of a problem that the page can say in either language."""
    return {
        "en": words["en"],
        "zh": words["zh"],
        "hint_en": hints["en"],
        "hint_zh": hints["zh"],
    }


def option_refused(error: OptionError) -> Problem:
    """Returns the 422 problem of an option that cannot be used."""
    return refused(error.name, error.words, hints=error.hints)


@contextmanager
def stored() -> Iterator[None]:
    """Turns a store that cannot write into a 507 problem."""
    try:
        yield
    except StoreError as error:
        raise Problem(
            507,
            error.sentence,
            hint=error.hint,
            title="Cannot be stored",
            code=error.code,
            values=in_both(error.words, error.hints),
        ) from error
