"""The tap on known networks: same output, whole graph, true values, all parameters."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from convlens.core import tap
from convlens.core.record import Op
from convlens.nets.lenet import LeNet5
from convlens.nets.tiny_vgg import TinyVGG
from tests.core.replay import again


class Run(NamedTuple):
    """A network with random weights, its picture, the plain forward's output, and the trace."""

    model: nn.Module
    x: Tensor
    plain: Tensor
    trace: tap.Trace


def googlenet() -> nn.Module:
    model: nn.Module = models.googlenet(weights=None, aux_logits=False, init_weights=False)
    return model


NETS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int]]] = {
    "tiny_vgg": (TinyVGG, (3, 64, 64)),
    "lenet": (LeNet5, (1, 28, 28)),
    "alexnet": (lambda: models.alexnet(weights=None), (3, 112, 112)),
    "vgg11_bn": (lambda: models.vgg11_bn(weights=None), (3, 64, 64)),
    "squeezenet1_1": (lambda: models.squeezenet1_1(weights=None), (3, 112, 112)),
    "googlenet": (googlenet, (3, 112, 112)),
    "resnet18": (lambda: models.resnet18(weights=None), (3, 112, 112)),
    "mobilenet_v2": (lambda: models.mobilenet_v2(weights=None), (3, 96, 96)),
    "densenet121": (lambda: models.densenet121(weights=None), (3, 64, 64)),
}
every_net = pytest.mark.parametrize("name", NETS)


@cache
def run(name: str) -> Run:
    """One trace of one network, shared by the tests that only look at it."""
    make, shape = NETS[name]
    torch.manual_seed(0)
    model, x = make().eval(), torch.randn(1, *shape)
    for module in model.modules():  # running statistics of their own, so that a mix-up would show
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None:
            module.running_mean.normal_(std=0.1)
    with torch.no_grad():
        plain = model(x)
    return Run(model, x, plain, tap.run(model, x))


@every_net
def test_the_output_is_the_plain_forwards_bit_for_bit(name: str) -> None:
    found = run(name)
    assert torch.equal(found.trace.output, found.plain)
    assert found.trace.complete
    assert found.trace.missing == ""


@every_net
def test_the_graph_has_one_input_and_every_node_is_on_a_way_to_the_end(name: str) -> None:
    records = run(name).trace.records
    ids = [r.id for r in records]
    assert len(set(ids)) == len(ids)
    assert [r.id for r in records if not r.inputs] == ["input"]
    assert all(set(r.inputs) <= set(ids[:i]) for i, r in enumerate(records))
    read = {i for r in records for i in r.inputs}
    assert [i for i in ids if i not in read] == ["softmax"]


@every_net
def test_every_node_says_what_it_is(name: str) -> None:
    for record in run(name).trace.records:
        assert re.fullmatch(r"[A-Za-z0-9_.:-]+", record.id)
        assert record.label
        assert record.note == ""
        assert record.op is not Op.OTHER
        assert record.geometry["kind"] != "other"
        assert record.value is not None
        assert tuple(record.value.shape) == record.shape
        assert record.value.is_contiguous()
        assert json.loads(json.dumps(record.describe()))["op"] == record.op.value


@every_net
def test_every_value_follows_from_its_inputs_its_weights_and_its_geometry(name: str) -> None:
    found = run(name)
    state = found.model.state_dict()
    values: dict[str, Tensor] = {}
    for record in found.trace.records:
        assert record.value is not None
        values[record.id] = record.value
        if record.op is Op.INPUT:
            assert torch.equal(record.value, found.x[0])
            continue
        expected = again(record, [values[i] for i in record.inputs], state)
        assert record.value.shape == expected.shape, record.id
        assert torch.allclose(record.value, expected, rtol=1e-4, atol=1e-5), record.id


@every_net
def test_the_nodes_parameters_add_up_to_the_networks(name: str) -> None:
    found = run(name)
    assert sum(r.parameters for r in found.trace.records) == sum(
        p.numel() for p in found.model.parameters()
    )


@pytest.mark.parametrize("name", ["alexnet", "vgg11_bn", "squeezenet1_1", "resnet18"])
def test_a_layer_before_a_relu_in_place_keeps_its_negative_values(name: str) -> None:
    records = {r.id: r for r in run(name).trace.records}
    rectified = [r for r in records.values() if r.geometry.get("function") == "relu"]
    assert rectified
    for relu in rectified:
        before, after = records[relu.inputs[0]].value, relu.value
        assert before is not None
        assert after is not None
        assert before.min() < 0
        assert after.min() >= 0


