"""The real command, killed in the middle of a run: what anybody saw is there, and it goes on."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from convlens.train.events import ENDED
from tests.server import Running, serving

KILLS = 20
SPEED = 100  # steps a second
OPTIONS = {"epochs": 30, "speed": SPEED, "seed": 3}
CHECKPOINT_S = 2  # of work that may have to be done again


class Server:
    """The command on a folder of data that outlives it."""

    def __init__(self, running: Running, http: httpx2.Client) -> None:
        self.running = running
        self.http = http

    def ask(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, path, json=body) if body else self.http.get(path)
        assert answer.status_code < 400, answer.text
        return answer.json()

    def control(self, run_id: str, **command: Any) -> Any:
        return self.ask("POST", f"/api/runs/{run_id}/control", **command)

    def events(self, run_id: str) -> dict[int, Any]:
        told = self.ask("GET", f"/api/runs/{run_id}/events")["events"]
        return {event["seq"]: event for event in told}

    @contextmanager
    def watching(self, run_id: str, from_step: int) -> Iterator[ClientConnection]:
        place = self.running.url.replace("http", "ws")
        with connect(f"{place}/ws/runs/{run_id}?from_step={from_step}") as opened:
            yield opened

    def kill(self) -> None:
        self.running.process.kill()

    def finish(self, run_id: str) -> Any:
        """The run at its end."""
        with self.watching(run_id, 0) as opened:
            for message in opened:
                if isinstance(message, str) and json.loads(message).get("state") in ENDED:
                    break
        return self.ask("GET", f"/api/runs/{run_id}")


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    with (
        serving("--data-dir", str(folder), "--runs", "2") as running,
        httpx2.Client(base_url=running.url, timeout=30) as http,
    ):
        yield Server(running, http)


def hear(opened: ClientConnection, seen: dict[int, Any], count: int | None) -> None:
    """Adds the next events, or all until the line breaks, to those that a browser has seen."""
    try:
        while count is None or count > 0:
            message = opened.recv()
            if isinstance(message, str):
                event = json.loads(message)
                assert seen.setdefault(event["seq"], event) == event
                count = count if count is None else count - 1
    except ConnectionClosed:
        return


def last_step(seen: dict[int, Any]) -> int:
    points = [point["step"] for event in seen.values() for point in event.get("points", [])]
    return max(points, default=0)


def test_after_20_kills_all_that_was_seen_is_there_and_the_run_ends_as_if_there_were_none(
    tmp_path: Path,
) -> None:
    chance, seen = random.Random(11), dict[int, Any]()
    with server(tmp_path) as first:
        run_id = first.ask("POST", "/api/runs", **OPTIONS)["id"]
        with first.watching(run_id, 0) as opened:
            hear(opened, seen, 20)
            first.kill()
            hear(opened, seen, None)
    for _ in range(KILLS - 1):
        with server(tmp_path) as after:
            check_after_kill(after, run_id, seen)
            after.ask("POST", f"/api/runs/{run_id}/resume", now=True)
            with after.watching(run_id, last_step(seen)) as opened:
                hear(opened, seen, chance.randrange(50))
                after.kill()
                hear(opened, seen, None)
    with server(tmp_path) as last:
        check_after_kill(last, run_id, seen)
        last.ask("POST", f"/api/runs/{run_id}/resume", now=True)
        last.control(run_id, action="set", name="speed", value=0)
        assert last.finish(run_id)["state"] == "finished"
        whole = last.ask("POST", "/api/runs", **OPTIONS | {"speed": 0})["id"]
        last.finish(whole)
        compare(last, run_id, whole)


def check_after_kill(after: Server, run_id: str, seen: dict[int, Any]) -> None:
    """Nothing that was seen is missing or different; the run waits to be resumed."""
    run, stored = after.ask("GET", f"/api/runs/{run_id}"), after.events(run_id)
    assert run["state"] == "interrupted"
    assert "resume it" in run["reason"]["sentence"]["en"]
    assert {seq: stored[seq] for seq in seen} == seen
    assert sorted(stored) == list(range(1, len(stored) + 1))
    assert run["checkpoints"][-1] >= run["step"] - CHECKPOINT_S * SPEED


def compare(last: Server, run_id: str, whole: str) -> None:
    """The run that was killed is the run that was not, bit for bit."""
    histories = [last.ask("GET", f"/api/runs/{each}/history") for each in (run_id, whole)]
    assert histories[0]["points"] == histories[1]["points"]
    evaluations = [
        [
            {name: value for name, value in event.items() if name != "seq"}
            for event in told["events"]
            if event["type"] == "evaluation"
        ]
        for told in histories
    ]
    assert evaluations[0] == evaluations[1]
    weights = [
        last.http.get(f"/api/runs/{each}/export/checkpoint").content for each in (run_id, whole)
    ]
    assert weights[0] == weights[1]


def test_a_server_that_is_asked_to_end_interrupts_its_runs_and_leaves_no_process(
    tmp_path: Path,
) -> None:
    with server(tmp_path) as first:
        run_id = first.ask("POST", "/api/runs", **OPTIONS)["id"]
        waiting = [first.ask("POST", "/api/runs", **OPTIONS)["id"] for _ in range(2)]
        with first.watching(run_id, 0) as opened:
            hear(opened, {}, 20)
            children = offspring(first.running.process.pid)
            first.running.process.terminate()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    opened.recv()
        assert first.running.process.wait(20) == 0
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in (1001, 1012)
        assert first.running.errors.read_text() == ""
    assert [pid for pid in children if is_running(pid)] == []
    with server(tmp_path) as after:
        for each in (run_id, *waiting):
            assert after.ask("GET", f"/api/runs/{each}")["state"] == "interrupted"


def offspring(pid: int) -> list[int]:
    """The processes that this one has begun, and theirs, where the system lists them."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(child) for child in listed.read_text().split()] if listed.is_file() else []
    return [*own, *(each for child in own for each in offspring(child))]


def is_running(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.is_file() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
