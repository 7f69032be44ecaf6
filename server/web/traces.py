"""The traces that are kept so that a person can hover: least recently used go first."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic_core import to_json

from ..core.edits import Edit
from ..core.ends import Ends
from ..core.record import Record
from ..errors import Problem

ID_LENGTH = 32


@dataclass(frozen=True)
class Kept:
    """One picture in one network: its records, the header that describes them, its size.

    `edits` were put in before the network ran. Where not `is_forward`, the records'
    values are derivatives of another trace's, or the difference of two.
    """

    trace_id: str
    records: tuple[Record, ...]
    header: dict[str, Any]
    ends: Mapping[str, Ends] | None = None
    edits: tuple[Edit, ...] = ()
    is_forward: bool = True

    @cached_property
    def text(self) -> bytes:
        """The header as JSON, null for what is not finite: 618 kB of a large network, made once."""
        return to_json(self.header, inf_nan_mode="null")

    @cached_property
    def size(self) -> int:
        """Bytes held by the records' values; storage shared by two values counts once."""
        storages = {
            record.value.untyped_storage().data_ptr(): record.value.untyped_storage().nbytes()
            for record in self.records
            if record.value is not None
        }
        return sum(storages.values())

    def record(self, node: str) -> Record:
        """Returns the record of a node; an unknown one is a 404 problem."""
        for record in self.records:
            if record.id == node:
                return record
        raise unknown_node(node, self.records)


def unknown_node(node: str, records: Sequence[Record]) -> Problem:
    """Returns the problem that names the node asked for and some that exist."""
    known = ", ".join(record.id for record in records[:12])
    return Problem(
        404,
        f"The network has no node {node[:80]!r}; it has {len(records)}: {known} ...",
        hint="Take an id from `nodes` of GET /api/models/{id}.",
        title="No such node",
    )


def chosen(records: tuple[Record, ...], nodes: str) -> tuple[Record, ...]:
    """Returns the records of a comma-separated list of nodes, all of an empty one.

    Raises:
        Problem: 422, one of them does not exist.
    """
    wanted = {part for part in nodes.split(",") if part}
    unknown = wanted - {record.id for record in records}
    if unknown:
        problem = unknown_node(min(unknown), records)
        problem.status = 422
        raise problem
    return tuple(record for record in records if not wanted or record.id in wanted)


def chosen_class(kept: Kept, class_id: str) -> int:
    """Returns the index of a class of the trace's network, of the likeliest for an empty id.

    Raises:
        Problem: 422, there is no such class, or the network has no class scores.
    """
    classes, shares = kept.header["classes"], kept.header["probabilities"]
    if len(shares) != len(classes):
        raise Problem(
            422,
            f"The network {kept.header['model']} gives no probability for each of its classes.",
            hint="Choose a classifier.",
            title="No classes",
        )
    if not class_id:
        return max(range(len(shares)), key=shares.__getitem__)
    if class_id not in classes:
        raise Problem(
            422,
            f"The network has no class {class_id[:80]!r}; it has: {', '.join(classes[:20])}.",
            hint="Take an id from `classes` of the trace.",
            title="No such class",
        )
    found: int = classes.index(class_id)
    return found


def trace_id(model: str, picture: bytes, crop: str) -> str:
    """Returns the id of a trace: the same network, picture and crop give the same id."""
    return key_of(model.encode(), crop.encode(), picture)


def key_of(*parts: bytes) -> str:
    """Returns the id of what is made of these parts; the same parts give the same id."""
    digest = hashlib.blake2b(digest_size=ID_LENGTH // 2)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


class Traces:
    """A store with a byte budget; the newest trace stays even when it alone exceeds it."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> Kept | None:
        """Returns a trace and marks it as used, or None."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def get(self, key: str) -> Kept:
        """Returns a trace; one that has gone is a 410 problem, a malformed id a 404."""
        kept = self.find(key)
        if kept is not None:
            return kept
        if len(key) == ID_LENGTH and set(key) <= set("0123456789abcdef"):
            raise Problem(
                410,
                f"The trace {key} is no longer in memory.",
                hint="Send the picture again: POST /api/models/{id}/trace.",
                title="Trace gone",
            )
        raise Problem(
            404,
            f"{key[:80]!r} is not a trace id; one has {ID_LENGTH} hexadecimal digits.",
            hint="Take `trace_id` from the answer to POST /api/models/{id}/trace.",
            title="No such trace",
        )

    def forward(self, key: str) -> Kept:
        """Returns a trace as `get` does; one of other values (`is_forward`) is a 422 problem."""
        kept = self.get(key)
        if not kept.is_forward:
            raise Problem(
                422,
                f"The trace {key} holds other values than the network's.",
                hint=f"Take the trace that they belong to: {kept.header['base']}.",
                title="Not a forward trace",
            )
        return kept

    def keep(self, kept: Kept) -> None:
        """Adds a trace and drops the least recently used ones beyond the budget."""
        with self._lock:
            replaced = self._kept.pop(kept.trace_id, None)
            self.used += kept.size - (replaced.size if replaced else 0)
            self._kept[kept.trace_id] = kept
            while self.used > self.budget and len(self._kept) > 1:
                self.used -= self._kept.popitem(last=False)[1].size
