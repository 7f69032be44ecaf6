"""How weights begin: the deviations that the papers give, and the same numbers for one seed."""

import math

import pytest
import torch
from torch import nn

from convlens.nets.init import initialise
from convlens.nets.plan import PlanNet, build
from convlens.nets.presets import plan_of

METHODS = ("default", "he", "xavier", "normal", "constant", "zeros")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def wide() -> PlanNet:
    return build(plan_of("tiny8", [1, 28, 28], 6, width=64), 6)


def begun(method: str, scale: float = 0.1, seed: int = 0) -> PlanNet:
    network = wide()
    initialise(network, method, scale=scale, generator=seeded(seed))
    return network


def test_default_is_bit_for_bit_what_torch_draws_from_the_same_seed() -> None:
    torch.manual_seed(7)
    fresh = wide().state_dict()
    again = begun("default", seed=7).state_dict()
    assert all(torch.equal(again[name], fresh[name]) for name in fresh)


def values(parameter: torch.Tensor) -> set[float]:
    return set(parameter.flatten().tolist())


@pytest.mark.parametrize("method", METHODS)
def test_one_seed_gives_one_start_whatever_chance_did_before(method: str) -> None:
    torch.manual_seed(1)
    first = begun(method).state_dict()
    torch.manual_seed(2)
    second = begun(method).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("method", METHODS[:4])
def test_another_seed_gives_another_start(method: str) -> None:
    assert not torch.equal(
        begun(method).get_parameter("conv2.weight"),
        begun(method, seed=1).get_parameter("conv2.weight"),
    )


@pytest.mark.parametrize(
    ("method", "deviation"),
    [
        ("he", math.sqrt(2 / (64 * 9))),
        ("xavier", math.sqrt(2 / (64 * 9 + 128 * 9))),
        ("normal", 0.3),
    ],
)
def test_the_deviation_is_the_papers(method: str, deviation: float) -> None:
    network = begun(method, scale=0.3)
    assert network.get_parameter("conv2.weight").std().item() == pytest.approx(deviation, rel=0.02)
    assert network.get_parameter("conv2.weight").mean().item() == pytest.approx(
        0, abs=deviation / 50
    )
    assert not network.get_parameter("conv2.bias").any()


def test_constant_makes_all_kernels_alike_and_leaves_the_dense_layers_to_chance() -> None:
    scale = 0.03125  # a power of two, exact in every float
    network = begun("constant", scale=scale)
    for name in ("conv1", "conv2"):
        assert values(network.get_parameter(f"{name}.weight")) == {scale}
        assert not network.get_parameter(f"{name}.bias").any()
    assert len(values(network.get_parameter("dense1.weight"))) > 1000


def test_constant_without_convolutions_makes_the_hidden_layers_constant() -> None:
    network = build(plan_of("mlp", [1, 8, 8], 3), 3)
    initialise(network, "constant", scale=0.5, generator=seeded())
    assert values(network.get_parameter("dense1.weight")) == {0.5}
    assert network.get_parameter("dense2.weight").std().item() > 0


def test_zeros_leave_nothing_to_chance() -> None:
    assert not any(parameter.any() for parameter in begun("zeros").parameters())


def test_batch_norm_begins_at_one_and_zero_and_layers_without_bias_are_taken() -> None:
    network = build(plan_of("resnet", [1, 8, 8], 3), 3)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.constant_(module.weight, 9)
            module.running_mean = torch.full_like(module.weight, 9).detach()
    for method in METHODS:
        initialise(network, method, generator=seeded())
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert all(bool((m.weight == 1).all()) and not m.bias.any() for m in norms)
    assert not any(m.running_mean is None or m.running_mean.any() for m in norms)


def test_a_learnt_slope_begins_at_a_quarter() -> None:
    network = build(plan_of("tiny8", [1, 8, 8], 3, activation="prelu"), 3)
    nn.init.constant_(network.get_parameter("prelu1.weight"), 3)
    initialise(network, generator=seeded())
    assert network.get_parameter("prelu1.weight").item() == 0.25
