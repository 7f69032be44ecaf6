"""The requests of training runs, for `test_openapi.py`."""

import json
from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from convlens.web.runs import router
from tests.web.cases import BINARY, JSON, Case, get, send

ROUTER = router
RUNS, RUN = "/api/runs", "/api/runs/{run_id}"
CONTROL, HISTORY, EVENTS = f"{RUN}/control", f"{RUN}/history", f"{RUN}/events"
NOBODY = "/api/runs/99999"
ENDED, GOING, DOOMED = "{ended}", "{going}", "{doomed}"
OVER = b" " * ((1 << 20) + 1)
STOP = b'{"action": "stop"}'


def started(client: TestClient, **options: Any) -> str:
    """The id of a new run."""
    return str(client.post(RUNS, content=json.dumps(options)).json()["id"])


def ended(client: TestClient, **options: Any) -> str:
    """The id of a short run that has ended."""
    run_id = started(client, speed=0, epochs=1, **options)
    with client.websocket_connect(f"ws://127.0.0.1:8000/ws/runs/{run_id}") as watching:
        while '"finished"' not in (watching.receive().get("text") or ""):
            continue
    return run_id


def one(client: TestClient, name: str, make: Callable[[TestClient], str]) -> str:
    """The id of a run that is made once for all cases."""
    for run in client.get(RUNS).json():
        if run["name"] == name:
            return str(run["id"])
    run_id = make(client)
    client.patch(f"{RUNS}/{run_id}", content=json.dumps({"name": name}))
    return run_id


def doomed(client: TestClient) -> str:
    return started(client, speed=0, epochs=1)


def going(client: TestClient) -> str:
    """A run that has begun and rests."""
    run_id = started(client, paused=True)
    with client.websocket_connect(f"ws://127.0.0.1:8000/ws/runs/{run_id}") as watching:
        while '"paused"' not in (watching.receive().get("text") or ""):
            continue
    return run_id


PLACES: dict[str, Callable[[TestClient], str]] = {
    "ended": lambda client: one(client, "an ended run", ended),
    "going": lambda client: one(client, "a resting run", going),
    "points": lambda client: one(
        client, "a run of points", lambda c: ended(c, data="xor", net="points-mlp")
    ),
    "doomed": doomed,
}


def body(**members: Any) -> bytes:
    return json.dumps(members).encode()


CASES: list[Case] = [
    get("/api/options", "/api/options", 200, JSON),
    get("/api/experiments", "/api/experiments", 200, JSON),
    send("post", RUNS, RUNS, 201, JSON, body=body(speed=0, epochs=1)),
    send("post", RUNS, RUNS, 413, body=OVER),
    send("post", RUNS, RUNS, 422, body=b"["),
    get(RUNS, RUNS, 200, JSON),
    get(RUN, f"/api/runs/{ENDED}", 200, JSON),
    get(RUN, NOBODY, 404),
    send("patch", RUN, f"/api/runs/{ENDED}", 200, JSON, body=body(name="an ended run")),
    send("patch", RUN, NOBODY, 404, body=body(name="x")),
    send("patch", RUN, f"/api/runs/{ENDED}", 413, body=OVER),
    send("patch", RUN, f"/api/runs/{ENDED}", 422, body=body(name=3)),
    send("delete", RUN, f"/api/runs/{DOOMED}", 204, ""),
    send("delete", RUN, NOBODY, 404),
    send("post", CONTROL, f"/api/runs/{DOOMED}/control", 200, JSON, body=STOP),
    send("post", CONTROL, f"{NOBODY}/control", 404, body=STOP),
    send("post", CONTROL, f"/api/runs/{ENDED}/control", 409, body=body(action="pause")),
    send("post", CONTROL, f"/api/runs/{ENDED}/control", 413, body=OVER),
    send("post", CONTROL, f"/api/runs/{ENDED}/control", 422, body=body(action="dance")),
    send("post", f"{RUN}/resume", f"/api/runs/{GOING}/resume", 200, JSON),
    send("post", f"{RUN}/resume", f"{NOBODY}/resume", 404),
    send("post", f"{RUN}/resume", f"/api/runs/{ENDED}/resume", 409),
    get(HISTORY, f"/api/runs/{ENDED}/history", 200, BINARY),
    get(HISTORY, f"/api/runs/{ENDED}/history", 200, JSON, headers={"accept": JSON}),
    get(HISTORY, f"{NOBODY}/history", 404),
    get(HISTORY, f"/api/runs/{ENDED}/history?from_step=x", 422),
    get(EVENTS, f"/api/runs/{ENDED}/events", 200, JSON),
    get(EVENTS, f"{NOBODY}/events", 404),
    get(EVENTS, f"/api/runs/{ENDED}/events?types=gossip", 422),
]
# Answered when the sender is slow (tests/web/test_jsonbody.py), when the queue is full or the disk
# is (tests/web/test_hub.py).
ELSEWHERE: set[tuple[str, str, int]] = {
    *((method, path, 408) for method, path in [("post", RUNS), ("patch", RUN), ("post", CONTROL)]),
    *(("post", path, 503) for path in (RUNS,)),
    *((m, path, 507) for m, path in [("post", RUNS), ("patch", RUN), ("delete", RUN)]),
    *(("post", f"{RUN}/{action}", 507) for action in ("control", "resume")),
}
