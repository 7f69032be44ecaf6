"""The body of a request, read piece by piece: how large, how long, and how much at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.requests import ClientDisconnect

from ..errors import Problem


class Uploads:
    """Reads bodies of at most `cap` bytes, each within `seconds`, holding `budget` bytes in all.

    A refusal leaves the connection open: uvicorn then throws the rest of the body away, and the
    sender sees the answer instead of a reset connection.
    """

    def __init__(self, *, cap: int, seconds: float, budget: int) -> None:
        self.cap = cap
        self.seconds = seconds
        self.budget = budget
        self.held = 0

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """Yields the body; it counts as held until the `async with` ends.

        Raises:
            Problem: 413 beyond the cap, 408 when it takes too long, 503 when too much is held,
                415 when it is compressed.
        """
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding != "identity":
            raise self._coded(coding)
        content = await self._arrive(request)
        self.held += len(content)
        try:
            yield content
        finally:
            self.held -= len(content)

    async def _arrive(self, request: Request) -> bytes:
        content = bytearray()
        try:
            async with asyncio.timeout(self.seconds):
                await self._read(request, content)
            return bytes(content)
        except TimeoutError as error:
            raise self._too_slow(len(content)) from error
        except ClientDisconnect as error:
            raise Problem(400, "The sender went away.", hint="Send the picture again.") from error
        finally:
            self.held -= len(content)

    async def _read(self, request: Request, content: bytearray) -> None:
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self.cap:
            raise self._too_large()
        async for chunk in request.stream():
            if len(content) + len(chunk) > self.cap:
                raise self._too_large()
            if self.held + len(chunk) > self.budget:
                raise self._too_much()
            self.held += len(chunk)
            content += chunk

    def _coded(self, coding: str) -> Problem:
        return Problem(
            415,
            f"The body is compressed ({coding[:80]!r}); a picture is taken as it is.",
            hint="Send the picture file's bytes without Content-Encoding.",
            title="Compressed body",
            headers={"Accept-Encoding": "identity"},
        )

    def _too_large(self) -> Problem:
        return Problem(
            413,
            f"The body has more than {self.cap:,} bytes; at most {self.cap:,} are taken.",
            hint="Save it smaller: one twice as wide and high as the network's input loses "
            "nothing.",
            title="Picture file too large",
        )

    def _too_much(self) -> Problem:
        return Problem(
            503,
            f"Pictures of {self.held:,} bytes are on their way; at most {self.budget:,} may be.",
            hint="Try again in a second.",
            title="Server busy",
            headers={"Retry-After": "1"},
        )

    def _too_slow(self, arrived: int) -> Problem:
        return Problem(
            408,
            f"{arrived:,} bytes arrived within {self.seconds:g} s, and there was more to come.",
            hint="Send the picture again over a faster connection, or a smaller copy of it.",
            title="Picture too slow",
            headers={"Connection": "close"},
        )
