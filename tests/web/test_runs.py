"""Training runs over HTTP: the contract that tests outside this repository speak, and its edges."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from fastapi import FastAPI
from starlette.testclient import TestClient

from convlens.train.events import ENDED
from convlens.train.options import TABLE, as_json, read
from convlens.web.history import decimated
from tests.makers import painted, saved
from tests.web.test_api import assert_problem

QUICK = {"speed": 0, "epochs": 1}
SLOW = {"speed": 20}
SOCKET = "ws://127.0.0.1:8000"


def start(client: TestClient, **options: Any) -> Any:
    answer = client.post("/api/runs", json=options)
    assert answer.status_code == 201, answer.text
    return answer.json()


def control(client: TestClient, run: Any, action: str, **more: Any) -> Any:
    return client.post(f"/api/runs/{run['id']}/control", json={"action": action, **more})


def until(client: TestClient, run: Any, event: str, **members: Any) -> Any:
    """The first event of this type with these members, heard as any client would hear it."""
    with client.websocket_connect(f"{SOCKET}/ws/runs/{run['id']}") as watching:
        while True:
            message = watching.receive()
            assert message["type"] == "websocket.send", message
            if message.get("text") is None:
                continue
            said = json.loads(message["text"])
            if said["type"] == event and members.items() <= said.items():
                return said
            assert said.get("state") not in ENDED, said


@pytest.fixture(scope="module")
def trained(client: TestClient) -> Any:
    """The default run, as fast as it can, to its end."""
    run = start(client, speed=0)
    until(client, run, "state", state="finished")
    return client.get(f"/api/runs/{run['id']}").json()


@pytest.fixture
def going(client: TestClient) -> Iterator[Any]:
    """A run that goes on, and is removed after the test."""
    run = start(client, **SLOW)
    until(client, run, "points")
    yield run
    client.delete(f"/api/runs/{run['id']}")


# --- the contract, line by line ---


def test_an_empty_object_starts_the_default_run(client: TestClient) -> None:
    answer = client.post("/api/runs", content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code == 201
    run = answer.json()
    assert run["options"] == {name: each.default for name, each in TABLE.items()}
    assert run["state"] in ("queued", "running")
    assert answer.headers["location"] == f"/api/runs/{run['id']}"
    assert client.delete(answer.headers["location"]).status_code == 204


def test_what_is_named_differs_from_the_default_and_the_rest_does_not(client: TestClient) -> None:
    run = start(client, data="shapes", lr=0.5, name="mine", paused=True)
    assert (run["name"], run["options"]["data"], run["options"]["lr"]) == ("mine", "shapes", 0.5)
    assert run["options"]["batch"] == TABLE["batch"].default
    client.delete(f"/api/runs/{run['id']}")


def test_runs_are_listed_the_newest_first_and_found_by_their_id(
    client: TestClient, trained: Any
) -> None:
    newer = start(client, **QUICK)
    listed = client.get("/api/runs").json()
    assert [each["id"] for each in listed][:1] == [newer["id"]]
    assert trained in listed
    client.delete(f"/api/runs/{newer['id']}")


def test_the_default_run_learns_the_digits(trained: Any) -> None:
    assert trained["state"] == "finished"
    assert trained["reason"]["code"] == "epochs"
    assert trained["results"]["validation_accuracy"] > 0.93
    assert trained["step"] == trained["results"]["steps"]


def test_the_history_holds_every_step_once_in_order(client: TestClient, trained: Any) -> None:
    told = client.get(f"/api/runs/{trained['id']}/history").json()
    assert [point["step"] for point in told["points"]] == list(range(1, trained["step"] + 1))
    assert all(point["loss"] > 0 for point in told["points"])
    kinds = {event["type"] for event in told["events"]}
    assert {"started", "evaluation", "state"} <= kinds
    assert not kinds & {"points", "layers", "health", "phase"}
    assert (told["id"], told["state"], told["seq"]) == (trained["id"], "finished", trained["seq"])


def test_the_history_from_a_step_includes_that_step(client: TestClient, trained: Any) -> None:
    told = client.get(f"/api/runs/{trained['id']}/history?from_step=391").json()
    assert [point["step"] for point in told["points"]] == list(range(391, trained["step"] + 1))
    beyond = client.get(f"/api/runs/{trained['id']}/history?from_step=100000").json()
    assert (beyond["points"], beyond["events"]) == ([], [])


def test_the_columns_of_the_history_are_its_points(client: TestClient, trained: Any) -> None:
    place = f"/api/runs/{trained['id']}/history"
    points = client.get(place).json()["points"]
    answer = client.get(place, headers={"accept": "application/octet-stream"})
    columns = safetensors.numpy.load(answer.content)
    assert columns.keys() == {"step", "epoch", "loss", "accuracy", "lr"}
    for name, column in columns.items():
        assert column.dtype == np.float64
        assert column.tolist() == [point[name] for point in points]


def test_the_socket_says_what_the_history_says(client: TestClient, trained: Any) -> None:
    events: list[Any] = []
    with client.websocket_connect(f"{SOCKET}/ws/runs/{trained['id']}") as watching:
        while not events or events[-1]["seq"] < trained["seq"]:
            message = watching.receive()
            if message.get("text") is not None:
                events.append(json.loads(message["text"]))
    assert [event["seq"] for event in events] == list(range(1, trained["seq"] + 1))
    points = [point for event in events for point in event.get("points", [])]
    told = client.get(f"/api/runs/{trained['id']}/history").json()
    assert points == told["points"]


def test_events_are_told_by_type(client: TestClient, trained: Any) -> None:
    place = f"/api/runs/{trained['id']}/events"
    told = client.get(f"{place}?types=evaluation,saved").json()["events"]
    assert {event["type"] for event in told} == {"evaluation", "saved"}
    assert len(client.get(place).json()["events"]) == trained["seq"]
    assert_problem(client.get(f"{place}?types=evaluation,gossip"), 422, "'gossip'", "verdict")


def test_a_run_is_deleted_and_gone(client: TestClient) -> None:
    run = start(client, **QUICK)
    place = f"/api/runs/{run['id']}"
    answer = client.delete(place)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(client.get(place), 404, repr(run["id"]))
    assert_problem(client.delete(place), 404)
    assert run["id"] not in [each["id"] for each in client.get("/api/runs").json()]


def test_a_run_is_deleted_while_it_goes_on(client: TestClient, app: FastAPI, going: Any) -> None:
    assert client.delete(f"/api/runs/{going['id']}").status_code == 204
    assert_problem(client.get(f"/api/runs/{going['id']}/history"), 404)
    assert not (app.state.here.hub.store.folder / "runs" / going["id"]).exists()
    again = start(client, **SLOW)  # Its place is free.
    until(client, again, "points")
    client.delete(f"/api/runs/{again['id']}")


def test_pause_and_resume_and_stop_answer_with_the_new_state(
    client: TestClient, going: Any
) -> None:
    assert control(client, going, "pause").json()["state"] == "paused"
    at = client.get(f"/api/runs/{going['id']}").json()["step"]
    assert client.get(f"/api/runs/{going['id']}").json()["step"] == at
    assert control(client, going, "resume").json()["state"] == "running"
    stopped = control(client, going, "stop").json()
    assert stopped["state"] == "stopped"
    assert stopped["step"] >= at


def test_a_batch_at_a_time_is_a_step_at_a_time(client: TestClient, going: Any) -> None:
    at = control(client, going, "pause").json()["step"]
    for k in (1, 2, 3):
        assert control(client, going, "step_batch").status_code == 200
        until(client, going, "phase", step=at + k, phase="update")
    assert client.get(f"/api/runs/{going['id']}").json()["step"] == at + 3


def test_the_four_phases_come_one_at_a_time(client: TestClient, going: Any) -> None:
    at = control(client, going, "pause").json()["step"]
    for phase in ("forward", "loss", "backward", "update"):
        control(client, going, "step_phase")
        until(client, going, "phase", step=at + 1, phase=phase)


def test_a_learning_rate_that_is_set_is_a_change_on_the_record(
    client: TestClient, going: Any
) -> None:
    assert control(client, going, "set", name="lr", value=0.01).status_code == 200
    assert until(client, going, "change", name="lr")["value"] == 0.01


def test_a_stopped_run_goes_on_where_it_was(client: TestClient, going: Any) -> None:
    at = control(client, going, "stop").json()["step"]
    answer = client.post(f"/api/runs/{going['id']}/resume")
    assert answer.status_code == 200
    until(client, going, "points")
    with client.websocket_connect(f"{SOCKET}/ws/runs/{going['id']}?from_step={at + 1}") as watching:
        while True:
            message = watching.receive()
            said = json.loads(message.get("text") or "{}")
            if said.get("type") == "points":
                break
    told = client.get(f"/api/runs/{going['id']}/history").json()["points"]
    assert [point["step"] for point in told] == list(range(1, len(told) + 1))
    assert len(told) > at


def test_a_run_gets_another_name(client: TestClient, trained: Any) -> None:
    place = f"/api/runs/{trained['id']}"
    assert client.patch(place, json={"name": "红色 fox"}).json()["name"] == "红色 fox"
    assert client.get(place).json()["name"] == "红色 fox"
    assert_problem(client.patch(place, json={}), 422, "name")
    assert_problem(client.patch(place, json={"name": "x" * 300}), 422, "200")


# --- the queue ---


def test_one_run_too_many_waits_with_a_visible_place(client: TestClient, app: FastAPI) -> None:
    for run in client.get("/api/runs").json():
        control(client, run, "stop")
    limit = app.state.here.hub._places
    runs = [start(client, **SLOW) for _ in range(limit + 2)]
    places = [client.get(f"/api/runs/{run['id']}").json()["place"] for run in runs]
    assert places == [None] * limit + [1, 2]
    answer = control(client, runs[-1], "pause")
    assert_problem(answer, 409, "place 2")
    assert control(client, runs[-2], "stop").json()["state"] == "stopped"
    assert client.get(f"/api/runs/{runs[-1]['id']}").json()["place"] == 1
    control(client, runs[0], "stop")
    until(client, runs[-1], "state", state="running")
    for run in runs:
        client.delete(f"/api/runs/{run['id']}")


# --- a checkpoint is a network ---


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


def test_the_test_set_of_a_finished_run_can_still_be_opened(
    client: TestClient, trained: Any
) -> None:
    answer = control(client, trained, "open_test")
    assert answer.status_code == 200, answer.text
    after = client.get(f"/api/runs/{trained['id']}").json()
    assert after["state"] == "finished"
    assert after["results"]["test_accuracy"] > 0.9


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


# --- pins ---


def test_a_pinned_picture_is_what_the_network_takes(client: TestClient, going: Any) -> None:
    place = f"/api/runs/{going['id']}/pins"
    answer = client.post(f"{place}?slot=2", content=saved(painted(), "PNG"))
    assert answer.status_code == 200
    assert (answer.json()["slot"], answer.json()["picture"]["format"]) == (2, "PNG")
    assert client.post(f"{place}?picture=coffee").json()["picture"]["width"] == 600
    assert client.post(f"{place}?index=3&slot=7").json() == {"slot": 7, "picture": {"index": 3}}


def test_a_pin_that_cannot_be_is_refused(client: TestClient, going: Any) -> None:
    place = f"/api/runs/{going['id']}/pins"
    assert_problem(client.post(f"{place}?slot=8&index=0"), 422, "slot")
    assert_problem(client.post(f"{place}?picture=nope"), 404, "nope")
    assert_problem(client.post(place, content=b"no picture"), 415)
    assert_problem(client.post("/api/runs/99999/pins?index=0"), 404, "99999")


# --- problems ---


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"colour_of": 1}, "'colour_of'"),
        ({"lr": "fast"}, "lr"),
        ({"lr": -1}, "-1"),
        ({"lr": 1e99}, "lr"),
        ({"epochs": 1.5}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"data": "nope"}, "nope"),
        ({"data": 3}, "data"),
        ({"net": "nope"}, "nope"),
        ({"net": "points-mlp"}, "points-mlp"),
        ({"start": "nope"}, "nope"),
        ({"start": "run-99999"}, "99999"),
        ({"layers": [{"kind": "magic"}]}, "magic"),
        ({"layers": [{"kind": "conv", "kernel": 7, "stride": 1, "padding": 0}] * 4}, "layers"),
        ({"layers": {}}, "layers"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_an_option_that_cannot_be_is_named_with_its_value(
    client: TestClient, options: Any, word: str
) -> None:
    before = len(client.get("/api/runs").json())
    answer = client.post("/api/runs", json=options)
    assert_problem(answer, 422, word)
    assert answer.json()["values"]["option"]
    assert len(client.get("/api/runs").json()) == before


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"3", b'"x"', b"null", b'{"lr": NaN}', b'{"lr": Infinity}', b"\xff\xfe"]
)
def test_a_body_that_is_no_json_object_is_refused(client: TestClient, body: bytes) -> None:
    assert_problem(client.post("/api/runs", content=body), 422, "JSON object")


def test_a_body_nested_without_end_is_refused(client: TestClient) -> None:
    assert_problem(client.post("/api/runs", content=b"[" * 100_000), 422, "nested")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "None"),
        ({"action": "dance"}, "'dance'"),
        ({"action": 3}, "'3'"),
        ({"action": "set"}, "None"),
        ({"action": "set", "name": "batch", "value": 8}, "'batch'"),
        ({"action": "set", "name": "lr"}, "lr"),
        ({"action": "set", "name": "lr", "value": "x"}, "lr"),
        ({"action": "set", "name": "lr", "value": 1e9}, "lr"),
        ({"action": "set", "name": ["lr"], "value": 1}, "lr"),
        ({"action": "look", "pin": 9}, "'9'"),
        ({"action": "glass", "name": 3}, "'3'"),
        ({"action": "glass", "name": "x", "index": [1, "a"]}, "'a'"),
    ],
)
def test_an_action_that_cannot_be_is_named(
    client: TestClient, trained: Any, body: Any, word: str
) -> None:
    answer = client.post(f"/api/runs/{trained['id']}/control", json=body)
    assert_problem(answer, 422, word)


@pytest.mark.parametrize("action", ["pause", "resume", "step_batch", "find_lr"])
def test_a_finished_run_says_that_it_is(client: TestClient, trained: Any, action: str) -> None:
    answer = control(client, trained, action)
    assert_problem(answer, 409, "is finished", action)
    assert answer.json()["values"] == {"state": "finished", "action": action}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("get", path) for path in ("", "/history", "/events")),
        *(("post", path) for path in ("/control", "/resume")),
        *(("patch", ""), ("delete", "")),
    ],
)
@pytest.mark.parametrize("run_id", ["99999", "x", "-1", "1.0", "%00", "红", "9" * 500])
def test_a_run_nobody_knows_is_not_found(
    client: TestClient, method: str, path: str, run_id: str
) -> None:
    body = {"json": {"action": "stop", "name": "x"}} if method in ("post", "patch") else {}
    answer = client.request(method, f"/api/runs/{run_id}{path}", **body)
    assert_problem(answer, 404, "There is no run")


@pytest.mark.parametrize("query", ["from_step=-1", "from_step=x", "pixels=-1", "from_step=1e3"])
def test_a_piece_of_history_that_cannot_be_is_refused(
    client: TestClient, trained: Any, query: str
) -> None:
    name = query.split("=")[0]
    assert_problem(client.get(f"/api/runs/{trained['id']}/history?{query}"), 422, name)


# --- options and thinned curves ---


def test_every_option_is_described_with_its_words_and_bounds(client: TestClient) -> None:
    rows = client.get("/api/options").json()
    assert [row["name"] for row in rows] == list(TABLE)
    assert all(row["label"]["en"] and row["label"]["zh"] and row["help"]["zh"] for row in rows)
    assert {row["name"]: row["default"] for row in rows} == {
        name: each.default for name, each in TABLE.items()
    }


def test_a_thinned_curve_keeps_the_extremes_of_every_piece() -> None:
    chance = np.random.default_rng(1)
    rows = chance.random((10_000, 5))
    rows[:, 0] = np.arange(1, 10_001)
    thin = decimated(rows, 100)
    assert len(thin) <= 402
    assert (thin[0, 0], thin[-1, 0]) == (1, 10_000)
    for piece in np.array_split(rows, 100):
        inside = thin[(thin[:, 0] >= piece[0, 0]) & (thin[:, 0] <= piece[-1, 0])]
        for column in (2, 3):
            assert inside[:, column].min() == piece[:, column].min()
            assert inside[:, column].max() == piece[:, column].max()


def test_a_short_curve_is_not_thinned(client: TestClient, trained: Any) -> None:
    told = client.get(f"/api/runs/{trained['id']}/history?pixels=2000").json()
    assert len(told["points"]) == trained["step"]
    thin = client.get(f"/api/runs/{trained['id']}/history?pixels=10").json()
    assert len(thin["points"]) <= 42
