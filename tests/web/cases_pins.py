"""The requests of the pictures that a run shows, for `test_openapi.py`."""

from convlens.web.pins import router
from tests.web.cases import JSON, PROBLEM, Case, send
from tests.web.cases_runs import GOING, PLACES

ROUTER = router
PATH = "/api/runs/{run_id}/pins"
PINS = f"/api/runs/{GOING}/pins"


def post(query: str, status: int, kind: str = PROBLEM, **more: object) -> Case:
    return send("post", PATH, PINS + query, status, kind, **more)


CASES: list[Case] = [
    post("?picture=coffee", 200, JSON),
    send("post", PATH, "/api/runs/99999/pins?index=0", 404),
    send("post", PATH, "/api/runs/{points}/pins?index=0", 409),
    post("", 413, headers={"content-length": "20000001"}),
    post("", 415, headers={"content-type": "text/plain"}),
    post("?slot=8", 422),
    post("?index=0", 503, busy=True),
]
# Answered only to a sender that is slow: tests/web/test_body.py sends one.
ELSEWHERE = {("post", PATH, 408)}
__all__ = ["CASES", "ELSEWHERE", "PLACES", "ROUTER"]
