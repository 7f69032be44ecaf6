"""A network begins from another's weights; what is frozen does not move at all."""

import pytest
import torch
from torch import nn

from convlens.nets import LeNet5, TinyVGG
from convlens.nets.plan import PlanError, PlanNet, build
from convlens.nets.presets import plan_of
from convlens.nets.transfer import adopt, freeze, parameter_layers, trainable


def tiny8(classes: int = 4) -> PlanNet:
    return build(plan_of("tiny8", [1, 28, 28], classes), classes)


def learn(network: nn.Module, shape: tuple[int, ...] = (1, 28, 28)) -> None:
    """Three steps of an optimiser that would also move weights without a gradient by decay."""
    optimiser = torch.optim.AdamW(
        [p for p in network.parameters() if p.requires_grad], lr=0.1, weight_decay=0.5
    )
    for _ in range(3):
        network.train()
        optimiser.zero_grad()
        network(torch.randn(8, *shape)).square().mean().backward()
        optimiser.step()


def test_the_shipped_networks_are_adopted_whole_by_their_presets() -> None:
    for shipped, net, shape in (
        (TinyVGG(), "tiny-vgg", [3, 64, 64]),
        (LeNet5(), "lenet", [1, 28, 28]),
    ):
        network = build(plan_of(net, shape, 10), 10)
        found = adopt(network, shipped.state_dict())
        assert found.left == ()
        theirs = shipped.state_dict()
        assert all(torch.equal(value, theirs[n]) for n, value in network.state_dict().items())


def test_other_classes_leave_the_last_layer_to_chance() -> None:
    network, other = tiny8(), tiny8()
    fresh = network.get_parameter("dense2.weight").clone()
    found = adopt(network, other.state_dict(), classes=False)
    assert found.left == ("dense2.weight", "dense2.bias")
    assert torch.equal(network.get_parameter("dense2.weight"), fresh)
    assert torch.equal(network.get_parameter("conv1.weight"), other.get_parameter("conv1.weight"))


def test_another_size_leaves_only_what_cannot_fit() -> None:
    network = build(plan_of("tiny8", [1, 8, 8], 6), 6)
    found = adopt(network, tiny8(4).state_dict())
    assert found.left == ("dense1.weight", "dense2.weight", "dense2.bias")


def test_without_a_common_name_layers_are_taken_in_their_order() -> None:
    given = {f"theirs.{n}": value for n, value in tiny8().state_dict().items()}
    network = tiny8()
    assert adopt(network, given).left == ()
    assert torch.equal(network.get_parameter("conv2.weight"), given["theirs.conv2.weight"])


def test_a_colour_network_sees_a_grey_picture_as_it_saw_it_in_three_equal_channels() -> None:
    colour, grey = TinyVGG(), build(plan_of("tiny-vgg", [1, 64, 64], 10), 10)
    adopt(grey, colour.state_dict())
    x = torch.randn(2, 1, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(grey(x), colour(x.expand(2, 3, 64, 64)), atol=1e-5, rtol=1e-4)


def test_a_grey_network_sees_the_mean_of_the_colours() -> None:
    grey, colour = tiny8(), build(plan_of("tiny8", [3, 28, 28], 4), 4)
    adopt(colour, grey.state_dict())
    x = torch.randn(2, 3, 28, 28)
    with torch.no_grad():
        torch.testing.assert_close(colour(x), grey(x.mean(1, keepdim=True)), atol=1e-5, rtol=1e-4)


def test_a_probe_of_tiny8_trains_132_of_its_numbers() -> None:
    network = tiny8(4)
    assert freeze(network, "probe") == ["conv1", "conv2", "dense1"]
    assert trainable(network) == (32 * 4 + 4, 26_566 - 2 * 33)


@pytest.mark.parametrize("which", ["probe", "conv1", "conv1,dense1", "conv1, conv2"])
def test_frozen_weights_change_by_exactly_nothing_and_the_others_do(which: str) -> None:
    network = tiny8()
    frozen = freeze(network, which)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    learn(network)
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]) == (name.rpartition(".")[0] in frozen)


def test_a_frozen_block_keeps_the_statistics_of_its_normalisation() -> None:
    network = build(plan_of("resnet", [1, 28, 28], 4), 4)
    frozen = freeze(network, "conv1,norm1,block1")
    assert "block1.conv2" in frozen and "block2.conv1" not in frozen
    before = {name: value.clone() for name, value in network.state_dict().items()}
    learn(network)
    for name, value in network.state_dict().items():
        if name.rpartition(".")[0] in frozen:
            assert torch.equal(value, before[name])
    assert not torch.equal(
        network.state_dict()["block2.norm1.running_mean"], before["block2.norm1.running_mean"]
    )


def test_freezing_anew_frees_what_was_frozen_before() -> None:
    network = tiny8()
    freeze(network, "probe")
    assert freeze(network, "none") == []
    learns, all_of_them = trainable(network)
    assert learns == all_of_them


def test_a_name_that_is_no_layer_is_refused_with_those_that_are() -> None:
    with pytest.raises(PlanError, match="'relu1'") as caught:
        freeze(tiny8(), "conv1,relu1")
    assert "conv1, conv2, dense1, dense2" in caught.value.hint


def test_something_must_be_left_to_learn() -> None:
    network = tiny8()
    for which in (",".join(parameter_layers(network)), "conv1,conv2,dense1,dense2"):
        with pytest.raises(PlanError, match="freezes all 4 layers"):
            freeze(network, which)
    with pytest.raises(PlanError):
        freeze(build(plan_of("softmax", [1, 8, 8], 3), 3), "dense1")
