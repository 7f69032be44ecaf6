"""Pulls the loop of one run: when, how fast, what is said of it and what is kept of it.

Between two pulls the loop stands still; here it stands at a *rest*, where commands are obeyed and
requests are served without a step being taken. After each step there is one, in slow motion and
while stepping also after each phase.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Protocol

from .checkpoint import Checkpoint
from .events import (
    ENDED,
    Busy,
    Change,
    Evaluation,
    Event,
    Finder,
    Frame,
    Layers,
    Phase,
    Points,
    Started,
    State,
)
from .knobs import Knobs
from .limits import Limits
from .outbox import Line as Speaks
from .outbox import Outbox
from .wire import Spec

FRAME_S = 1 / 10  # between two frames
SLACK_S = 0.2  # a run that falls further behind its pace does not hurry to make up for it
PHASES_PER_STEP = 4

Said = Event | Checkpoint


class Goal(Enum):
    """How far the run goes before it rests on."""

    NOWHERE = "nowhere"
    PHASE = "phase"
    STEP = "step"
    EPOCH = "epoch"
    END = "end"


GOALS = {
    "pause": Goal.NOWHERE,
    "resume": Goal.END,
    "step_phase": Goal.PHASE,
    "step_batch": Goal.STEP,
    "step_epoch": Goal.EPOCH,
}
EVALUATIONS = {"evaluate": "validation", "open_test": "test"}
LEAVING = ("stop", "leave")


class Line(Speaks, Protocol):
    """The line to the server, with the commands that come over it."""

    def take(self) -> tuple[dict[str, Any], bytes] | None:
        """Returns the next command, None when there is none."""

    def wait(self, seconds: float | None) -> None:
        """Returns when there is a command, or after that time."""


class Studio(Protocol):
    """What turns commands about pictures and weights into knobs."""

    def pin(self, given: dict[str, Any], payload: bytes) -> None:
        """Puts a picture into a slot."""

    def glass(self, name: str | None, index: Any) -> None:
        """Chooses the weight that is looked at."""


class Driver:
    """One run from its start, or its checkpoint, to its end or to the command to stop.

    Args:
        line: where commands come from and messages go.
        spec: the run's caps, how far it is known already (`seen`), whether it begins paused.
        said: the loop.
        knobs: its knobs.
        studio: how pictures and weights become knobs.
        speed: steps a second; 0 is as fast as possible, below 1 each phase is seen.
        start: the step of the checkpoint that the run goes on from, None when it begins.
        replayed: the last step with a change that the loop repeats.
        clock: seconds.
    """

    def __init__(
        self,
        line: Line,
        spec: Spec,
        said: Iterator[Said],
        *,
        knobs: Knobs,
        studio: Studio,
        speed: float,
        start: int | None = None,
        replayed: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line, self._said, self._knobs, self._studio = line, said, knobs, studio
        self._clock, self._speed, self._replayed = clock, speed, replayed
        self._seen, self._limits = max(spec.seen, replayed), Limits(spec.caps, clock())
        self._goal = Goal.NOWHERE if spec.paused else Goal.END
        self._step, self._per_epoch = start or 0, 1
        self._at_rest, self._between = False, True
        self._is_settled = self._is_serving = False
        self._leaving: str | None = None
        self._is_over = False
        self._held: deque[tuple[dict[str, Any], bytes]] = deque()
        self._watching, self._is_stale, self._is_wanted = False, True, False
        self._out = Outbox(line, clock, start)
        self._frame_at = self._go_at = clock()

    def run(self) -> None:
        """Goes on until the run has ended; its last word is a State unless it was told to leave."""
        while True:
            if self._at_rest and not self._is_serving:
                self._rest()
            if self._is_over:
                return
            said = next(self._said, None)
            if said is None:
                return
            self._hear(said)

    # --- what the loop says ---

    def _hear(self, said: Said) -> None:
        match said:
            case Points() | Layers():
                self._out.add(said)
            case Phase():
                self._hear_phase(said)
            case Checkpoint():
                if self._out.keep(said):
                    self._ask_for_frame()  # Each checkpoint has its picture, watched or not.
            case Change() if said.step <= self._replayed:
                return
            case Busy():
                self._is_serving = self._at_rest
            case Evaluation() | Finder() if self._at_rest:
                # More may belong to it; a frame, asked for now, comes when all of it has come.
                self._is_serving = self._knobs.frame = True
                self._out.say(said)
            case Frame():
                self._is_serving = False
                if self._is_wanted:
                    self._is_wanted = False
                    self._out.say(said)
            case State() if said.state not in ENDED:
                self._at_rest = True
                if self._goal is not Goal.NOWHERE or self._is_behind:
                    self._out.tell(said.state, self._step)
            case Started():
                self._per_epoch = said.steps_per_epoch
                self._out.say(said)
                self._end_if(self._limits.of_run(said.steps, said.parameters))
            case _:
                self._out.say(said)

    def _hear_phase(self, phase: Phase) -> None:
        is_seen = not self._is_behind and self._shows_phases
        if is_seen:
            self._out.say(phase)
        self._between = phase.phase == "update"
        self._is_stale = True
        if self._between:
            self._step = phase.step
            # Where it was cut off: cut off again soon, it would otherwise fall further back.
            self._out.save_soon |= self._step == self._seen
        self._at_rest = self._between or is_seen
        if self._is_reached() and not self._is_behind:
            self._goal = Goal.NOWHERE

    def _is_reached(self) -> bool:
        match self._goal:
            case Goal.PHASE:
                return True
            case Goal.STEP:
                return self._between
            case Goal.EPOCH:
                return self._between and self._step % self._per_epoch == 0
            case _:
                return False

    @property
    def _shows_phases(self) -> bool:
        return 0 < self._speed < 1 or self._goal in (Goal.PHASE, Goal.STEP, Goal.NOWHERE)

    @property
    def _is_behind(self) -> bool:
        """Whether a resumed run has not reached yet what was seen of it already."""
        return self._step < self._seen

    def _end_if(self, reason: dict[str, Any] | None) -> None:
        """Ends the run on the spot for a reason, if there is one."""
        if reason is not None:
            self._out.tell("failed", self._step, reason | {"layer": None, "step": self._step})
            self._is_over = True

    # --- at rest ---

    def _rest(self) -> None:
        """Returns when the loop may be pulled again, for a request or for the next phase."""
        while not self._is_over:
            now = self._clock()
            self._obey()
            if now >= (self._out.flush_at() or math.inf):
                self._out.flush()
            if self._is_leaving():
                return
            if self._goal is Goal.NOWHERE and not self._is_behind:
                self._settle()
            if self._asks(now):
                return
            if self._may_go(now):
                self._go(now)
                return
            self._wait(now)

    def _settle(self) -> None:
        """The run has come to rest: says so, keeps and shows where."""
        if not self._is_settled:
            self._is_settled = True
            self._out.flush()
            self._out.tell("paused", self._step)
            self._out.save_soon = True
            self._frame_at = 0.0

    def _asks(self, now: float) -> bool:
        """Whether there is a request that the loop will serve when it is pulled."""
        if self._between and self._out.is_due(self._step, now):
            self._knobs.checkpoint = True  # It brings a frame along.
        elif self._watching and self._is_stale and now >= self._frame_at and not self._is_behind:
            self._ask_for_frame()
        return self._knobs.asks(between=self._between)

    def _ask_for_frame(self) -> None:
        self._knobs.frame, self._knobs.exact = True, self._goal is Goal.NOWHERE
        self._is_wanted, self._is_stale = True, False
        self._frame_at = self._clock() + FRAME_S

    def _may_go(self, now: float) -> bool:
        if self._is_behind:
            return True
        if self._goal is Goal.NOWHERE:
            return False
        return now >= self._go_at or self._goal in (Goal.PHASE, Goal.STEP)

    def _go(self, now: float) -> None:
        self._at_rest = False
        if self._is_settled:
            self._is_settled = False
            self._limits.works(now)
            self._out.works(now)
        if self._goal in (Goal.END, Goal.EPOCH):
            self._out.tell("running", self._step)
        if self._speed and not self._is_behind:
            parts = PHASES_PER_STEP if self._speed < 1 else 1
            self._go_at = max(self._go_at, now - SLACK_S) + 1 / (parts * self._speed)

    def _wait(self, now: float) -> None:
        due = [] if self._goal is Goal.NOWHERE else [self._go_at]
        due += [at] if (at := self._out.flush_at()) is not None else []
        due += [self._frame_at] if self._watching and self._is_stale else []
        if self._goal is Goal.NOWHERE:
            self._limits.rests(now)
        self._line.wait(max(0.0, min(due) - now) if due else None)

    def _is_leaving(self) -> bool:
        """Whether the loop has to be pulled once more, or not again, because the run stops."""
        reason = self._limits.reached(self._step, self._clock())
        if self._leaving is None and reason is not None:
            self._leaving = "stop"
        if self._leaving is None:
            return False
        if not self._between:  # A step that is begun is finished first.
            self._at_rest = False
            return True
        if self._out.saved != self._step:
            self._knobs.checkpoint = True
        if self._knobs.checkpoint or self._knobs.frame:
            return True
        self._out.flush()
        if self._leaving == "stop":
            why = reason and reason | {"layer": None, "step": self._step}
            self._out.tell("stopped", self._step, why)
        self._is_over = True
        return True

    # --- commands ---

    def _obey(self) -> None:
        while self._held and not self._is_behind:
            self._do(*self._held.popleft())
        while command := self._line.take():
            if self._is_behind and command[0].get("action") not in LEAVING:
                self._held.append(command)
            else:
                self._do(*command)

    def _do(self, given: dict[str, Any], payload: bytes) -> None:
        action = given.get("action", "")
        if action in GOALS:
            self._goal = GOALS[action]
            self._go_at = self._clock()
        elif action in EVALUATIONS:
            self._knobs.evaluate = EVALUATIONS[action]
        elif action in LEAVING:
            self._leaving = action
        elif action == "find_lr":
            self._knobs.finder = True
        elif action == "set":
            self._set(given.get("name"), given.get("value"))
        else:
            self._look(action, given, payload)

    def _set(self, name: Any, value: Any) -> None:
        if not isinstance(value, int | float):
            return
        if name == "lr":
            self._knobs.lr = value
            self._out.save_soon = True
        elif name == "speed" and value != self._speed:
            self._out.say(Change(self._step + 1, "speed", self._speed, value))
            self._speed, self._go_at = value, self._clock()

    def _look(self, action: str, given: dict[str, Any], payload: bytes) -> None:
        if action == "look":
            self._watching = given.get("frames", self._watching)
            self._knobs.pin = given.get("pin", self._knobs.pin)
        elif action == "glass":
            self._studio.glass(given.get("name"), given.get("index"))
        elif action == "pin":
            self._studio.pin(given, payload)
        self._is_stale, self._frame_at = True, min(self._frame_at, self._clock() + FRAME_S)
