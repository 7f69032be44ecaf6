"""One cell over HTTP: the contract's sums and winners, its problems, and autograd's gradients."""

import io
import math
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from fastapi import FastAPI
from starlette.testclient import TestClient
from torch import Tensor

from convlens.core.record import Op
from convlens.web.cells import NOTES
from convlens.web.traces import Kept
from tests.core.test_snippet import printed

TRACE = "/api/models/tiny-vgg/trace?picture=coffee"
CLASS = "koala"


@pytest.fixture
def trace(client: TestClient) -> Any:
    return client.post(TRACE, headers={"accept": "application/json"}).json()


@pytest.fixture
def values(client: TestClient, trace: Any) -> dict[str, Tensor]:
    return safetensors.torch.load(client.get(f"/api/traces/{trace['trace_id']}").content)


def get(client: TestClient, trace: Any, node: str, **query: Any) -> Any:
    return client.get(f"/api/traces/{trace['trace_id']}/nodes/{node}/cell", params=query)


def cell(client: TestClient, trace: Any, node: str, **query: Any) -> Any:
    answer = get(client, trace, node, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("node", "at"),
    [("conv_1_2", {"c": 4, "y": 7, "x": 59}), ("conv_2_1", {"c": 9}), ("output", {"c": 5})],
)
def test_the_parts_add_up_to_the_value_that_torch_stored(
    client: TestClient, trace: Any, values: dict[str, Tensor], node: str, at: dict[str, int]
) -> None:
    made = cell(client, trace, node, **at)
    assert made["value"] == values[node][tuple(at[k] for k in "cyx" if k in at)].flatten()[0]
    assert made["additive"]
    size = sum(abs(term["product"]) for part in made["parts"] for term in part["terms"])
    total = math.fsum(part["value"] for part in made["parts"])
    assert total == pytest.approx(made["value"], abs=1e-4 * size)


def test_the_winner_of_a_max_pooling_is_torchs(
    client: TestClient, trace: Any, values: dict[str, Tensor]
) -> None:
    _, indices = F.max_pool2d(values["relu_1_2"], 2, return_indices=True)
    y, x = divmod(int(indices[3, 10, 11]), values["relu_1_2"].shape[2])
    assert cell(client, trace, "max_pool_1", c=3, y=10, x=11)["winner"] == {"c": 3, "y": y, "x": x}


def test_a_vector_needs_its_place_alone(client: TestClient, trace: Any) -> None:
    made = cell(client, trace, "flatten", c=170)
    (term,) = made["parts"][0]["terms"]
    assert (term["c"], term["y"], term["x"]) == (1, 0, 1)  # 170 = 1 * 13 * 13 + 0 * 13 + 1


def test_the_gradient_of_a_window_is_autograds(
    app: FastAPI, client: TestClient, trace: Any, values: dict[str, Tensor]
) -> None:
    weight = app.state.here.tracer.network("tiny-vgg").conv_1_2.weight.detach().clone()
    x = values["relu_1_1"].clone()[None].requires_grad_()
    weight.requires_grad_()
    made = cell(client, trace, "conv_1_2", c=4, y=20, x=30, **{"class": CLASS})
    back = made["gradient"]
    output = F.conv2d(x, weight)[0, 4, 20, 30] * back["output"]
    by_x, by_weight = torch.autograd.grad(output, [x, weight])
    for part, shares in zip(made["parts"], back["parts"], strict=True):
        for term, share in zip(part["terms"], shares["terms"], strict=True):
            c, (ky, kx) = term["c"], term["at"]
            assert share["value"] == pytest.approx(by_x[0, c, term["y"], term["x"]].item())
            assert share["weight"] == pytest.approx(by_weight[4, c, ky, kx].item())
    assert back["parts"][-1] == {"name": "bias", "c": None, "value": back["output"], "terms": []}


