"""The requests of edits and of the knock-out, for `test_openapi.py`."""

from convlens.web.editing import router
from tests.web.cases import JSON, Case, send

ROUTER = router
PATH = "/api/traces/{trace_id}/knockout"
KNOCK = "/api/traces/{kept}/knockout"
BODY = b'{"node": "relu_2_2", "class": "espresso"}'

CASES: list[Case] = [
    send("post", PATH, KNOCK, 200, JSON, body=BODY),
    send("post", PATH, KNOCK, 404, body=b'{"node": "nope"}'),
    send("post", PATH, f"/api/traces/{'0' * 32}/knockout", 410, body=BODY),
    send("post", PATH, KNOCK, 413, body=b" " * ((1 << 20) + 1)),
    send("post", PATH, KNOCK, 422, body=b'{"node": "softmax"}'),
    send("post", PATH, KNOCK, 503, body=BODY, busy=True),
]
# Answered only to a sender that is slow: tests/web/test_jsonbody.py sends one.
ELSEWHERE = {("post", PATH, 408)}
PLACES: dict[str, object] = {}
