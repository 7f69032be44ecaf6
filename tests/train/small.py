"""A task and networks so small that a run takes milliseconds, and runs over them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import torch
from torch import nn

from convlens.data.task import Part, Task
from convlens.train.checkpoint import Checkpoint
from convlens.train.events import Change, Event
from convlens.train.knobs import Knobs
from convlens.train.loop import train
from convlens.train.options import Options, read

CLASSES = 3
Said = Event | Checkpoint
Kind = TypeVar("Kind")
MEAN, STD = 0.25, 0.5


def part(count: int, seed: int) -> Part:
    """Noisy 8 x 8 pictures with one bright row, whose place is the class."""
    chance = torch.Generator().manual_seed(seed)
    y = torch.randint(0, CLASSES, (count,), generator=chance)
    x = torch.randint(0, 90, (count, 1, 8, 8), generator=chance, dtype=torch.uint8)
    for picture, label in zip(x, y.tolist(), strict=True):
        picture[0, 2 * label + 1] += 120
    return Part(x, y, torch.arange(count) + 1000 * seed)


def small_task(train: int = 50, validation: int = 20, test: int = 10) -> Task:
    classes = [{"id": name, "en": name, "zh": name} for name in ("low", "middle", "high")]
    return Task(
        classes=classes,
        shape=(1, 8, 8),
        train=part(train, 1),
        validation=part(validation, 2),
        test=part(test, 3),
        mean=(MEAN,),
        std=(STD,),
        notes=[],
    )


def small_net(seed: int = 0, *, dropout: float = 0.0, norm: bool = False) -> nn.Sequential:
    """A convolution, perhaps batch norm and dropout, and two dense layers."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers["conv1"] = nn.Conv2d(1, 4, 3, padding=1)
        if norm:
            layers["norm1"] = nn.BatchNorm2d(4)
        layers["relu1"] = nn.ReLU()
        layers["pool1"] = nn.MaxPool2d(2)
        layers["flatten"] = nn.Flatten()
        layers["dense1"] = nn.Linear(64, 8)
        layers["relu2"] = nn.ReLU()
        if dropout:
            layers["drop1"] = nn.Dropout(dropout)
        layers["dense2"] = nn.Linear(8, CLASSES)
    return nn.Sequential(layers)


def options(**given: Any) -> Options:
    """Options of a run of two epochs of four steps, at a rate that learns quickly."""
    return read({"epochs": 2, "batch": 13, "lr": 0.01} | given)


def run(
    given: Options,
    network: nn.Module | None = None,
    *,
    task: Task | None = None,
    knobs: Knobs | None = None,
    act: Callable[[Said, Knobs], None] | None = None,
    start: Checkpoint | None = None,
    changes: Sequence[Change] = (),
) -> list[Said]:
    """Everything that a whole run says; `act` may turn the knobs after each of it."""
    knobs = knobs or Knobs(given.lr)
    said = []
    network = small_net() if network is None else network
    for each in train(network, task or small_task(), given, knobs, start=start, changes=changes):
        said.append(each)
        if act is not None:
            act(each, knobs)
    return said


def of(kind: type[Kind], said: Iterable[Any]) -> list[Kind]:
    return [each for each in said if isinstance(each, kind)]


def words(said: Iterable[Said]) -> list[dict[str, Any]]:
    """What is said as JSON, a checkpoint by its step."""
    return [
        {"checkpoint": each.step} if isinstance(each, Checkpoint) else each.as_json()
        for each in said
    ]
