"""The requests of the networks that a person puts together, for `test_openapi.py`."""

from collections.abc import Callable

from starlette.testclient import TestClient

from convlens.web.plans import router
from tests.web.cases import JSON, PROBLEM, Case, get, send

ROUTER = router
PRESETS, PLANS = "/api/presets", "/api/plans"
OVER = b" " * ((1 << 20) + 1)
POINTS = b'{"preset": "points-mlp", "input": [2], "classes": 2}'
IMPOSSIBLE = (
    b'{"layers": [{"kind": "dense"}, {"kind": "flatten"}], "input": [1, 8, 8], "classes": 3}'
)

CASES: list[Case] = [
    get(PRESETS, PRESETS, 200, JSON),
    send("post", PLANS, PLANS, 200, JSON),
    send("post", PLANS, PLANS, 200, JSON, body=POINTS),
    send("post", PLANS, PLANS, 200, JSON, body=IMPOSSIBLE),
    send("post", PLANS, PLANS, 413, PROBLEM, body=OVER),
    send("post", PLANS, PLANS, 422, PROBLEM, body=b'{"layers": [{"kind": "magic"}]}'),
]
# Answered only to a sender that is slow: tests/web/test_wire.py sends one.
ELSEWHERE: set[tuple[str, str, int]] = {("post", PLANS, 408)}
PLACES: dict[str, Callable[[TestClient], str]] = {}
