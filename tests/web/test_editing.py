"""Edits and the knock-out over HTTP: traces equal to torch, and a network that stays as it was."""

import copy
import json
from typing import Any

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from fastapi import FastAPI
from starlette.testclient import TestClient
from torch import Tensor, nn

from convlens.web.schema import TraceHeader

MODEL = "/api/models/tiny-vgg/trace"
ASKS_JSON = {"accept": "application/json"}
WEIGHT = {"kind": "weight", "name": "conv_1_1.weight", "index": [2, 0, 1, 1], "value": 1.5}
OFF = {"kind": "channel", "node": "relu_1_2", "channel": 4, "scale": 0}
SWAP = {"kind": "activation", "node": "relu_2_1", "function": "leaky_relu"}
POOL = {"kind": "pooling", "node": "max_pool_1", "mode": "average"}
PIXELS = {"kind": "pixels", "cells": [[0, 10, 11, 2.0], [1, 10, 11, -1.5]]}


@pytest.fixture(scope="module")
def trace(client: TestClient) -> Any:
    return client.post(f"{MODEL}?picture=coffee", headers=ASKS_JSON).json()


def ask(client: TestClient, edits: Any, **base: Any) -> Any:
    return client.post(MODEL, json={**base, "edits": edits}, headers=ASKS_JSON)


def values(client: TestClient, trace_id: str) -> dict[str, Tensor]:
    return safetensors.torch.load(client.get(f"/api/traces/{trace_id}").content)


def by_hand(app: FastAPI, x: Tensor) -> dict[str, Tensor]:
    """All five edits on a copy of the network, by torch alone."""
    net = copy.deepcopy(app.state.here.tracer.network("tiny-vgg"))
    x = x[None].clone()
    x[0, 0, 10, 11], x[0, 1, 10, 11] = 2.0, -1.5
    net.conv_1_1.weight[2, 0, 1, 1] = 1.5
    net.add_module("relu_2_1", nn.LeakyReLU())
    net.add_module("max_pool_1", nn.AvgPool2d(2, 2))
    found = {"input": x}
    for name, module in net.named_children():
        x = module(x)
        if name == "relu_1_2":
            x[:, 4] = 0
        found[name] = x
    found["softmax"] = F.softmax(x, 1)
    return {name: each[0] for name, each in found.items()}


def test_an_edited_trace_is_what_torch_computes_of_a_network_edited_by_hand(
    app: FastAPI, client: TestClient, trace: Any
) -> None:
    plain = values(client, trace["trace_id"])
    every = [PIXELS, WEIGHT, OFF, SWAP, POOL]
    head = ask(client, every, trace_id=trace["trace_id"]).json()
    found, wanted = values(client, head["trace_id"]), by_hand(app, plain["input"])
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    assert head["logits"] == wanted["output"].tolist()
    assert all(torch.equal(v, plain[n]) for n, v in values(client, trace["trace_id"]).items())


def test_its_header_is_that_of_a_trace_with_its_edits_and_what_it_was_made_from(
    client: TestClient, trace: Any
) -> None:
    head = ask(client, [OFF, SWAP], trace_id=trace["trace_id"]).json()
    assert TraceHeader.model_validate(head, strict=True).model_dump(by_alias=True) == head
    assert head["edits"] == [OFF, SWAP]
    assert head["base"] == trace["trace_id"] != head["trace_id"]
    assert head["picture"] == trace["picture"]
    geometry = {node["id"]: node["geometry"] for node in head["nodes"]}["relu_2_1"]
    assert geometry == {"kind": "cell", "function": "leaky_relu", "negative_slope": 0.01}
    assert (trace["base"], trace["edits"]) == ("", [])


