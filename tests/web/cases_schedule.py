"""The requests of the learning rate's curve, for `test_openapi.py`."""

from collections.abc import Callable

from starlette.testclient import TestClient

from convlens.web.schedule import router
from tests.web.cases import JSON, PROBLEM, Case, send

ROUTER = router
PATH = "/api/schedule"

CASES: list[Case] = [
    send("post", PATH, PATH, 200, JSON),
    send("post", PATH, PATH, 200, JSON, body=b'{"schedule": "plateau"}'),
    send("post", PATH, PATH, 413, PROBLEM, body=b" " * ((1 << 20) + 1)),
    send("post", PATH, PATH, 422, PROBLEM, body=b'{"data": "nope"}'),
]
# Answered only to a sender that is slow: tests/web/test_jsonbody.py sends one.
ELSEWHERE = {("post", PATH, 408)}
PLACES: dict[str, Callable[[TestClient], str]] = {}
