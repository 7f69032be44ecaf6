"""Why a run ended, as its last event says it: a code, and a sentence in both languages."""

from __future__ import annotations

from typing import Any

from .events import State

# code -> state, sentence in English and Chinese
ENDS: dict[str, tuple[str, str, str]] = {
    "epochs": ("finished", "All {epochs} epochs are done.", "全部 {epochs} 轮已完成。"),
    "accuracy": (
        "finished",
        "The validation accuracy reached {accuracy:.1%} at step {step}.",
        "验证准确率在第 {step} 步达到 {accuracy:.1%}。",
    ),
    "patience": (
        "finished",
        "The validation loss has not fallen for {patience} evaluations.",
        "验证损失已连续 {patience} 次评估没有下降。",
    ),
    "not_finite": (
        "failed",
        "At step {step} a number became infinite or not a number{where}.",
        "第 {step} 步出现了无穷大或非数值{where_zh}。",
    ),
    "memory": (
        "failed",
        "The machine ran out of memory at step {step}.",
        "第 {step} 步时内存不足。",
    ),
    "exception": (
        "failed",
        "The training stopped at step {step} with an error: {error}",
        "训练在第 {step} 步因错误停止：{error}",
    ),
}
NO_MEMORY = ("memory", "allocate")  # how torch words it on the CPU


def ended(code: str, step: int, *, layer: str | None = None, **values: Any) -> State:
    """Returns the last event of a run that ended for this reason."""
    state, english, chinese = ENDS[code]
    values |= {
        "step": step,
        "where": f", first in layer {layer}" if layer else "",
        "where_zh": f"，最先出现在 {layer} 层" if layer else "",
    }
    sentence = {"en": english.format(**values), "zh": chinese.format(**values)}
    return State(step, state, {"code": code, "sentence": sentence, "layer": layer, "step": step})


def ended_by(error: BaseException, step: int) -> State:
    """Returns the last event of a run that an exception ended in step `step`."""
    words = str(error).strip().splitlines()
    first = words[0][:300] if words else type(error).__name__
    short = isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and all(word in str(error) for word in NO_MEMORY)
    )
    return ended("memory" if short else "exception", step, error=first)
