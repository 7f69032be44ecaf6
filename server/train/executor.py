"""Where workers run: processes of this machine, started from one that has PyTorch loaded already.

A run's process may fail in any way it likes: its job says how, and the server goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Literal

from . import worker
from .events import ENDED, State
from .wire import Heard, Message, Spec, frame, unpack

Main = Callable[[Connection, bytes], None]
Method = Literal["forkserver", "spawn"]

ANSWER_S = 2.0  # a worker acknowledges a command from beside its loop, however long a step takes
START_S = 120.0  # until the first sign of life; the first start loads PyTorch
LOOK_S = 0.25  # between two looks at the time while nothing arrives
REAP_S = 2.0
# torch.optim imports the second when the first optimiser is made, which takes a second. A child
# runs the main module of its parent again, and that of the command imports the third: half a
# second, for the settings. The last has read the digits, a fifth of the way to the first step.
COMMAND, READY = f"{__package__.partition('.')[0]}.cli", f"{__package__}.ready"
PRELOADED = ("torch", "torch._dynamo", COMMAND, READY)
METHOD: Method = (
    "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
)

# code -> the state the run is in, and the sentence.
ENDS = {
    "left": (
        "interrupted",
        "The server was stopped while the run went on.",
        "训练进行时服务器被关闭。",
    ),
    "stopped": (
        "stopped",
        "The run did not stop within {grace:g} s and was ended.",
        "训练没有在 {grace:g} 秒内停下，已被强制结束。",
    ),
    "silent": (
        "failed",
        "The process of the run did not answer within {answer:g} s and was ended.",
        "训练进程在 {answer:g} 秒内没有回应，已被结束。",
    ),
    "memory": (
        "failed",
        "The process of the run was killed from outside (SIGKILL), most likely because the memory "
        "of the machine was used up.",
        "训练进程被系统杀死（SIGKILL），很可能是机器内存用尽。",
    ),
    "killed": (
        "failed",
        "The process of the run was ended by the signal {name}.",
        "训练进程因信号 {name} 结束。",
    ),
    "crashed": (
        "failed",
        "The process of the run ended by itself with code {exit}.",
        "训练进程以代码 {exit} 自行结束。",
    ),
}


class Job:
    """A run in a process of its own."""

    def __init__(self, id: str, process: BaseProcess, ours: Connection) -> None:
        self.id = id
        self.exit_reason: dict[str, Any] | None = None
        self._process, self._ours = process, ours
        self._sending, self._reaping = threading.Lock(), threading.Lock()
        self._ended = threading.Event()
        self._asked: deque[float] = deque()  # when each unanswered command was sent
        self._heard, self._alive_since = 0, 0.0
        self._begun = time.monotonic()
        self._why = ""  # what we did to it; what it did is in its exit code
        self._grace = 0.0

    @property
    def pid(self) -> int | None:
        """The process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process may still say something."""
        return not self._ended.is_set()

    def send(self, command: Mapping[str, Any], payload: bytes = b"") -> None:
        """Sends a command; one that comes too late is lost without a word."""
        try:
            with self._sending:
                self._asked.append(time.monotonic())
                self._ours.send_bytes(frame(command, payload))
        except (OSError, ValueError):  # It has ended; messages() says so.
            return

    def messages(self) -> Iterator[Message]:
        """Yields what the run says until its process has ended; to be called once, in one thread.

        Then `exit_reason` is null if the run itself said its end, else `{code, state, sentence}`.
        Who stops listening ends the process.
        """
        said_end = False
        try:
            while True:
                for message in self._receive():
                    said_end = isinstance(message, State) and message.state in ENDED
                    yield message
        except (EOFError, OSError):
            pass
        except GeneratorExit:
            self._why = self._why or "left"
            self.kill()
            raise
        finally:
            self._end(said_end)

    def stop(self, grace_s: float = 2.0) -> None:
        """Asks the run to stop, waits for its end, kills it after `grace_s`; any thread may call.

        The end is seen by whoever listens to `messages()`.
        """
        self._finish("stop", "stopped", grace_s)

    def leave(self, grace_s: float = 2.0) -> None:
        """Ends the process as `stop` does, but leaves the run to be resumed from where it is."""
        self._finish("leave", "left", grace_s)

    def kill(self) -> None:
        """Ends the process at once."""
        with self._reaping:
            if not self._ended.is_set() and self._process.is_alive():
                self._process.kill()

    def _finish(self, action: str, why: str, grace_s: float) -> None:
        self._why, self._grace = self._why or why, grace_s
        # From a thread: a process that does not read would hold up whoever writes to it.
        threading.Thread(target=self.send, args=({"action": action},), daemon=True).start()
        if not self._ended.wait(grace_s):
            self.kill()

    def _receive(self) -> Iterator[Message]:
        """Yields one message, or none when there was none for a moment."""
        if not self._ours.poll(LOOK_S):
            if self._is_overdue():
                self._why = self._why or "silent"
                self.kill()
            return
        message = unpack(self._ours.recv_bytes())
        self._alive_since = self._alive_since or time.monotonic()
        if not isinstance(message, Heard):
            yield message
            return
        while self._heard < message.count:
            self._heard += 1
            self._asked.popleft()

    def _is_overdue(self) -> bool:
        now = time.monotonic()
        if not self._alive_since:
            return now - self._begun > START_S
        return bool(self._asked) and now - max(self._asked[0], self._alive_since) > ANSWER_S

    def _end(self, said_end: bool) -> None:
        with self._reaping:
            self._process.join(0 if self._why == "silent" else REAP_S)
            if self._process.is_alive():  # It closed its ears and went on.
                self._process.kill()
                self._process.join()
            code = self._process.exitcode or 0
            self._ours.close()
            self._process.close()
            if not said_end:
                self.exit_reason = self._reason(code)
            self._ended.set()

    def _reason(self, code: int) -> dict[str, Any]:
        why = self._why or _why(code)
        state, english, chinese = ENDS[why]
        name = signal.Signals(-code).name if code < 0 else ""
        values = {"grace": self._grace, "answer": ANSWER_S, "name": name, "exit": code}
        words = {"en": english.format(**values), "zh": chinese.format(**values)}
        return {"code": why, "state": state, "sentence": words}


def _why(code: int) -> str:
    if code == -signal.SIGKILL:
        return "memory"
    return "killed" if code < 0 else "crashed"


class Executor:
    """Starts runs, at most `limit` at once.

    Args:
        limit: of processes that live.
        threads: of PyTorch in each; one core is left to the server by default.
        main: what a process does; the worker.
        method: how a process begins; where none can be forked each is spawned.
    """

    def __init__(
        self,
        limit: int,
        threads: int | None = None,
        *,
        main: Main = worker.main,
        method: Method = METHOD,
    ) -> None:
        self.limit, self.threads = limit, threads or max(1, (os.cpu_count() or 1) - 1)
        self._main, self._method = main, method
        self._context = (
            multiprocessing.get_context("forkserver")
            if method == "forkserver"
            else multiprocessing.get_context("spawn")
        )
        self._lock = threading.Lock()
        self._jobs: list[Job] = []

    def warm(self) -> None:
        """Begins to load PyTorch in the background, so that a run starts in hundredths of a second.

        Does nothing where processes cannot be forked; there each start takes seconds.
        """
        if self._method == "forkserver":
            self._context.set_forkserver_preload([*PRELOADED, worker.__name__])
            forkserver.ensure_running()

    @property
    def jobs(self) -> list[Job]:
        """The jobs whose processes live."""
        with self._lock:
            self._jobs = [job for job in self._jobs if job.is_alive()]
            return list(self._jobs)

    def start(self, spec: Spec) -> Job:
        """Returns the job of a run that has just been started.

        Raises:
            RuntimeError: as many as may are running already.
        """
        if len(self.jobs) >= self.limit:
            raise RuntimeError(f"{self.limit} runs are going on already, the most there may be")
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=self._main,
            args=(theirs, replace(spec, threads=self.threads).to_bytes()),
            daemon=True,
            name=f"run {spec.id}",
        )
        process.start()
        theirs.close()  # Or the end of the process would never be seen on ours.
        job = Job(spec.id, process, ours)
        with self._lock:
            self._jobs.append(job)
        return job

    def close(self, grace_s: float = 2.0) -> None:
        """Ends all jobs, leaving their runs to be resumed; waits at most `grace_s` for all."""
        leaving = [threading.Thread(target=job.leave, args=(grace_s,)) for job in self.jobs]
        for thread in leaving:
            thread.start()
        for thread in leaving:
            thread.join()
