"""Requests that arrive as a test wants them to, without a server."""

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import Message, Scope


def request(chunks: Iterable[bytes | None], **headers: str) -> Request:
    """A request that sends the chunks; None is a sender that goes away, the end one that waits."""
    pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope: Scope = {"type": "http", "method": "POST", "headers": pairs}
    waiting = list(chunks)

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        chunk = waiting.pop(0)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": chunk != b""}

    return Request(scope, receive)
