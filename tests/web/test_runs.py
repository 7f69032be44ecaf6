"""Training runs over HTTP: the contract that tests outside this repository speak."""

import json
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from fastapi import FastAPI
from starlette.testclient import TestClient

from convlens.train.options import TABLE
from convlens.web import history
from convlens.web.history import decimated
from tests.web.running import QUICK, SLOW, SOCKET, control, start, until
from tests.web.test_api import assert_problem


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
    columns, count = columns_of(client, place)
    assert count == len(points)
    assert columns.keys() == {"step", "epoch", "loss", "accuracy", "lr"}
    for name, column in columns.items():
        assert whole(column, count) == [point[name] for point in points]


def test_columns_are_as_small_as_exact_numbers_can_be(client: TestClient, trained: Any) -> None:
    place = f"/api/runs/{trained['id']}/history?columns=step,lr,loss,epoch"
    columns, count = columns_of(client, place)
    kinds = {name: (str(column.dtype), len(column)) for name, column in columns.items()}
    assert kinds == {
        "step": ("float32", 2),
        "lr": ("float64", 1),
        "loss": ("float32", count),
        "epoch": ("float64", count),
    }


def test_the_epoch_of_a_point_follows_from_its_step(client: TestClient, trained: Any) -> None:
    told = client.get(f"/api/runs/{trained['id']}/history").json()
    each = next(e for e in told["events"] if e["type"] == "started")["steps_per_epoch"]
    assert [point["epoch"] for point in told["points"]] == [
        point["step"] / each for point in told["points"]
    ]


def whole(column: Any, count: int) -> list[float]:
    """The numbers of a column, however few of them were sent."""
    told: list[float] = column.astype(np.float64).tolist()
    if len(told) == 1:
        return told * count
    return [told[0] + i for i in range(count)] if len(told) == 2 else told


@pytest.mark.parametrize(
    ("column", "kept"),
    [
        ([5, 6, 7], ("float32", [5, 7])),
        ([5, 7, 8, 8], ("float32", [5, 7, 8, 8])),
        ([0.1, 0.1, 0.1], ("float64", [0.1])),
        ([0.25, 0.5, 0.25], ("float32", [0.25, 0.5, 0.25])),
        ([0.1, 0.2], ("float64", [0.1, 0.2])),
        ([1e300, 1], ("float64", [1e300, 1])),
        ([], ("float32", [])),
    ],
    ids=str,
)
def test_a_column_is_packed_only_where_it_can_be_read_back(column: Any, kept: Any) -> None:
    found, table = history.packed(np.array(column, np.float64))
    assert (str(found.dtype), found.tolist(), table) == (*kept, None)


@pytest.mark.parametrize(
    ("late", "kept"),
    [([], "uint8"), ([0.05, 7.0], "uint8"), ([np.nan], "float64"), (np.arange(300) / 7, "float64")],
    ids=["three", "two more", "none", "many more"],
)
def test_few_numbers_are_sent_as_places_in_a_table(late: Any, kept: str) -> None:
    column = np.array([0.1, 0.7, 0.3] * 4000 + list(late))
    found, table = history.packed(column)
    assert found.dtype == kept
    np.testing.assert_array_equal(found if table is None else table[found], column)


def columns_of(client: TestClient, place: str) -> tuple[dict[str, Any], int]:
    """The columns of a run's history, and how many points they are."""
    content = client.get(place, headers={"accept": "application/octet-stream"}).content
    head = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return safetensors.numpy.load(content), json.loads(head["__metadata__"]["run"])["count"]


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


def test_a_run_gets_another_name(client: TestClient) -> None:
    run = start(client, **QUICK)
    place = f"/api/runs/{run['id']}"
    assert client.patch(place, json={"name": "红色 fox"}).json()["name"] == "红色 fox"
    assert client.get(place).json()["name"] == "红色 fox"
    assert_problem(client.patch(place, json={}), 422, "name")
    assert_problem(client.patch(place, json={"name": "x" * 300}), 422, "200")
    client.delete(place)


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


def test_the_test_set_of_a_finished_run_can_still_be_opened(client: TestClient) -> None:
    run = start(client, speed=0, epochs=2)
    until(client, run, "state", state="finished")
    place = f"/api/runs/{run['id']}"
    assert "test_accuracy" not in client.get(place).json()["results"]
    assert control(client, run, "open_test").status_code == 200
    after = client.get(place).json()
    assert after["state"] == "finished"
    assert after["results"]["test_accuracy"] > 0.2
    client.delete(place)


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
