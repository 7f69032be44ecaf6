"""The requests of the gradients of a trace, for `test_openapi.py`."""

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
ELSEWHERE: set[tuple[str, str, int]] = set()
PLACES: dict[str, object] = {}
