"""What is new of a batch of events, written inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from ..train.events import Evaluation, Event, Health, Layers, Phase, Points, Started, Verdict
from . import rows

# What a resumed run says again -> the members by which two events of one step are the same.
SAME: dict[type[Event], tuple[str, ...]] = {
    Evaluation: ("part",),
    Health: (),
    Phase: ("phase",),
    Verdict: ("rule",),
}

CHUNK_STEPS = 1024


class News:
    """Numbers and writes events of a run; `sent` is what is new, as JSON, in order.

    A row of points or layers is new when its step is beyond the last stored one. Up to the step at
    which the run was cut off, an evaluation, a verdict and the like is new when there is none of
    its step; `Started` is said once.
    """

    def __init__(self, db: sqlite3.Connection, id: str, row: sqlite3.Row) -> None:
        self._db, self._id = db, id
        self._seq, self._bytes, self._repeat = row["seq"], row["bytes"], row["repeat"]
        self._last: dict[type[Event], int] = {Points: row["step"], Layers: row["layers_step"]}
        self._results: dict[str, Any] = json.loads(row["results"])
        self._chunk_step = row["chunk_step"]
        self.sent: list[tuple[int, dict[str, Any]]] = []

    def add(self, event: Event) -> None:
        """Writes the event, or what is new of it."""
        if isinstance(event, Points | Layers):
            kind = type(event)
            fresh = kind(rows.since(event.rows, self._last[kind] + 1))
            if len(fresh.rows):
                self._last[kind] = fresh.step
                self._write(fresh)
        elif not self._is_repeat(event):
            self._write(event)

    def close(self, now_s: float) -> None:
        """Writes what the events mean for the run."""
        if self._last[Points] - self._chunk_step >= CHUNK_STEPS:
            self._make_chunk()
        self._db.execute(
            "UPDATE run SET seq=?, bytes=?, step=?, layers_step=?, chunk_step=?, results=?,"
            " changed_s=? WHERE id=?",
            (
                self._seq,
                self._bytes,
                self._last[Points],
                self._last[Layers],
                self._chunk_step,
                rows.dumps(self._results),
                now_s,
                self._id,
            ),
        )

    def _write(self, event: Event) -> None:
        given = event.as_json()
        body = rows.body_of(event, given)
        step = getattr(event, "step", 0)
        self._seq += 1
        self._bytes += len(body)
        self._db.execute(
            "INSERT INTO event VALUES (?,?,?,?,?)", (self._id, self._seq, event.type, step, body)
        )
        self._results = rows.results_after(self._results, given, event)
        self.sent.append((self._seq, {"seq": self._seq} | given))

    def _make_chunk(self) -> None:
        loose = self._stored("type = ? AND step > ? ORDER BY step", Points.type, self._chunk_step)
        body = b"".join(loose)
        self._chunk_step = self._last[Points]
        self._bytes += len(body)
        self._db.execute("INSERT INTO chunk VALUES (?,?,?)", (self._id, self._chunk_step, body))

    def _is_repeat(self, event: Event) -> bool:
        if isinstance(event, Started):
            return bool(self._stored("type = ?", event.type))
        same = SAME.get(type(event))
        step = getattr(event, "step", 0)
        if same is None or step > self._repeat:
            return False
        given = event.as_json()
        stored = map(json.loads, self._stored("type = ? AND step = ?", event.type, step))
        return any(all(each[name] == given[name] for name in same) for each in stored)

    def _stored(self, where: str, *values: Any) -> list[Any]:
        found = self._db.execute(
            f"SELECT body FROM event WHERE run = ? AND {where}", (self._id, *values)
        )
        return [body for (body,) in found]
