"""The gradients of a trace, as the page and a program ask for them."""

import json
from typing import Any

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from fastapi import FastAPI
from starlette.testclient import TestClient
from torch import Tensor

TRACE = "/api/models/tiny-vgg/trace?picture=coffee"
JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def trace(client: TestClient) -> Any:
    return client.post(TRACE, headers=JSON).json()


@pytest.fixture(scope="module")
def values(client: TestClient, trace: Any) -> dict[str, Tensor]:
    return safetensors.torch.load(client.get(f"/api/traces/{trace['trace_id']}").content)


def exact(client: TestClient, trace: Any, query: str = "") -> dict[str, Tensor]:
    address = f"/api/traces/{trace['trace_id']}/gradient?precision=float32&{query}"
    return safetensors.torch.load(client.get(address).content)


def wanted(app: FastAPI, x: Tensor, target: int) -> dict[str, Tensor]:
    """By torch alone: the network's children one after the other."""
    leaf = x[None].clone().requires_grad_()
    steps = {"input": leaf}
    for name, module in app.state.here.tracer.network("tiny-vgg").named_children():
        steps[name] = module(next(reversed(steps.values())))
    loss = F.cross_entropy(next(reversed(steps.values())), torch.tensor([target]))
    grads = torch.autograd.grad(loss, list(steps.values()))
    return {name: grad[0] for name, grad in zip(steps, grads, strict=True)}


def test_every_map_has_the_gradient_that_torch_has(
    app: FastAPI, client: TestClient, trace: Any, values: dict[str, Tensor]
) -> None:
    found = exact(client, trace, "class=orange")
    expected = wanted(app, values["input"], trace["classes"].index("orange"))
    assert found.keys() == expected.keys() | {"softmax"}
    for name, grad in expected.items():
        assert torch.allclose(found[name], grad, rtol=1e-4, atol=1e-7), name


def test_the_class_is_the_predicted_one_unless_another_is_asked_for(
    client: TestClient, trace: Any
) -> None:
    address = f"/api/traces/{trace['trace_id']}/gradient"
    head = client.get(address, headers=JSON).json()
    shares = trace["probabilities"]
    assert head["gradient"] == {"of": "loss", "class": trace["classes"][shares.index(max(shares))]}
    other = client.get(f"{address}?class=orange&of=logit", headers=JSON).json()
    assert other["gradient"] == {"of": "logit", "class": "orange"}
    assert other["trace_id"] != head["trace_id"]


def test_ranges_of_the_header_are_those_of_the_gradients(client: TestClient, trace: Any) -> None:
    head = client.get(f"/api/traces/{trace['trace_id']}/gradient?class=orange", headers=JSON).json()
    for name, grad in exact(client, trace, "class=orange").items():
        assert head["ranges"]["layer"][name] == [grad.min().item(), grad.max().item()]
    assert head["base"] == trace["trace_id"]
    assert (head["logits"], head["picture"]) == (trace["logits"], trace["picture"])


def test_one_node_of_the_gradients_is_read_by_their_own_id(client: TestClient, trace: Any) -> None:
    head = client.get(f"/api/traces/{trace['trace_id']}/gradient", headers=JSON).json()
    answer = client.get(f"/api/traces/{head['trace_id']}/nodes/conv_2_1")
    assert torch.equal(
        safetensors.torch.load(answer.content)["conv_2_1"], exact(client, trace)["conv_2_1"]
    )


def test_bytes_of_some_nodes_come_as_of_a_trace(client: TestClient, trace: Any) -> None:
    address = f"/api/traces/{trace['trace_id']}/gradient?nodes=conv_1_1"
    content = client.get(address).content
    found = safetensors.torch.load(content)
    assert found.keys() == {"conv_1_1", "conv_1_1.range"}
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])["__metadata__"]["trace"]
    assert json.loads(header)["gradient"]["of"] == "loss"


@pytest.mark.parametrize(
    ("query", "says"),
    [("class=nope", "no class 'nope'; it has: "), ("of=nope", "'nope'"), ("nodes=nope", "'nope'")],
)
def test_a_wrong_choice_is_refused_with_what_there_is(
    client: TestClient, trace: Any, query: str, says: str
) -> None:
    answer = client.get(f"/api/traces/{trace['trace_id']}/gradient?{query}")
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_gradients_have_no_gradients_of_their_own(client: TestClient, trace: Any) -> None:
    head = client.get(f"/api/traces/{trace['trace_id']}/gradient", headers=JSON).json()
    answer = client.get(f"/api/traces/{head['trace_id']}/gradient")
    assert answer.status_code == 422
    assert trace["trace_id"] in answer.json()["hint"]


def test_gradients_count_in_the_memory_of_traces(app: FastAPI, client: TestClient) -> None:
    traces = app.state.here.tracer.traces
    listed = client.get("/api/pictures").json()
    name = next(each["id"] for each in listed if each["fit"] == "digit")
    trace = client.post(f"/api/models/lenet-5/trace?picture={name}", headers=JSON)
    before = traces.used
    head = client.get(f"/api/traces/{trace.json()['trace_id']}/gradient", headers=JSON).json()
    assert traces.used == before + traces.get(head["trace_id"]).size
