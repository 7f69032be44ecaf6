"""What the doctor remembers of a run: the last steps, every evaluation, how alive the nodes are."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from itertools import islice
from statistics import fmean, median
from typing import Any, NamedTuple

from .events import Change, Evaluation, Event, Health, Layers, Points, Started, clean
from .options import Options

WINDOW, PICTURES = 20, 256  # steps that "now" means, and how many pictures they have at least
EPOCH = 500  # most steps whose accuracy counts as that of the last epoch
KEPT = 60  # evaluations that are remembered


class Exam(NamedTuple):
    """What the doctor keeps of one evaluation; `favourite` is the class guessed most often."""

    step: int
    loss: float
    accuracy: float
    favourite: int
    favourite_share: float
    majority_share: float
    prior_loss: float
    pictures: int
    train_loss: float
    train_accuracy: float


class Signs:
    """Everything that the rules look at; `hear` keeps it up to date.

    Numbers of layers are medians, so that one odd step decides nothing.
    """

    def __init__(self, options: Options, classes: int) -> None:
        self.options, self.classes = options, classes
        self.step = self.since = 0  # now; the step of the last live change
        self.lr = options.lr
        self.names: list[dict[str, str]] = []  # of the classes
        self.layers: list[str] = []
        self.activations: list[str] = []
        self.per_epoch = 1
        self.rows: deque[Sequence[float]] = deque(maxlen=WINDOW)
        self.first_row: Sequence[float] = ()
        self.losses: deque[float] = deque(maxlen=EPOCH)
        self.accuracies: deque[float] = deque(maxlen=EPOCH)
        self.first_loss = math.nan
        self.exams: list[Exam] = []
        self.dead_first: dict[str, float] = {}
        self.nodes: dict[str, dict[str, Any]] = {}

    def hear(self, event: Event) -> None:
        """Takes in an event; those that say nothing about health change nothing."""
        match event:
            case Points():
                self._points(event)
            case Layers():
                for row in event.rows.tolist():
                    self.rows.append(row)
                    self.first_row = self.first_row or row
            case Started():
                self.layers, self.per_epoch = list(event.layers), event.steps_per_epoch
                self.names = [{"en": each["en"], "zh": each["zh"]} for each in event.classes]
                self.activations = [n["id"] for n in event.nodes if n["op"] == "activation"]
            case Evaluation() if event.part == "validation":
                self.exams = [*self.exams, self._exam(event)][-KEPT:]
            case Health():
                self.nodes = {node["node"]: node for node in event.nodes}
                if not self.dead_first:
                    self.dead_first = {name: n["dead"] for name, n in self.nodes.items()}
            case Change(name="lr"):
                self._changed(event)

    def _points(self, event: Points) -> None:
        for step, _, loss, accuracy, lr in event.rows.tolist():
            self.step, self.lr = int(step), lr
            self.losses.append(loss)
            self.accuracies.append(accuracy)
            if math.isnan(self.first_loss):
                self.first_loss = loss

    def _changed(self, change: Change) -> None:
        """What came before a change of the learning rate says nothing about what comes behind."""
        self.since = change.step
        self.rows.clear()
        self.losses.clear()

    def _exam(self, event: Evaluation) -> Exam:
        total = max(1, sum(map(sum, event.confusion)))
        guessed = [sum(column) for column in zip(*event.confusion, strict=True)]
        true = [sum(row) / total for row in event.confusion]
        favourite = max(range(len(guessed)), key=guessed.__getitem__)
        return Exam(
            step=event.step,
            loss=event.loss,
            accuracy=event.accuracy,
            favourite=favourite,
            favourite_share=guessed[favourite] / total,
            majority_share=max(true),
            prior_loss=BLIND[self.options.loss](true),
            pictures=total,
            train_loss=self.recent_loss(self.per_epoch),
            train_accuracy=self.recent_accuracy(self.per_epoch),
        )

    # --- derived ---

    @property
    def window(self) -> int:
        """Steps that "now" means for the loss: more of them where batches are small."""
        batch = self.options.batch
        return min(EPOCH, max(WINDOW, PICTURES // batch if batch else 0))

    @property
    def steps_here(self) -> int:
        """Steps since the last change of the learning rate."""
        return max(0, self.step - max(0, self.since - 1))

    def recent_loss(self, steps: int) -> float:
        """Returns the mean training loss of the last steps, not-a-number before the first."""
        return _mean_of_last(self.losses, steps)

    def recent_accuracy(self, steps: int) -> float:
        """Returns the mean training accuracy of the last steps."""
        return _mean_of_last(self.accuracies, steps)

    def first_gradients(self) -> list[float]:
        """Returns each layer's gradient norm in the first step, which no update has touched."""
        return list(self.first_row[1 : 1 + len(self.layers)])

    def weights(self) -> list[float]:
        """Returns each layer's weight norm after the last step."""
        count = len(self.layers)
        return list(self.rows[-1][1 + count : 1 + 2 * count]) if self.rows else []

    def ratios(self) -> list[float]:
        """Returns each layer's median of update norm over weight norm; frozen layers left out."""
        weights, updates = self._medians(1), self._medians(2)
        pairs = zip(weights, updates, strict=True)
        return [update / weight for weight, update in pairs if weight > 0 and update > 0]

    def first_ratios(self) -> list[float]:
        """Returns each layer's update norm over its weight norm in the first step."""
        count = len(self.layers)
        weights, updates = (
            self.first_row[1 + count : 1 + 2 * count],
            self.first_row[1 + 2 * count :],
        )
        return [update / weight for weight, update in zip(weights, updates, strict=True) if weight]

    def _medians(self, block: int) -> list[float]:
        if not self.rows:
            return []
        begin = 1 + block * len(self.layers)
        places = range(begin, begin + len(self.layers))
        return [median(row[place] for row in self.rows) for place in places]

    def deadest(self) -> tuple[str, float, float]:
        """Returns the activation with most dead channels: its name, its share now and at first."""
        found = [
            (self.nodes[name]["dead"], name) for name in self.activations if name in self.nodes
        ]
        share, name = max(found, default=(0.0, ""))
        return name, share, self.dead_first.get(name, 0.0)

    # --- to go on after a checkpoint ---

    def state(self) -> dict[str, Any]:
        """Returns everything that is remembered, as JSON."""
        kept = {name: getattr(self, name) for name in REMEMBERED}
        kept |= {name: list(kept[name]) for name in NUMBERS}
        return dict(clean(kept | {"first_loss": self.first_loss}))

    def restore(self, saved: dict[str, Any]) -> None:
        """Remembers what `state` returned."""
        for name in REMEMBERED:
            value = saved[name]
            if name in NUMBERS:
                value = deque(map(_whole, value), maxlen=getattr(self, name).maxlen)
            setattr(self, name, value)
        self.first_row = _whole(saved["first_row"])
        self.first_loss = _whole(saved["first_loss"])
        self.exams = [Exam(*_whole(each)) for each in saved["exams"]]


NUMBERS = ("rows", "losses", "accuracies")
REMEMBERED = (
    "step",
    "since",
    "lr",
    "names",
    "layers",
    "activations",
    "per_epoch",
    "rows",
    "first_row",
    "losses",
    "accuracies",
    "exams",
    "dead_first",
    "nodes",
)


def _whole(value: Any) -> Any:
    """JSON's null is not-a-number again, in lists too."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return math.nan if value is None else value


def _mean_of_last(values: deque[float], count: int) -> float:
    last = list(islice(reversed(values), max(1, count)))
    return fmean(last) if last else math.nan


# --- the loss of guessing by the classes' shares alone ---


def _entropy(shares: Sequence[float]) -> float:
    return -sum(share * math.log(share) for share in shares if share > 0)


def _squared(shares: Sequence[float]) -> float:
    return sum(share * (1 - share) for share in shares) / max(1, len(shares))


def _binary(shares: Sequence[float]) -> float:
    return fmean(_entropy((share, 1 - share)) for share in shares)


BLIND = {"cross-entropy": _entropy, "mse": _squared, "bce": _binary}
