"""Frames hold what a trace holds, the kernels, and the softmax of every pin."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load

from convlens.core import tap
from convlens.core.payload import quantise
from convlens.train import frame
from convlens.train.checkpoint import metadata
from convlens.train.frame import Shown, graph, picture
from tests.train.small import small_net

PINS = torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(4))
NET = small_net(norm=True, dropout=0.5).train()


def shown(**given: Any) -> Shown:
    whole = {"network": NET, "classes": ["a", "b", "c"], "step": 9, "pins": PINS, "pin": 1}
    return Shown(**{**whole, "exact": False, "glass": None, **given})


def test_a_frame_is_the_pins_trace_with_codes_and_ranges() -> None:
    found = picture(shown())
    blocks, facts = load(found.payload), metadata(found.payload)
    records = tap.run(NET, PINS[1:2]).records
    assert found.step == 9
    for record in records:
        assert record.value is not None
        codes, ranges = quantise(record.value)
        np.testing.assert_array_equal(blocks[record.id], codes)
        np.testing.assert_array_equal(blocks[f"{record.id}.range"], ranges.numpy())
    header = json.loads(facts["trace"])
    assert [node["id"] for node in header["nodes"]] == [record.id for record in records]
    assert header["probabilities"] == pytest.approx(NET.eval()(PINS[1:2]).softmax(1)[0].tolist())
    NET.train()
    assert header["classes"] == ["a", "b", "c"]
    assert header["ranges"].keys() == {"map", "layer", "block", "network"}


def test_exact_values_are_torchs_own_bit_for_bit_and_the_codes_follow_from_them() -> None:
    found = picture(shown(exact=True))
    blocks, facts = load(found.payload), metadata(found.payload)
    wanted: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _x, y, name=name: wanted.update({name: y}))
        for name, module in NET.eval().named_children()
    ]
    with torch.no_grad():
        shares = NET(PINS[1:2]).softmax(1)
    for hook in hooks:
        hook.remove()
    NET.train()
    nodes = json.loads(facts["trace"])["nodes"]
    exact = {node["id"]: blocks[f"exact/{node['id']}"] for node in nodes}
    wanted |= {nodes[0]["id"]: PINS[1:2], nodes[-1]["id"]: shares}
    assert {name[6:] for name in blocks if name.startswith("exact/")} == exact.keys()
    shared = exact.keys() & wanted.keys()
    assert {"conv1", "norm1", "relu1", "dense2"} < shared
    for name in shared:
        assert exact[name].dtype == np.float32
        assert exact[name].tobytes() == wanted[name].detach().contiguous().numpy().tobytes()
    for name, values in exact.items():
        codes, ranges = quantise(torch.from_numpy(values))
        np.testing.assert_array_equal(blocks[name], codes)
        np.testing.assert_array_equal(blocks[f"{name}.range"], ranges.numpy())


def test_only_what_rests_has_exact_values() -> None:
    assert not [name for name in load(picture(shown()).payload) if name.startswith("exact/")]


def test_a_frame_tells_the_softmax_of_every_pin_and_changes_no_mode() -> None:
    facts = json.loads(metadata(picture(shown()).payload)["frame"])
    assert all(module.training for module in NET.modules())
    with torch.no_grad():
        shares = NET.eval()(PINS).softmax(1)
    NET.train()
    assert facts["softmax"] == [pytest.approx(row) for row in shares.tolist()]
    assert (facts["step"], facts["pin"], facts["glass"]) == (9, 1, None)


def test_a_frame_carries_all_kernels_of_a_small_network_and_one_of_a_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def kernels() -> dict[str, Any]:
        blocks = load(picture(shown()).payload)
        return {n[8:]: block for n, block in blocks.items() if n.startswith("weights/")}

    small = kernels()
    assert small.keys() == dict(NET.named_parameters()).keys()
    for name, parameter in NET.named_parameters():
        np.testing.assert_array_equal(small[name], parameter.detach().numpy())
    monkeypatch.setattr(frame, "ALL_WEIGHTS", 100)
    assert kernels().keys() == {"conv1.weight"}


def test_a_frame_without_pins_has_kernels_and_no_trace() -> None:
    content = picture(shown(pins=None)).payload
    assert metadata(content).keys() == {"frame"}
    assert all(name.startswith("weights/") for name in load(content))


def test_a_pin_that_is_not_there_is_the_last_one() -> None:
    facts = json.loads(metadata(picture(shown(pin=99)).payload)["frame"])
    assert facts["pin"] == 2


def test_numbers_that_are_none_become_null() -> None:
    broken = small_net()
    with torch.no_grad():
        broken.get_parameter("dense2.bias")[:] = torch.nan
    header = json.loads(metadata(picture(shown(network=broken)).payload)["trace"])
    assert header["logits"] == [None] * 3


def test_a_graph_names_what_each_node_reads() -> None:
    nodes = {node["id"]: node for node in graph(NET, PINS[:1])}
    assert nodes["relu1"]["inputs"] == ["norm1"]
    assert nodes["conv1"]["shape"] == [4, 8, 8]
    assert "softmax" in nodes
