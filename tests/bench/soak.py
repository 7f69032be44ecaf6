"""Ten minutes of a person who plays: does anything grow in the server or in the page?

A run is played, paused and steered, sockets come and go, the page is loaded again. What is counted
at the end is counted after a first round of the same, so that what is loaded once does not count.
`CONVLENS_SOAK_S` is how long it takes, 60 s by default; 600 is a full one.
"""

import itertools
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Page
from websockets.sync.client import connect

from tests.bench import chromium, runs
from tests.bench.row import Row, row
from tests.server import Running, serving

SOAK_S = float(os.environ.get("CONVLENS_SOAK_S", "60"))
WARM_S = 15.0
SOCKETS, MESSAGES = 4, 5
SETTLE_S = 2.0
# Noise: the allocator's slack and SQLite's cache of pages; a socket that is about to be closed and
# the pool of the store's readers; what V8 has compiled or keeps of the last frames.
MEMORY_MB, HANDLES, HEAP_MB = 32.0, 8, 8.0
# A line that is cut on purpose is no news.
QUIET = logging.Logger("cut", logging.CRITICAL + 1)


class Held(NamedTuple):
    """What the server and the page hold."""

    memory_mb: float
    handles: int
    heap_mb: float


def rows() -> Iterator[Row]:
    """How much more the server and the page hold after the soak than before it."""
    with serving() as server, chromium.browser() as opened:
        shown = opened.new_context(viewport=chromium.WINDOW).new_page()  # type: ignore[arg-type]
        # Slow enough that the points, which are kept, are few: they are no leak.
        run = runs.start(server, **{**runs.ENDLESS, "speed": 30})
        shown.goto(f"{server.url}#v=1&view=train&run={run}")
        soak(server, shown, run, WARM_S)
        before = held(server, shown, run)
        soak(server, shown, run, SOAK_S)
        after = held(server, shown, run)
        runs.control(server, run, "stop")
    memory, heap = after.memory_mb - before.memory_mb, after.heap_mb - before.heap_mb
    handles = after.handles - before.handles
    figure = f"train: soak of {SOAK_S:g} s, "
    yield row(figure + "server memory grows by", memory, budget=MEMORY_MB, unit="MiB")
    yield row(figure + "server file handles more", handles, budget=HANDLES, unit="count")
    yield row(figure + "page heap grows by", heap, budget=HEAP_MB, unit="MiB")


def soak(server: Running, shown: Page, run: str, seconds: float) -> None:
    """Does all that again and again for so long."""
    rates = itertools.cycle([0.003, 0.001, 0.002])

    def play() -> None:
        runs.control(server, run, "pause")
        runs.control(server, run, "resume")

    def steer() -> None:
        runs.control(server, run, "set", name="lr", value=next(rates))

    def reload() -> None:
        shown.reload()
        shown.wait_for_selector("[data-state][data-step]")
        shown.wait_for_timeout(1000)

    turns: list[Callable[[], Any]] = [play, steer, lambda: reconnect(server, run)]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for turn in [*turns * 3, reload]:
            turn()


def reconnect(server: Running, run: str) -> None:
    """Sockets that hear some messages of a run and go: half say so, half just vanish."""
    for number in range(SOCKETS):
        url = f"ws://127.0.0.1:{server.port}/ws/runs/{run}"
        line = connect(url, max_queue=None, logger=QUIET)
        for _ in range(MESSAGES):
            line.recv(runs.PATIENCE_S)
        if number % 2:
            line.socket.shutdown(socket.SHUT_RDWR)
        line.close()


def held(server: Running, shown: Page, run: str) -> Held:
    """What both hold while the run rests and nobody has just come or gone."""
    runs.control(server, run, "pause")
    shown.reload()
    shown.wait_for_selector("[data-state][data-step]")
    shown.wait_for_timeout(1000 * SETTLE_S)
    line = shown.context.new_cdp_session(shown)
    line.send("HeapProfiler.collectGarbage")
    heap = line.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    line.detach()
    pid = server.process.pid
    found = Held(runs.memory_mb(pid), runs.handles(pid), heap)
    runs.control(server, run, "resume")
    return found
