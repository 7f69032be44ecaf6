"""Events for tests of the store."""

import numpy as np

from convlens.train.events import Evaluation, Layers, Points, Started


def points(first: int, last: int, *, loss: float | None = None) -> Points:
    steps = np.arange(first, last + 1, dtype=np.float64)
    losses = 1 / steps if loss is None else np.full(len(steps), loss)
    return Points(np.stack([steps, steps / 10, losses, steps % 2, np.full(len(steps), 0.01)], 1))


def layers(first: int, last: int, *, count: int = 2) -> Layers:
    steps = np.arange(first, last + 1, dtype=np.float64)
    norms = np.outer(steps, np.arange(1, 3 * count + 1)).astype(np.float32) / np.float32(7)
    return Layers(np.concatenate([steps[:, None], norms.astype(np.float64)], 1))


def evaluation(step: int, *, accuracy: float = 0.5, part: str = "validation") -> Evaluation:
    return Evaluation(step, step / 10, part, 1.5, accuracy, [[step, 0], [0, 1]])


def started() -> Started:
    classes = [{"id": "zero", "en": "zero", "zh": "零"}, {"id": "one", "en": "one", "zh": "一"}]
    return Started([], ["conv1", "dense1"], 26, 26, classes, 10, 100, {"train": 320})
