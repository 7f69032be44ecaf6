"""`WS /ws/runs/{id}?from_step=N`: all that is stored from that step, then all that happens."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from ..errors import Problem
from ..store import StoreError
from .audience import text_of
from .commands import glass, look, nothing
from .feed import Feed, Goodbye, Watcher
from .hub import GONE, Hub
from .jsonbody import read

router = APIRouter()

# A socket that takes nothing for so long is cut: uvicorn's own ping does not notice it.
SEND_S = 5.0
CLOSE_S = 1.0
BATCH = 256  # events read from the store at once
SOCKETS = 256  # at once, in all
MESSAGE_BYTES = 4096
MESSAGES, MESSAGES_PER_S = 60, 20  # at once, and in the long run

# RFC 6455, section 7.4.1; those from 4000 on are an application's own.
BINARY, MALFORMED, REFUSED, TOO_LARGE, BROKEN, FULL = 1003, 1007, 1008, 1009, 1011, 1013
REASON_BYTES = 123


def goodbye(code: int, reason: str) -> Goodbye:
    """Returns a close code with its reason, cut to what a close frame can hold."""
    return Goodbye(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))


class Bucket:
    """Counts messages: a few at once, and so many a second in the long run."""

    def __init__(self, now: float) -> None:
        self.left = float(MESSAGES)
        self.seen = now

    def takes(self, now: float) -> bool:
        """Returns whether one more message is taken at this time, in seconds."""
        self.left = min(MESSAGES, self.left + (now - self.seen) * MESSAGES_PER_S)
        self.seen = now
        self.left -= 1
        return self.left >= 0


def understood(message: Mapping[str, Any]) -> dict[str, Any] | Goodbye:
    """Returns what a client's message asks for, `type` and all, or why it is sent away."""
    if message.get("bytes") is not None:
        return goodbye(BINARY, "Binary messages are not taken; send JSON as text.")
    text = message.get("text") or ""
    if len(text.encode(errors="replace")) > MESSAGE_BYTES:
        return goodbye(TOO_LARGE, f"A message has at most {MESSAGE_BYTES} bytes.")
    try:
        said = read(text)
    except ValueError as error:
        return goodbye(MALFORMED, f"A message is a JSON object: {error}.")
    kind = said.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        return goodbye(REFUSED, f"type={str(kind)[:20]!r} is none of {', '.join(KINDS)}.")
    try:
        return {"type": kind, **KINDS[kind](said)}
    except ValueError as error:
        return goodbye(REFUSED, str(error))


# A ping needs no answer: the server pings by itself, and any message is a sign of life.
KINDS = {"look": look, "glass": glass, "ping": nothing}


class Session:
    """One socket on one run: a task that sends, and a task that listens."""

    def __init__(self, socket: WebSocket, hub: Hub, feed: Feed) -> None:
        self.socket = socket
        self.hub = hub
        self.feed = feed
        self.watcher = Watcher()
        self._behind = True

    async def run(self, from_step: int) -> Goodbye | None:
        """Returns why the socket has to be closed; None when the other side has closed it."""
        with self.hub.audience.watching(self.watcher, self.feed):
            tasks = [asyncio.create_task(self._send(from_step)), asyncio.create_task(self._hear())]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                return next(task.result() for task in tasks if task.done())
            except (WebSocketDisconnect, OSError):
                return None
            except KeyError:
                return goodbye(GONE, f"The run {self.feed.run_id} was deleted.")
            except StoreError as error:
                return goodbye(BROKEN, error.sentence)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    async def _send(self, from_step: int) -> Goodbye:
        run_id, store = self.feed.run_id, self.hub.store
        sent = await asyncio.to_thread(store.cursor, run_id, from_step)
        await self._kept_frame()
        try:
            while True:
                self.watcher.wake.clear()
                events = await self._events(sent)
                for seq, text in events:
                    await self._in_time(self.socket.send_text(text))
                    sent = seq
                frame = self.feed.frame_for(self.watcher)
                if frame is not None:
                    await self._in_time(self.socket.send_bytes(frame))
                elif not events and self.feed.goodbye:
                    return self.feed.goodbye
                elif not events:
                    await self.watcher.wake.wait()
        except TimeoutError:
            return goodbye(REFUSED, f"Nothing was read for {SEND_S:g} s.")

    async def _in_time(self, sending: Awaitable[None]) -> None:
        async with asyncio.timeout(SEND_S):
            await sending

    async def _events(self, sent: int) -> list[tuple[int, str]]:
        """What follows the last event sent, from the store as long as the feed lacks some."""
        live = None if self._behind else self.feed.after(sent)
        if live is not None:
            return live
        run_id, store = self.feed.run_id, self.hub.store
        stored = await asyncio.to_thread(
            lambda: [(seq, text_of(event)) for seq, event in store.after(run_id, sent, BATCH)]
        )
        self._behind = len(stored) == BATCH
        return stored

    async def _kept_frame(self) -> None:
        """Shows the last frame that is kept, where the run has said none since."""

        def read_last() -> bytes | None:
            try:
                return self.hub.store.frame(self.feed.run_id).read_bytes()
            except (KeyError, OSError):
                return None

        kept = None if self.feed.has_frame() else await asyncio.to_thread(read_last)
        if kept is not None and not self.feed.has_frame():
            self.feed.show(kept)

    async def _hear(self) -> Goodbye | None:
        clock = asyncio.get_running_loop().time
        bucket = Bucket(clock())
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                return None
            if not bucket.takes(clock()):
                return goodbye(REFUSED, f"More than {MESSAGES_PER_S} messages a second.")
            said = understood(message)
            if isinstance(said, Goodbye):
                return said
            await self._obey(said)

    async def _obey(self, said: dict[str, Any]) -> None:
        if said["type"] == "look":
            self.watcher.frames = said.get("frames", True)
            self.watcher.wake.set()
            await self.hub.audience.look(self.feed, said.get("pin"))
        elif said["type"] == "glass":
            command = {"action": "glass", "name": said["name"], "index": said["index"]}
            await self.hub.audience.tell(self.feed, command)


@router.websocket("/ws/runs/{run_id}")
async def watch(socket: WebSocket, run_id: str) -> None:
    """Sends a run's events and frames until one side goes; closes with a code and a reason."""
    hub: Hub = socket.app.state.here.hub
    await socket.accept()
    reason = await _served(socket, hub, run_id)
    if reason is None:
        return
    try:
        async with asyncio.timeout(CLOSE_S):
            await socket.close(reason.code, reason.reason)
    except (TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        return  # It has gone, or never reads.


async def _served(socket: WebSocket, hub: Hub, run_id: str) -> Goodbye | None:
    asked = socket.query_params.get("from_step", "0")
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 15:
        return goodbye(REFUSED, f"from_step={asked[:20]!r} is not a whole number from 0.")
    if hub.audience.count() >= SOCKETS:
        return goodbye(FULL, f"{SOCKETS} pages are watching already; try again later.")
    try:
        await asyncio.to_thread(hub.row, run_id)
    except Problem as problem:
        return goodbye(GONE, problem.detail)
    return await Session(socket, hub, hub.audience.feed(run_id)).run(int(asked))
