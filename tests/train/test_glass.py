"""One weight under the glass: the numbers are the optimiser's own."""

from typing import Any

import pytest
import torch

from convlens.train.events import Phase
from convlens.train.glass import Glass
from convlens.train.knobs import Knobs
from convlens.train.loop import _Run
from convlens.train.options import OPTIMISERS
from tests.train.small import options, small_net, small_task

PLACE = ("conv1.weight", 13)


def looked(name: str, place: tuple[str, int] = PLACE) -> list[tuple[str, dict[str, Any], float]]:
    """Of each phase of three steps: its name, what the glass says, the weight as it is."""
    given = options(optimiser=name, weight_decay=0.1)
    network = small_net()
    whole = _Run(network, small_task(), given, Knobs(given.lr, glass=place), None, ())
    found: list[tuple[str, dict[str, Any], float]] = []
    for said in whole.events():
        if isinstance(said, Phase):
            glass = whole.glass.read(place)
            assert glass is not None
            weight = network.get_parameter(place[0]).detach().reshape(-1)[place[1]].item()
            found.append((said.phase, glass, weight))
        if isinstance(said, Phase) and (said.step, said.phase) == (3, "update"):
            return found
    raise AssertionError("the run ended early")


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_step_that_is_written_out_is_the_step_that_is_made(name: str) -> None:
    found = looked(name)
    for (phase, before, weight), (_, after, moved) in zip(found[2::4], found[3::4], strict=True):
        assert phase == "backward" and not before["done"] and after["done"]
        assert before["value"] == after["value"] == weight
        assert after["next"] == moved
        assert before["update"] == pytest.approx(moved - weight, rel=2e-3, abs=1e-7)
        assert before["next"] == pytest.approx(moved, rel=1e-5, abs=1e-8)
        assert before["gradient"] == after["gradient"]
        for key, value in before["state"].items():
            assert after["state"][key] == pytest.approx(value, rel=1e-4, abs=1e-10), key


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_rule_its_rate_and_its_memory_are_named(name: str) -> None:
    last = looked(name)[-1][1]
    memory = {
        "sgd": set(),
        "momentum": {"momentum_buffer"},
        "nesterov": {"momentum_buffer"},
        "rmsprop": {"step", "square_avg"},
        "adam": {"step", "exp_avg", "exp_avg_sq"},
        "adamw": {"step", "exp_avg", "exp_avg_sq"},
    }
    assert (last["rule"], last["rate"]) == (name, 0.01)
    assert last["state"].keys() == memory[name]
    assert (last["name"], last["index"]) == PLACE


def test_a_frozen_weight_has_no_gradient_and_no_step() -> None:
    network = small_net()
    network.get_submodule("conv1").requires_grad_(False)
    given = options()
    whole = _Run(network, small_task(), given, Knobs(given.lr, glass=PLACE), None, ())
    for said in whole.events():
        if isinstance(said, Phase) and said.phase == "update":
            break
    glass = whole.glass.read(PLACE)
    assert glass is not None
    assert (glass["gradient"], glass["update"], glass["next"]) == (None, None, None)


@pytest.mark.parametrize(
    "place", [None, ("nothing", 0), ("conv1.weight", 36), ("conv1.weight", -1)]
)
def test_there_is_nothing_under_a_glass_that_lies_nowhere(place: tuple[str, int] | None) -> None:
    network = small_net()
    glass = Glass(network, torch.optim.SGD(network.parameters(), 0.1), options(optimiser="sgd"))
    glass.remember(place)
    assert glass.read(place) is None
