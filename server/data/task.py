"""A data set becomes what one run learns from: three parts, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from . import shapes
from .dataset import FREE, TEST, TRAIN, VALIDATION, Say
from .sets import DataError, DataSet, Making, Roots, Words, load
from .words import note

LEAST = 2  # classes without which there is nothing to learn
MEASURED = 100  # pictures of a class that validation and test may keep whatever `samples` says
FLAT = 1e-3  # deviation below which a channel is the same everywhere and is not divided


@dataclass(frozen=True)
class Setup:
    """The data's part of a run's options; their words and bounds stand in `train.options`."""

    data: str = "digits"
    samples: int = 0  # training pictures of a class; 0 = all
    pictures: int = 1200  # training pictures of a generated set
    noise: float = 0.15
    mark: bool = False
    validation_share: float = 0.15
    test_share: float = 0.15
    folds: int = 0  # 0 = none
    fold: int = 0
    label_noise: float = 0.0  # share of training labels dealt out anew among themselves
    imbalance: float = 1.0  # how many times rarer the last class is than the first
    shuffle: bool = True
    normalise: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Part:
    """Pictures (N, C, H, W) uint8 or points (N, 2), class numbers (N,), places in the set (N,)."""

    x: Tensor
    y: Tensor
    ids: Tensor


@dataclass(frozen=True)
class Task:
    """What a run learns from; `test` is sealed: nobody looks at it until it is opened once."""

    classes: Sequence[Words]
    shape: tuple[int, ...]
    train: Part
    validation: Part
    test: Part
    mean: tuple[float, ...]  # per channel, of pictures in [0, 1]
    std: tuple[float, ...]
    notes: Sequence[Words] = field(default=())


def prepare(setup: Setup, roots: Roots, *, say: Say | None = None) -> Task:
    """Returns the task of a setup; the same setup gives the same task.

    Raises:
        DataError: the set cannot be read, or nothing is left to learn from.
    """
    return divide(load(setup.data, roots, making(setup), say=say), setup)


def making(setup: Setup) -> Making:
    """Returns how a generated set is drawn for a setup."""
    return Making(pictures=setup.pictures, noise=setup.noise, seed=setup.seed)


def divide(found: DataSet, setup: Setup) -> Task:
    """Returns the task of a data set that is in memory.

    The parts that a set brings along stay; from what is left, every class gives the same shares.
    A share of 0 leaves its part empty. With `samples`, validation and test keep at most as many
    pictures of a class, or 100. The corner mark is planted in training and validation alone.

    Raises:
        DataError: fewer than two classes have training pictures, there is no such fold, or the
            set has no class that can carry the mark.
    """
    chance = torch.Generator().manual_seed(setup.seed)
    part = _parts(found, setup, chance)
    train, validation, test = ((part == each).nonzero().squeeze(1) for each in range(3))
    if setup.samples:
        most = max(setup.samples, MEASURED)
        validation, test = (_capped(each, found.y, most) for each in (validation, test))
    train = _thinned(train, found.y, setup, len(found.classes))
    notes = [*found.notes, *_checked(found, train, setup)]
    labels = _noisy(found.y[train], setup.label_noise, chance)
    learn = Part(found.x[train], labels, train)
    check = Part(found.x[validation], found.y[validation], validation)
    if setup.mark:
        label = marked_class(found)
        check = replace(check, x=shapes.plant(check.x, check.y, label))
        learn = replace(learn, x=shapes.plant(learn.x, found.y[train], label))
        notes.append(note("unmarked_test", label=found.classes[label]["en"]))
    mean, std = _scale(learn.x, normalise=setup.normalise)
    sealed = Part(found.x[test], found.y[test], test)
    return Task(found.classes, found.shape, learn, check, sealed, mean, std, notes)


def _parts(found: DataSet, setup: Setup, chance: torch.Generator) -> Tensor:
    """(N,) which part each picture belongs to; FREE where none."""
    given = torch.full_like(found.y, FREE) if found.part is None else found.part
    has_test, has_validation = (bool((given == each).any()) for each in (TEST, VALIDATION))
    part = given.clone()
    for label in range(len(found.classes)):
        own = (found.y == label) & (given != TEST)
        if setup.folds < 2:
            own &= given == FREE
        places = own.nonzero().squeeze(1)
        places = places[torch.randperm(len(places), generator=chance)]
        tests = 0 if has_test else round(len(places) * setup.test_share)
        part[places[:tests]] = TEST
        rest = places[tests:]
        part[rest] = TRAIN
        if setup.folds >= 2:
            part[_fold(rest, setup)] = VALIDATION
        elif not has_validation:
            part[rest[: round(len(places) * setup.validation_share)]] = VALIDATION
    for each, share in ((VALIDATION, setup.validation_share), (TEST, setup.test_share)):
        if not share and not (each == VALIDATION and setup.folds >= 2):
            part[part == each] = FREE
    return part


def _fold(places: Tensor, setup: Setup) -> Tensor:
    if setup.fold >= setup.folds:
        raise DataError("fold", fold=setup.fold, folds=setup.folds, last=setup.folds - 1)
    return places[setup.fold :: setup.folds]


def _capped(places: Tensor, y: Tensor, most: int) -> Tensor:
    """The first `most` pictures of every class, in their order."""
    labels = y[places]
    kept = [places[labels == label][:most] for label in set(labels.tolist())]
    return torch.cat(kept).sort().values if kept else places


def _thinned(train: Tensor, y: Tensor, setup: Setup, classes: int) -> Tensor:
    """The training pictures that are left by `samples` and `imbalance`, in their order.

    Source of the imbalance: Cui et al. 2019, "Class-balanced loss", the long-tailed sets: class k
    of K keeps the share r^(-k / (K - 1)).
    """
    if not setup.samples and setup.imbalance == 1:
        return train
    kept = []
    for label in range(classes):
        own = train[y[train] == label]
        most = min(setup.samples or len(own), len(own))
        share = setup.imbalance ** (-label / max(1, classes - 1))
        kept.append(own[: max(1, round(most * share))])
    return torch.cat(kept).sort().values


def _noisy(y: Tensor, share: float, chance: torch.Generator) -> Tensor:
    """The labels, `share` of them dealt out anew among themselves: how many of each stays."""
    chosen = torch.randperm(len(y), generator=chance)[: round(len(y) * share)]
    labels = y.clone()
    labels[chosen] = y[chosen[torch.randperm(len(chosen), generator=chance)]]
    return labels


def marked_class(found: DataSet) -> int:
    """Returns the index of the class that the planted corner mark gives away.

    Raises:
        DataError: the set is not made here, or lacks that class.
    """
    ids = [each["id"] for each in found.classes]
    if found.id not in shapes.STYLES or shapes.MARK not in ids:
        raise DataError("no_mark", id=found.id)
    return ids.index(shapes.MARK)


def _checked(found: DataSet, train: Tensor, setup: Setup) -> list[Words]:
    """Notes on classes that have too few training pictures for what was asked."""
    counts = torch.bincount(found.y[train], minlength=len(found.classes)).tolist()
    learned = sum(count > 0 for count in counts)
    if learned < LEAST:
        raise DataError("classes", count=learned, id=found.id)
    low = min(counts)
    if setup.imbalance == 1 and low < setup.samples:
        short = found.classes[counts.index(low)]["en"]
        return [note("too_few", short=short, wanted=setup.samples, low=low)]
    return []


def _scale(x: Tensor, *, normalise: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and deviation of every channel, of pictures as values 0 to 1; 0 and 1 when not asked."""
    channels = range(x.shape[1])
    if not normalise:
        return tuple(0.0 for _ in channels), tuple(1.0 for _ in channels)
    pairs = [_spread(x[:, channel].reshape(-1)) for channel in channels]
    return tuple(mean for mean, _ in pairs), tuple(std for _, std in pairs)


def _spread(values: Tensor) -> tuple[float, float]:
    """In double, and pixels by how often each level occurs: whatever the number of threads."""
    if values.dtype == torch.uint8:
        weights = torch.bincount(values, minlength=256).double()
        levels = torch.arange(256).double() / 255
    else:
        weights, levels = torch.ones(len(values), dtype=torch.double), values.double()
    count = float(weights.sum())
    mean = float((weights * levels).sum()) / count
    std = float((weights * (levels - mean) ** 2).sum() / max(1.0, count - 1)) ** 0.5
    return mean, std if std > FLAT else 1.0
