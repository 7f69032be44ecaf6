"""What a run's process may do, in place of a real worker; each is started by name in a process."""

import os
import signal
import sys
import threading
from multiprocessing.connection import Connection

from convlens.train import worker
from convlens.train.events import Frame, State
from convlens.train.line import Line
from convlens.train.wire import Heard, Snapshot, Spec, pack


def obeys(connection: Connection, spec: bytes) -> None:
    """Says what it hears, and its end when it is told to stop."""
    line = Line(connection)
    line.open()
    line.say(State(0, "running", {"id": Spec.of_bytes(spec).id, "pid": os.getpid()}))
    while True:
        line.wait(None)
        while command := line.take():
            given, payload = command
            if given["action"] == "stop":
                line.say(State(1, "stopped"))
                return
            if given["action"] == "leave":
                return
            line.say(Frame(len(payload), payload))


HEAVY = ("torch", "torchvision", "fastapi", "uvicorn", "sqlite3", "sklearn", "skimage")


def has() -> list[str]:
    """Which of the heavy packages this process has."""
    return [name for name in HEAVY if name in sys.modules]


def imports(connection: Connection, spec: bytes) -> None:
    """Says what it has, and how many threads it was given."""
    line = Line(connection)
    line.open()
    line.say(State(Spec.of_bytes(spec).threads, "finished", {"has": has()}))


def works_and_tells(connection: Connection, spec: bytes) -> None:
    """Does a real run, then says what it has."""
    worker.main(connection, spec)
    connection.send_bytes(pack(State(0, "finished", {"has": has()})))


def says_much(connection: Connection, spec: bytes) -> None:
    line = Line(connection)
    line.open()
    for step in range(200):
        line.say(Snapshot(step, bytes(100_000)))
    line.say(State(200, "finished"))


def ends_with_a_code(connection: Connection, spec: bytes) -> None:
    os._exit(3)


def is_killed(connection: Connection, spec: bytes) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_terminated(connection: Connection, spec: bytes) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def never_answers(connection: Connection, spec: bytes) -> None:
    """Gives a sign of life and then reads nothing."""
    connection.send_bytes(pack(Heard(0)))
    threading.Event().wait()


def never_stops(connection: Connection, spec: bytes) -> None:
    """Hears, and goes on."""
    line = Line(connection)
    line.open()
    line.say(State(0, "running"))
    threading.Event().wait()
