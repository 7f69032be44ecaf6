"""What the figures of training ask of a server: runs, their state, sockets, its memory."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.server import Running

ENDLESS = {"speed": 0, "epochs": 100_000, "evaluate_every": 1_000_000}
PATIENCE_S = 30


def ask(server: Running, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The JSON answer of the server; an error when it refuses."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        line.request(method, path, None if body is None else json.dumps(body))
        answer = line.getresponse()
        content = answer.read()
    finally:
        line.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
    return json.loads(content) if content else None


def start(server: Running, **options: Any) -> str:
    """The id of a new run that has begun to train."""
    run = ask(server, "POST", "/api/runs", options)["id"]
    until(server, run, lambda row: row["step"] > 0)
    return str(run)


def warm(server: Running) -> None:
    """Returns when the server has loaded all that it loads after its start: a run has learned."""
    control(server, start(server), "stop")


def control(server: Running, run: str, action: str, **more: Any) -> Any:
    """The run after an action."""
    return ask(server, "POST", f"/api/runs/{run}/control", {"action": action, **more})


def until(server: Running, run: str, is_so: Any) -> Any:
    """The run as soon as it is so."""
    end = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < end:
        row = ask(server, "GET", f"/api/runs/{run}")
        if is_so(row):
            return row
        time.sleep(0.02)
    raise RuntimeError(f"The run {run} did not get there within {PATIENCE_S} s: {row['state']}")


def rate(server: Running, run: str, seconds: float) -> float:
    """Steps per second of a run that goes on."""
    before, begun = ask(server, "GET", f"/api/runs/{run}")["step"], time.perf_counter()
    time.sleep(seconds)
    after = ask(server, "GET", f"/api/runs/{run}")["step"]
    return float((after - before) / (time.perf_counter() - begun))


@contextmanager
def bare(name: str) -> Iterator[Any]:
    """A process with the bare loop: a function seconds -> steps per second."""
    command = [sys.executable, "-m", "tests.bench.bare", name]
    root = Path(__file__).resolve().parent.parent.parent
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout

        def measure(seconds: float) -> float:
            assert process.stdin and process.stdout
            process.stdin.write(f"{seconds}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        try:
            yield measure
        finally:
            process.stdin.close()
            process.wait()


def memory_mb(pid: int) -> float:
    """Resident memory of one process in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def handles(pid: int) -> int:
    """Open files and sockets of one process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
