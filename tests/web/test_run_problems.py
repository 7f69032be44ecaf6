"""What the API of runs answers to requests that ask for the wrong thing, and pinned pictures."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.makers import painted, saved
from tests.web.running import control
from tests.web.test_api import assert_problem


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
    values = answer.json()["values"]
    assert (values["state"], values["action"]) == ("finished", action)
    assert action in values["zh"] and values["hint_zh"].endswith("。")


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
    body = b'{"action": "stop", "name": "x"}' if method in ("post", "patch") else b""
    answer = client.request(method, f"/api/runs/{run_id}{path}", content=body)
    assert_problem(answer, 404, "There is no run")


@pytest.mark.parametrize("query", ["from_step=-1", "from_step=x", "pixels=-1", "from_step=1e3"])
def test_a_piece_of_history_that_cannot_be_is_refused(
    client: TestClient, trained: Any, query: str
) -> None:
    name = query.split("=")[0]
    assert_problem(client.get(f"/api/runs/{trained['id']}/history?{query}"), 422, name)


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
