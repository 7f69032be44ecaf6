"""The requests of the lab, for `test_openapi.py`."""

from collections.abc import Callable

from starlette.testclient import TestClient

from convlens.web.lab import router
from tests.web.cases import BINARY, JSON, Case, get

ROUTER = router
HEADS, PLACES_PATH = "/api/lab/heads", "/api/lab/heads/places"

CASES: list[Case] = [
    get(HEADS, HEADS, 200, JSON),
    get(PLACES_PATH, f"{PLACES_PATH}?shape=cross&radius=5", 200, BINARY),
    get(PLACES_PATH, f"{PLACES_PATH}?shape=nope", 422),
    get(PLACES_PATH, f"{PLACES_PATH}?shape=square&radius=3", 503, busy=True),
]
# Computed once and then remembered: tests/web/test_heads.py asks a server that has not.
ELSEWHERE = {("get", HEADS, 503)}
PLACES: dict[str, Callable[[TestClient], str]] = {}
