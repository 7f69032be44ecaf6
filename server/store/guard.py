"""Whose the folder is, and a little room kept aside for the last words on a full disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

RESERVE_BYTES = 256 * 1024


class Guard:
    """Holds the folder's lock for as long as the process lives, however it ends.

    The lock is SQLite's own on an empty file: the same on every system, gone with the process.
    """

    def __init__(self, folder: Path) -> None:
        self._reserve = folder / "reserve"
        self._db = sqlite3.connect(
            folder / "server.lock", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._db.execute("BEGIN EXCLUSIVE")
            self.is_ours = True
        except sqlite3.OperationalError:
            self.is_ours = False
        self._keep_reserve()

    def close(self) -> None:
        """Gives the folder up."""
        self._db.close()

    def free_reserve(self) -> bool:
        """Returns whether there was something to give up; it comes back at the next start."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        return True

    def _keep_reserve(self) -> None:
        try:
            if not self._reserve.exists():
                self._reserve.write_bytes(bytes(RESERVE_BYTES))
        except OSError:  # No room for a reserve: runs will say so themselves.
            self._reserve.unlink(missing_ok=True)
