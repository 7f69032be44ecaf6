"""Which learning rate to begin with: a walk through all of them, on a copy of the network."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn

from . import optim
from .events import Busy, Finder
from .feed import Feed
from .losses import LOSSES
from .options import Options

LOW, HIGH, STEPS = 1e-6, 10.0, 100
SMOOTH = 0.9
TOO_FAR = 4.0  # times the lowest smoothed loss: the walk ends


def find(network: nn.Module, feed: Feed, options: Options, step: int) -> Iterator[Busy | Finder]:
    """Yields Busy between updates, then the Finder.

    A copy of the network makes up to 100 updates, each with a 1.17 times larger rate than the last,
    from 1e-6 to 10, and a fresh optimiser; network, optimiser and random states stay as they are.
    `points` hold the debiased running mean (0.9) of the loss; `steepest` is where it falls fastest
    over the logarithm of the rate; `suggestion` a tenth of the rate where it is lowest.
    Source: Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3.
    """
    copy = deepcopy(network)
    chosen = optim.optimiser(copy, replace(options, lr=LOW))
    generator = torch.Generator().manual_seed(options.seed)
    loss_of = LOSSES[options.loss]
    points: list[list[float]] = []
    mean = 0.0
    for number in range(STEPS):
        rate = LOW * (HIGH / LOW) ** (number / (STEPS - 1))
        chosen.param_groups[0]["lr"] = rate
        x, y = feed.pick(torch.randperm(len(feed), generator=generator)[: feed.batch], generator)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed + number)
            loss = loss_of(copy(x), y, options.label_smoothing)
        mean = SMOOTH * mean + (1 - SMOOTH) * loss.item()
        smooth = mean / (1 - SMOOTH ** (number + 1))
        lowest = min((value for _, value in points), default=math.inf)
        if not math.isfinite(smooth) or (number > STEPS // 10 and smooth > TOO_FAR * lowest):
            break
        points.append([rate, smooth])
        chosen.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if options.clip:
            nn.utils.clip_grad_norm_(copy.parameters(), options.clip)
        chosen.step()
        yield Busy(step, "finder", number + 1, STEPS)
    yield Finder(step, points, *read_walk(points))


def read_walk(points: list[list[float]]) -> tuple[float | None, float | None]:
    """Returns the rate where the loss falls fastest, and a tenth of where it is lowest.

    None, None where the loss never falls.
    """
    if len(points) < 3:
        return None, None
    lowest = min(range(len(points)), key=lambda i: points[i][1])
    slopes = [points[i + 1][1] - points[i - 1][1] for i in range(1, max(2, lowest))]
    steepest = min(range(len(slopes)), key=slopes.__getitem__)
    if slopes[steepest] >= 0:
        return None, None
    return points[steepest + 1][0], points[lowest][0] / 10
