"""Rows of the data base as records, and events as the bytes that are kept of them."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..train.events import POINT, Evaluation, Event, Layers, Points, Rows, Started

LAYERS_HEAD = struct.Struct("<cxH")  # number type, columns


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the list shows it.

    Attributes:
        id: never used again, not even after the run is deleted.
        state: one of `events.STATES`; `reason` says why it ended.
        seq: number of the last event; `step` is the last step stored.
        results: what is known so far: epoch, loss, accuracy, lr, validation_loss,
            validation_accuracy, best_accuracy, test_loss, test_accuracy, parameters, trainable,
            steps, steps_per_epoch, classes.
    """

    id: str
    name: str
    state: str
    reason: dict[str, Any] | None
    options: dict[str, Any]
    results: dict[str, Any]
    created_s: float
    changed_s: float
    seq: int
    step: int

    def as_json(self) -> dict[str, Any]:
        """Returns the record as a JSON object."""
        return asdict(self)


def dumps(value: object) -> str:
    """Returns the value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def run_row(row: sqlite3.Row) -> RunRow:
    """Returns the record of a row of the table `run`."""
    return RunRow(
        id=str(row["id"]),
        name=row["name"],
        state=row["state"],
        reason=json.loads(row["reason"]) if row["reason"] else None,
        options=json.loads(row["options"]),
        results=json.loads(row["results"]),
        created_s=row["created_s"],
        changed_s=row["changed_s"],
        seq=row["seq"],
        step=row["step"],
    )


def body_of(event: Event, given: Mapping[str, Any]) -> bytes | str:
    """Returns what is kept of an event: packed numbers, or the JSON `given` without its type.

    Points are (n, 5) float64; layers float32 where that is exact, as PyTorch's norms are.
    """
    if isinstance(event, Points):
        return np.ascontiguousarray(event.rows, "<f8").tobytes()
    if isinstance(event, Layers):
        small = event.rows.astype("<f4")
        exact = np.array_equal(small.astype("<f8"), event.rows, equal_nan=True)
        head = LAYERS_HEAD.pack(b"f" if exact else b"d", event.rows.shape[1])
        return head + (small if exact else event.rows.astype("<f8")).tobytes()
    return dumps({k: v for k, v in given.items() if k != "type"})


def json_of(kind: str, seq: int, body: bytes | str, from_step: int = 0) -> dict[str, Any]:
    """Returns a stored event as JSON with its `seq`; rows before `from_step` are left out."""
    if kind == Points.type:
        return {"seq": seq} | Points(since(points_of(body), from_step)).as_json()
    if kind == Layers.type:
        return {"seq": seq} | Layers(since(_layers_of(body), from_step)).as_json()
    members: dict[str, Any] = json.loads(body)
    return {"seq": seq, "type": kind} | members


def points_of(body: bytes | str) -> Rows:
    """Returns the (n, 5) rows of one or many bodies of points laid end to end."""
    assert isinstance(body, bytes)
    return np.frombuffer(body, "<f8").reshape(-1, len(POINT))


def since(rows: Rows, step: int) -> Rows:
    """Returns the rows of that step and later ones; rows are in the order of their steps."""
    return rows[int(np.searchsorted(rows[:, 0], step)) :]


def _layers_of(body: bytes | str) -> Rows:
    assert isinstance(body, bytes)
    kind, columns = LAYERS_HEAD.unpack_from(body)
    numbers = np.frombuffer(body, "<f4" if kind == b"f" else "<f8", offset=LAYERS_HEAD.size)
    return numbers.astype(np.float64).reshape(-1, columns)


def results_after(
    results: Mapping[str, Any], given: Mapping[str, Any], event: Event
) -> dict[str, Any]:
    """Returns the run's results once the event, whose JSON is `given`, is known."""
    new = dict(results)
    match event:
        case Points():
            new |= {name: given["points"][-1][name] for name in POINT[1:]}
        case Started():
            names = ("parameters", "trainable", "steps", "steps_per_epoch", "classes")
            new |= {name: given[name] for name in names}
        case Evaluation():
            part = event.part
            new |= {f"{part}_loss": given["loss"], f"{part}_accuracy": given["accuracy"]}
            if part == "validation":
                best = max(new.get("best_accuracy", 0.0), given["accuracy"] or 0.0)
                new |= {"best_accuracy": best}
    return new
