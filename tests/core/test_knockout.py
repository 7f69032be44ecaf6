"""Channels switched off one by one and together: equal to a network edited by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from convlens.core import tap
from convlens.core.edits import Activation, EditError
from convlens.core.knockout import Trial, knock_out
from convlens.nets.tiny_vgg import TinyVGG

X = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def vgg() -> nn.Module:
    torch.manual_seed(0)
    return TinyVGG().eval()


def trial(model: nn.Module, node: str, target: int, x: Tensor = X) -> Trial:
    return Trial(model, x, (), tap.run(model, x).records, node, target)


def by_hand(model: nn.Module, node: str, channels: list[int]) -> Tensor:
    """The logits with some channels at zero."""
    x = X
    with torch.no_grad():
        for name, module in model.named_children():
            x = module(x)
            if name == node:
                x = x.clone()
                x[:, channels] = 0
    return x[0]


def test_every_channel_has_the_effect_that_torch_finds(vgg: nn.Module) -> None:
    found = knock_out(trial(vgg, "relu_2_1", 4))
    assert found.total == 10
    assert sorted(each.channel for each in found.alone) == list(range(10))
    for each in found.alone:
        logits = by_hand(vgg, "relu_2_1", [each.channel])
        assert each.logit == logits[4].item()
        assert each.probability == logits.softmax(0)[4].item()
        assert each.best == int(logits.argmax())
    shares = [each.probability for each in found.alone]
    assert shares == sorted(shares)


def test_the_strongest_go_until_another_class_is_likeliest_and_no_further(vgg: nn.Module) -> None:
    best = int(by_hand(vgg, "input", []).argmax())
    found = knock_out(trial(vgg, "relu_2_1", best))
    order = [each.channel for each in found.alone]
    assert [each.channel for each in found.together] == order[: len(found.together)]
    for count, each in enumerate(found.together, 1):
        logits = by_hand(vgg, "relu_2_1", order[:count])
        assert (each.logit, each.best) == (logits[best].item(), int(logits.argmax()))
        assert (each.best != best) == (found.changes and count == len(found.together))


def test_a_network_that_never_changes_its_mind_loses_every_channel() -> None:
    dense = nn.Linear(12, 3)
    net = nn.Sequential(nn.ReLU(), nn.Flatten(), dense).eval()
    with torch.no_grad():
        dense.weight.zero_()
        dense.bias.copy_(torch.tensor([1.0, 0.0, 0.0]))
    found = knock_out(trial(net, "0", 0, torch.ones(1, 3, 2, 2)))
    assert not found.changes
    assert len(found.together) == 3


def test_of_many_channels_those_of_the_largest_gradient_times_value_are_tried() -> None:
    torch.manual_seed(1)
    dense = nn.Linear(12, 3)
    net = nn.Sequential(nn.Flatten(), dense).eval()
    x = torch.randn(1, 3, 2, 2)
    found = knock_out(trial(net, "0", 1, x), most=4)
    effect = (dense.weight[1] * x.flatten()).detach()
    assert {each.channel for each in found.alone} == set(effect.abs().topk(4).indices.tolist())
    assert found.total == 12
    with torch.no_grad():
        logit = net(x)[0, 1]
    for each in found.alone:  # of a linear network, exactly
        assert each.logit == pytest.approx(float(logit - effect[each.channel]), abs=1e-5)


def test_edits_that_are_there_already_stay(vgg: nn.Module) -> None:
    given = (Activation("relu_1_1", "tanh"),)
    records = tap.run(vgg, X).records
    plain = knock_out(Trial(vgg, X, (), records, "relu_2_1", 4))
    vgg_tanh = TinyVGG().eval()
    vgg_tanh.load_state_dict(vgg.state_dict())
    vgg_tanh.add_module("relu_1_1", nn.Tanh())
    wanted = knock_out(trial(vgg_tanh, "relu_2_1", 4))
    seen = tap.run(vgg_tanh, X).records
    found = knock_out(Trial(vgg, X, given, seen, "relu_2_1", 4))
    assert found == wanted != plain


@pytest.mark.parametrize(("node", "says"), [("nope", "no node"), ("softmax", "is the softmax")])
def test_a_node_without_channels_to_switch_off_is_refused(
    vgg: nn.Module, node: str, says: str
) -> None:
    with pytest.raises(EditError, match=says):
        knock_out(trial(vgg, node, 0))
