"""Options become a network and its data, the same for the same seed."""

from pathlib import Path
from typing import Any

import pytest
import torch

from convlens.data.sets import Roots
from convlens.nets.plan import PlanError
from convlens.train.assemble import assemble, setup_of
from convlens.train.events import Evaluation, Layers, Started
from convlens.train.options import read
from tests.train.small import of, run

QUICK: dict[str, Any] = {"samples": 20, "epochs": 1}


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path / "own", None, tmp_path / "downloads")


def test_nothing_asked_for_is_tiny8_on_digits(roots: Roots) -> None:
    network, task = assemble(read({}), roots)
    assert task.shape == (1, 8, 8)
    assert len(task.classes) == 10
    assert sum(p.numel() for p in network.parameters()) == 80 + 1168 + 65 * 32 + 33 * 10
    assert network(torch.zeros(2, 1, 8, 8)).shape == (2, 10)


def test_the_same_seed_gives_the_same_start_and_leaves_chance_alone(roots: Roots) -> None:
    before = torch.get_rng_state()
    one, two, other = (
        assemble(read({"seed": seed, "dropout": 0.2}), roots)[0].state_dict() for seed in (1, 1, 2)
    )
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_default_start_is_what_torch_draws_from_the_seed(roots: Roots) -> None:
    found = assemble(read({"seed": 3}), roots)[0].get_parameter("conv1.weight")
    torch.manual_seed(3)
    assert torch.equal(found, torch.nn.Conv2d(1, 8, 3).weight)


def test_layers_of_ones_own_take_the_presets_place(roots: Roots) -> None:
    layers = [{"kind": "flatten"}, {"kind": "dense", "out": "classes"}]
    network, _ = assemble(read({"layers": layers, "net": "lenet"}), roots)
    assert [type(m).__name__ for m in network] == ["Flatten", "Linear"]


def test_the_data_part_of_the_options_reaches_the_data(roots: Roots) -> None:
    options = read({"data": "shapes", "pictures": 60, "noise": 0.3, "seed": 4, "mark": True})
    setup = setup_of(options)
    assert (setup.data, setup.pictures, setup.noise, setup.seed) == ("shapes", 60, 0.3, 4)
    _, task = assemble(options, roots)
    assert task.shape == (1, 28, 28) and len(task.classes) == 6


def test_a_network_to_start_from_is_taken_over_and_the_rest_frozen(roots: Roots) -> None:
    other = {n: t + 1 for n, t in assemble(read({"seed": 8}), roots)[0].state_dict().items()}
    options = read({"start": "run-1", "freeze": "probe", **QUICK})
    network, task = assemble(options, roots, other)
    state = network.state_dict()
    taken = [name for name in state if torch.equal(state[name], other[name])]
    assert taken == [name for name in state if not name.startswith("dense2")]
    assert task.notes[-1]["en"] == "6 of 8 tensors come from run-1."
    same, _ = assemble(options, roots, other, same_classes=True)
    assert all(torch.equal(t, other[n]) for n, t in same.state_dict().items())
    before = {n: t.clone() for n, t in network.state_dict().items()}
    said = run(options, network, task=task)
    started = of(Started, said)[0]
    assert started.trainable == 33 * 10
    for name, tensor in network.state_dict().items():
        change = (tensor - before[name]).abs().max().item()
        assert (change == 0.0) is not name.startswith("dense2"), name
    assert of(Layers, said)[-1].rows[0, 1] == 0.0


def test_a_shipped_network_to_start_from_brings_its_layers(roots: Roots) -> None:
    network, _ = assemble(read({"start": "tiny-vgg"}), roots)
    assert "conv_1_1" in dict(network.named_children())


@pytest.mark.parametrize(
    ("given", "word"),
    [({"net": "nothing"}, "nothing"), ({"net": "points-mlp"}, "points-mlp")],
)
def test_a_network_that_cannot_be_is_refused(
    given: dict[str, Any], word: str, roots: Roots
) -> None:
    with pytest.raises(PlanError, match=word):
        assemble(read(given), roots)


def test_too_many_parameters_are_refused(roots: Roots) -> None:
    with pytest.raises(PlanError):
        assemble(read({}), roots, parameters=1000)


@pytest.mark.parametrize("data", ["digits", "shapes", "ring"])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_every_kind_of_data_is_learned_from(data: str, norm: str, roots: Roots) -> None:
    net = "points-mlp" if data == "ring" else "tiny8"
    asked = {"data": data, "net": net, "norm": norm, "pictures": 120, "samples": 20}
    options = read({**asked, "epochs": 12})
    network, task = assemble(options, roots)
    judged = of(Evaluation, run(options, network, task=task))
    assert judged[-1].loss < judged[0].loss


def test_the_default_run_reaches_95_percent_within_eight_seconds_of_film(roots: Roots) -> None:
    options = read({"epochs": 6})
    network, task = assemble(options, roots)
    judged = of(Evaluation, run(options, network, task=task))
    reached = next(each.step for each in judged if each.accuracy >= 0.95)
    assert 0 < reached / options.speed <= 8
