"""The tap on networks that tracers stumble over: the whole graph, or a sentence on a gap."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from convlens.core import tap
from convlens.core.ledger import tensors
from convlens.core.record import Op, Record
from tests.core import odd_nets


def traced(model: nn.Module, x: Tensor | None = None) -> tuple[tap.Trace, dict[str, Record]]:
    """The trace, proved to return what the plain forward returns, and its records by id."""
    torch.manual_seed(1)
    x = torch.randn(1, 3, 8, 8) if x is None else x
    model.eval()
    with torch.no_grad():
        plain = model(x.clone())
    trace = tap.run(model, x)
    assert type(trace.output) is type(plain)
    results = list(zip(tensors((trace.output,)), tensors((plain,)), strict=True))
    assert results
    assert all(torch.equal(a, b) for a, b in results)
    return trace, {r.id: r for r in trace.records}


def edges(records: dict[str, Record]) -> dict[str, list[str]]:
    """Inputs of every node."""
    return {name: list(r.inputs) for name, r in records.items()}


def value(record: Record) -> Tensor:
    """The value, which is there."""
    assert record.value is not None
    return record.value


def test_functions_are_nodes_like_modules() -> None:
    trace, found = traced(odd_nets.Functional())
    assert trace.complete
    assert edges(found) == {
        "input": [],
        "a": ["input"],
        "relu": ["a"],
        "b": ["input"],
        "add": ["relu", "b"],
        "cat": ["add", "relu"],
        "max_pool2d": ["cat"],
        "adaptive_avg_pool2d": ["max_pool2d"],
        "flatten": ["adaptive_avg_pool2d"],
        "linear": ["flatten"],
        "softmax": ["linear"],
    }
    ops = " ".join(r.op.value for r in found.values())
    assert ops == "input conv activation conv add concat pool pool flatten dense softmax"
    assert found["linear"].weights == {"weight": "matrix", "bias": "offset"}
    assert sum(r.parameters for r in found.values()) == 4 * 27 + 4 + 4 * 3 + 4 + 5 * 8 + 5


@pytest.mark.parametrize(("shift", "taken"), [(2.0, "bright"), (-2.0, "dark")])
def test_a_branch_is_recorded_as_it_was_taken(shift: float, taken: str) -> None:
    trace, found = traced(odd_nets.Branching(), torch.randn(1, 3, 8, 8) + shift)
    assert trace.complete
    assert {"bright", "dark"} & set(found) == {taken}
    # What was only looked at to decide is a node that nothing reads.
    assert found["gt"].inputs == ("sum",)
    assert "gt" not in {i for r in found.values() for i in r.inputs}
    halvings = [n for n, r in found.items() if r.geometry.get("function") == "mul"]
    assert value(found[([taken, *halvings])[-1]]).abs().max() <= 1


def test_values_are_those_before_something_wrote_over_them() -> None:
    model = odd_nets.InPlace()
    trace, found = traced(model)
    assert trace.complete
    with torch.no_grad():
        conv = F.conv2d(value(found["input"])[None], model.conv.weight, model.conv.bias)[0]
    expected = {"conv": conv, "relu": conv.clamp(min=0)}
    expected["add"] = expected["relu"] + 1
    expected["setitem"] = expected["add"].clone()
    expected["setitem"][0] = 0
    expected["sigmoid"] = expected["setitem"].sigmoid()
    expected["getitem"] = expected["sigmoid"][2]
    expected["mul"] = expected["getitem"] * 3
    expected["write"] = expected["sigmoid"].clone()
    expected["write"][2] *= 3
    assert value(found["conv"]).min() < 0
    for name, wanted in expected.items():
        assert torch.equal(value(found[name]), wanted), name


def test_edges_lead_to_what_a_tensor_holds_now_not_to_what_it_held() -> None:
    _, found = traced(odd_nets.InPlace())
    assert edges(found) == {
        "input": [],
        "conv": ["input"],
        "relu": ["conv"],
        "add": ["relu"],
        "setitem": ["add"],
        "sigmoid": ["setitem"],
        "getitem": ["sigmoid"],
        "mul": ["getitem"],
        "write": ["sigmoid", "mul"],  # y, after its view was multiplied
        "mean": ["write"],
        "getitem:2": ["mean"],
        "setitem:2": ["getitem:2"],
        "head": ["setitem:2"],
        "add:2": ["head"],
        "softmax": ["add:2"],
    }


def test_a_layer_that_is_used_again_is_a_node_for_each_call() -> None:
    _, found = traced(odd_nets.Reused())
    calls = ["conv", "conv:2", "conv:3"]
    assert [n for n, r in found.items() if r.op is Op.CONV] == calls
    assert [found[n].inputs for n in calls] == [("input",), ("relu",), ("relu:2",)]
    assert [found[n].weights["weight"] for n in calls] == ["conv.weight"] * 3
    assert [found[n].parameters for n in calls] == [84, 0, 0]


def test_dictionaries_lists_and_named_tuples_come_back_as_they_are() -> None:
    trace, found = traced(odd_nets.ManyOutputs())
    assert isinstance(trace.output["pair"], odd_nets.Pair)
    assert edges(found) == {
        "input": [],
        "conv": ["input"],
        "same": ["conv"],
        "drop": ["same"],
        "split": ["drop"],
        "split.1": ["drop"],
        "max": ["split.1"],
    }
    assert found["drop"].op is Op.DROPOUT
    assert torch.equal(value(found["split.1"]), trace.output["parts"][1][0])


def test_attention_is_one_node_and_keeps_its_short_cut() -> None:
    model = odd_nets.Attention()
    trace, found = traced(model)  # bit for bit: the short cut rounds differently
    assert trace.complete
    assert found["attention"].inputs == ("norm", "norm", "norm")
    assert found["layer"].inputs == ("add:2",)
    assert found["attention"].weights["out_proj.weight"] == "attention.out_proj.weight"
    assert sum(r.parameters for r in found.values()) == sum(p.numel() for p in model.parameters())


def test_a_recurrent_layer_is_one_node() -> None:
    trace, found = traced(odd_nets.Recurrent())
    assert trace.complete
    assert list(found) == ["input", "getitem", "lstm", "getitem:2", "softmax"]
    assert found["lstm"].parameters == 4 * 5 * (8 + 5 + 2)


def test_a_way_through_numpy_is_said_and_bridged() -> None:
    trace, found = traced(odd_nets.ThroughNumPy())
    assert not trace.complete
    assert "outside torch" in trace.missing
    assert found["outside"].inputs == ("first",)
    assert "NumPy" in found["outside"].note
    assert found["last"].inputs == ("outside",)
    assert torch.equal(value(found["outside"]), value(found["first"]) ** 2)


def test_a_module_whose_inside_is_not_seen_still_has_its_record() -> None:
    trace, found = traced(nn.Sequential(nn.Conv2d(3, 3, 1), odd_nets.Squared(), nn.ReLU()))
    assert not trace.complete
    assert trace.missing == "Not recorded: what happens inside `1`."
    assert edges(found) == {"input": [], "0": ["input"], "1": ["0"], "2": ["1"]}
    assert torch.equal(value(found["1"]), value(found["0"]) ** 2)


def test_constants_are_named_by_their_readers() -> None:
    trace, found = traced(odd_nets.Constants())
    assert trace.complete
    assert list(found) == ["input", "sub", "div", "mul", "add", "mul:2"]
    assert "outside the network" in found["sub"].note
    assert found["div"].weights == {"std": "std"}
    assert "a constant" in found["mul"].note
    assert "a constant" in found["add"].note
    assert found["mul:2"].weights == {"scale": "scale"}
    assert "computed from parameters" in found["mul:2"].note
    assert [r.parameters for r in found.values()] == [0, 0, 0, 0, 0, 1]


def test_a_weight_that_is_computed_names_what_it_is_computed_from() -> None:
    _, found = traced(nn.Sequential(weight_norm(nn.Conv2d(3, 4, 1)), nn.ReLU()))
    assert list(found) == ["input", "0", "1"]
    assert set(found["0"].weights) == {"original0", "original1", "bias"}
    assert found["0"].parameters == 4 + 12 + 4
    assert "computed from parameters" in found["0"].note


def test_memory_that_the_network_keeps_does_not_change_a_trace_afterwards() -> None:
    model = odd_nets.Remembering()
    x = torch.randn(1, 3, 8, 8)
    trace = tap.run(model, x)
    kept = {r.id: value(r).clone() for r in trace.records}
    tap.run(model, x * 5)
    assert all(torch.equal(value(r), kept[r.id]) for r in trace.records)
    assert torch.equal(kept["copy"], x[0] * 2)


def test_a_change_that_nobody_saw_is_said_instead_of_shown() -> None:
    class Sly(nn.Module):
        def forward(self, x: Tensor) -> Any:
            y = x * 2
            with torch._C.DisableTorchFunction():
                y.add_(1)
            return y * 3

    _, found = traced(Sly())
    assert found["mul"].value is None
    assert "wrote over" in found["mul"].note
    assert found["mul"].shape == (3, 8, 8)


def test_functions_inside_functions_are_seen() -> None:
    trace, found = traced(odd_nets.Nested())
    assert trace.complete
    assert edges(found)["einsum"] == ["input", "relu"]
    assert edges(found)["relu"] == ["add"]
    assert found["fft_fft"].value is None
    assert "complex64" in found["fft_fft"].note


def test_padding_is_part_of_the_geometry() -> None:
    _, found = traced(odd_nets.Padded())
    assert found["mirror.pad"].geometry == {"kind": "other", "function": "pad"}
    assert found["zero"].geometry["padding"] == [[2, 3], [0, 1]]
    assert found["same"].geometry["padding"] == [[2, 2], [2, 2]]
    assert found["up"].geometry["padding"] == [[1, 0], [1, 0]]
    assert found["up"].geometry["transposed"] is True
    assert found["slope"].weights == {"weight": "slope.weight"}
    assert found["unpool"].inputs == ("pool", "pool")


def test_an_output_that_nothing_leads_to_is_said() -> None:
    class Deaf(nn.Module):
        def forward(self, x: Tensor) -> Any:
            return torch.ones(x.shape)

    trace, found = traced(nn.Sequential(Deaf()))
    assert not trace.complete
    assert trace.missing == "Not recorded: how the output was made."
    assert list(found) == ["input"]


def test_shares_get_no_second_softmax() -> None:
    softmax = nn.Sequential(nn.Flatten(), nn.Softmax(1))
    assert [r.id for r in tap.run(softmax, torch.rand(1, 1, 2, 2)).records] == ["input", "0", "1"]
    logarithms = nn.Sequential(nn.Flatten(), nn.LogSoftmax(1))
    trace = tap.run(logarithms, torch.rand(1, 1, 2, 2))
    assert [r.op for r in trace.records][-2:] == [Op.OTHER, Op.SOFTMAX]
    assert torch.allclose(value(trace.records[-1]), trace.output[0].exp())


def test_a_network_that_is_no_classifier_gets_no_softmax() -> None:
    x = torch.rand(1, 1, 2, 2)
    assert [r.id for r in tap.run(nn.Flatten(), x, classifier=False).records] == [
        "input",
        "flatten",
    ]
    assert [r.id for r in tap.run(nn.ReLU(), x).records] == ["input", "relu"]


def test_names_hold_only_the_characters_of_ids() -> None:
    model = nn.ModuleDict({"3x3 conv": nn.Conv2d(1, 1, 1), "café": nn.ReLU(), "range": nn.ReLU()})
    net = nn.Sequential()
    for name, module in model.items():
        net.add_module(name, module)
    ids = [r.id for r in tap.run(net, torch.rand(1, 1, 4, 4)).records]
    assert ids == ["input", "3x3_conv", "caf_", "range"]
    inner = nn.Sequential()
    inner.add_module("range", nn.ReLU())
    assert tap.run(nn.Sequential(inner), torch.rand(1, 1, 4, 4)).records[1].id == "0.range_"