def test_resnet18_has_the_nodes_that_are_counted_by_hand() -> None:
    # input                                                        1
    # stem: conv1 bn1 relu maxpool                                 4
    # 8 basic blocks: conv1 bn1 relu conv2 bn2 add relu        8 * 7
    # 3 of them (layer2.0, layer3.0, layer4.0): conv and bn    3 * 2
    # head: avgpool flatten fc                                     3
    # our softmax                                                  1
    assert 1 + 4 + 8 * 7 + 3 * 2 + 3 + 1 == 71
    records = run("resnet18").trace.records
    assert len(records) == 71
    # Every node but the input reads one; the 8 additions read one more.
    assert sum(len(r.inputs) for r in records) == 70 + 8
    ops = Counter(r.op.value for r in records)
    assert ops == {
        "input": 1,
        "conv": 20,  # conv1, 16 in blocks, 3 in shortcuts
        "norm": 20,
        "activation": 17,  # relu, 16 in blocks
        "pool": 2,
        "add": 8,
        "flatten": 1,
        "dense": 1,
        "softmax": 1,
    }


def test_googlenet_has_the_nodes_that_are_counted_by_hand() -> None:
    # input                                                        1
    # a basic unit is conv bn relu                                 3
    # stem: unit maxpool unit unit maxpool            3 + 1 + 6 + 1 = 11
    # 9 inceptions: branches of 1, 2 and 2 units, of maxpool and 1 unit, cat:
    #   3 + 6 + 6 + (1 + 3) + 1 = 20                          9 * 20
    # maxpool3 and maxpool4                                        2
    # head without auxiliary ones: avgpool flatten dropout fc      4
    # our softmax                                                  1
    assert 1 + 11 + 9 * 20 + 2 + 4 + 1 == 199
    records = run("googlenet").trace.records
    assert len(records) == 199
    # Every node but the input reads one; the 9 concatenations read three more.
    assert sum(len(r.inputs) for r in records) == 198 + 9 * 3
    assert Counter(r.op.value for r in records)["conv"] == 3 + 9 * 6


def test_modules_name_their_nodes_and_functions_the_place_where_they_are_called() -> None:
    ids = [r.id for r in run("resnet18").trace.records]
    assert ids[:5] == ["input", "conv1", "bn1", "relu", "maxpool"]
    assert ids[5:12] == [
        "layer1.0.conv1",
        "layer1.0.bn1",
        "layer1.0.relu",
        "layer1.0.conv2",
        "layer1.0.bn2",
        "layer1.0.add",
        "layer1.0.relu:2",  # the block calls its one ReLU twice
    ]
    assert ids[-4:] == ["avgpool", "flatten", "fc", "softmax"]
    labels = {r.id: r.label for r in run("resnet18").trace.records}
    assert labels["layer1.0.conv1"] == "conv1"
    assert labels["layer1.0.add"] == "add"
    assert labels["layer2.0.downsample.0"] == "downsample.0"


def test_tiny_vgg_is_described_as_the_contract_says() -> None:
    records = {r.id: r for r in run("tiny_vgg").trace.records}
    conv = records["conv_1_2"].describe()
    assert conv["inputs"] == ["relu_1_1"]
    assert conv["shape"] == [10, 60, 60]
    assert conv["parameters"] == 910
    assert conv["weights"] == {"weight": "conv_1_2.weight", "bias": "conv_1_2.bias"}
    assert conv["geometry"] == {
        "kind": "window",
        "kernel": [3, 3],
        "stride": [1, 1],
        "padding": [[0, 0], [0, 0]],
        "dilation": [1, 1],
        "groups": 1,
        "out": 10,
        "mixes": True,
        "transposed": False,
    }
    assert records["flatten"].geometry == {"kind": "flatten", "from": [10, 13, 13]}
    assert records["output"].geometry == {"kind": "dense", "in": 1690, "out": 10}


def test_a_traces_values_stay_when_the_caller_changes_the_picture_and_the_output() -> None:
    model, x = TinyVGG().eval(), torch.randn(1, 3, 64, 64)
    trace = tap.run(model, x)
    kept = {r.id: r.value.clone() for r in trace.records if r.value is not None}
    x.zero_()
    trace.output.zero_()
    tap.run(model, x)
    assert all(r.value is not None and torch.equal(r.value, kept[r.id]) for r in trace.records)
