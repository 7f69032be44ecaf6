"""What travels between the server and a run's process: framed bytes, JSON and numbers, no pickle.

A message is a little-endian uint32, that many bytes of JSON, and the rest, which is binary.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .events import Event, Frame, Layers, Points, from_json

LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Caps:
    """What a run may use: steps, minutes of work, learned parameters; 0 sets no bound."""

    steps: int = 0
    minutes: float = 0
    parameters: int = 0


@dataclass(frozen=True, slots=True)
class Spec:
    """All that a worker needs to know about its run.

    Attributes:
        id: of the run.
        options: JSON of `Options`.
        roots: where data sets lie: `own`, `extra`, `downloads`, each a path or null.
        caps: bounds beyond which the run ends with a sentence.
        checkpoint: path of the checkpoint to go on from, null to begin.
        changes: JSON of the run's `Change` events so far, replayed at their steps.
        seen: last step already stored; up to there a resumed run hurries and obeys only `stop`.
        weights: path of the weights that `options["start"]` names, null for none.
        same_classes: whether those weights tell the same classes in the same order apart.
        paused: whether the run waits before its first new step.
        threads: of PyTorch in the worker.
    """

    id: str
    options: dict[str, Any] = field(default_factory=dict)
    roots: dict[str, str | None] = field(default_factory=dict)
    caps: Caps = Caps()
    checkpoint: str | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0
    weights: str | None = None
    same_classes: bool = False
    paused: bool = False
    threads: int = 1

    def to_bytes(self) -> bytes:
        """Returns the spec as JSON."""
        return json.dumps(dataclasses.asdict(self)).encode()

    @classmethod
    def of_bytes(cls, given: bytes) -> Spec:
        """Returns the spec that `to_bytes` wrote."""
        fields = json.loads(given)
        return cls(**fields | {"caps": Caps(**fields["caps"])})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A checkpoint's bytes on the way to the store, which then says `Saved`."""

    step: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """A worker's sign of life from beside its loop: how many commands it has heard so far."""

    count: int


Message = Event | Snapshot


def frame(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Returns one message: its length-prefixed JSON, then `body`."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join((LENGTH.pack(len(text)), text, body))


def unframe(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Returns header and body of a message."""
    (length,) = LENGTH.unpack_from(message)
    end = LENGTH.size + length
    return json.loads(message[LENGTH.size : end]), message[end:]


def pack(message: Message | Heard) -> bytes:
    """Returns what a worker says as bytes; rows of numbers and pictures stay binary."""
    match message:
        case Heard():
            return frame({"type": "heard", "count": message.count})
        case Snapshot():
            return frame({"type": "snapshot", "step": message.step}, message.payload)
        case Frame():
            return frame(message.as_json(), message.payload)
        case Points() | Layers():
            header = {"type": message.type, "columns": message.rows.shape[1]}
            return frame(header, np.ascontiguousarray(message.rows, np.float64).tobytes())
        case _:
            return frame(message.as_json())


def unpack(message: bytes) -> Message | Heard:
    """Returns what `pack` packed.

    Raises:
        ValueError: it is no message of ours.
    """
    header, body = unframe(message)
    match header.get("type"):
        case "heard":
            return Heard(header["count"])
        case "snapshot":
            return Snapshot(header["step"], body)
        case "frame":
            return Frame(header["step"], body)
        case "points":
            return Points(np.frombuffer(body).reshape(-1, header["columns"]))
        case "layers":
            return Layers(np.frombuffer(body).reshape(-1, header["columns"]))
        case _:
            return from_json(header)
