"""Runs from the queue to their end: what a worker says is stored first, then sent to who watches.

Every method may be called from any thread and may wait for the disk; none belongs on the event
loop.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..errors import Problem
from ..store import RunRow, Store, StoreError
from ..train.events import ENDED, Event, Frame, Saved, State
from ..train.executor import Executor
from ..train.options import Options, as_json
from ..train.wire import Message, Snapshot, Spec
from .audience import Audience
from .feed import Goodbye
from .live import ERRANDS, Live
from .pinned import Pinned
from .refusals import broken, no_run, not_now, queue_full, reason, stored

QUEUE = 64  # runs that may wait
START_S = 60.0  # that a control waits for the process: the first one has to load PyTorch
END_S = 6.0  # that a stop or a deletion waits for the process
RESTING = 8  # paused runs that keep their process; the one that rests longest gives way
GONE = 4404
RESUMABLE = ("interrupted", "stopped", "failed")


class Hub:
    """All runs of this server.

    Args:
        store: what is kept of them.
        executor: where they run; it takes RESTING more than `places`.
        specify: what a worker has to know to begin, or to go on with a run from its checkpoint;
            raises a Problem when it cannot.
        places: how many learn at once.
        storage: most bytes that a run may store.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        specify: Callable[[RunRow], Spec],
        *,
        places: int,
        storage: int,
    ) -> None:
        self.store = store
        self.audience = Audience(self.tell)
        self._executor = executor
        self._specify = specify
        self._places = places
        self._storage = storage
        self._lock = threading.RLock()
        self._queue: list[str] = []
        self._live: dict[str, Live] = {}
        self._pinned = Pinned(store)
        self._unsaved: dict[str, tuple[str, dict[str, Any]]] = {}
        self._closing = False

    def open(self) -> None:
        """Begins to take runs; those that a server which died has left are marked interrupted."""
        self._executor.warm()
        for run_id in self.store.interrupted():
            step = self.store.run(run_id).step
            self._say(run_id, [State(step, "interrupted", reason("server", step))])

    def close(self) -> None:
        """Ends every process; the runs can be resumed."""
        with self._lock:
            self._closing = True
            waiting, live = list(self._queue), list(self._live.values())
            self._queue.clear()
        for run_id in waiting:
            self._finish(run_id, "interrupted", reason("server", 0))
        self._executor.close()
        until = time.monotonic() + END_S
        for each in live:
            each.ended.wait(max(0.0, until - time.monotonic()))
        self.store.close()

    # --- what there is ---

    @property
    def threads(self) -> int:
        """Threads of PyTorch in each run's process: other sums round in another order."""
        return self._executor.threads

    def row(self, run_id: str) -> RunRow:
        """Returns a run; an unknown one is a 404 problem."""
        try:
            return self.store.run(run_id)
        except KeyError as error:
            raise no_run(run_id) from error

    def shown(self, row: RunRow) -> dict[str, Any]:
        """Returns a run as the API shows it: the row, its place in the queue, what is kept."""
        run = row.as_json()
        if row.id in self._unsaved:
            run["state"], run["reason"] = self._unsaved[row.id]
        kept = self.store.checkpoints(row.id)
        return run | {
            "place": self.place(row.id),
            "model": f"run-{row.id}" if kept else None,
            "checkpoints": kept,
            "bytes": self.store.bytes(row.id),
            "watchers": self.audience.count(row.id),
        }

    def place(self, run_id: str) -> int | None:
        """Returns the run's place in the queue, 1 for the next; None outside of it."""
        with self._lock:
            return self._queue.index(run_id) + 1 if run_id in self._queue else None

    # --- what is asked for ---

    def create(self, options: Options) -> RunRow:
        """Returns a new run, in the queue or already on its way.

        Raises:
            Problem: 503, too many wait; 507, the store cannot take it.
        """
        if len(self._queue) >= QUEUE:
            raise queue_full(QUEUE)
        with stored():
            row = self.store.create(as_json(options), options.name)
            self._enqueue(row)
        return self.row(row.id)

    def control(self, run_id: str, command: Mapping[str, Any]) -> RunRow:
        """Does what is asked of a run and returns it, waiting a moment for its new state.

        Raises:
            Problem: 404, there is no such run; 409, not in this state; 507, it cannot be stored.
        """
        row, action = self.row(run_id), command["action"]
        if action == "stop":
            self._stop(row)
        elif action == "resume":
            self._resume(row)
        elif action in ERRANDS and row.state in ENDED and self.store.checkpoints(run_id):
            self._wake(row, command)
        else:
            live = self._going(row, action)
            if action == "pause" and self._take_from_queue(run_id):
                self._say(run_id, [State(row.step, "paused")])
            self.tell(run_id, command)
            if action == "pause":
                live.wait_for("paused")
        return self.row(run_id)

    def tell(self, run_id: str, command: Mapping[str, Any], payload: bytes = b"") -> None:
        """Sends a command to the run's worker; without one it is lost without a word."""
        live = self._live.get(run_id)
        if live is not None and live.job is not None:
            live.job.send(command, payload)

    def pin(self, run_id: str, command: dict[str, Any], payload: bytes = b"") -> None:
        """Shows a run another picture; it is kept for when the run is resumed.

        A command that says `own` brings a picture of a person's: it stays in memory, and no frame
        of it is stored.
        """
        self._pinned.put(run_id, command, payload)
        self.tell(run_id, command, payload)

    def delete(self, run_id: str) -> None:
        """Ends the run if need be, removes all that is kept of it, and sends its watchers away.

        Raises:
            Problem: 404, there is no such run; 507, the store cannot be written.
        """
        self.row(run_id)
        self._take_from_queue(run_id)
        live = self._live.get(run_id)
        if live is not None and live.started.wait(START_S):
            if live.job is not None:
                live.job.kill()
            live.ended.wait(END_S)
        with stored():
            self.store.delete(run_id)
        self._pinned.forget(run_id)
        self._unsaved.pop(run_id, None)
        self.audience.post_goodbye(run_id, Goodbye(GONE, f"The run {run_id} was deleted."))

    def _going(self, row: RunRow, action: str) -> Live:
        """The run's life, once it has begun; a problem if it does not go on."""
        live = self._live.get(row.id)
        if live is None or not live.started.wait(START_S) or live.ended.is_set():
            raise not_now(self.row(row.id), action, self.place(row.id))
        return live

    def _resume(self, row: RunRow) -> None:
        if self.place(row.id) is not None:
            return
        live = self._live.get(row.id)
        if row.state in RESUMABLE:
            if live is not None and live.state in ENDED:  # It is about to go.
                live.ended.wait(END_S)
            with stored():
                self._enqueue(row)
            return
        live = self._going(row, "resume")
        if live.rests_since is not None:
            with stored():
                self._enqueue(row)
            if self.place(row.id) is None:
                live.wait_for("running")

    def _stop(self, row: RunRow) -> None:
        waited = self._take_from_queue(row.id)
        live = self._live.get(row.id)
        if live is not None and live.started.wait(START_S):
            if live.job is not None:
                live.job.stop()
            live.ended.wait(END_S)
        elif waited:
            with stored():
                self._say(row.id, [State(row.step, "stopped", reason("asked", row.step))])

    def _wake(self, row: RunRow, command: Mapping[str, Any]) -> None:
        going = self._live.get(row.id)
        if going is not None:  # It has said its end and is about to go.
            going.ended.wait(END_S)
        with self._lock:
            if row.id in self._live:
                raise not_now(row, command["action"], None)
            live = self._live[row.id] = Live(row.id, errand=dict(command))
            live.rests_since = time.monotonic()
        self._begin(live)
        live.ended.wait(END_S)

    # --- from the queue to the end ---

    def _take_from_queue(self, run_id: str) -> bool:
        """Whether it was in the queue."""
        with self._lock:
            if run_id not in self._queue:
                return False
            self._queue.remove(run_id)
            return True

    def _enqueue(self, row: RunRow) -> None:
        """Gives a run that is new, has ended or rests a place, or lets it wait for one."""
        with self._lock:
            live = self._live.get(row.id)
            if row.id in self._queue or (live and live.rests_since is None):
                return
            self._queue.append(row.id)
            waits = live is None or len(self._queue) > 1 or not self._has_place()
        try:
            if waits:
                self._say(row.id, [State(row.step, "queued")])
        except StoreError:
            self._take_from_queue(row.id)
            raise
        self._pump()

    def _has_place(self) -> bool:
        return sum(live.rests_since is None for live in self._live.values()) < self._places

    def _pump(self) -> None:
        """Lets runs begin, or go on, as long as there are places."""
        while True:
            with self._lock:
                if self._closing or not self._queue or not self._has_place():
                    return
                run_id = self._queue.pop(0)
                resting = self._live.get(run_id)
                live = self._live.setdefault(run_id, Live(run_id))
                live.rests_since = None
            if resting is not None:
                self.tell(run_id, {"action": "resume"})
            else:
                self._make_room()
                self._begin(live)

    def _make_room(self) -> None:
        """Sends the run that rests longest away, to be resumed, where too many rest."""
        with self._lock:
            resting = [live for live in self._live.values() if live.rests_since is not None]
        if len(resting) >= RESTING:
            oldest = min(resting, key=lambda live: live.rests_since or 0)
            if oldest.job is not None:
                oldest.job.leave()
            oldest.ended.wait(END_S)

    def _begin(self, live: Live) -> None:
        name = f"run {live.run_id}"
        threading.Thread(target=self._follow, args=(live,), name=name, daemon=True).start()

    def _follow(self, live: Live) -> None:
        """A run's own thread: from its start to its end."""
        try:
            spec = self._specify(self.store.run(live.run_id))
            live.job = self._executor.start(replace(spec, paused=True) if live.errand else spec)
            live.started.set()
            for command, payload in self._pinned.of(live.run_id):
                live.job.send(command, payload)
            if live.errand:
                live.job.send(live.errand)
            self.audience.post_begun(live.run_id)
            for message in live.job.messages():
                self._take(live, message)
            why = live.job.exit_reason
            if why is not None and not live.errand:
                told = {"code": why["code"], "sentence": why["sentence"], "layer": None}
                self._finish(live.run_id, why["state"], told)
        except (StoreError, Problem, OSError, RuntimeError, ValueError) as error:
            if live.job is not None:
                live.job.kill()
            if not live.errand:
                self._finish(live.run_id, "failed", broken(error, 0))
        except KeyError:  # It was deleted before it began.
            live.instead = None
        finally:
            self._leave(live)

    def _leave(self, live: Live) -> None:
        with suppress(StoreError, KeyError):
            self._keep_frame(live)
        with self._lock:
            self._live.pop(live.run_id, None)
            if live.rests_since is not None:
                self._take_from_queue(live.run_id)
        live.started.set()
        live.ended.set()
        live.notice()
        self._pump()

    def _finish(self, run_id: str, state: str, why: dict[str, Any]) -> None:
        """Says the end of a run that could not say it itself, even where nothing can be stored."""
        try:
            step = self.store.run(run_id).step
            self._say(run_id, [State(step, state, why | {"step": step})])
        except KeyError:  # It was deleted meanwhile.
            return
        except StoreError:
            self._unsaved[run_id] = state, why
            with suppress(StoreError):  # Its last words have a reserve on a full disk.
                self.store.set_state(run_id, state, why)

    # --- what a worker says ---

    def _take(self, live: Live, message: Message) -> None:
        if live.errand:
            if live.is_answered_by(message) and live.job is not None:
                self._say(live.run_id, [message])
                threading.Thread(target=live.job.leave, daemon=True).start()
            return
        match message:
            case Frame():
                live.frame = message
                self.audience.post_frame(live.run_id, message.payload)
                if message.step == live.saved:
                    self._keep_frame(live)
            case Snapshot():
                self.store.save_checkpoint(live.run_id, message.step, message.payload)
                live.saved = message.step
                self._say(live.run_id, [Saved(message.step)])
                self._check_storage(live, message.step)
            case State() if message.state in ENDED and live.instead is not None:
                self._say(live.run_id, [State(message.step, message.state, live.instead)])
            case _:
                self._say(live.run_id, [message])

    def _keep_frame(self, live: Live) -> None:
        frame = live.take_frame(self._pinned.own(live.run_id))
        if frame is not None:
            self.store.save_frame(live.run_id, frame.step, frame.payload)

    def _check_storage(self, live: Live, step: int) -> None:
        held = self.store.bytes(live.run_id)
        if held > self._storage and live.instead is None:
            live.instead = reason("storage", step, held=held, cap=self._storage)
            self.tell(live.run_id, {"action": "stop"})

    def _say(self, run_id: str, events: list[Event]) -> None:
        """Stores events, then lets the watchers know."""
        sent = self.store.append(run_id, events)
        for event in events:
            if isinstance(event, State):
                self.store.set_state(run_id, event.state, event.reason)
                self._unsaved.pop(run_id, None)
                if live := self._live.get(run_id):
                    live.notice(event.state)
        if sent:
            self.audience.post_events(run_id, sent)
        if any(isinstance(event, State) and event.state == "paused" for event in events):
            self._pump()
