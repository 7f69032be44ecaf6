"""A worker's end of the line: a thread hears commands at once, the loop takes them when it can."""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import Any, Protocol

from .wire import Heard, Message, pack, unframe

Command = tuple[dict[str, Any], bytes]


class Bytes(Protocol):
    """The part of a multiprocessing connection that is used."""

    def send_bytes(self, buf: bytes, /) -> None:
        """Sends one message."""

    def recv_bytes(self) -> bytes:
        """Returns the next message; EOFError when the other end is gone."""


class Line:
    """Commands come in by a thread of their own, which answers each at once; messages go out.

    When the server is gone, there is nobody to work for: the process ends on the spot, whatever
    the loop is doing.
    """

    def __init__(self, connection: Bytes) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._arrived = threading.Condition()
        self._commands: deque[Command] = deque()

    def open(self) -> None:
        """Gives the first sign of life and begins to hear."""
        self.say(Heard(0))
        threading.Thread(target=self._hear, daemon=True).start()

    def say(self, message: Message | Heard) -> None:
        """Sends a message; waits while the server has not taken what was said before."""
        content = pack(message)
        try:
            with self._sending:
                self._connection.send_bytes(content)
        except OSError:
            os._exit(0)

    def take(self) -> Command | None:
        """Returns the next command, None when there is none."""
        return self._commands.popleft() if self._commands else None

    def wait(self, seconds: float | None) -> None:
        """Returns when there is a command, or after that time."""
        with self._arrived:
            if not self._commands:
                self._arrived.wait(seconds)

    def _hear(self) -> None:
        count = 0
        try:
            while True:
                command = unframe(self._connection.recv_bytes())
                with self._arrived:
                    self._commands.append(command)
                    self._arrived.notify()
                count += 1
                self.say(Heard(count))
        except (EOFError, OSError):
            os._exit(0)
