"""What a run's process does: makes network and data, drives the loop, says how it ended."""

from __future__ import annotations

import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from .checkpoint import HIDDEN, Checkpoint
from .drive import Driver
from .events import Change, Event, State, from_json
from .feed import Normalise
from .knobs import Knobs
from .line import Line
from .loop import train
from .options import read
from .reasons import ended_by
from .wire import Spec

if TYPE_CHECKING:
    from ..data.task import Task

PINS = 8


def main(connection: Connection, spec: bytes) -> None:
    """Does the run of the spec until it ends; the last word is a State, whatever happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the server's, which says it on.
    given = Spec.of_bytes(spec)
    torch.set_num_threads(given.threads)
    line = Line(connection)
    line.open()
    last = Last(line)
    try:
        _prepare(last, given).run()
    except Exception as error:  # The one way out for whatever a run can do wrong.
        last.say(_end(error, last.step))


class Last:
    """The line to the server, which remembers the step that was last spoken of."""

    def __init__(self, line: Line) -> None:
        self.step = 0
        self.take, self.wait, self._say = line.take, line.wait, line.say

    def say(self, message: Any) -> None:
        """Sends a message."""
        self.step = max(self.step, getattr(message, "step", 0))
        self._say(message)


def _prepare(line: Last, spec: Spec) -> Driver:
    """The driver of a run, about to begin or to go on from its checkpoint."""
    from ..data.sets import Roots
    from .assemble import assemble

    options = read(spec.options)
    start = Checkpoint.of_bytes(Path(spec.checkpoint).read_bytes()) if spec.checkpoint else None
    roots = Roots(**{name: path and Path(path) for name, path in spec.roots.items()})
    weights = _weights(spec.weights)
    network, task = assemble(options, roots, weights, same_classes=spec.same_classes)
    changes = [change for change in map(from_json, spec.changes) if isinstance(change, Change)]
    rates = [change for change in changes if change.name == "lr"]
    speeds = [change.value for change in changes if change.name == "speed"]
    knobs = Knobs(lr=options.lr)
    begun = start.step if start else 0
    return Driver(
        line,
        spec,
        train(network, task, options, knobs, start=start, changes=rates),
        knobs=knobs,
        studio=Studio(network, task, knobs),
        speed=speeds[-1] if speeds else options.speed,
        start=start.step if start else None,
        replayed=max((change.step for change in rates if change.step > begun), default=0),
    )


def _weights(path: str | None) -> dict[str, Tensor] | None:
    """The network's part of a file of weights, also of a run's checkpoint."""
    if path is None:
        return None
    return {name: value for name, value in load_file(path).items() if not name.startswith(HIDDEN)}


def _end(error: Exception, step: int) -> Event:
    """The last event of a run that an error ended; our own errors have a sentence already."""
    sentence = getattr(error, "sentence", "")
    if not sentence:
        return ended_by(error, step)
    words = getattr(error, "words", None) or {"en": sentence, "zh": sentence}
    reason = {"code": "setup", "sentence": words, "layer": None, "step": step}
    return State(step, "failed", reason)


class Studio:
    """Pins pictures and points at weights, as commands ask for it.

    At the start the pins are the first validation picture of each class, up to eight.
    """

    def __init__(self, network: nn.Module, task: Task, knobs: Knobs) -> None:
        self._network, self._task, self._knobs = network, task, knobs
        self._normalise = Normalise(task)
        chosen = _first_of_each(task.validation.y if len(task.validation.y) else task.train.y)
        part = task.validation if len(task.validation.y) else task.train
        knobs.pins = self._normalise(part.x[chosen[:PINS]])

    def pin(self, given: dict[str, Any], payload: bytes) -> None:
        """Puts a picture into a slot: bytes of the task's shape, or `index`, its id in the set."""
        picture = self._picture(given, payload)
        pins = self._knobs.pins
        slot = given.get("slot", 0)
        if picture is None or pins is None or not isinstance(slot, int) or not 0 <= slot < PINS:
            return
        rows = [*pins[:slot], self._normalise(picture[None])[0], *pins[slot + 1 :]]
        self._knobs.pins = torch.stack(rows)
        self._knobs.pin = min(slot, len(rows) - 1)

    def _picture(self, given: dict[str, Any], payload: bytes) -> Tensor | None:
        shape = tuple(self._task.shape)
        if payload:
            fits = (
                tuple(given.get("shape", ())) == shape and len(payload) == torch.Size(shape).numel()
            )
            raw = torch.frombuffer(bytearray(payload), dtype=torch.uint8)
            return raw.reshape(shape) if fits else None
        for part in (self._task.train, self._task.validation, self._task.test):
            found = (part.ids == given.get("index", -1)).nonzero()
            if len(found):
                return part.x[int(found[0])]
        return None

    def glass(self, name: str | None, index: Any) -> None:
        """Looks at the weight of that name and place (a list, or flattened); no name: at none."""
        weights = dict(self._network.named_parameters())
        if name not in weights or name is None:
            self._knobs.glass = None
            return
        place = index if isinstance(index, list) else [index or 0]
        shape = weights[name].shape if isinstance(index, list) else (weights[name].numel(),)
        if len(place) == len(shape) and all(0 <= i < n for i, n in zip(place, shape, strict=True)):
            flat = 0
            for i, n in zip(place, shape, strict=True):
                flat = flat * n + i
            self._knobs.glass = (name, flat)


def _first_of_each(labels: Tensor) -> list[int]:
    seen: dict[int, int] = {}
    for place, label in enumerate(labels.tolist()):
        seen.setdefault(label, place)
    return [seen[label] for label in sorted(seen)]