def test_the_logits_of_the_loss_have_share_minus_one_at_the_class(
    client: TestClient, trace: Any
) -> None:
    shares = torch.tensor(trace["logits"], dtype=torch.double).softmax(0)
    for index, name in enumerate(trace["classes"]):
        back = cell(client, trace, "output", c=index, **{"class": CLASS})["gradient"]
        assert back["output"] == pytest.approx(shares[index].item() - (name == CLASS), abs=1e-6)
    target = trace["classes"].index(CLASS)
    made = cell(client, trace, "softmax", c=target, **{"class": CLASS})
    through = [term["value"] for term in made["gradient"]["parts"][-1]["terms"]]
    expected = shares - F.one_hot(torch.tensor(target), 10)
    assert through == pytest.approx(expected.tolist(), abs=1e-5)


def test_the_logit_of_a_class_hands_one_to_its_own_cell_alone(
    client: TestClient, trace: Any
) -> None:
    query = {"class": CLASS, "of": "logit"}
    outputs = [cell(client, trace, "output", c=c, **query)["gradient"]["output"] for c in range(10)]
    assert outputs == [float(name == CLASS) for name in trace["classes"]]


def test_without_a_class_there_is_no_gradient(client: TestClient, trace: Any) -> None:
    assert cell(client, trace, "output", c=0)["gradient"] is None


@pytest.mark.parametrize(
    ("node", "query", "words"),
    [
        ("conv_1_1", {"c": 10}, "c=10 is not a cell of conv_1_1, whose shape is [10, 62, 62]"),
        ("conv_1_1", {"c": 0, "y": -1}, "y is from 0 to 61"),
        ("output", {"c": 0, "x": 1}, "x is from 0 to 0"),
        ("conv_1_1", {"c": "one"}, "c"),
        ("conv_1_1", {}, "c"),
    ],
)
def test_a_cell_that_is_not_there_is_refused_with_what_there_is(
    client: TestClient, trace: Any, node: str, query: dict[str, Any], words: str
) -> None:
    answer = get(client, trace, node, **query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert answer.json()["hint"]


def odd(app: FastAPI, trace: Any, node: str, **changes: Any) -> dict[str, str]:
    """A kept trace in which one record is another; the id it goes by."""
    kept: Kept = app.state.here.tracer.traces.get(trace["trace_id"])
    records = tuple(replace(r, **changes) if r.id == node else r for r in kept.records)
    app.state.here.tracer.traces.keep(Kept("f" * 32, records, kept.header))
    return {"trace_id": "f" * 32}


def test_values_that_were_not_kept_are_a_problem_of_their_node(
    app: FastAPI, client: TestClient, trace: Any
) -> None:
    made = odd(app, trace, "relu_1_1", value=None, note="It was written over.")
    answer = get(client, made, "conv_1_2", c=0)
    assert (answer.status_code, answer.json()["title"]) == (404, "Values not shown")
    assert "relu_1_1" in answer.json()["detail"]
    assert "It was written over." in answer.json()["detail"]


def test_a_volume_is_refused_in_words(app: FastAPI, client: TestClient, trace: Any) -> None:
    made = odd(app, trace, "relu_1_1", shape=(10, 2, 31, 62))
    answer = get(client, made, "relu_1_1", c=0)
    assert answer.status_code == 422
    assert "more than two spatial axes" in answer.json()["detail"]


def test_what_cannot_be_worked_out_says_why(app: FastAPI, client: TestClient, trace: Any) -> None:
    unknown = {"op": Op.OTHER, "geometry": {"kind": "other", "function": "fft"}}
    made = cell(client, odd(app, trace, "relu_1_1", **unknown), "relu_1_1", c=0)
    assert (made["parts"], made["note"]) == ([], NOTES["unknown"])
    assert all(note.endswith(".") for reason, note in NOTES.items() if reason)


@pytest.mark.parametrize("node", ["conv_1_2", "max_pool_2", "flatten", "output", "softmax"])
def test_the_program_of_a_cell_prints_its_value(
    client: TestClient, trace: Any, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cell(client, trace, node, c=7)
    monkeypatch.setattr(urllib.request, "urlopen", lambda url: io.BytesIO(client.get(url).content))
    assert printed(made["code"]) == pytest.approx(made["value"], rel=1e-4)


def edited(client: TestClient, trace: Any, edit: dict[str, Any]) -> Any:
    """The header of the trace with one edit put in."""
    body = {"trace_id": trace["trace_id"], "edits": [edit]}
    headers = {"accept": "application/json"}
    return client.post("/api/models/tiny-vgg/trace", json=body, headers=headers).json()


def test_the_program_of_an_edited_cell_needs_no_server(client: TestClient, trace: Any) -> None:
    weight = {"kind": "weight", "name": "output.weight", "index": [7, 3], "value": 0.5}
    made = cell(client, edited(client, trace, weight), "output", c=7)
    assert "urlopen" not in made["code"]
    assert printed(made["code"]) == pytest.approx(made["value"], rel=1e-4)


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        ({"kind": "pooling", "node": "max_pool_1", "mode": "average"}, "average"),
        ({"kind": "channel", "node": "max_pool_1", "channel": 3, "scale": 2.0}, "max"),
        ({"kind": "activation", "node": "relu_1_2", "function": "tanh"}, "max"),
    ],
)
def test_an_edited_step_is_worked_out_as_what_it_became(
    client: TestClient, trace: Any, edit: dict[str, Any], kind: str
) -> None:
    flat = cell(client, trace, "max_pool_1", c=3, y=14, x=15)
    assert flat["value"] != 0
    made = cell(client, edited(client, trace, edit), "max_pool_1", c=3, y=14, x=15)
    assert (made["kind"], made["reason"], made["note"]) == (kind, "", "")
    assert made["value"] != flat["value"]


