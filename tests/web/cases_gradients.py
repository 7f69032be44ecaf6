"""The requests of the gradients of a trace, for `test_openapi.py`."""

from starlette.testclient import TestClient

from convlens.web.gradients import router
from tests.web.cases import ASKS_JSON, BINARY, JSON, Case, get

ROUTER = router
PATH = "/api/traces/{trace_id}/gradient"
GRADIENT = "/api/traces/{kept}/gradient"

CASES: list[Case] = [
    get(PATH, f"{GRADIENT}?class=espresso&of=logit", 200, BINARY),
    get(PATH, GRADIENT, 200, JSON, headers=ASKS_JSON),
    get(PATH, "/api/traces/nope/gradient", 404),
    get(PATH, f"/api/traces/{'0' * 32}/gradient", 410),
    get(PATH, f"{GRADIENT}?class=nope", 422),
    get(PATH, GRADIENT, 503, busy=True),
]
DIFFERENCE = "/api/traces/{trace_id}/difference"
EDITED = "/api/traces/{edited}/difference"
CASES += [
    get(DIFFERENCE, EDITED, 200, BINARY),
    get(DIFFERENCE, EDITED, 200, JSON, headers=ASKS_JSON),
    get(DIFFERENCE, "/api/traces/nope/difference", 404),
    get(DIFFERENCE, f"/api/traces/{'0' * 32}/difference", 410),
    get(DIFFERENCE, "/api/traces/{kept}/difference", 422),
    get(DIFFERENCE, EDITED, 503, busy=True),
]


def edited(client: TestClient) -> str:
    """The id of a trace with an edit."""
    off = {"kind": "channel", "node": "relu_1_1", "channel": 0, "scale": 0}
    body = {"picture": "coffee", "edits": [off]}
    answer = client.post("/api/models/tiny-vgg/trace", json=body, headers=ASKS_JSON)
    return str(answer.json()["trace_id"])


ELSEWHERE: set[tuple[str, str, int]] = set()
PLACES = {"edited": edited}
