"""The stream of a run: one strict sequence for all, however they come, cut, dawdle or misbehave."""

import json
import random
import socket as sockets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from convlens.train.events import Evaluation, Frame, State
from convlens.web import socket
from tests.web.fakes import FakeJob, Stage, app_of, on_the_wire, points

CUTS = 200


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def client(stage: Stage) -> Iterator[TestClient]:
    with TestClient(app_of(stage)) as opened:
        yield opened
        stage.hub.close()


def evaluation(step: int) -> Evaluation:
    return Evaluation(step, step / 10, "validation", 0.5, 0.9, [[1, 0], [0, 1]])


def texts(watching: Any, count: int) -> list[Any]:
    """The next `count` events; frames between them are passed over."""
    events: list[Any] = []
    while len(events) < count:
        message = watching.receive()
        assert message["type"] == "websocket.send", message
        if message.get("text") is not None:
            events.append(json.loads(message["text"]))
    return events


def steps(events: list[Any]) -> list[int]:
    return [point["step"] for event in events for point in event.get("points", [])]


def closed(client: TestClient, address: str, *messages: str | bytes) -> tuple[int, str]:
    """Code and reason with which a socket is closed that sends these messages."""
    with pytest.raises(WebSocketDisconnect) as caught, client.websocket_connect(address) as opened:
        for message in messages:
            opened.send({"type": "websocket.receive", **_body(message)})
        while True:
            got = opened.receive()
            if got["type"] == "websocket.close":
                raise WebSocketDisconnect(got["code"], got["reason"])
    return caught.value.code, caught.value.reason


def _body(message: str | bytes) -> dict[str, Any]:
    return {"text": message} if isinstance(message, str) else {"bytes": message}


def test_what_is_stored_comes_first_and_then_what_happens(stage: Stage, client: TestClient) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 3), evaluation(3))
    stage.wait_until_told(run_id, "evaluation")
    with client.websocket_connect(f"/ws/runs/{run_id}") as watching:
        before = texts(watching, 4)
        job.say(points(4, 6))
        [after] = texts(watching, 1)
    assert [event["type"] for event in before] == ["state", "state", "points", "evaluation"]
    assert [event["seq"] for event in [*before, after]] == [1, 2, 3, 4, 5]
    assert steps([*before, after]) == [1, 2, 3, 4, 5, 6]
    assert after["points"][0].keys() == {"step", "epoch", "loss", "accuracy", "lr"}


def test_the_first_step_wanted_is_included(stage: Stage, client: TestClient) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 4), points(5, 8), evaluation(8))
    stage.wait_until_told(run_id, "evaluation")
    for wanted in (5, 6, 8):
        with client.websocket_connect(f"/ws/runs/{run_id}?from_step={wanted}") as watching:
            events = texts(watching, 2)
        assert [event["type"] for event in events] == ["points", "evaluation"]
        assert set(range(wanted, 9)) <= set(steps(events))


def test_a_step_that_is_yet_to_come_is_waited_for(stage: Stage, client: TestClient) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 4))
    stage.wait_until_told(run_id, "points")
    with client.websocket_connect(f"/ws/runs/{run_id}?from_step=9") as watching:
        job.say(points(5, 9))
        assert steps(texts(watching, 1)) == [5, 6, 7, 8, 9]


def wait_for_watchers(stage: Stage, run_id: str, count: int) -> None:
    """Returns when so many watch the run; the server has to notice first."""
    alarm = threading.Event()
    timer = threading.Timer(20, alarm.set)
    timer.start()
    while stage.hub.audience.count(run_id) != count:
        assert not alarm.is_set(), "the number of watchers stays as it is"
    timer.cancel()


def test_a_run_that_has_ended_is_replayed_to_its_last_event(
    stage: Stage, client: TestClient
) -> None:
    run_id, job = stage.begin()
    job.say(*(points(k, k) for k in range(1, 701)), State(700, "finished"))
    stage.hub._live[run_id].ended.wait(10)
    with client.websocket_connect(f"/ws/runs/{run_id}") as watching:
        events = texts(watching, 703)
    assert [event["seq"] for event in events] == list(range(1, 704))
    assert steps(events) == list(range(1, 701))
    assert events[-1]["state"] == "finished"


def test_several_sockets_see_one_sequence(stage: Stage, client: TestClient) -> None:
    run_id, job = stage.begin()
    address = f"/ws/runs/{run_id}"
    with client.websocket_connect(address) as first:
        job.say(*(points(k, k) for k in range(1, 21)))
        with client.websocket_connect(address) as second:
            job.say(*(points(k, k) for k in range(21, 41)))
            with client.websocket_connect(address) as third:
                job.say(*(points(k, k) for k in range(41, 61)))
                seen = [texts(each, 62) for each in (first, second, third)]
    assert seen[0] == seen[1] == seen[2]
    assert steps(seen[0]) == list(range(1, 61))