@pytest.mark.parametrize("scale", [1.5, 0.0])
@pytest.mark.parametrize("node", ["conv_1_2", "relu_1_2", "max_pool_1", "output"])
def test_a_scaled_channel_is_worked_out_to_the_value_that_torch_stored(
    client: TestClient, trace: Any, node: str, scale: float
) -> None:
    change = {"kind": "channel", "node": node, "channel": 4, "scale": scale}
    head = edited(client, trace, change)
    place = {"c": 4} if node == "output" else {"c": 4, "y": 7, "x": 9}
    flat, made = (cell(client, each, node, **place) for each in (trace, head))
    stored = safetensors.torch.load(client.get(f"/api/traces/{head['trace_id']}").content)
    assert flat["scaled"] is None
    assert flat["value"] != 0
    assert (
        made["value"]
        == stored[node][tuple(place.values())]
        == pytest.approx(flat["value"] * scale, rel=1e-6)
    )
    assert (made["reason"], made["parts"]) == ("", flat["parts"])
    assert made["scaled"]["scale"] == scale
    assert made["scaled"]["before"] * scale == pytest.approx(made["value"], rel=1e-4)
    assert printed(made["code"]) == pytest.approx(made["value"], rel=1e-4)


def test_the_gradient_of_a_scaled_channel_is_autograds(
    app: FastAPI, client: TestClient, trace: Any, values: dict[str, Tensor]
) -> None:
    head = edited(
        client, trace, {"kind": "channel", "node": "conv_1_2", "channel": 4, "scale": 1.5}
    )
    made = cell(client, head, "conv_1_2", c=4, y=20, x=30, **{"class": CLASS})
    weight = app.state.here.tracer.network("tiny-vgg").conv_1_2.weight.detach()
    x = values["relu_1_1"].clone()[None].requires_grad_()
    output = F.conv2d(x, weight)[0, 4, 20, 30] * 1.5 * made["gradient"]["output"]
    (by_x,) = torch.autograd.grad(output, x)
    for part, shares in zip(made["parts"], made["gradient"]["parts"], strict=True):
        for term, share in zip(part["terms"], shares["terms"], strict=True):
            wanted = by_x[0, term["c"], term["y"], term["x"]].item()
            assert share["value"] == pytest.approx(wanted)


def test_a_trace_of_gradients_has_no_cells(client: TestClient, trace: Any) -> None:
    address = f"/api/traces/{trace['trace_id']}/gradient"
    head = client.get(address, headers={"accept": "application/json"}).json()
    answer = get(client, head, "conv_1_1", c=0)
    assert (answer.status_code, answer.json()["title"]) == (422, "Not a forward trace")
