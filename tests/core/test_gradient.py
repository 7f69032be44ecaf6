"""Gradients of every node: equal to autograd's own, to algebra and to finite differences."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models

from convlens.core import tap
from convlens.core.gradient import Of, gradients
from convlens.nets.lenet import LeNet5
from convlens.nets.tiny_vgg import TinyVGG
from tests.core import odd_nets
from tests.core.test_tap_state import all_hooks, state
from tests.core.test_tap_zoo import googlenet

TARGET = 3
NETS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int]]] = {
    "tiny_vgg": (TinyVGG, (3, 64, 64)),
    "lenet": (LeNet5, (1, 28, 28)),
    "googlenet": (googlenet, (3, 48, 48)),
    "resnet18": (lambda: models.resnet18(weights=None), (3, 48, 48)),
    "mobilenet_v2": (lambda: models.mobilenet_v2(weights=None), (3, 48, 48)),
}
every_net = pytest.mark.parametrize("name", NETS)


@cache
def made(name: str) -> tuple[nn.Module, Tensor]:
    make, shape = NETS[name]
    torch.manual_seed(0)
    return make().eval(), torch.randn(1, *shape)


def loss_of(logits: Tensor, of: Of) -> Tensor:
    """What the gradient is of, by torch."""
    return F.cross_entropy(logits, torch.tensor([TARGET])) if of == "loss" else logits[0, TARGET]


def autograd(model: nn.Module, x: Tensor, of: Of) -> dict[str, Tensor]:
    """Retained gradients of every leaf module's result, by module path; copies are passed on."""
    model = copy.deepcopy(model)
    outputs: dict[str, Tensor] = {}
    for path, module in model.named_modules():
        if not list(module.children()):

            def keep(_: nn.Module, args: object, out: Tensor, path: str = path) -> Tensor:
                out.retain_grad()
                outputs.setdefault(path, out)
                return out.clone()  # what the network writes into in place

            module.register_forward_hook(keep)
    x = x.clone().requires_grad_()
    torch.autograd.backward(loss_of(model(x), of))
    assert x.grad is not None
    found = {path: out.grad[0] for path, out in outputs.items() if out.grad is not None}
    return {"input": x.grad[0], **found}


@every_net
@pytest.mark.parametrize("of", ["loss", "logit"])
def test_the_gradient_of_every_module_is_autograds(name: str, of: Of) -> None:
    model, x = made(name)
    found = gradients(model, x, TARGET, of)
    wanted = autograd(model, x, of)
    shared = found.keys() & wanted.keys()
    assert len(shared) >= 0.9 * len(wanted)
    for path in shared:
        scale = float(wanted[path].abs().max())
        assert torch.allclose(found[path], wanted[path], rtol=1e-4, atol=1e-5 * scale), path


@every_net
def test_every_node_has_a_gradient_of_its_values_shape(name: str) -> None:
    model, x = made(name)
    records = tap.run(model, x).records
    found = gradients(model, x, TARGET, "loss")
    assert list(found) == [r.id for r in records]
    assert all(found[r.id].shape == r.shape for r in records)
    assert all(grad.isfinite().all() for grad in found.values())


def test_the_logits_have_p_minus_y_and_the_shares_minus_one_over_p() -> None:
    model, x = made("tiny_vgg")
    found = gradients(model, x, TARGET, "loss")
    with torch.no_grad():
        p = model(x).softmax(1)[0]
    y = F.one_hot(torch.tensor(TARGET), 10).float()
    assert torch.allclose(found["output"], p - y, atol=1e-6)
    assert torch.allclose(found["softmax"], -y / p)
    logit = gradients(model, x, TARGET, "logit")
    assert torch.equal(logit["output"], y)
    assert not logit["softmax"].any()


@pytest.mark.parametrize("of", ["loss", "logit"])
def test_a_step_along_one_pixel_changes_the_loss_as_the_gradient_says(of: Of) -> None:
    torch.manual_seed(1)
    model, x = LeNet5().eval().double(), torch.randn(1, 1, 28, 28, dtype=torch.float64)
    found = gradients(model, x, TARGET, of)["input"]
    for y, column in ((5, 6), (14, 14), (20, 9)):
        step = torch.zeros_like(x)
        step[0, 0, y, column] = 1e-6
        with torch.no_grad():
            change = loss_of(model(x + step), of) - loss_of(model(x - step), of)
        assert float(change) / 2e-6 == pytest.approx(found[0, y, column].item(), rel=1e-4, abs=1e-8)