def test_the_same_edits_have_the_same_trace_and_none_have_the_pictures_own(
    client: TestClient, trace: Any
) -> None:
    ids = [
        ask(client, edits, trace_id=trace["trace_id"]).json()["trace_id"]
        for edits in ([OFF], [OFF], [SWAP], [])
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[3] == trace["trace_id"]


def test_edits_of_an_edited_trace_come_on_top(client: TestClient, trace: Any) -> None:
    first = ask(client, [OFF], trace_id=trace["trace_id"]).json()
    second = ask(client, [WEIGHT], trace_id=first["trace_id"]).json()
    both = ask(client, [OFF, WEIGHT], trace_id=trace["trace_id"]).json()
    assert second == both
    assert both["edits"] == [OFF, WEIGHT]


def test_a_bundled_picture_is_edited_without_a_trace(client: TestClient, trace: Any) -> None:
    found = ask(client, [OFF], picture="coffee").json()
    assert found == ask(client, [OFF], trace_id=trace["trace_id"]).json()
    cropped = ask(client, [OFF], picture="coffee", crop="0,0,300").json()
    assert cropped["picture"]["crop"] == {"x": 0, "y": 0, "width": 300, "height": 300}


def test_bytes_and_a_choice_of_nodes_come_as_of_a_trace(client: TestClient, trace: Any) -> None:
    body = {"trace_id": trace["trace_id"], "edits": [OFF]}
    content = client.post(f"{MODEL}?nodes=relu_1_2", json=body).content
    tensors = safetensors.torch.load(content)
    assert tensors.keys() == {"relu_1_2", "relu_1_2.range"}
    assert not tensors["relu_1_2"][4].any()
    length = int.from_bytes(content[:8], "little")
    assert json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["trace"])["edits"]


def test_gradients_of_an_edited_trace_are_of_the_edited_network(
    app: FastAPI, client: TestClient, trace: Any
) -> None:
    head = ask(client, [SWAP], trace_id=trace["trace_id"]).json()
    answer = client.get(f"/api/traces/{head['trace_id']}/gradient?precision=float32&class=orange")
    net = copy.deepcopy(app.state.here.tracer.network("tiny-vgg"))
    net.add_module("relu_2_1", nn.LeakyReLU())
    x = values(client, head["trace_id"])["input"][None].requires_grad_()
    loss = F.cross_entropy(net(x), torch.tensor([trace["classes"].index("orange")]))
    (wanted,) = torch.autograd.grad(loss, x)
    found = safetensors.torch.load(answer.content)["input"]
    assert torch.allclose(found, wanted[0], rtol=1e-4, atol=1e-7)


def test_the_difference_is_edited_minus_original(client: TestClient, trace: Any) -> None:
    head = ask(client, [OFF, WEIGHT], trace_id=trace["trace_id"]).json()
    before, after = (values(client, each["trace_id"]) for each in (trace, head))
    answer = client.get(f"/api/traces/{head['trace_id']}/difference?precision=float32")
    found = safetensors.torch.load(answer.content)
    assert found.keys() == before.keys()
    assert all(torch.equal(found[name], after[name] - before[name]) for name in found)
    assert not found["input"].any()
    assert client.get(f"/api/traces/{trace['trace_id']}/difference").status_code == 422


def test_the_arithmetic_of_an_edited_trace_has_the_edited_weight(
    client: TestClient, trace: Any
) -> None:
    head = ask(client, [WEIGHT], trace_id=trace["trace_id"]).json()
    address = f"/api/traces/{head['trace_id']}/nodes/conv_1_1/cell?c=2&y=3&x=3"
    cell = client.get(address).json()
    assert cell["value"] == values(client, head["trace_id"])["conv_1_1"][2, 3, 3].item()
    assert 1.5 in [term["weight"] for part in cell["parts"] for term in part["terms"]]
    assert sum(part["value"] for part in cell["parts"]) == pytest.approx(cell["value"], rel=1e-4)


MANY = [OFF] * 201
REFUSED: list[tuple[Any, str]] = [
    ([{**OFF, "scale": 4}], "edits[0].scale is '4': it must be less than or equal to 3"),
    ([OFF, {**OFF, "channel": -1}], "edits[1].channel is '-1': it must be greater than or equal"),
    ([{**OFF, "channel": 10}], "The channel of relu_1_2 is (10); it may go from 0 to (9)"),
    ([{**OFF, "channel": "0"}], "edits[0].channel is '0': it must be a valid integer"),
    ([{**OFF, "node": "nope"}], "The network has no node 'nope'"),
    ([{**OFF, "more": 1}], "edits[0].more is not known"),
    ([{**WEIGHT, "value": 1e9}], "edits[0].value is '1000000000.0': it must be less than"),
    ([{**WEIGHT, "value": True}], "edits[0].value is 'True'"),
    ([{**WEIGHT, "index": [0, 0]}], "The index in conv_1_1.weight is (0, 0)"),
    ([{**WEIGHT, "name": "__class__"}], "'__class__' is not a weight or bias of the network"),
    ([{**SWAP, "function": "step"}], "edits[0].function is 'step': it must be 'relu'"),
    ([{**POOL, "mode": "median"}], "edits[0].mode is 'median': it must be 'max' or 'average'"),
    ([{**PIXELS, "cells": [[0, 64, 0, 1]]}], "The pixel is (0, 64, 0)"),
    ([{**PIXELS, "cells": []}], "edits[0].cells is '[]'"),
    ([{**PIXELS, "cells": [[0, 0, 0, 1]] * 16385}], "edits[0].cells"),
    ([{"kind": "nope"}], "edits[0].kind must be one of pixels, weight"),
    ([{}], "edits[0].kind must be one of pixels, weight"),
    ("all", "edits is 'all': it must be a valid list"),
    (MANY, "edits is"),
    (None, "edits is 'None'"),
]


