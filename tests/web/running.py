"""Runs of the real app: begun, steered, and listened to as any client would."""

import json
from typing import Any

from starlette.testclient import TestClient

from convlens.train.events import ENDED

QUICK = {"speed": 0, "epochs": 1}
SLOW = {"speed": 20}
SOCKET = "ws://127.0.0.1:8000"


def start(client: TestClient, **options: Any) -> Any:
    answer = client.post("/api/runs", json=options)
    assert answer.status_code == 201, answer.text
    return answer.json()


def control(client: TestClient, run: Any, action: str, **more: Any) -> Any:
    return client.post(f"/api/runs/{run['id']}/control", json={"action": action, **more})


def until(client: TestClient, run: Any, event: str, **members: Any) -> Any:
    """The first event of this type with these members, heard as any client would hear it."""
    with client.websocket_connect(f"{SOCKET}/ws/runs/{run['id']}") as watching:
        while True:
            message = watching.receive()
            assert message["type"] == "websocket.send", message
            if message.get("text") is None:
                continue
            said = json.loads(message["text"])
            if said["type"] == event and members.items() <= said.items():
                return said
            assert said.get("state") not in ENDED, said
