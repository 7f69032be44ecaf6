"""A data set becomes what one run learns from: three parts, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from . import shapes
from .dataset import TEST, TRAIN, VALIDATION
from .sets import DataError, DataSet, Making, Roots, Words, load

LEAST = 2  # pictures of a class without which there is nothing to learn


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


def prepare(setup: Setup, roots: Roots) -> Task:
    """Returns the task of a setup; the same setup gives the same task.

    Raises:
        DataError: the set cannot be read, or nothing is left to learn from.
    """
    making = Making(pictures=setup.pictures, noise=setup.noise, seed=setup.seed)
    return divide(load(setup.data, roots, making), setup)


def divide(found: DataSet, setup: Setup) -> Task:
    """Returns the task of a data set that is in memory.

    Raises:
        DataError: fewer than two classes have training pictures, or there is no such fold.
    """
    chance = torch.Generator().manual_seed(setup.seed)
    part = _parts(found, setup, chance)
    train, validation, test = ((part == each).nonzero().squeeze(1) for each in range(3))
    train = _thinned(train, found.y, setup, len(found.classes))
    _check(found, train)
    labels = _noisy(found.y[train], setup.label_noise, chance)
    learn = Part(found.x[train], labels, train)
    check = Part(found.x[validation], found.y[validation], validation)
    if setup.mark:
        learn, check = _marked(found, learn), _marked(found, check)
    mean, std = _scale(learn.x, normalise=setup.normalise)
    sealed = Part(found.x[test], found.y[test], test)
    return Task(found.classes, found.shape, learn, check, sealed, mean, std, found.notes)


def _parts(found: DataSet, setup: Setup, chance: torch.Generator) -> Tensor:
    """(N,) which part each picture belongs to; every class is split by the same shares."""
    part = torch.full_like(found.y, TRAIN) if found.part is None else found.part.clone()
    if found.part is not None and not (found.part < 0).any() and setup.folds < 2:
        return part
    has_test = found.part is not None
    free = torch.ones_like(found.y, dtype=torch.bool) if not has_test else part != TEST
    for label in range(len(found.classes)):
        own = (free & (found.y == label)).nonzero().squeeze(1)
        own = own[torch.randperm(len(own), generator=chance)]
        tests = 0 if has_test else round(len(own) * setup.test_share)
        part[own[:tests]] = TEST
        _split(part, own[tests:], len(own), setup)
    return part


def _split(part: Tensor, own: Tensor, count: int, setup: Setup) -> None:
    """Marks which pictures of one class train and which validate."""
    part[own] = TRAIN
    if setup.folds >= 2:
        if setup.fold >= setup.folds:
            raise DataError("fold", fold=setup.fold, folds=setup.folds, last=setup.folds - 1)
        part[own[setup.fold :: setup.folds]] = VALIDATION
    else:
        part[own[: round(count * setup.validation_share)]] = VALIDATION


def _thinned(train: Tensor, y: Tensor, setup: Setup, classes: int) -> Tensor:
    """The training pictures that are left by `samples` and `imbalance`, in their order."""
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
    """The labels, `share` of them dealt out anew among themselves."""
    if not share:
        return y
    chosen = torch.randperm(len(y), generator=chance)[: round(len(y) * share)]
    labels = y.clone()
    labels[chosen] = y[chosen[torch.randperm(len(chosen), generator=chance)]]
    return labels


def _marked(found: DataSet, part: Part) -> Part:
    label = [each["id"] for each in found.classes].index(shapes.MARK)
    return Part(shapes.plant(part.x, part.y, label), part.y, part.ids)


def _check(found: DataSet, train: Tensor) -> None:
    counts = torch.bincount(found.y[train], minlength=len(found.classes))
    if (learned := int((counts > 0).sum())) < LEAST:
        raise DataError("classes", count=learned, id=found.id)


def _scale(x: Tensor, *, normalise: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    channels = x.shape[1]
    if not normalise:
        return (0.0,) * channels, (1.0,) * channels
    values = x.float() / 255 if x.dtype == torch.uint8 else x
    axes = [axis for axis in range(values.ndim) if axis != 1]
    # In double: the same sums whatever the number of threads.
    std, mean = torch.std_mean(values.double(), axes)
    return tuple(mean.tolist()), tuple(std.clamp_min(1e-6).tolist())
