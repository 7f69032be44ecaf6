"""The one door to what is kept: runs, their events in one strict order, their files.

Any thread may call anything. One connection writes, under a lock; readers take connections from a
pool and never wait for the writer (WAL).
"""

from __future__ import annotations

import builtins
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..train.events import ENDED, Change, Event, Frame, Points, Rows
from . import files, rows
from .guard import Guard
from .news import News
from .problems import StoreError, guarded
from .rows import RunRow
from .schema import connect, migrate

PAGE = 256  # events read at once
CHECKPOINTS, FRAMES = 24, 64  # kept of a run
ALIVE = ("queued", "running", "paused")


class Store:
    """What is kept of all runs, in a folder.

    Raises:
        StoreError: from the constructor and from every method that writes: the folder is full,
            read-only, damaged or newer than this program. Nothing of that call is stored then.
        KeyError: from every method that takes an id which no run has.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._idle: list[sqlite3.Connection] = []
        with guarded(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._db = connect(folder)
            migrate(self._db, folder)
        self._guard = Guard(folder)

    def close(self) -> None:
        """Closes every connection; the store cannot be used any more."""
        with self._lock:
            self._guard.close()
            self._db.close()
            while self._idle:
                self._idle.pop().close()

    # --- runs ---

    def create(self, options: Mapping[str, Any], name: str = "") -> RunRow:
        """Returns a new run in the state `queued`; without a name it is called `Run <id>`."""
        now = time.time()
        with self._writing() as db:
            made = db.execute(
                "INSERT INTO run (name, state, options, created_s, changed_s) VALUES (?,?,?,?,?)",
                (name, "queued", rows.dumps(options), now, now),
            ).lastrowid
            if not name:
                db.execute("UPDATE run SET name = ? WHERE id = ?", (f"Run {made}", made))
        return self.run(str(made))

    def runs(self) -> list[RunRow]:
        """Returns every run, the newest first."""
        with self._reading() as db:
            return [rows.run_row(row) for row in db.execute("SELECT * FROM run ORDER BY id DESC")]

    def run(self, id: str) -> RunRow:
        """Returns the run of that id."""
        with self._reading() as db:
            return rows.run_row(_row(db, id))

    def rename(self, id: str, name: str) -> RunRow:
        """Gives the run another name and returns it."""
        with self._writing() as db:
            _row(db, id)
            db.execute("UPDATE run SET name = ? WHERE id = ?", (name, id))
        return self.run(id)

    def delete(self, id: str) -> None:
        """Removes the run, its events and its files."""
        with self._writing() as db:
            _row(db, id)
            db.execute("DELETE FROM run WHERE id = ?", (id,))
        files.remove(self._files(id))

    def set_state(self, id: str, state: str, reason: Mapping[str, Any] | None = None) -> RunRow:
        """Puts the run into a state, also on a full disk (by the reserve), and returns it."""
        try:
            return self._set_state(id, state, reason)
        except StoreError:
            if not self._guard.free_reserve():
                raise
            return self._set_state(id, state, reason)

    def _set_state(self, id: str, state: str, reason: Mapping[str, Any] | None) -> RunRow:
        text = rows.dumps(reason) if reason else None
        with self._writing() as db:
            _row(db, id)
            db.execute(
                "UPDATE run SET state = ?, reason = ?, changed_s = ? WHERE id = ?",
                (state, text, time.time(), id),
            )
            if state in ENDED:  # Going on from a checkpoint, it repeats what is stored.
                db.execute("UPDATE run SET repeat = step WHERE id = ?", (id,))
        return self.run(id)

    def interrupted(self) -> list[str]:
        """Marks the runs that a server which died has left, and returns their ids.

        While another living server holds the folder, nothing is touched: the runs are its.
        """
        if not self._guard.is_ours:
            return []
        left = [row.id for row in self.runs() if row.state in ALIVE]
        for id in left:
            self.set_state(id, "interrupted")
        known = {row.id for row in self.runs()}
        for folder in (self.folder / "runs").glob("*"):
            if folder.name not in known:  # The server died between the rows and the files.
                files.remove(folder)
        return left

    # --- events ---

    def append(self, id: str, events: Sequence[Event]) -> list[tuple[int, dict[str, Any]]]:
        """Returns what is new of the events, numbered and as it is to be sent, once it is stored.

        All or nothing is stored. What a resumed run says a second time is left out, row by row;
        `Frame` events are not kept here.
        """
        with self._writing() as db:
            news = News(db, id, _row(db, id))
            for event in events:
                if not isinstance(event, Frame):
                    news.add(event)
            news.close(time.time())
        return news.sent

    def events(
        self, id: str, from_step: int = 0, types: Collection[str] | None = None
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yields the events that reach `from_step` in their order, rows before it left out."""
        seq = 0
        while page := self._page(id, seq, from_step, types, PAGE):
            for seq, kind, body in page:
                yield seq, rows.json_of(kind, seq, body, from_step)

    def after(self, id: str, seq: int, limit: int = PAGE) -> list[tuple[int, dict[str, Any]]]:
        """Returns up to `limit` events that follow the event of number `seq`, as they were sent."""
        page = self._page(id, seq, None, None, limit)
        return [(each, rows.json_of(kind, each, body)) for each, kind, body in page]

    def cursor(self, id: str, from_step: int) -> int:
        """Returns the number of the event before the first that reaches `from_step`.

        0 for a `from_step` of 0 or less; the last number when no event reaches that far.
        """
        with self._reading() as db:
            row = _row(db, id)
            if from_step <= 0:
                return 0
            (first,) = db.execute(
                "SELECT min(seq) FROM event WHERE run = ? AND step >= ?", (id, from_step)
            ).fetchone()
            return int(row["seq"]) if first is None else int(first) - 1

    def points(self, id: str, from_step: int = 0) -> Rows:
        """Returns every stored step from `from_step` on, (n, 5) float64, columns of POINT."""
        with self._reading() as db:
            db.execute("BEGIN")  # Chunks and what follows them are of one moment.
            try:
                bodies = _bodies(db, id, from_step)
            finally:
                db.execute("COMMIT")
        return rows.since(rows.points_of(b"".join(bodies)), from_step)

    def changes(self, id: str) -> list[dict[str, Any]]:
        """Returns the live changes of the run, to be replayed when it is resumed."""
        return [event for _, event in self.events(id, types=(Change.type,))]

    def _page(
        self, id: str, seq: int, from_step: int | None, types: Collection[str] | None, limit: int
    ) -> list[tuple[int, str, bytes | str]]:
        kinds = list(types or ())
        where = "run = ? AND seq > ?"
        where += " AND step >= ?" if from_step else ""
        where += f" AND type IN ({','.join('?' * len(kinds))})" if types is not None else ""
        steps = [from_step] if from_step else []
        with self._reading() as db:
            _row(db, id)
            found = db.execute(
                f"SELECT seq, type, body FROM event WHERE {where} ORDER BY seq LIMIT ?",
                (id, seq, *steps, *kinds, limit),
            )
            return [(seq, kind, body) for seq, kind, body in found]

    # --- files ---

    def save_checkpoint(self, id: str, step: int, payload: builtins.bytes) -> None:
        """Keeps a checkpoint; of many, the newest and some of all ages stay."""
        self._save(self._files(id, "checkpoints"), id, step, payload, CHECKPOINTS)

    def checkpoints(self, id: str) -> list[int]:
        """Returns the steps that have a checkpoint, in order."""
        self.run(id)
        return files.steps(self._files(id, "checkpoints"))

    def checkpoint(self, id: str, step: int | None = None) -> Path:
        """Returns the file of the last checkpoint, of those up to `step` where it is given.

        Raises:
            KeyError: there is none.
        """
        return _last(self._files(id, "checkpoints"), self.checkpoints(id), step)

    def save_frame(self, id: str, step: int, payload: builtins.bytes) -> None:
        """Keeps a frame; of many, the newest and some of all ages stay."""
        self._save(self._files(id, "frames"), id, step, payload, FRAMES)

    def frames(self, id: str) -> list[int]:
        """Returns the steps that have a frame, in order."""
        self.run(id)
        return files.steps(self._files(id, "frames"))

    def frame(self, id: str, step: int | None = None) -> Path:
        """Returns the file of the last frame, of those up to `step` where it is given.

        Raises:
            KeyError: there is none.
        """
        return _last(self._files(id, "frames"), self.frames(id), step)

    def save_pin(self, id: str, slot: int, payload: builtins.bytes) -> None:
        """Keeps what a slot shows in place of what it showed; nothing of it for empty bytes."""
        place = files.path_of(self._files(id, "pins"), slot)
        self.run(id)
        with guarded(self.folder):
            if payload:
                files.write(place, payload)
            else:
                place.unlink(missing_ok=True)

    def pins(self, id: str) -> dict[int, builtins.bytes]:
        """Returns what is kept of the slots, in order."""
        folder = self._files(id, "pins")
        return {slot: files.path_of(folder, slot).read_bytes() for slot in files.steps(folder)}

    def bytes(self, id: str) -> int:
        """Returns how much the run takes on the disk: its events and its files."""
        with self._reading() as db:
            events = int(_row(db, id)["bytes"])
        return events + files.size(self._files(id))

    def _files(self, id: str, part: str = "") -> Path:
        return self.folder / "runs" / id / part

    def _save(self, folder: Path, id: str, step: int, payload: builtins.bytes, limit: int) -> None:
        self.run(id)
        with guarded(self.folder):
            files.write(files.path_of(folder, step), payload)
            files.thin(folder, limit)

    # --- connections ---

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing."""
        with self._lock, guarded(self.folder):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with guarded(self.folder):
            try:
                db = self._idle.pop()
            except IndexError:
                db = connect(self.folder)
            try:
                yield db
            finally:
                self._idle.append(db)


def _row(db: sqlite3.Connection, id: str) -> sqlite3.Row:
    row = db.execute("SELECT * FROM run WHERE id = ?", (id,)).fetchone()
    if row is None or str(row["id"]) != id:  # SQLite finds " 1" and "1.0" too; files would not.
        raise KeyError(id)
    found: sqlite3.Row = row
    return found


def _bodies(db: sqlite3.Connection, id: str, from_step: int) -> list[builtins.bytes]:
    """The points that reach a step: chunks, then the events behind the last chunk."""
    tail = max(from_step, _row(db, id)["chunk_step"] + 1)
    chunks = "SELECT body FROM chunk WHERE run = ? AND step >= ? ORDER BY step"
    events = "SELECT body FROM event WHERE run = ? AND type = ? AND step >= ? ORDER BY step"
    found = [*db.execute(chunks, (id, from_step)), *db.execute(events, (id, Points.type, tail))]
    return [body for (body,) in found]


def _last(folder: Path, kept: Sequence[int], step: int | None) -> Path:
    within = [each for each in kept if step is None or each <= step]
    if not within:
        raise KeyError(step)
    return files.path_of(folder, within[-1])