def test_frames_are_binary_and_made_only_while_somebody_looks(
    stage: Stage, client: TestClient
) -> None:
    run_id, job = stage.begin()
    with client.websocket_connect(f"/ws/runs/{run_id}") as watching:
        assert job.hears() == {"action": "look", "frames": True}
        texts(watching, 2)
        job.say(Frame(1, b"a frame"))
        assert watching.receive_bytes() == b"a frame"
        watching.send_json({"type": "look", "frames": False})
        assert job.hears() == {"action": "look", "frames": False}
        job.say(Frame(2, b"unseen"), points(1, 1))
        assert steps([json.loads(watching.receive_text())]) == [1]
        watching.send_json({"type": "look", "pin": 3, "frames": True})
        assert job.hears() == {"action": "look", "frames": True, "pin": 3}
        assert watching.receive_bytes() == b"unseen"
    assert job.hears() == {"action": "look", "frames": False}


def test_the_last_frame_of_a_run_that_has_ended_is_shown_again(
    stage: Stage, client: TestClient
) -> None:
    run_id, job = stage.begin()
    job.say(Frame(1, b"old"), Frame(2, b"last"), State(2, "finished"))
    stage.hub._live[run_id].ended.wait(10)
    with client.websocket_connect(f"/ws/runs/{run_id}") as watching:
        texts(watching, 3)
        assert watching.receive_bytes() == b"last"


def test_a_weight_is_put_under_the_glass(stage: Stage, client: TestClient) -> None:
    run_id, job = stage.begin()
    with client.websocket_connect(f"/ws/runs/{run_id}") as watching:
        job.hears()
        watching.send_json({"type": "glass", "name": "conv1.weight", "index": 7})
        assert job.hears() == {"action": "glass", "name": "conv1.weight", "index": 7}
        watching.send_json({"type": "ping"})
        watching.send_json({"type": "glass", "name": None})
        assert job.hears() == {"action": "glass", "name": None, "index": 0}


@pytest.mark.parametrize(
    ("message", "code", "word"),
    [
        ("{", 1007, "property name"),
        ("[1]", 1007, "not an object"),
        ('{"type": "look", "pin": NaN}', 1007, "NaN"),
        ("[" * 3000, 1007, "nested"),
        ("1" * 4500, 1009, "4096"),
        ("红" * 2000, 1009, "4096"),
        (b"\0\1", 1003, "text"),
        ("{}", 1008, "type='None'"),
        ('{"type": "drop"}', 1008, "'drop'"),
        ('{"type": ["look"]}', 1008, "look"),
        ('{"type": "look", "pin": 8}', 1008, "pin='8'"),
        ('{"type": "look", "pin": true}', 1008, "pin='True'"),
        ('{"type": "look", "frames": "yes"}', 1008, "frames='yes'"),
        ('{"type": "glass", "name": 3}', 1008, "name='3'"),
        ('{"type": "glass", "name": "w", "index": -1}', 1008, "index='-1'"),
    ],
)
def test_a_message_that_is_not_understood_closes_with_the_reason(
    stage: Stage, client: TestClient, message: str | bytes, code: int, word: str
) -> None:
    run_id, _ = stage.begin()
    got, reason = closed(client, f"/ws/runs/{run_id}", message)
    assert got == code
    assert word in reason
    assert len(reason.encode()) <= 123


def test_too_many_messages_close_with_the_reason(stage: Stage, client: TestClient) -> None:
    run_id, _ = stage.begin()
    code, reason = closed(client, f"/ws/runs/{run_id}", *['{"type": "ping"}'] * 200)
    assert (code, "messages a second" in reason) == (1008, True)


@pytest.mark.parametrize("asked", ["-1", "1.5", "x", "", "9" * 20, "٣"])
def test_a_step_that_is_no_number_closes_with_the_reason(
    stage: Stage, client: TestClient, asked: str
) -> None:
    run_id, _ = stage.begin()
    code, reason = closed(client, f"/ws/runs/{run_id}?from_step={asked}")
    assert (code, "from_step" in reason) == (1008, True)


@pytest.mark.parametrize("run_id", ["7", "x", "%00", "1e3", "9" * 40])
def test_a_run_nobody_knows_closes_with_the_reason(client: TestClient, run_id: str) -> None:
    code, reason = closed(client, f"/ws/runs/{run_id}")
    assert (code, "There is no run" in reason) == (4404, True)


def test_a_run_that_is_deleted_sends_its_watchers_away(stage: Stage, client: TestClient) -> None:
    run_id, job = stage.begin()
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect(f"/ws/runs/{run_id}") as watching,
    ):
        job.hears()
        stage.hub.delete(run_id)
        while True:
            watching.receive_text()
    assert (caught.value.code, "deleted" in caught.value.reason) == (4404, True)


