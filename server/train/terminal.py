"""How a run looks in a terminal: a bar with what is left to do, and lines that stay."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from .events import ENDED, Evaluation, Event, Points, Started, State, Verdict
from .options import Options

CELLS = 24
REFRESH_S = 0.1
CLEAR = "\r\x1b[K"


class Bar:
    """Hears a run's events and writes where it is.

    Args:
        out: where to; a terminal gets a bar that moves, others a line for each evaluation.
        options: of the run.
        clock: seconds.
    """

    def __init__(
        self, out: TextIO, options: Options, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._clock, self._moves = out, clock, out.isatty()
        self._epochs = options.epochs
        self._steps = self._first = 1
        self._begun = self._drawn = clock()
        self._validation = ""
        self.has_failed = False

    def hear(self, event: Event) -> None:
        """Writes what the event has to say, if anything."""
        match event:
            case Started():
                self._steps, self._first, self._begun = event.steps, event.step, self._clock()
                self._write(
                    f"{event.parameters:,} parameters, {event.trainable:,} to learn; "
                    f"{event.counts['train']:,} pictures, {event.steps:,} steps"
                )
            case Points():
                self._draw(event)
            case Evaluation():
                self._judge(event)
            case Verdict():
                self._write(f"doctor: {event.text['en']}")
            case State() if event.state in ENDED and event.reason is not None:
                self.has_failed = event.state == "failed"
                self._write(event.reason["sentence"]["en"])

    def stopped(self, step: int) -> None:
        """Writes that the run was stopped by hand."""
        self._write(f"Stopped after step {step}.")

    def close(self) -> None:
        """Leaves an empty line to whoever writes next."""
        if self._moves:
            self._out.write(CLEAR)
            self._out.flush()

    def _judge(self, event: Evaluation) -> None:
        self._validation = f"  {event.part} {event.accuracy:.1%}"
        if not self._moves or event.part == "test":
            self._write(
                f"step {event.step} of {self._steps}: {event.part} loss {event.loss:.4g}, "
                f"accuracy {event.accuracy:.1%}{self._left(event.step)}"
            )

    def _draw(self, points: Points) -> None:
        now = self._clock()
        if not self._moves or (now - self._drawn < REFRESH_S and points.step < self._steps):
            return
        self._drawn = now
        step, epoch, loss = points.rows[-1, :3].tolist()
        full = round(CELLS * step / self._steps)
        self._out.write(
            f"{CLEAR}epoch {epoch:.1f}/{self._epochs} {'█' * full}{'░' * (CELLS - full)} "
            f"{step / self._steps:4.0%}  loss {loss:.4f}{self._validation}{self._left(int(step))}"
        )
        self._out.flush()

    def _left(self, step: int) -> str:
        """Speed and time that is left, once they are known."""
        done, spent = step - self._first, self._clock() - self._begun
        if done <= 0 or spent <= 0:
            return ""
        left = round((self._steps - step) * spent / done)
        return f"  {done / spent:,.0f} steps/s  {left // 60}:{left % 60:02} left"

    def _write(self, line: str) -> None:
        """A line that stays; the bar begins anew below it."""
        self._out.write(f"{CLEAR if self._moves else ''}{line}\n")
        self._out.flush()
