"""All who watch runs: their feeds, on the event loop, fed from the threads of the runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from .feed import Feed, Goodbye, Watcher

Command = Mapping[str, Any]
Tell = Callable[[str, Command], None]  # run id, command to its worker


def text_of(event: Mapping[str, Any]) -> str:
    """Returns an event as the text that every watcher gets."""
    return json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Audience:
    """The watchers of all runs. The methods named `post_...` may be called from any thread.

    Args:
        tell: sends a command to a run's worker; may take a moment, does nothing without one.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feeds: dict[str, Feed] = {}
        self._tasks: set[asyncio.Future[None]] = set()

    def open(self) -> None:
        """Begins on the event loop that runs now."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Hears the threads no longer."""
        self._loop = None

    def post_events(self, run_id: str, events: list[tuple[int, dict[str, Any]]]) -> None:
        """Passes on events of a run that are stored, numbered."""
        texts = [(seq, text_of(event)) for seq, event in events]
        self._post(lambda feed: feed.publish(texts), run_id)

    def post_frame(self, run_id: str, frame: bytes) -> None:
        """Passes on a run's newest frame."""
        self._post(lambda feed: feed.show(frame), run_id)

    def post_goodbye(self, run_id: str, goodbye: Goodbye) -> None:
        """Sends the watchers of a run away."""
        self._post(lambda feed: feed.end(goodbye), run_id)

    def post_begun(self, run_id: str) -> None:
        """Tells a run that has just got its worker what its watchers look at."""
        self._post(self._look, run_id)

    def feed(self, run_id: str) -> Feed:
        """Returns the feed of a run; it lives as long as somebody watches."""
        return self._feeds.setdefault(run_id, Feed(run_id))

    def count(self, run_id: str | None = None) -> int:
        """Returns how many watch a run, or all runs."""
        feeds = list(self._feeds.values())
        return sum(len(feed.watchers) for feed in feeds if run_id in (None, feed.run_id))

    @contextmanager
    def watching(self, watcher: Watcher, feed: Feed) -> Iterator[None]:
        """Counts a watcher in while it watches."""
        feed.watchers.add(watcher)
        self._look(feed)
        try:
            yield
        finally:
            feed.watchers.discard(watcher)
            self._look(feed)
            if not feed.watchers and self._feeds.get(feed.run_id) is feed:
                del self._feeds[feed.run_id]

    async def look(self, feed: Feed, pin: int | None = None) -> None:
        """Has the worker make frames while anybody looks, of this picture if one is named."""
        frames = any(watcher.frames for watcher in feed.watchers)
        await self.tell(
            feed, {"action": "look", "frames": frames} | ({} if pin is None else {"pin": pin})
        )

    async def tell(self, feed: Feed, command: Command) -> None:
        """Sends a command to the run's worker, behind the one before."""
        async with feed.order:
            await asyncio.to_thread(self._tell, feed.run_id, command)

    def _look(self, feed: Feed) -> None:
        task = asyncio.ensure_future(self.look(feed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _post(self, act: Callable[[Feed], None], run_id: str) -> None:
        def acting() -> None:
            if run_id in self._feeds:
                act(self._feeds[run_id])

        with suppress(RuntimeError):  # The loop has ended: all is stored, and nobody watches.
            if self._loop is not None:
                self._loop.call_soon_threadsafe(acting)
