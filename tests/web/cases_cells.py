"""The requests of one cell's arithmetic, for `test_openapi.py`."""

from collections.abc import Callable

from starlette.testclient import TestClient

from convlens.web.cells import router
from tests.web.cases import ASKS_JSON, JSON, PROBLEM, Case, get

ROUTER = router
CELL = "/api/traces/{trace_id}/nodes/{node}/cell"
GONE = "0" * 32


def traced(client: TestClient) -> str:
    """The id of a kept trace."""
    answer = client.post("/api/models/tiny-vgg/trace?picture=coffee", headers=ASKS_JSON)
    return str(answer.json()["trace_id"])


CASES: list[Case] = [
    *(
        get(CELL, f"/api/traces/{{traced}}/nodes/{node}/cell?c=3", 200, JSON)
        for node in ("conv_1_1", "relu_1_1", "max_pool_1", "flatten", "output", "softmax")
    ),
    get(CELL, "/api/traces/{traced}/nodes/nope/cell?c=0", 404, PROBLEM),
    get(CELL, f"/api/traces/{GONE}/nodes/conv_1_1/cell?c=0", 410, PROBLEM),
    get(CELL, "/api/traces/{traced}/nodes/conv_1_1/cell?c=10", 422, PROBLEM),
    get(CELL, "/api/traces/{traced}/nodes/conv_1_1/cell?c=0", 503, PROBLEM, busy=True),
]
ELSEWHERE: set[tuple[str, str, int]] = set()
PLACES: dict[str, Callable[[TestClient], str]] = {"traced": traced}
