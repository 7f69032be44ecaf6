"""Edits put in for one run: equal to a network that was edited by hand, which stays as it was."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models

from convlens.core import edits, tap
from convlens.core.edits import Activation, Channel, Edit, EditError, Pixels, Pooling, Weight
from convlens.core.gradient import gradients
from convlens.core.record import Op, Record
from convlens.core.swaps import ACTIVATIONS
from convlens.nets.lenet import LeNet5
from convlens.nets.tiny_vgg import TinyVGG
from tests.core import odd_nets
from tests.core.test_tap_odd import value
from tests.core.test_tap_state import state

X = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def vgg() -> nn.Module:
    torch.manual_seed(0)
    return TinyVGG().eval()


def edited(model: nn.Module, x: Tensor, *changes: Edit) -> dict[str, Record]:
    """The records of the edited run, by id, which are the ids of the plain one."""
    plain = tap.run(model, x).records
    found = edits.run(model, x, changes, plain).records
    assert [r.id for r in found] == [r.id for r in plain]
    return {r.id: r for r in found}


def by_hand(model: nn.Module, x: Tensor, steps: dict[str, Callable[[Tensor], Tensor]]) -> Any:
    """The values of a chain of modules, where some are followed by a step of `steps`."""
    values = {"input": x}
    with torch.no_grad():
        for name, module in model.named_children():
            x = module(x)
            x = values[name] = steps[name](x) if name in steps else x
    return {name: each[0] for name, each in values.items()}


def assert_equal(found: dict[str, Record], wanted: dict[str, Tensor]) -> None:
    for name, expected in wanted.items():
        assert torch.equal(value(found[name]), expected), name


def test_a_painted_pixel_is_what_the_network_sees(vgg: nn.Module) -> None:
    found = edited(vgg, X, Pixels(((0, 5, 6, 2.5), (2, 63, 63, -1.0))))
    x = X.clone()
    x[0, 0, 5, 6], x[0, 2, 63, 63] = 2.5, -1.0
    assert_equal(found, by_hand(vgg, x, {}))


@pytest.mark.parametrize(
    ("name", "index"), [("conv_2_1.weight", (3, 1, 2, 0)), ("conv_2_1.bias", (3,))]
)
def test_an_edited_weight_equals_a_network_with_that_weight(
    vgg: nn.Module, name: str, index: tuple[int, ...]
) -> None:
    other = copy.deepcopy(vgg)
    with torch.no_grad():
        other.get_parameter(name)[index] = 1.75
    kept = state(vgg)
    assert_equal(edited(vgg, X, Weight(name, index, 1.75)), by_hand(other, X, {}))
    assert all(torch.equal(a, b) for a, b in zip(state(vgg), kept, strict=True))


@pytest.mark.parametrize("scale", [0.0, 0.5, 3.0])
def test_a_scaled_channel_reaches_everything_behind_it(vgg: nn.Module, scale: float) -> None:
    def scaled(out: Tensor) -> Tensor:
        out[:, 2] *= scale
        return out

    found = edited(vgg, X, Channel("relu_1_2", 2, scale))
    assert_equal(found, by_hand(vgg, X, {"relu_1_2": scaled}))


def test_an_element_of_a_vector_is_its_channel(vgg: nn.Module) -> None:
    def scaled(out: Tensor) -> Tensor:
        out = out.clone()
        out[0, 700] = 0
        return out

    found = edited(vgg, X, Channel("flatten", 700, 0))
    assert_equal(found, by_hand(vgg, X, {"flatten": scaled}))


@pytest.mark.parametrize("function", ACTIVATIONS)
def test_a_swapped_activation_equals_a_network_with_that_function(
    vgg: nn.Module, function: str
) -> None:
    other = copy.deepcopy(vgg)
    modules: dict[str, nn.Module] = {
        **{"relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(), "elu": nn.ELU(), "gelu": nn.GELU()},
        **{"silu": nn.SiLU(), "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh()},
        "identity": nn.Identity(),
    }
    other.add_module("relu_1_1", modules[function])  # in its old place
    found = edited(vgg, X, Activation("relu_1_1", function))
    assert_equal(found, by_hand(other, X, {}))
    assert found["relu_1_1"].op is Op.ACTIVATION
    if function != "identity":
        geometry = next(r.geometry for r in tap.run(other, X).records if r.id == "relu_1_1")
        assert found["relu_1_1"].geometry == geometry


def test_maximum_and_average_pooling_take_each_others_place() -> None:
    torch.manual_seed(1)
    x = torch.randn(1, 2, 9, 9)
    largest = nn.Sequential(nn.MaxPool2d(3, 2, 1), nn.Flatten())
    average = nn.Sequential(nn.AvgPool2d(3, 2, 1), nn.Flatten())
    for net, other, mode in ((largest, average, "average"), (average, largest, "max")):
        found = edited(net, x, Pooling("0", mode))  # type: ignore[arg-type]
        wanted = tap.run(other, x).records
        assert torch.equal(value(found["0"]), value(wanted[1]))
        assert found["0"].geometry == wanted[1].geometry


@pytest.mark.parametrize(
    ("pool", "mode", "wanted"),
    [
        (lambda x: F.adaptive_avg_pool2d(x, 2), "max", lambda x: F.adaptive_max_pool2d(x, 2)),
        (lambda x: F.adaptive_max_pool2d(x, 3), "average", lambda x: F.adaptive_avg_pool2d(x, 3)),
        (lambda x: x.mean((2, 3)), "max", lambda x: x.amax((2, 3))),
        (lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True), "average", None),
    ],
)
def test_global_and_adaptive_poolings_swap_too(pool: Any, mode: Any, wanted: Any) -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Any:
            return pool(x)

    x = torch.randn(1, 2, 8, 8)
    plain = tap.run(Net(), x).records
    found = edited(Net(), x, Pooling(plain[1].id, mode))[plain[1].id]
    wanted = wanted or (lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True))
    assert torch.equal(value(found), wanted(x)[0])
    assert found.geometry["mode"] == mode


def test_a_function_that_writes_in_place_is_changed_where_others_see_it() -> None:
    torch.manual_seed(2)
    model, x = models.resnet18(weights=None).eval(), torch.randn(1, 3, 32, 32)
    other = copy.deepcopy(model)
    other.layer1[0].relu = nn.GELU()  # called twice: after bn1, and after the sum
    names = [r.id for r in tap.run(model, x).records if r.id.startswith("layer1.0.relu")]
    assert len(names) == 2
    found = edited(model, x, *(Activation(name, "gelu") for name in names))
    wanted = {r.id: r for r in tap.run(other, x).records}
    for name, record in wanted.items():
        assert torch.allclose(value(found[name]), value(record), rtol=1e-4, atol=1e-6), name


def test_functional_steps_are_changed_as_modules_are() -> None:
    torch.manual_seed(3)
    model, x = odd_nets.Functional().eval(), torch.randn(1, 3, 8, 8)
    found = edited(
        model,
        x,
        Activation("relu", "tanh"),
        Channel("add", 1, 0),
        Pooling("max_pool2d", "average"),
        Weight("matrix", (4, 7), 2.0),
    )
    with torch.no_grad():
        y = model.a(x).tanh()
        total = y + model.b(x)
        total[:, 1] = 0
        z = F.avg_pool2d(torch.cat([total, y], 1), 2).mean((2, 3))
        matrix = model.matrix.clone()
        matrix[4, 7] = 2.0
        wanted = F.linear(z, matrix, model.offset)[0]
    assert torch.allclose(value(found["linear"]), wanted, atol=1e-6)


def test_of_two_edits_of_one_thing_the_later_holds(vgg: nn.Module) -> None:
    twice = edited(
        vgg,
        X,
        Channel("conv_1_1", 0, 0),
        Activation("relu_1_1", "tanh"),
        Weight("output.bias", (0,), 9),
        Channel("conv_1_1", 0, 2),
        Activation("relu_1_1", "elu"),
        Weight("output.bias", (0,), 1),
    )
    once = edited(
        vgg,
        X,
        Channel("conv_1_1", 0, 2),
        Activation("relu_1_1", "elu"),
        Weight("output.bias", (0,), 1),
    )
    assert all(torch.equal(value(twice[name]), value(once[name])) for name in once)


def test_a_channel_that_is_off_is_zero_where_the_network_makes_infinity() -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Any:
            return x / 0

    found = edited(Net(), torch.ones(1, 3, 2, 2), Channel("div", 1, 0))["div"]
    assert not value(found)[1].any()
    assert value(found)[0].isinf().all()


def test_gradients_of_an_edited_network_are_those_of_one_edited_by_hand() -> None:
    torch.manual_seed(4)
    model, x = LeNet5().eval(), torch.randn(1, 1, 28, 28)
    records = tap.run(model, x).records
    swap = next(r.id for r in records if r.op is Op.ACTIVATION)
    bias = next(name for name, p in model.named_parameters() if p.ndim == 1)
    made = edits.put_in(model, x, [Activation(swap, "tanh"), Weight(bias, (0,), 0.7)], records)
    found = gradients(made.model, made.x, 2, changes=made.changes)
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.get_parameter(bias)[0] = 0.7
    parent, _, last = swap.rpartition(".")
    other.get_submodule(parent).add_module(last, nn.Tanh())
    wanted = gradients(other, x, 2)
    assert all(torch.allclose(found[name], wanted[name], atol=1e-6) for name in wanted)


def test_another_thread_that_runs_the_model_meanwhile_sees_no_edit(vgg: nn.Module) -> None:
    with torch.no_grad():
        wanted = vgg(X)
    records = tap.run(vgg, X).records
    done, wrong = threading.Event(), list[int]()

    def watch() -> None:
        with torch.no_grad():
            while not done.is_set():
                wrong.extend([] if torch.equal(vgg(X), wanted) else [1])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        for number in range(30):
            name = Weight("conv_1_1.weight", (0, 0, 0, 0), float(number))
            edits.run(vgg, X, [name, Channel("relu_1_1", 1, 0)], records)
    finally:
        done.set()
        thread.join()
    assert wrong == []


WRONG: Sequence[tuple[Edit, str]] = [
    (Pixels(((3, 0, 0, 1.0),)), r"pixel is \(3, 0, 0\); it may go from 0 to \(2, 63, 63\)"),
    (Pixels(((0, 0, -1, 1.0),)), r"pixel is \(0, 0, -1\)"),
    (Pixels(((0, 0, 0, math.nan),)), r"to be nan; it may be -1000 to 1000"),
    (Weight("conv_1_1.weight", (0, 0, 0), 1.0), r"\(0, 0, 0\); it may go from 0 to \(9, 2, 2, 2\)"),
    (Weight("conv_1_1.weight", (0, 0, 0, 0), 1e30), r"to be 1e\+30; it may be -1000 to 1000"),
    (Weight("conv_9", (0,), 1.0), r"'conv_9' is not a weight or bias.*conv_1_1\.weight"),
    (Channel("nope", 0, 0), r"no node 'nope'; it has 14: input"),
    (Channel("conv_1_1", 10, 0), r"is \(10\); it may go from 0 to \(9\)"),
    (Channel("conv_1_1", 0, 3.5), r"scale is 3\.5; it may be 0 to 3"),
    (Channel("conv_1_1", 0, math.nan), r"scale is nan"),
    (Channel("input", 0, 0), r"input is the input"),
    (Channel("softmax", 0, 0), r"softmax is the softmax"),
    (Activation("conv_1_1", "relu"), r"conv_1_1 is no activation but conv"),
    (Activation("relu_1_1", "step"), r"'step' is not a function to swap in; there are: relu"),
    (Pooling("relu_1_1", "max"), r"relu_1_1 is no pooling by windows but activation"),
]


@pytest.mark.parametrize(("edit", "says"), WRONG)
def test_what_cannot_be_is_refused_with_its_value_and_what_may_be(
    vgg: nn.Module, edit: Edit, says: str
) -> None:
    good = Channel("conv_1_1", 0, 0)
    with pytest.raises(EditError, match=says) as caught:
        edits.run(vgg, X, [good, edit], tap.run(vgg, X).records)
    assert caught.value.number == 1
    assert caught.value.hint


def test_statistics_that_are_counted_are_no_weights() -> None:
    net, x = nn.Sequential(nn.BatchNorm2d(3)).eval(), torch.randn(1, 3, 4, 4)
    with pytest.raises(EditError, match="not a weight or bias"):
        edits.run(net, x, [Weight("0.running_mean", (0,), 1.0)], tap.run(net, x).records)


def test_windows_with_gaps_have_no_average() -> None:
    net, x = nn.Sequential(nn.MaxPool2d(2, dilation=2)), torch.randn(1, 3, 8, 8)
    with pytest.raises(EditError, match="gaps between them"):
        edits.run(net, x, [Pooling("0", "average")], tap.run(net, x).records)


@pytest.mark.parametrize(
    ("net", "node"), [(odd_nets.Attention(), "attention"), (odd_nets.Padded(), "pool")]
)
def test_what_is_made_as_a_whole_or_with_other_results_cannot_be_changed(
    net: nn.Module, node: str
) -> None:
    x = torch.randn(1, 3, 8, 8)
    net.eval()
    with pytest.raises(EditError, match=f"The value of {node} cannot be changed"):
        edits.run(net, x, [Channel(node, 0, 0)], tap.run(net, x).records)


def test_an_edit_that_sends_the_network_another_way_is_refused() -> None:
    class Net(nn.Module):
        def forward(self, x: Tensor) -> Any:
            y = x * 2
            return y.relu() if y.sum() > 0 else y.neg().tanh()

    x = torch.ones(1, 1, 2, 2)
    records = tap.run(Net(), x).records
    last = records[-1].id
    with pytest.raises(EditError, match=f"The value of {last} cannot be changed"):
        edits.run(Net(), x, [Channel("mul", 0, 0), Channel(last, 0, 0.5)], records)
