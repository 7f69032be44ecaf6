"""How much a run may do: steps, minutes of work, parameters; each bound with its sentence."""

from __future__ import annotations

from typing import Any

from .wire import Caps

WORDS = {
    "cap_steps": (
        "The run has done the {cap:,} steps that this server allows a run.",
        "这次训练已做满本服务器允许的 {cap:,} 步。",
    ),
    "cap_minutes": (
        "The run has worked for the {cap:g} minutes that this server allows a run.",
        "这次训练已达到本服务器允许的 {cap:g} 分钟。",
    ),
    "cap_parameters": (
        "The network has {found:,} parameters; this server allows {cap:,}.",
        "网络有 {found:,} 个参数；本服务器最多允许 {cap:,} 个。",
    ),
}


class Limits:
    """The caps of a run, and the time that it has worked.

    Args:
        caps: the bounds; 0 sets none.
        now: when the run begins, in seconds.
    """

    def __init__(self, caps: Caps, now: float) -> None:
        self._caps, self._begun, self._steps = caps, now, caps.steps
        self._resting_since: float | None = None

    def rests(self, now: float) -> None:
        """The run does not work from now on."""
        if self._resting_since is None:
            self._resting_since = now

    def works(self, now: float) -> None:
        """The run works from now on; the rest before does not count."""
        if self._resting_since is not None:
            self._begun += now - self._resting_since
            self._resting_since = None

    def reached(self, step: int, now: float) -> dict[str, Any] | None:
        """Returns the reason to stop after this many steps at this time, or None."""
        if self._steps and step >= self._steps:
            return reason("cap_steps", self._steps)
        until = now if self._resting_since is None else self._resting_since
        if self._caps.minutes and until - self._begun >= self._caps.minutes * 60:
            return reason("cap_minutes", self._caps.minutes)
        return None

    def of_run(self, steps: int, parameters: int) -> dict[str, Any] | None:
        """Returns the reason to refuse a run with so large a network, or None.

        A run that ends by itself at the cap of steps, or before, is not bounded by it.
        """
        self._steps = 0 if steps <= self._caps.steps else self._caps.steps
        if self._caps.parameters and parameters > self._caps.parameters:
            return reason("cap_parameters", self._caps.parameters, parameters)
        return None


def reason(code: str, cap: float, found: int = 0) -> dict[str, Any]:
    """Returns the reason as a State has it."""
    english, chinese = WORDS[code]
    sentence = {
        "en": english.format(cap=cap, found=found),
        "zh": chinese.format(cap=cap, found=found),
    }
    return {"code": code, "sentence": sentence}