def test_functions_have_gradients_as_modules_do() -> None:
    torch.manual_seed(2)
    model, x = odd_nets.Functional().eval(), torch.randn(1, 3, 8, 8)
    found = gradients(model, x, TARGET)
    leaf = x.clone().requires_grad_()
    steps = {"input": leaf, "a": model.a(leaf)}
    steps["relu"] = F.relu(steps["a"])
    steps["b"] = model.b(leaf)
    steps["add"] = steps["relu"] + steps["b"]
    steps["cat"] = torch.cat([steps["add"], steps["relu"]], 1)
    steps["max_pool2d"] = F.max_pool2d(steps["cat"], 2)
    steps["adaptive_avg_pool2d"] = F.adaptive_avg_pool2d(steps["max_pool2d"], 1)
    steps["flatten"] = steps["adaptive_avg_pool2d"].flatten(1)
    steps["linear"] = F.linear(steps["flatten"], model.matrix, model.offset)
    wanted = torch.autograd.grad(loss_of(steps["linear"], "loss"), list(steps.values()))
    assert list(found) == [*steps, "softmax"]
    for name, grad in zip(steps, wanted, strict=True):
        assert torch.allclose(found[name], grad.squeeze(0), atol=1e-7), name


def test_a_value_that_is_written_over_keeps_the_gradient_of_what_it_was() -> None:
    torch.manual_seed(3)
    conv, head = nn.Conv2d(3, 4, 3), nn.Linear(4 * 36, 5)
    net = nn.Sequential(conv, nn.ReLU(inplace=True), nn.Flatten(), head).eval()
    x = torch.randn(1, 3, 8, 8)
    found = gradients(net, x, TARGET)
    before = conv(x).detach().requires_grad_()
    (wanted,) = torch.autograd.grad(loss_of(head(F.relu(before).flatten(1)), "loss"), before)
    assert torch.allclose(found["0"], wanted[0], atol=1e-7)
    assert not torch.allclose(found["0"], found["1"])


def test_what_the_loss_does_not_depend_on_has_zeros_and_what_is_detached_is_left_out() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = nn.Conv2d(3, 5, 1), nn.Conv2d(3, 5, 1)

        def forward(self, x: Tensor) -> Any:
            self.idle(x)
            y = self.used(x)
            return (y + x.mean().detach() + y.argmax()).mean((2, 3))

    found = gradients(Net().eval(), torch.randn(1, 3, 8, 8), TARGET)
    assert not found["idle"].any()
    assert found["idle"].shape == (5, 8, 8)
    assert found["used"].any()
    assert {"detach", "argmax"}.isdisjoint(found)


def test_softmax_or_its_logarithm_of_the_networks_own_is_where_the_logits_end() -> None:
    torch.manual_seed(4)
    dense, x = nn.Linear(12, 5), torch.randn(1, 3, 2, 2)
    p = dense(x.flatten(1)).softmax(1)[0].detach()
    net = nn.Sequential(nn.Flatten(), dense, nn.Softmax(1))
    found = gradients(net, x, TARGET)
    assert torch.allclose(found["1"], p - F.one_hot(torch.tensor(TARGET), 5), atol=1e-6)
    net = nn.Sequential(nn.Flatten(), dense, nn.LogSoftmax(1))
    found = gradients(net, x, TARGET)
    assert torch.allclose(found["1"], p - F.one_hot(torch.tensor(TARGET), 5), atol=1e-6)


def test_a_model_is_afterwards_as_before() -> None:
    model = TinyVGG().train()
    model.conv_1_1.register_forward_hook(lambda module, args, out: None)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    x = torch.randn(1, 3, 64, 64)
    hooks, kept, random = all_hooks(model), state(model), torch.get_rng_state()
    gradients(model, x, TARGET)
    assert all_hooks(model) == hooks
    assert all(torch.equal(a, b) for a, b in zip(state(model), kept, strict=True))
    assert all(p.grad is not None and bool((p.grad == 1).all()) for p in model.parameters())
    assert all(p.requires_grad for p in model.parameters())
    assert all(m.training for m in model.modules())
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.is_grad_enabled()


def test_gradients_come_through_frozen_networks_and_inside_no_grad() -> None:
    model, x = made("lenet")
    wanted = gradients(model, x, TARGET)
    frozen = copy.deepcopy(model).requires_grad_(False)
    with torch.inference_mode():
        found = gradients(frozen, x, TARGET)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_a_network_that_remembers_keeps_no_history() -> None:
    class Net(odd_nets.Remembering):
        def forward(self, x: Tensor) -> Any:
            return super().forward(x).mean((2, 3))

    model = Net().eval()
    for _ in range(2):
        found = gradients(model, torch.randn(1, 3, 8, 8), 1)
        assert found["input"].any()
        assert not model.seen.requires_grad


@pytest.mark.parametrize(
    ("net", "target", "says"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 1)), 0, "class scores"),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 5)), 5, "no class 5; the classes are 0 to 4"),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 5)), -1, "no class -1"),
        (odd_nets.ThroughNumPy(), 0, "PyTorch finds no gradient"),
        (odd_nets.InPlace(), 0, "PyTorch finds no gradient"),
    ],
)
def test_what_has_no_gradient_says_why(net: nn.Module, target: int, says: str) -> None:
    with pytest.raises(tap.TapError, match=says) as caught:
        gradients(net.eval(), torch.randn(1, 3, 8, 8), target)
    assert caught.value.hint
