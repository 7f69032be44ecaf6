"""JSON bodies: what is an object, how large, how long it may take."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from convlens.errors import Problem
from convlens.web import jsonbody
from convlens.web.jsonbody import read
from tests.web.test_api import assert_problem


@pytest.mark.parametrize(
    ("text", "value"), [("", {}), (" \n", {}), ("{}", {}), (b'{"a": [1]}', {"a": [1]})]
)
def test_an_object_is_read_and_nothing_is_an_empty_one(text: str | bytes, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    "text", ["[]", "1", "null", '"a"', "{", "{'a': 1}", '{"a": NaN}', '{"a": -Infinity}', b"\xff"]
)
def test_all_else_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        read(text)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "1" * 10_000])
def test_what_would_exhaust_the_parser_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)


def test_a_body_of_more_than_a_mebibyte_is_refused_before_it_is_whole(client: TestClient) -> None:
    taken = 0

    def pour() -> Any:
        nonlocal taken
        for _ in range(64):
            taken += 1
            yield b" " * (1 << 16)

    assert_problem(client.post("/api/runs", content=pour()), 413, "1,048,576")


def slow(sent: list[Any]) -> Callable[[], Any]:
    """A sender of one piece who then waits for ever."""

    async def receive() -> Any:
        if sent:
            return sent.pop()
        await asyncio.Event().wait()

    return receive


def test_a_body_that_does_not_arrive_is_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonbody, "SECONDS", 0.05)
    piece = {"type": "http.request", "body": b"{", "more_body": True}
    request = Request({"type": "http", "headers": []}, slow([piece]))
    with pytest.raises(Problem) as caught:
        asyncio.run(jsonbody.arrived(request))
    assert (caught.value.status, caught.value.headers) == (408, {"Connection": "close"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", path) for path in ("/api/runs", "/api/runs/{run_id}/control", "/api/plans")),
        *(("POST", "/api/schedule"), ("PATCH", "/api/runs/{run_id}")),
    ],
)
def test_every_route_with_a_json_body_reads_it_so(app: FastAPI, method: str, path: str) -> None:
    answers = app.openapi()["paths"][path][method.lower()]["responses"]
    assert {"408", "413", "422"} <= answers.keys()
