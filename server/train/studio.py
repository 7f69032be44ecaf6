"""What a person looks at while a run goes on: pinned pictures, one weight under the glass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ..data.task import Task
from .feed import Normalise
from .knobs import Knobs

PINS = 8


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

    def pin(self, given: Mapping[str, Any], payload: bytes) -> None:
        """Puts a picture into a slot: bytes of the task's shape, or `index`, its id in the set."""
        picture = self._picture(given, payload)
        pins = self._knobs.pins
        slot = given.get("slot", 0)
        if picture is None or pins is None or not isinstance(slot, int) or not 0 <= slot < PINS:
            return
        rows = [*pins[:slot], self._normalise(picture[None])[0], *pins[slot + 1 :]]
        self._knobs.pins = torch.stack(rows)
        self._knobs.pin = min(slot, len(rows) - 1)

    def _picture(self, given: Mapping[str, Any], payload: bytes) -> Tensor | None:
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
