"""The learning-rate finder walks on a copy: nothing of the run changes."""

import copy
import math

import pytest
import torch

from convlens.train.events import Busy, Finder, Phase
from convlens.train.finder import HIGH, LOW, STEPS, read_walk
from convlens.train.knobs import Knobs
from convlens.train.loop import _Run
from tests.train.small import Said, of, options, run, small_net, small_task, words


def test_the_finder_restores_weights_optimiser_and_chance_exactly() -> None:
    given = options()
    network = small_net(norm=True, dropout=0.5)
    whole = _Run(network, small_task(), given, Knobs(given.lr), None, ())
    events = whole.events()
    while not (isinstance(said := next(events), Phase) and said.step == 3):
        pass
    weights = copy.deepcopy(network.state_dict())
    optimiser = copy.deepcopy(whole.optimiser.state_dict())
    gradients = [p.grad for p in network.parameters()]
    chance, own, feed = torch.get_rng_state(), whole.random.clone(), whole.feed.state()
    whole.knobs.finder = True
    walk = [next(events)]
    while not isinstance(walk[-1], Finder):
        walk.append(next(events))
    assert len(of(Busy, walk)) > 10
    assert all(torch.equal(t, weights[n]) for n, t in network.state_dict().items())
    held = whole.optimiser.state_dict()
    assert held["param_groups"] == optimiser["param_groups"]
    for number, state in held["state"].items():
        for key, value in state.items():
            assert torch.equal(value, optimiser["state"][number][key])
    assert all(p.grad is g for p, g in zip(network.parameters(), gradients, strict=True))
    assert torch.equal(torch.get_rng_state(), chance)
    assert torch.equal(whole.random, own)
    assert all(torch.equal(t, feed[n]) for n, t in whole.feed.state().items())


def test_a_run_with_a_walk_in_it_says_the_same_otherwise() -> None:
    def act(said: Said, knobs: Knobs) -> None:
        if isinstance(said, Phase) and (said.step, said.phase) == (2, "backward"):
            knobs.finder = True

    disturbed = [s for s in run(options(), act=act) if not isinstance(s, Busy | Finder)]
    assert words(disturbed) == words(run(options()))


def test_the_walk_goes_up_from_the_lowest_rate_and_suggests_one_within() -> None:
    def act(said: Said, knobs: Knobs) -> None:
        if isinstance(said, Phase) and (said.step, said.phase) == (1, "forward"):
            knobs.finder = True

    found = of(Finder, run(options(optimiser="sgd"), act=act))[0]
    rates = [rate for rate, _ in found.points]
    assert rates[0] == LOW and rates == sorted(rates) and rates[-1] <= HIGH * 1.001
    assert len(rates) <= STEPS
    assert found.steepest is not None and found.suggestion is not None
    assert LOW <= found.suggestion < rates[-1]


def test_the_walk_is_read_by_its_lowest_and_its_steepest_place() -> None:
    rates = [10 ** (k / 4) for k in range(-24, 5)]
    losses = [2.3 - 1.5 / (1 + math.exp(-3 * (math.log10(r) + 2))) + max(0.0, r - 1) for r in rates]
    steepest, suggestion = read_walk([[r, v] for r, v in zip(rates, losses, strict=True)])
    assert steepest == pytest.approx(0.01, rel=1e-6)
    assert suggestion == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("losses", [[], [1.0, 0.5], [1.0, 1.1, 1.2, 1.3]])
def test_a_walk_that_never_falls_suggests_nothing(losses: list[float]) -> None:
    points = [[10.0**k, loss] for k, loss in enumerate(losses)]
    assert read_walk(points) == (None, None)