def test_more_sockets_than_may_be_are_refused_with_the_reason(
    stage: Stage, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "SOCKETS", 2)
    run_id, _ = stage.begin()
    address = f"/ws/runs/{run_id}"
    with client.websocket_connect(address) as first, client.websocket_connect(address) as second:
        texts(first, 2), texts(second, 2)
        assert closed(client, address)[0] == 1013
    wait_for_watchers(stage, run_id, 0)
    with client.websocket_connect(address) as again:
        texts(again, 2)


def test_a_page_of_another_origin_cannot_watch(app: FastAPI) -> None:
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    headers = {"origin": "http://evil.example"}
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect("ws://127.0.0.1:8000/ws/runs/1", headers=headers),
    ):
        pytest.fail("it was accepted")
    assert (caught.value.code, caught.value.reason) == (1008, "Origin not allowed")


# --- on real sockets ---


@contextmanager
def talking(job: FakeJob, allowed: threading.Semaphore, every: int = 3) -> Iterator[list[int]]:
    """A run that says points as often as is allowed, beside the block; the list: its last step."""
    done, last = threading.Event(), [0]

    def talk() -> None:
        while allowed.acquire() and not done.is_set():
            job.say(points(last[0] + 1, last[0] + every))
            last[0] += every
            job.wait_until_heard()

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield last
    finally:
        done.set()
        allowed.release()
        thread.join()


def hear(watching: ClientConnection, events: dict[int, Any], upto: int | None) -> None:
    """Adds the next event, or all up to one of this type; a client drops what it has."""
    for message in watching:
        if isinstance(message, str):
            event = json.loads(message)
            assert events.setdefault(event["seq"], event) == event
            if upto is None or event.get("state") == "finished":
                return


def test_after_200_random_cuts_nothing_is_missed_and_nothing_doubled(stage: Stage) -> None:
    chance = random.Random(3)
    events: dict[int, Any] = {}
    with on_the_wire(app_of(stage)) as place:
        run_id, job = stage.begin()
        allowed = threading.Semaphore(0)
        with talking(job, allowed) as last:
            for _ in range(CUTS):
                from_step = max(steps(list(events.values())), default=0)
                address = f"{place}/ws/runs/{run_id}?from_step={from_step}"
                with connect(address, close_timeout=0.02) as watching:
                    allowed.release(5)
                    for _ in range(chance.randrange(1, 5)):
                        hear(watching, events, None)
                    if chance.random() < 0.5:  # Half of the cuts are not announced.
                        watching.socket.shutdown(sockets.SHUT_RDWR)
        job.say(State(last[0], "finished"))
        from_step = max(steps(list(events.values())))
        with connect(f"{place}/ws/runs/{run_id}?from_step={from_step}") as watching:
            hear(watching, events, last[0])
        stage.hub.close()
    told = [events[seq] for seq in sorted(events)]
    assert sorted(events) == list(range(1, len(events) + 1))
    assert steps(told) == list(range(1, last[0] + 1))


def deaf(place: str, run_id: str) -> sockets.socket:
    """A client that opens a socket on a run and never reads."""
    host, port = place.removeprefix("ws://").split(":")
    opened = sockets.socket()
    opened.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    opened.connect((host, int(port)))
    opened.sendall(
        f"GET /ws/runs/{run_id} HTTP/1.1\r\nhost: {host}:{port}\r\nupgrade: websocket\r\n"
        "connection: Upgrade\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return opened


def test_a_client_that_never_reads_is_cut_and_changes_nothing_for_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "SEND_S", 0.5)
    monkeypatch.setattr(socket, "CLOSE_S", 0.1)
    events: dict[int, Any] = {}
    with on_the_wire(app_of(stage)) as place:
        run_id, job = stage.begin()
        silent = [deaf(place, run_id) for _ in range(5)]
        wait_for_watchers(stage, run_id, 5)
        with (
            talking(job, threading.Semaphore(10**9), every=200) as last,  # 20 kB of JSON each.
            connect(f"{place}/ws/runs/{run_id}", max_size=None) as watching,
        ):
            wait_for_watchers(stage, run_id, 6)
            while stage.hub.audience.count(run_id) > 1:
                hear(watching, events, None)
            for _ in range(20):  # It goes on for who reads.
                hear(watching, events, None)
        assert sorted(events) == list(range(1, len(events) + 1))
        assert max(steps(list(events.values()))) <= last[0]
        for each in silent:
            each.close()
        stage.hub.close()


def test_the_server_goes_away_with_a_code(stage: Stage) -> None:
    with on_the_wire(app_of(stage)) as place:
        run_id, _ = stage.begin()
        opened = ExitStack()
        watching = opened.enter_context(connect(f"{place}/ws/runs/{run_id}"))
        watching.recv()
        stage.hub.close()
    with pytest.raises(ConnectionClosed) as caught, opened:
        while True:
            watching.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code in (1001, 1012)
