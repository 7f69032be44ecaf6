"""A checkpoint of a run is a network like any other, and leaves as a file."""

import csv
import io
from typing import Any

import pytest
import safetensors.torch
import torch
from fastapi import FastAPI
from PIL import Image, ImageOps
from starlette.testclient import TestClient

from convlens.data import pictures
from convlens.train.options import as_json, read
from convlens.web.pins import input_of
from tests.makers import painted, saved
from tests.web.running import QUICK, start, until
from tests.web.test_api import assert_problem


def test_a_run_is_a_network_with_its_card_and_graph(client: TestClient, trained: Any) -> None:
    card = client.get(f"/api/models/run-{trained['id']}").json()
    assert card["id"] == trained["model"] == f"run-{trained['id']}"
    assert card["input"] == {"channels": 1, "height": 8, "width": 8}
    assert card["classes"] == [str(digit) for digit in range(10)]
    assert card["parameters"] == trained["results"]["parameters"]
    assert card["nodes"][-1]["op"] == "softmax"
    assert sum(node["parameters"] for node in card["nodes"]) == card["parameters"]


def test_its_weights_are_the_network_alone_and_those_of_the_checkpoint(
    client: TestClient, app: FastAPI, trained: Any
) -> None:
    state = safetensors.torch.load(client.get(f"/api/models/{trained['model']}/weights").content)
    file = app.state.here.hub.store.checkpoint(trained["id"])
    kept = safetensors.torch.load_file(file)
    assert sum(value.numel() for value in state.values()) == trained["results"]["parameters"]
    assert all(torch.equal(value, kept[name]) for name, value in state.items())
    roles = {
        name
        for node in client.get(f"/api/models/{trained['model']}").json()["nodes"]
        for name in node["weights"].values()
    }
    assert roles == state.keys()


def test_each_checkpoint_is_a_network_of_its_own(client: TestClient, trained: Any) -> None:
    steps = client.get(f"/api/runs/{trained['id']}").json()["checkpoints"]
    first, last = (f"/api/models/run-{trained['id']}@{step}" for step in (steps[0], steps[-1]))
    traces = [
        client.post(
            f"{place}/trace",
            content=saved(painted(), "PNG"),
            headers={"accept": "application/json"},
        ).json()
        for place in (first, last, f"/api/models/run-{trained['id']}")
    ]
    assert traces[0]["probabilities"] != traces[1]["probabilities"] == traces[2]["probabilities"]
    assert sum(traces[0]["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert traces[2]["model"] == f"run-{trained['id']}@{steps[-1]}"
    between = client.get(f"{last}0").json()
    assert between["name"].endswith(f"@ {steps[-1]}")


def test_a_run_of_digits_reads_digits_that_are_written_on_a_page(
    client: TestClient, app: FastAPI, trained: Any
) -> None:
    row = app.state.here.hub.store.run(trained["id"])
    card = app.state.here.tracer.zoo.card(trained["model"])
    for spec in (card.spec, input_of(app.state.here, row)):
        assert (spec.fit, spec.hand) == ("digit", "digits")
    told = []
    for digit in range(10):
        small = Image.open(io.BytesIO(pictures.read(f"digit-{digit}"))).resize((320, 320))
        page = Image.new("L", (800, 600), 240)
        page.paste(ImageOps.invert(small).point(lambda v: min(v, 240)), (90, 120))
        answer = client.post(
            f"/api/models/{trained['model']}/trace",
            content=saved(page, "PNG"),
            headers={"accept": "application/json"},
        ).json()
        told.append(max(range(10), key=answer["probabilities"].__getitem__))
    assert sum(guess == digit for digit, guess in enumerate(told)) >= 9


@pytest.mark.parametrize("name", ["run-99999", "run-", "run-x", "run-1@", "run-1@x", "run-1@-1"])
def test_a_run_that_does_not_exist_is_no_network(client: TestClient, name: str) -> None:
    assert_problem(client.get(f"/api/models/{name}"), 404, name)


def test_a_network_of_points_has_no_layer_view(client: TestClient) -> None:
    run = start(client, data="xor", net="points-mlp", **QUICK)
    until(client, run, "state", state="finished")
    assert_problem(client.get(f"/api/models/run-{run['id']}"), 404, "takes points")
    client.delete(f"/api/runs/{run['id']}")


def test_a_run_begins_from_another_run_with_its_network_and_weights(
    client: TestClient, trained: Any
) -> None:
    run = start(client, start=f"run-{trained['id']}", speed=0, epochs=1)
    assert run["options"]["start"] == f"run-{trained['id']}@{trained['checkpoints'][-1]}"
    until(client, run, "state", state="finished")
    first = client.get(f"/api/runs/{run['id']}/history").json()["points"][0]
    assert first["loss"] < 0.5  # From scratch it is ln 10 = 2.3.
    client.delete(f"/api/runs/{run['id']}")


# --- files ---


def test_the_points_leave_as_csv(client: TestClient, trained: Any) -> None:
    answer = client.get(f"/api/runs/{trained['id']}/export/csv")
    assert "run-" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    points = client.get(f"/api/runs/{trained['id']}/history").json()["points"]
    told = [row for row in rows if row["loss"]]
    assert [float(row["loss"]) for row in told] == [point["loss"] for point in points]


def test_the_checkpoint_leaves_as_the_weights_alone(client: TestClient, trained: Any) -> None:
    taken = client.get(f"/api/runs/{trained['id']}/export/checkpoint").content
    state = safetensors.torch.load(taken)
    weights = safetensors.torch.load(client.get(f"/api/models/{trained['model']}/weights").content)
    assert state.keys() == weights.keys()
    assert all(torch.equal(value, weights[name]) for name, value in state.items())


def test_the_script_is_a_program_of_the_run(client: TestClient, trained: Any) -> None:
    text = client.get(f"/api/runs/{trained['id']}/export/script").text
    compile(text, "script", "exec")
    assert "torch.manual_seed" in text


def test_a_run_without_a_network_has_no_checkpoint_to_export(
    client: TestClient, app: FastAPI
) -> None:
    row = app.state.here.hub.store.create(as_json(read({})))
    for what in ("script", "checkpoint"):
        assert_problem(client.get(f"/api/runs/{row.id}/export/{what}"), 409, "no checkpoint")
    client.delete(f"/api/runs/{row.id}")
