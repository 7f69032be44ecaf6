"""The requests of the files that a run can be taken away as, for `test_openapi.py`."""

from convlens.web.exports import router
from tests.web.cases import BINARY, Case, get
from tests.web.cases_runs import ENDED, PLACES

ROUTER = router
PATH = "/api/runs/{run_id}/export/{what}"

CASES: list[Case] = [
    get(PATH, f"/api/runs/{ENDED}/export/csv", 200, "text/csv; charset=utf-8"),
    get(PATH, f"/api/runs/{ENDED}/export/script", 200, "text/x-python; charset=utf-8"),
    get(PATH, f"/api/runs/{ENDED}/export/checkpoint", 200, BINARY),
    get(PATH, "/api/runs/99999/export/csv", 404),
    get(PATH, f"/api/runs/{ENDED}/export/png", 422),
]
# Answered before a run has begun: tests/web/test_runs.py has one that waits.
ELSEWHERE = {("get", PATH, 409)}
__all__ = ["CASES", "ELSEWHERE", "PLACES", "ROUTER"]