@pytest.mark.parametrize(("edits", "says"), REFUSED)
def test_what_cannot_be_is_refused_in_a_sentence_with_the_value(
    client: TestClient, trace: Any, edits: Any, says: str
) -> None:
    answer = ask(client, edits, trace_id=trace["trace_id"])
    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert len(answer.json()["detail"]) < 600
    assert answer.json()["hint"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(client: TestClient, trace: Any, number: str) -> None:
    edit = json.dumps(WEIGHT).replace("1.5", number)
    body = f'{{"trace_id": "{trace["trace_id"]}", "edits": [{edit}]}}'
    headers = {"content-type": "application/json"}
    assert client.post(MODEL, content=body, headers=headers).status_code == 422


def test_the_refusal_says_which_edit_of_the_list_it_is(client: TestClient, trace: Any) -> None:
    answer = ask(client, [OFF, {**OFF, "channel": 10}], trace_id=trace["trace_id"])
    assert answer.json()["values"] == {"edit": 1}
    first = ask(client, [SWAP], trace_id=trace["trace_id"]).json()
    answer = ask(client, [OFF, {**OFF, "channel": 10}], trace_id=first["trace_id"])
    assert answer.json()["values"] == {"edit": 1}


def test_edits_on_edits_are_not_endless(client: TestClient, trace: Any) -> None:
    first = ask(client, [OFF] * 150, trace_id=trace["trace_id"]).json()
    answer = ask(client, [SWAP] * 51, trace_id=first["trace_id"])
    assert answer.status_code == 422
    assert "There are 201 edits with those of the trace; at most 200" in answer.json()["detail"]


def test_a_trace_of_another_network_of_gradients_or_gone_is_not_edited(
    client: TestClient, trace: Any
) -> None:
    other = client.post("/api/models/lenet-5/trace", json={**_base(trace), "edits": [OFF]})
    assert (other.status_code, "not of lenet-5" in other.json()["detail"]) == (422, True)
    head = client.get(f"/api/traces/{trace['trace_id']}/gradient", headers=ASKS_JSON).json()
    assert ask(client, [OFF], trace_id=head["trace_id"]).status_code == 422
    assert ask(client, [OFF], trace_id="0" * 32).status_code == 410
    assert ask(client, [OFF], picture="nope").status_code == 404


def _base(trace: Any) -> dict[str, str]:
    return {"trace_id": trace["trace_id"]}


def test_knocking_out_is_what_single_edits_do(client: TestClient, trace: Any) -> None:
    body = {"node": "relu_2_2"}
    found = client.post(f"/api/traces/{trace['trace_id']}/knockout", json=body).json()
    target = trace["classes"].index(found["class"])
    assert trace["probabilities"][target] == max(trace["probabilities"])
    assert found["before"]["probability"] == trace["probabilities"][target]
    assert (found["total"], len(found["alone"])) == (10, 10)
    gone = []
    for alone, together in zip(found["alone"], found["together"], strict=False):
        gone.append({**OFF, "node": "relu_2_2", "channel": alone["channel"]})
        single = ask(client, gone[-1:], **_base(trace)).json()
        assert alone["logit"] == single["logits"][target]
        assert alone["probability"] == single["probabilities"][target]
        every = ask(client, gone, **_base(trace)).json()
        assert together["logit"] == every["logits"][target]
        likeliest = every["probabilities"].index(max(every["probabilities"]))
        assert together["best"] == trace["classes"][likeliest]
    assert found["changes"] == (found["together"][-1]["best"] != found["before"]["best"])


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 422, "node is missing"),
        ({"node": 5}, 422, "node is '5'"),
        ({"node": "nope"}, 404, "no node 'nope'"),
        ({"node": "input"}, 422, "input is the input"),
        ({"node": "relu_2_2", "class": "nope"}, 422, "no class 'nope'"),
    ],
)
def test_a_knock_out_of_what_is_not_there_says_what_is(
    client: TestClient, trace: Any, body: Any, status: int, says: str
) -> None:
    answer = client.post(f"/api/traces/{trace['trace_id']}/knockout", json=body)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True)
