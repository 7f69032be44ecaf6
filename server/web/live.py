"""One run that has a process, or is about to get one: what the server keeps in mind of it."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from ..train.checkpoint import metadata
from ..train.events import Evaluation, Frame
from ..train.executor import Job

ANSWER_S = 1.0  # that a control waits for the state it asks for

# What can be asked of a run that has ended, and the part of the data that it is about: the network
# is woken up for it.
ERRANDS = {"evaluate": "validation", "open_test": "test"}


@dataclass(eq=False)
class Live:
    """A run that has a process, or is about to get one."""

    run_id: str
    job: Job | None = None
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    said: threading.Condition = field(default_factory=threading.Condition)
    state: str = "queued"
    rests_since: float | None = None  # paused: takes no time of the machine, and no place
    errand: dict[str, Any] | None = None  # all that it was woken up for
    instead: dict[str, Any] | None = None  # the reason to give when it stops, in place of its own
    frame: Frame | None = None  # the newest, not kept yet
    saved: int = -1  # step of the last checkpoint

    def notice(self, state: str = "") -> None:
        """Wakes those who wait for a state."""
        with self.said:
            self.state = state or self.state
            if state in ("paused", "running"):
                self.rests_since = time.monotonic() if state == "paused" else None
            self.said.notify_all()

    def wait_for(self, state: str) -> None:
        """Returns when it is in this state, has ended, or a moment has passed."""
        with self.said:
            self.said.wait_for(lambda: self.state == state or self.ended.is_set(), ANSWER_S)

    def is_answered_by(self, message: object) -> TypeGuard[Evaluation]:
        """Returns whether this is what the run was woken up for: all else it says is known."""
        asked = self.errand["action"] if self.errand else ""
        return isinstance(message, Evaluation) and message.part == ERRANDS[asked]

    def take_frame(self, own: set[int]) -> Frame | None:
        """Returns the newest frame once, unless it shows a pin of `own`: a person's own picture.

        Such pictures stay in memory.
        """
        frame, self.frame = self.frame, None
        if frame is None or not own:
            return frame
        shown = json.loads(metadata(frame.payload)["frame"])["pin"]
        return None if shown in own else frame
