"""What a run says, on its way to all who watch it: the newest events, and one newest frame."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

# Events kept for those who watch; who has fallen further behind reads the store.
KEPT = 256


@dataclass(frozen=True)
class Goodbye:
    """Why a socket is closed: a code of RFC 6455 or our own (4000 and more), and a sentence."""

    code: int
    reason: str


@dataclass(eq=False)
class Watcher:
    """One socket: what wakes its sender, whether it wants frames, and which it has had."""

    frames: bool = True
    shown: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """The newest events of one run as text; used on the event loop alone.

    Nothing is queued per watcher: each one asks for what follows the last `seq` that it has sent,
    so a watcher that never reads holds no memory, and the newest frame replaces the one before.
    """

    def __init__(self, run_id: str, kept: int = KEPT) -> None:
        self.run_id = run_id
        self.order = asyncio.Lock()  # of the commands that watchers send to the worker
        self.watchers: set[Watcher] = set()
        self.goodbye: Goodbye | None = None
        self._kept = kept
        self._recent: deque[tuple[int, str]] = deque()
        self._complete_after: int | None = None  # Every later event is in `_recent`.
        self._frame = b""
        self._frames = 0

    def publish(self, events: list[tuple[int, str]]) -> None:
        """Adds events that the store has, in order of `seq`, and wakes the watchers."""
        for seq, text in events:
            if self._complete_after is None:
                self._complete_after = seq - 1
            self._recent.append((seq, text))
            if len(self._recent) > self._kept:
                self._complete_after = self._recent.popleft()[0]
        self._wake()

    def show(self, frame: bytes) -> None:
        """Replaces the newest frame and wakes the watchers."""
        self._frame = frame
        self._frames += 1
        self._wake()

    def end(self, goodbye: Goodbye) -> None:
        """Sends every watcher away, once it has sent what it has begun."""
        self.goodbye = goodbye
        self._wake()

    def after(self, seq: int) -> list[tuple[int, str]] | None:
        """Returns the events that follow `seq`; None when only the store has them all."""
        if self._complete_after is None:
            return []
        if seq < self._complete_after:
            return None
        return [event for event in self._recent if event[0] > seq]

    def frame_for(self, watcher: Watcher) -> bytes | None:
        """Returns the newest frame unless the watcher has had it or wants none; counts as had."""
        if not watcher.frames or watcher.shown == self._frames:
            return None
        watcher.shown = self._frames
        return self._frame

    def has_frame(self) -> bool:
        """Returns whether there is a newest frame."""
        return self._frames > 0

    def _wake(self) -> None:
        for watcher in self.watchers:
            watcher.wake.set()
