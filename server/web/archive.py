"""A large body that goes to the disk piece by piece: an archive of pictures."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ..errors import Problem

PIECE = 1 << 20  # bytes gathered before they are written


class Archives:
    """Writes bodies of at most `cap` bytes into files without a name, `at_once` at a time.

    Such a file is gone when it is closed or the process dies, whatever the reason.
    """

    def __init__(self, folder: Path, *, cap: int, seconds: float, at_once: int) -> None:
        self.folder = folder
        self.cap = cap
        self.seconds = seconds
        self.at_once = at_once
        self.open = 0

    @asynccontextmanager
    async def file(self, request: Request) -> AsyncIterator[IO[bytes]]:
        """Yields the body as a file, at its beginning.

        Raises:
            Problem: 413 beyond the cap, 408 when it takes too long, 415 when it is compressed,
                503 when too many are on their way, 507 when the disk is full.
        """
        self._check(request)
        if self.open >= self.at_once:
            raise Problem(
                503,
                f"{self.open} archives are being taken in; at most {self.at_once} may be.",
                hint="Try again when they have arrived.",
                title="Server busy",
                headers={"Retry-After": "10"},
            )
        self.open += 1
        try:
            with self._new() as stream:
                await self._arrive(request, stream)
                stream.seek(0)
                yield stream
        finally:
            self.open -= 1

    def _check(self, request: Request) -> None:
        coding = request.headers.get("content-encoding", "identity").strip().lower()
        if coding != "identity":
            raise Problem(
                415,
                f"The body is compressed ({coding[:80]!r}); an archive is taken as it is.",
                hint="Send the zip file's bytes without Content-Encoding.",
                title="Compressed body",
                headers={"Accept-Encoding": "identity"},
            )
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self.cap:
            raise self._too_large()

    def _new(self) -> IO[bytes]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return tempfile.TemporaryFile(dir=self.folder, prefix=".incoming-")
        except OSError as error:
            raise self._no_room(error) from error

    async def _arrive(self, request: Request, stream: IO[bytes]) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                await self._copy(request, stream)
        except TimeoutError as error:
            raise Problem(
                408,
                f"The archive did not arrive within {self.seconds:g} s.",
                hint="Send it over a faster connection, or fewer pictures.",
                title="Archive too slow",
                headers={"Connection": "close"},
            ) from error
        except ClientDisconnect as error:
            raise Problem(400, "The sender went away.", hint="Send the archive again.") from error
        except OSError as error:
            raise self._no_room(error) from error

    async def _copy(self, request: Request, stream: IO[bytes]) -> None:
        piece, size = bytearray(), 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > self.cap:
                raise self._too_large()
            piece += chunk
            if len(piece) >= PIECE:
                await run_in_threadpool(stream.write, piece)
                piece = bytearray()
        await run_in_threadpool(stream.write, piece)

    def _too_large(self) -> Problem:
        return Problem(
            413,
            f"The archive has more than {self.cap:,} bytes; at most {self.cap:,} are taken.",
            hint="Send fewer or smaller pictures, or raise --dataset-mb; a folder named with "
            "--datasets may have any size.",
            title="Archive too large",
            values={"limit": self.cap},
        )

    def _no_room(self, error: OSError) -> Problem:
        return Problem(
            507,
            f"The archive cannot be written: {error.strerror or error}.",
            hint="Free some space, or give the server another --data-dir.",
            title="Cannot be stored",
        )
