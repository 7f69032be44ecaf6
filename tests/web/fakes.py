"""Runs whose worker is the test itself: it says what it likes and sees every command."""

import queue
import socket as sockets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI

from convlens.store import Store
from convlens.train.events import ENDED, Event, Points, State
from convlens.train.options import read
from convlens.train.wire import Message, Spec
from convlens.web import socket
from convlens.web.hub import Hub

PATIENCE_S = 10.0


class FakeJob:
    """A worker without a process; what the test has it say arrives in order."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.exit_reason: dict[str, Any] | None = None
        self._ended = False
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.payloads: list[bytes] = []
        self._said: queue.Queue[Message | None] = queue.Queue()
        self._idle = threading.Event()

    def say(self, *messages: Message) -> None:
        """The run says this."""
        self._idle.clear()
        for message in messages:
            self._said.put(message)
            if isinstance(message, State) and message.state in ENDED:
                self._said.put(None)

    def wait_until_heard(self) -> None:
        """Returns when the server asks for more than has been said, as a full pipe would."""
        self._idle.wait(PATIENCE_S)

    def die(self, state: str, code: str) -> None:
        """The process ends without a word of its own."""
        self.exit_reason = {"code": code, "state": state, "sentence": {"en": code, "zh": code}}
        self._ended = True
        self._said.put(None)

    def is_alive(self) -> bool:
        return not self._ended

    def hears(self) -> dict[str, Any]:
        """The next command."""
        return self.heard.get(timeout=PATIENCE_S)

    def send(self, command: Mapping[str, Any], payload: bytes = b"") -> None:
        self.payloads.append(payload)
        self.heard.put(dict(command))

    def messages(self) -> Iterator[Message]:
        while True:
            if self._said.empty():
                self._idle.set()
            message = self._said.get()
            if message is None:
                return
            yield message

    def stop(self, grace_s: float = 2.0) -> None:
        self.say(State(0, "stopped"))

    def leave(self, grace_s: float = 2.0) -> None:
        self.die("interrupted", "left")

    def kill(self) -> None:
        self.die("failed", "killed")


class FakeExecutor:
    """Starts fake jobs; a test takes each from `started`."""

    def __init__(self) -> None:
        self.started: queue.Queue[FakeJob] = queue.Queue()
        self.jobs: list[FakeJob] = []
        self.trouble: Exception | None = None

    def warm(self) -> None:
        """There is nothing to warm."""

    def start(self, spec: Spec) -> FakeJob:
        if self.trouble:
            raise self.trouble
        job = FakeJob(spec)
        self.jobs.append(job)
        self.started.put(job)
        return job

    def close(self) -> None:
        for job in self.jobs:
            job.die("interrupted", "left")

    def next(self) -> FakeJob:
        """The job of the run that begins next."""
        return self.started.get(timeout=PATIENCE_S)


class Stage:
    """A hub with a store of its own and fake workers."""

    def __init__(self, folder: Path, *, limit: int = 1, storage: int = 1 << 30) -> None:
        self.store = Store(folder)
        self.executor = FakeExecutor()
        executor: Any = self.executor
        self.hub = Hub(self.store, executor, self._spec, places=limit, storage=storage)

    def _spec(self, row: Any) -> Spec:
        kept = self.store.checkpoints(row.id)
        return Spec(
            id=row.id,
            options=row.options,
            checkpoint=str(self.store.checkpoint(row.id)) if kept else None,
            changes=self.store.changes(row.id),
            seen=row.step,
        )

    def begin(self, **options: Any) -> tuple[str, FakeJob]:
        """A run that has begun, and its worker."""
        run_id = self.hub.create(read(options)).id
        job = self.executor.next()
        job.say(State(0, "running"))
        return run_id, job

    def wait_until(self, holds: Callable[[], bool], what: str = "it") -> None:
        """Returns when something holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not come"
            time.sleep(0.001)

    def wait_until_told(self, run_id: str, kind: str, **members: Any) -> None:
        """Returns when an event of this type, with these members, is stored."""

        def is_stored() -> bool:
            told = self.store.events(run_id, types=(kind,))
            return any(members.items() <= event.items() for _, event in told)

        self.wait_until(is_stored, f"{kind} {members}")

    def state(self, run_id: str) -> str:
        return self.store.run(run_id).state


def points(first: int, last: int) -> Points:
    """Points of the steps from `first` to `last`, a loss of 1/step."""
    return Points(np.array([[k, k / 10, 1 / k, 0.5, 0.01] for k in range(first, last + 1)]))


def app_of(stage: Stage) -> FastAPI:
    """An app with the socket alone."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> Any:
        stage.hub.audience.open()
        stage.hub.open()
        yield
        stage.hub.audience.close()

    app = FastAPI(lifespan=lifespan)
    app.state.here = SimpleNamespace(hub=stage.hub)
    app.include_router(socket.router)
    return app


@contextmanager
def on_the_wire(app: FastAPI) -> Iterator[str]:
    """The address of the app behind real sockets, for clients that cut or never read."""
    with sockets.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            app, log_level="error", ws_per_message_deflate=False, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


__all__ = ["Event", "FakeExecutor", "FakeJob", "Stage", "app_of", "on_the_wire", "points"]
