"""What a run's process says to the server: events in order, points in batches, checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .checkpoint import Checkpoint
from .events import Event, State, joined
from .wire import Message, Snapshot

BATCH_S = 1 / 30  # between two batches of points
SAVE_S = 1.5  # between two checkpoints, while the run goes on
SAVE_SHARE = 20  # one that takes t seconds is made at most every 20 t


class Line(Protocol):
    """The line to the server, as far as it is spoken into."""

    def say(self, message: Message) -> None:
        """Sends a message."""


class Outbox:
    """Keeps the order: what waits in the batch goes out before anything that came later.

    Args:
        line: to the server.
        clock: seconds.
        saved: the step whose checkpoint the server has; None before the first, which is due.
    """

    def __init__(self, line: Line, clock: Callable[[], float], saved: int | None) -> None:
        self._line, self._clock = line, clock
        self._batch: list[Event] = []
        self._told = ""
        self.saved = -1 if saved is None else saved
        self.save_soon = saved is None
        self._save_at = clock() + SAVE_S
        self._flush_at = clock()

    def say(self, event: Event) -> None:
        """Sends an event at once, and before it what waits."""
        self.flush()
        self._line.say(event)

    def tell(self, state: str, step: int, reason: dict[str, Any] | None = None) -> None:
        """Says which state the run is in, unless that was the last that was told."""
        if state != self._told:
            self._told = state
            self.say(State(step, state, reason))

    def add(self, event: Event) -> None:
        """Puts points or layers into the batch."""
        self._batch.append(event)

    def flush(self) -> None:
        """Sends the batch; where there is none the next one is due as before."""
        if not self._batch:
            return
        for event in joined(self._batch):
            self._line.say(event)
        self._batch.clear()
        self._flush_at = self._clock() + BATCH_S

    def flush_at(self) -> float | None:
        """Returns when the batch is due, None when there is none."""
        return self._flush_at if self._batch else None

    def is_due(self, step: int, now: float) -> bool:
        """Whether a checkpoint of this step should be made."""
        return self.saved != step and (self.save_soon or now >= self._save_at)

    def keep(self, checkpoint: Checkpoint) -> bool:
        """Sends a checkpoint and returns True, unless the server has it.

        Those that take long are made more rarely.
        """
        if checkpoint.step == self.saved:
            return False
        begun = self._clock()
        self.flush()
        self._line.say(Snapshot(checkpoint.step, checkpoint.to_bytes()))
        now = self._clock()
        self.saved, self.save_soon = checkpoint.step, False
        self._save_at = now + max(SAVE_S, SAVE_SHARE * (now - begun))
        return True

    def works(self, now: float) -> None:
        """The run goes on after a rest: the next checkpoint is due after some work again."""
        self._save_at = max(self._save_at, now + SAVE_S)
