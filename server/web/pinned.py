"""The pictures that runs were shown besides their own, for when they are resumed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..store import Store, StoreError
from ..train.wire import frame, unframe

Pin = tuple[dict[str, Any], bytes]  # the command, and the picture's bytes


class Pinned:
    """Pins by run and slot: a person's own pictures in memory alone, all others in the store too.

    A command that says `own` brings a picture of a person's.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own: dict[str, dict[int, Pin]] = {}

    def put(self, run_id: str, command: dict[str, Any], payload: bytes) -> None:
        """Remembers a pin, in place of what the slot held."""
        slot, own = command["slot"], self._own.setdefault(run_id, {})
        own.pop(slot, None)
        if command.get("own"):
            own[slot] = command, payload
        with suppress(StoreError):  # On a full disk it is shown all the same.
            self._store.save_pin(run_id, slot, b"" if slot in own else frame(command, payload))

    def of(self, run_id: str) -> list[Pin]:
        """Returns what the run was shown, by slot."""
        kept = {slot: unframe(content) for slot, content in self._store.pins(run_id).items()}
        return [pin for _, pin in sorted((kept | self._own.get(run_id, {})).items())]

    def own(self, run_id: str) -> set[int]:
        """Returns the slots that hold a person's own pictures."""
        return set(self._own.get(run_id, {}))

    def forget(self, run_id: str) -> None:
        """The run was deleted, and with it what the store had."""
        self._own.pop(run_id, None)
