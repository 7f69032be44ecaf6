"""What a run's process does: makes network and data, drives the loop, says how it ended."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from ..data.sets import Roots
from .assemble import assemble
from .checkpoint import HIDDEN, Checkpoint
from .drive import Driver
from .events import Change, Event, State, from_json
from .knobs import Knobs
from .line import Line
from .loop import train
from .options import read
from .reasons import ended_by
from .studio import Studio
from .wire import Spec


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
    options = read(spec.options)
    start = Checkpoint.of_bytes(Path(spec.checkpoint).read_bytes()) if spec.checkpoint else None
    network, task = assemble(
        options, _roots(spec.roots), _weights(spec.weights), same_classes=spec.same_classes
    )
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


def _roots(given: Mapping[str, str | None]) -> Roots:
    paths = {name: Path(path) for name, path in given.items() if path}
    own, downloads = paths.get("own", Path("data")), paths.get("downloads", Path("downloads"))
    return Roots(own=own, extra=paths.get("extra"), downloads=downloads)


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
