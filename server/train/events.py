"""What a run says while it goes on: each event is data, becomes JSON and comes back from it.

The store reads this file and nothing else of training, so it needs NumPy alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

POINT = ("step", "epoch", "loss", "accuracy", "lr")  # the columns of Points.rows
NORMS = ("gradient", "weight", "update")  # the blocks of Layers.rows, behind the step
PHASES = ("forward", "loss", "backward", "update")
STATES = ("queued", "running", "paused", "finished", "stopped", "interrupted", "failed")
ENDED = ("finished", "stopped", "interrupted", "failed")

Rows = NDArray[np.float64]
PhaseName = Literal["forward", "loss", "backward", "update"]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """The base of all events; `step` k is what holds after the k-th update."""

    type: ClassVar[str] = ""

    def as_json(self) -> dict[str, Any]:
        """Returns the event as JSON has it: `type` and the fields, null for what is not finite."""
        return {"type": self.type} | {f.name: clean(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Self:
        """Returns the event of such an object; other members such as `seq` are ignored."""
        return cls(**{f.name: given[f.name] for f in fields(cls) if f.name in given})

    def __eq__(self, other: object) -> bool:
        """Whether the other event says the same; not-a-number equals itself here."""
        return isinstance(other, Event) and self.as_json() == other.as_json()

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True, eq=False)
class Started(Event):
    """The first event: the network's graph as the tap describes it, and the sizes of the run.

    Attributes:
        nodes: the graph, `Record.describe()` of each node.
        layers: names of the layers with parameters, in the order of the columns of `Layers`.
        parameters: learned numbers in all; `trainable` of them are not frozen.
        classes: `{id, en, zh}` each.
        steps: of the whole run; `steps_per_epoch` of one epoch.
        counts: part ("train", "validation", "test") -> pictures.
        notes: sentences about the data, `{en, zh}` each or plain English.
        initial: layer -> norm of its weights before the first step.
    """

    type: ClassVar[str] = "started"
    nodes: list[dict[str, Any]]
    layers: list[str]
    parameters: int
    trainable: int
    classes: list[dict[str, str]]
    steps_per_epoch: int
    steps: int
    counts: dict[str, int]
    notes: list[Any] = field(default_factory=list)
    initial: dict[str, float] = field(default_factory=dict)
    step: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Points(Event):
    """Steps with their epoch, training loss and accuracy of the batch, learning rate.

    `rows` is (n, 5) float64 with the columns of POINT; the learning rate is the one of the update.
    """

    type: ClassVar[str] = "points"
    rows: Rows

    @property
    def step(self) -> int:
        """The last step in it."""
        return int(self.rows[-1, 0])

    def as_json(self) -> dict[str, Any]:
        """Returns `{type, points: [{step, epoch, loss, accuracy, lr}]}`."""
        return {
            "type": self.type,
            "points": [
                {"step": int(row[0])} | dict(zip(POINT[1:], map(number, row[1:]), strict=True))
                for row in self.rows.tolist()
            ],
        }

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Self:
        """Returns the event of such an object; null becomes not-a-number."""
        rows = [[_float(point[name]) for name in POINT] for point in given["points"]]
        return cls(np.array(rows, np.float64).reshape(-1, len(POINT)))


@dataclass(frozen=True, slots=True, eq=False)
class Layers(Event):
    """Per layer the norms of gradient, weights and the change of the weights, at some steps.

    `rows` is (n, 1 + 3 L) float64: the step, L gradient norms, L weight norms (after the update),
    L update norms. The layers are those of `Started.layers`.
    """

    type: ClassVar[str] = "layers"
    rows: Rows

    @property
    def step(self) -> int:
        """The last step in it."""
        return int(self.rows[-1, 0])

    def as_json(self) -> dict[str, Any]:
        """Returns `{type, rows: [{step, gradient: [...], weight: [...], update: [...]}]}`."""
        count = (self.rows.shape[1] - 1) // len(NORMS)
        cut = {name: slice(1 + i * count, 1 + (i + 1) * count) for i, name in enumerate(NORMS)}
        return {
            "type": self.type,
            "rows": [
                {"step": int(row[0])} | {n: [number(v) for v in row[c]] for n, c in cut.items()}
                for row in self.rows.tolist()
            ],
        }

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Self:
        """Returns the event of such an object; null becomes not-a-number."""
        rows = [
            [row["step"], *(_float(value) for name in NORMS for value in row[name])]
            for row in given["rows"]
        ]
        return cls(np.array(rows, np.float64).reshape(len(rows), -1))


@dataclass(frozen=True, slots=True, eq=False)
class Health(Event):
    """How alive the nodes are, on the first 64 pictures of the part that was evaluated.

    `nodes` holds `{node, dead, saturated, mean, std, alike}`: share of channels (of units, in
    vectors) that are 0 or the same everywhere; share of values at the flat ends of their
    activation; mean and deviation of all values; smallest cosine between the first
    kernel and the others (convolutions and hidden dense layers; null elsewhere).
    """

    type: ClassVar[str] = "health"
    step: int
    nodes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Phase(Event):
    """One of the four phases of step `step` is done; `loss` is known from its phase on."""

    type: ClassVar[str] = "phase"
    step: int
    phase: PhaseName
    loss: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation(Event):
    """What the network makes of a part of the pictures that it does not learn from.

    Attributes:
        part: "validation" or "test".
        loss: mean of the run's loss, without label smoothing.
        accuracy: share of right guesses, 0 to 1.
        confusion: (classes, classes) counts, a row for each true class.
        worst: up to 24 mistakes or least sure, `{id, label, guess, probability, loss}`,
            worst first; `probability` is that of the true class.
        wrong: mistakes as `[id, label, guess]`, worst first: all, or of more than 400 the worst of
            every cell of `confusion`, as evenly as can be.
        right: right guesses in the same way, least sure first, up to 200.
        embedding: `{ids, labels, points: [[x, y]]}`, the last hidden layer in two dimensions;
            null when there is none.
        strip: the same few pictures at every evaluation, `{id, label, guess, probability}`,
            `probability` of the guess.
    """

    type: ClassVar[str] = "evaluation"
    step: int
    epoch: float
    part: str
    loss: float
    accuracy: float
    confusion: list[list[int]]
    worst: list[dict[str, Any]] = field(default_factory=list)
    embedding: dict[str, Any] | None = None
    strip: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[list[int]] = field(default_factory=list)
    right: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Change(Event):
    """A live option got a new value; `step` is the first whose update uses it."""

    type: ClassVar[str] = "change"
    step: int
    name: str
    old: Any
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Verdict(Event):
    """What the doctor says: which rule, how serious, the numbers, what would help, the words."""

    type: ClassVar[str] = "verdict"
    step: int
    rule: str
    level: str  # "note", "warning" or "failure"
    values: dict[str, Any]
    remedy: dict[str, Any]  # option -> value
    text: dict[str, str]  # en, zh


@dataclass(frozen=True, slots=True, eq=False)
class Finder(Event):
    """The learning-rate finder's walk: `points` [[lr, loss]], the steepest place, a suggestion."""

    type: ClassVar[str] = "finder"
    step: int
    points: list[list[float]]
    steepest: float | None
    suggestion: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Busy(Event):
    """A long piece of work goes on ("evaluation", "finder"), `done` of `total`; a driver may act.

    It need not be stored.
    """

    type: ClassVar[str] = "busy"
    step: int
    what: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Saved(Event):
    """A checkpoint of this step is stored."""

    type: ClassVar[str] = "saved"
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class State(Event):
    """The run is in a new state; `reason` `{code, sentence: {en, zh}, layer, step}` when it ends.

    Codes of the loop: epochs, accuracy, patience (finished); not_finite, exception, memory
    (failed). `layer` is null where none is to blame.
    """

    type: ClassVar[str] = "state"
    step: int
    state: str
    reason: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Event):
    """What a picture looks like inside the network at a step, as safetensors bytes; never stored
    as JSON."""  # noqa: D205, D209

    type: ClassVar[str] = "frame"
    step: int
    payload: bytes

    def as_json(self) -> dict[str, Any]:
        """Returns the event without its payload, and the payload's length."""
        return {"type": self.type, "step": self.step, "bytes": len(self.payload)}

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Self:
        """Returns a frame whose payload has to come some other way: an empty one."""
        return cls(given["step"], b"")


