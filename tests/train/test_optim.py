"""Optimisers and schedules against torch's own, in their plainest form."""

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler as torch_schedules

from convlens.train.optim import Schedule, optimiser, restore, schedule_curve, state_of
from convlens.train.options import OPTIMISERS, SCHEDULES
from tests.train.small import options, small_net

LR, DECAY = 0.01, 0.1
Plain = Callable[[Any], torch.optim.Optimizer]
PLAIN: dict[str, Plain] = {
    "sgd": lambda p: torch.optim.SGD(p, LR, weight_decay=DECAY),
    "momentum": lambda p: torch.optim.SGD(p, LR, momentum=0.8, weight_decay=DECAY),
    "nesterov": lambda p: torch.optim.SGD(p, LR, momentum=0.8, nesterov=True, weight_decay=DECAY),
    "rmsprop": lambda p: torch.optim.RMSprop(p, LR, weight_decay=DECAY),
    "adam": lambda p: torch.optim.Adam(p, LR, weight_decay=DECAY),
    "adamw": lambda p: torch.optim.AdamW(p, LR, weight_decay=DECAY),
}


def step(network: nn.Module, chosen: torch.optim.Optimizer, seed: int) -> None:
    x = torch.randn(5, 1, 8, 8, generator=torch.Generator().manual_seed(seed))
    chosen.zero_grad()
    network(x).square().mean().backward()
    chosen.step()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_optimiser_does_what_torchs_plainest_form_does(name: str) -> None:
    ours, plain = small_net().to(memory_format=torch.channels_last), small_net()
    given = options(optimiser=name, lr=LR, weight_decay=DECAY, momentum=0.8)
    mine, theirs = optimiser(ours, given), PLAIN[name](plain.parameters())
    for seed in range(10):
        step(ours, mine, seed)
        step(plain, theirs, seed)
    for a, b in zip(ours.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(a.contiguous(), b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_goes_on_bit_for_bit_from_its_saved_state(name: str) -> None:
    given = options(optimiser=name, lr=LR)
    first = small_net().to(memory_format=torch.channels_last)
    chosen = optimiser(first, given)
    for seed in range(3):
        step(first, chosen, seed)
    second = small_net(9).to(memory_format=torch.channels_last)
    second.load_state_dict(first.state_dict())
    other = optimiser(second, given)
    names = {id(p): n for n, p in first.named_parameters()}
    restore(other, second, state_of(chosen, names))
    for seed in range(3, 6):
        step(first, chosen, seed)
        step(second, other, seed)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_frozen_parameters_are_not_the_optimisers() -> None:
    network = small_net()
    network.get_submodule("conv1").requires_grad_(False)
    held = optimiser(network, options()).param_groups[0]["params"]
    assert len(held) == len(list(network.parameters())) - 2


STEPS = 60
Theirs = Callable[[torch.optim.Optimizer], Any]
TORCHS: dict[str, tuple[dict[str, Any], Theirs]] = {
    "constant": ({}, lambda o: torch_schedules.ConstantLR(o, 1.0)),
    "step": (
        {"schedule_steps": 7, "schedule_factor": 0.3},
        lambda o: torch_schedules.StepLR(o, 7, 0.3),
    ),
    "cosine": ({}, lambda o: torch_schedules.CosineAnnealingLR(o, STEPS)),
    "one-cycle": (
        {},
        lambda o: torch_schedules.OneCycleLR(o, LR, total_steps=STEPS, cycle_momentum=False),
    ),
    "warm-up": (
        {"warmup": 9},
        lambda o: torch_schedules.LambdaLR(o, lambda done: min(1.0, (done + 1) / 9)),
    ),
}


def torchs_rates(make: Theirs, losses: list[float] | None = None) -> list[float]:
    chosen = torch.optim.SGD([nn.Parameter(torch.zeros(1))], LR)
    schedule = make(chosen)
    rates = []
    for number in range(STEPS):
        rates.append(float(chosen.param_groups[0]["lr"]))
        chosen.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schedule.step(*([] if losses is None else [losses[number]]))
    return rates


@pytest.mark.parametrize("name", TORCHS)
def test_each_schedule_is_torchs_scheduler_of_that_name(name: str) -> None:
    more, make = TORCHS[name]
    curve = schedule_curve(options(schedule=name, lr=LR, **more), STEPS)
    assert [step for step, _ in curve] == list(range(1, STEPS + 1))
    assert [rate for _, rate in curve] == pytest.approx(torchs_rates(make), rel=1e-9, abs=1e-12)


def test_the_plateau_drops_when_torchs_does() -> None:
    falling = itertools.chain((1 / n for n in range(1, 20)), itertools.repeat(0.06))
    losses = [next(falling) for _ in range(STEPS)]
    given = options(schedule="plateau", lr=LR, schedule_factor=0.5)
    schedule, rates = Schedule(given, STEPS), []
    for loss in losses:
        rates.append(LR * schedule.factor(1))
        schedule.hear(loss)

    def make(chosen: torch.optim.Optimizer) -> Any:
        return torch_schedules.ReduceLROnPlateau(chosen, factor=0.5, patience=2)

    assert rates == pytest.approx(torchs_rates(make, losses))
    assert len(set(rates)) > 3


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 3, 10])
def test_no_schedule_ever_leaves_the_numbers(name: str, steps: int) -> None:
    curve = schedule_curve(options(schedule=name, warmup=2), steps)
    assert all(math.isfinite(rate) and rate >= 0 for _, rate in curve)


def test_a_warm_up_without_a_length_takes_a_tenth_of_the_run() -> None:
    curve = dict(schedule_curve(options(schedule="warm-up", lr=LR), 200))
    assert curve[10] == pytest.approx(LR / 2)
    assert curve[20] == curve[200] == LR


def test_warm_up_is_a_factor_of_the_other_schedules() -> None:
    plain, warm = (
        dict(schedule_curve(options(schedule="cosine", warmup=w, lr=LR), 100)) for w in (0, 4)
    )
    assert warm[1] == pytest.approx(plain[1] / 4)
    assert warm[4] == plain[4]


def test_a_long_run_is_drawn_with_few_points_and_both_ends() -> None:
    curve = schedule_curve(options(schedule="cosine"), 1_000_000, points=50)
    assert len(curve) == 50
    assert (curve[0][0], curve[-1][0]) == (1, 1_000_000)
