"""What a network makes of pictures that it does not learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..data.task import Part, Task
from .events import Busy, Evaluation, Health
from .features import kept_still, plane
from .feed import KEPT_BYTES, Normalise
from .health import Pulse
from .losses import LOSSES

CHUNK = 256  # pictures at once; between two chunks a driver may act
WORST = 24
STRIP = 16
WRONG, RIGHT = 400, 200  # pictures that the cells of the confusion matrix can show
EMBEDDED = 200


class Evaluator:
    """Evaluates one network on the parts of one task; remembers how the last embedding lay."""

    def __init__(self, network: nn.Module, task: Task, loss: str) -> None:
        self._network, self._task, self._loss = network, task, LOSSES[loss]
        self._normalise = Normalise(task)
        self._kept: dict[str, Tensor] = {}
        self._last = [m for m in network.modules() if isinstance(m, nn.Linear)][-1:]
        self.embedding: Tensor | None = None

    def run(self, name: str, step: int, epoch: float) -> Iterator[Busy | Evaluation | Health]:
        """Yields Busy between chunks, then the Evaluation, then Health; nothing for no pictures.

        The network must be in eval mode. Nothing of it or of the random state changes.
        """
        part: Part = getattr(self._task, name)
        count = len(part.y)
        if not count:
            return
        logits, features = [], []
        pulse = Pulse(self._network)
        with torch.no_grad():
            for start in range(0, count, CHUNK):
                if start:
                    yield Busy(step, "evaluation", start, count)
                x = self._pictures(name, part, slice(start, start + CHUNK))
                inner: list[Tensor] = []
                hooks = [m.register_forward_pre_hook(_keeper(inner)) for m in self._last]
                hooks += pulse.hooks() if not start else []
                try:
                    logits.append(self._network(x))
                finally:
                    for hook in hooks:
                        hook.remove()
                features += inner
            scores, inside = torch.cat(logits), torch.cat(features) if features else None
            yield self._judge(name, part, scores, inside, (step, epoch))
            yield Health(step, pulse.read())

    def _pictures(self, name: str, part: Part, chosen: slice) -> Tensor:
        """Normalised pictures; those of a small part are made once."""
        if part.x.numel() * 4 > KEPT_BYTES // 4:
            return self._normalise(part.x[chosen])
        if name not in self._kept:
            self._kept[name] = self._normalise(part.x)
        return self._kept[name][chosen]

    def _judge(
        self,
        name: str,
        part: Part,
        logits: Tensor,
        features: Tensor | None,
        when: tuple[int, float],
    ) -> Evaluation:
        labels = part.y
        classes = len(self._task.classes)
        guesses = logits.argmax(1)
        cells = labels * classes + guesses
        counts = torch.bincount(cells, minlength=classes * classes)
        losses = F.cross_entropy(logits, labels, reduction="none").nan_to_num(nan=torch.inf)
        hard = losses.argsort(descending=True, stable=True)
        is_wrong = (guesses != labels)[hard]
        return Evaluation(
            step=when[0],
            epoch=when[1],
            part=name,
            loss=self._loss(logits, labels, 0.0).item(),
            accuracy=(guesses == labels).sum().item() / len(labels),
            confusion=counts.view(classes, classes).tolist(),
            worst=_worst(part, losses, guesses),
            embedding=self._embed(part, features) if name == "validation" else None,
            strip=_strip(part, logits, guesses, classes),
            wrong=_triples(part, guesses, _even(hard[is_wrong], cells, WRONG)),
            right=_triples(part, guesses, _even(hard[~is_wrong], cells, RIGHT)),
        )

    def _embed(self, part: Part, features: Tensor | None) -> dict[str, Any] | None:
        """The last hidden layer of up to 200 pictures in the plane."""
        if features is None:
            return None
        # Drawn by lot, always the same: every so many-th would miss classes that come in turns.
        lot = torch.randperm(len(part.y), generator=torch.Generator().manual_seed(0))
        chosen = lot[:EMBEDDED].sort().values
        inside = features[chosen].flatten(1)
        if inside.shape[1] < 2 or not bool(inside.isfinite().all()):
            return None
        self.embedding = kept_still(plane(inside), self.embedding)
        points = self.embedding.double().numpy().round(4).tolist()
        return {
            "ids": part.ids[chosen].tolist(),
            "labels": part.y[chosen].tolist(),
            "points": points,
        }


def _keeper(kept: list[Tensor]) -> Any:
    """A hook that keeps what a module is given."""

    def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
        kept.append(given[0].detach())

    return keep


def _rows(part: Part, chosen: Tensor, columns: dict[str, Tensor]) -> list[dict[str, Any]]:
    """One object for each chosen picture, with its id and true class."""
    columns = {"id": part.ids[chosen], "label": part.y[chosen], **columns}
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in values]


def _triples(part: Part, guesses: Tensor, chosen: Tensor) -> list[list[int]]:
    """Id, true class and guess of each chosen picture."""
    columns = (part.ids[chosen], part.y[chosen], guesses[chosen])
    rows: list[list[int]] = torch.stack(columns, 1).tolist()
    return rows


def _even(order: Tensor, cells: Tensor, most: int) -> Tensor:
    """The first of every cell before the second of any, up to `most`, in the order given."""
    if len(order) <= most:
        return order
    by_cell = cells[order].argsort(stable=True)
    _, sizes = torch.unique_consecutive(cells[order][by_cell], return_counts=True)
    firsts = (sizes.cumsum(0) - sizes).repeat_interleave(sizes)
    place = torch.empty_like(by_cell)
    place[by_cell] = torch.arange(len(order)) - firsts
    return order[place.argsort(stable=True)[:most].sort().values]


def _worst(part: Part, losses: Tensor, guesses: Tensor) -> list[dict[str, Any]]:
    """The pictures whose true class got the smallest probability, worst first."""
    most = losses.topk(min(WORST, len(losses)))
    columns = {
        "guess": guesses[most.indices],
        "probability": (-most.values).exp(),
        "loss": most.values,
    }
    return _rows(part, most.indices, columns)


def _strip(part: Part, logits: Tensor, guesses: Tensor, classes: int) -> list[dict[str, Any]]:
    """The first picture of each class, up to 16 of them: the same at every evaluation."""
    first = torch.full((classes,), len(part.y)).scatter_reduce(
        0, part.y, torch.arange(len(part.y)), "amin"
    )
    chosen = first[first < len(part.y)][:STRIP]
    shares = logits[chosen].softmax(1)
    columns = {"guess": guesses[chosen], "probability": shares.amax(1)}
    return _rows(part, chosen, columns)