KINDS: Mapping[str, type[Event]] = {
    kind.type: kind
    for kind in (
        Started,
        Points,
        Layers,
        Health,
        Phase,
        Evaluation,
        Change,
        Verdict,
        Finder,
        Busy,
        Saved,
        State,
        Frame,
    )
}


def from_json(given: Mapping[str, Any]) -> Event:
    """Returns the event of a JSON object that `as_json` made.

    Raises:
        ValueError: its `type` is none, or a field is missing.
    """
    kind = KINDS.get(given.get("type", ""))
    if kind is None:
        raise ValueError(f"{str(given.get('type'))[:40]!r} is no type of event: {', '.join(KINDS)}")
    try:
        return kind.of_json(given)
    except (KeyError, TypeError) as error:
        raise ValueError(f"the {kind.type} event is not whole: {error}") from error


def joined(batch: Iterable[Event]) -> list[Event]:
    """Returns the events with neighbours of one kind of rows (points, layers) made one event.

    Points and layers may lie mixed; each kind keeps its order, and both stay behind what came
    before and before what comes after them.
    """
    done: list[Event] = []
    held: dict[type[Event], list[Rows]] = {}
    for event in batch:
        if isinstance(event, Points | Layers):
            held.setdefault(type(event), []).append(event.rows)
            continue
        done += _merged(held)
        done.append(event)
    return done + _merged(held)


def _merged(held: dict[type[Event], list[Rows]]) -> list[Event]:
    made: list[Event] = []
    for kind, rows in held.items():
        assert kind is Points or kind is Layers
        made.append(kind(np.concatenate(rows)))
    held.clear()
    return made


def number(value: float) -> float | None:
    """Returns the value, None where it is not finite and JSON has no word for it."""
    return value if math.isfinite(value) else None


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def clean(value: Any) -> Any:
    """Returns the value with None for every number that is not finite, inside lists and objects."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return {key: clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean(each) for each in value]
    return value
