"""Optimisers and schedules: what turns a gradient into a step, and how far it goes when."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .options import Options

PLATEAU_PATIENCE = 2  # evaluations without a lower loss that are borne
PLATEAU_THRESHOLD = 1e-4  # what counts as lower, relative
ONE_CYCLE_RISE, ONE_CYCLE_START, ONE_CYCLE_END = 0.3, 25.0, 1e4
Make = Callable[[Iterable[nn.Parameter], Options], torch.optim.Optimizer]


def _sgd(parameters: Iterable[nn.Parameter], options: Options) -> torch.optim.Optimizer:
    has_momentum = options.optimiser != "sgd" and options.momentum > 0
    return torch.optim.SGD(
        parameters,
        lr=options.lr,
        momentum=options.momentum if has_momentum else 0.0,
        nesterov=has_momentum and options.optimiser == "nesterov",
        weight_decay=options.weight_decay,
        fused=True,
    )


def _rmsprop(parameters: Iterable[nn.Parameter], options: Options) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(
        parameters, lr=options.lr, weight_decay=options.weight_decay, foreach=True
    )


def _adam(parameters: Iterable[nn.Parameter], options: Options) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if options.optimiser == "adamw" else torch.optim.Adam
    return kind(parameters, lr=options.lr, weight_decay=options.weight_decay, fused=True)


MAKERS: Mapping[str, Make] = {
    "sgd": _sgd,
    "momentum": _sgd,
    "nesterov": _sgd,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
}


def optimiser(network: nn.Module, options: Options) -> torch.optim.Optimizer:
    """Returns the optimiser of the parameters that are not frozen, with torch's own defaults.

    The fused forms are torch's fastest on the CPU (measured: a step of Adam on tiny8 30 us instead
    of 190); their numbers differ from the plain forms by rounding alone.
    Weight decay is added to the gradient; AdamW takes it from the weights.
    """
    learned = [p for p in network.parameters() if p.requires_grad]
    return MAKERS[options.optimiser](learned, options)


def state_of(chosen: torch.optim.Optimizer, names: Mapping[int, str]) -> dict[str, Tensor]:
    """Returns copies of the optimiser's state, `<parameter>/<state>`; `names` by id."""
    return {
        f"{names[id(parameter)]}/{key}": value.detach().clone()
        for parameter, state in chosen.state.items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore(chosen: torch.optim.Optimizer, network: nn.Module, saved: Mapping[str, Tensor]) -> None:
    """Gives the optimiser the state that `state_of` returned, in the parameters' memory layout."""
    parameters = dict(network.named_parameters())
    for name, value in saved.items():
        parameter, key = name.rsplit("/", 1)
        place = parameters[parameter]
        same = torch.empty_like(place) if value.shape == place.shape else torch.empty_like(value)
        chosen.state[place][key] = same.detach().copy_(value)


# --- schedules ---


class Schedule:
    """The learning rate of every step; only "plateau" has a state, which evaluations change."""

    def __init__(self, options: Options, steps: int) -> None:
        self._kind = options.schedule
        self._steps = max(1, steps)
        self._every = options.schedule_steps or max(1, steps // 3)
        self._factor = options.schedule_factor
        needs = self._kind == "warm-up" and not options.warmup
        self._warmup = max(1, steps // 10) if needs else options.warmup
        self.plateau: dict[str, Any] = {"best": None, "waited": 0, "factor": 1.0}

    def factor(self, step: int) -> float:
        """Returns what the base rate is multiplied by in step 1, 2, ...

        Sources: torch.optim.lr_scheduler's StepLR, CosineAnnealingLR (to 0), OneCycleLR (momentum
        untouched; no other warm-up), ReduceLROnPlateau (patience 2). Warm-up: min(1, step / steps).
        """
        done = step - 1
        if self._kind == "one-cycle":
            return _one_cycle(done, self._steps)
        rise = min(1.0, step / self._warmup) if self._warmup else 1.0
        if self._kind == "step":
            return float(rise * self._factor ** (done // self._every))
        if self._kind == "cosine":
            return rise * (1 + math.cos(math.pi * min(done, self._steps) / self._steps)) / 2
        return float(rise * self.plateau["factor"])

    def hear(self, loss: float) -> None:
        """Learns the validation loss of an evaluation; a plateau makes the factor smaller."""
        if self._kind != "plateau":
            return
        best = self.plateau["best"]
        if best is None or loss < best * (1 - PLATEAU_THRESHOLD):
            self.plateau |= {"best": loss, "waited": 0}
            return
        self.plateau["waited"] += 1
        if self.plateau["waited"] > PLATEAU_PATIENCE:
            factor = self.plateau["factor"] * self._factor
            self.plateau |= {"waited": 0, "factor": factor}


def _one_cycle(done: int, steps: int) -> float:
    """Up from 1/25 to 1 along a cosine in 30 % of the steps, then down to 1/250,000."""
    top = ONE_CYCLE_RISE * steps - 1
    low, end = 1 / ONE_CYCLE_START, 1 / ONE_CYCLE_START / ONE_CYCLE_END
    if done <= top or steps == 1:
        return _cosine(low, 1.0, done / top if top > 0 else 1.0)
    share = (min(done, steps - 1) - top) / (steps - 1 - top)
    return _cosine(1.0, end, share)


def _cosine(first: float, last: float, share: float) -> float:
    return last + (first - last) / 2 * (1 + math.cos(math.pi * share))


def schedule_curve(options: Options, steps: int, points: int = 400) -> list[tuple[int, float]]:
    """Returns (step, learning rate) at up to `points` steps, to draw before the run begins.

    A plateau cannot be known before; its curve is the warm-up and then the base rate.
    """
    schedule = Schedule(options, steps)
    count = max(1, min(points, steps))
    chosen = sorted({1 + round(i * (steps - 1) / max(1, count - 1)) for i in range(count)})
    return [(step, options.lr * schedule.factor(step)) for step in chosen]
