"""What watching costs the trainer: steps per second with pages and sockets, over the bare loop.

Trained and bare loop take turns of some seconds, so that both meet the same machine.
"""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.asyncio.client import connect

from tests.bench import chromium, runs
from tests.bench.bare import SETUPS
from tests.bench.row import Row, row
from tests.server import Running, serving

ROUNDS, SECONDS = 5, 3.0
READERS, SILENT = 15, 5


def in_turns(server: Running, run: str, name: str) -> tuple[float, float]:
    """Median steps per second of the run and of the bare loop."""
    trained, plain = [], []
    with runs.bare(name) as bare:
        for _ in range(ROUNDS):
            runs.control(server, run, "resume")
            time.sleep(0.3)
            trained.append(runs.rate(server, run, SECONDS))
            runs.control(server, run, "pause")
            plain.append(bare(SECONDS))
    return statistics.median(trained), statistics.median(plain)


def with_page(server: Running) -> Iterator[Row]:
    """One page that shows everything it shows by default, drawing as fast as it does."""
    for name, setup in SETUPS.items():
        run = runs.start(server, **setup, **runs.ENDLESS)
        with (
            chromium.browser() as opened,
            watching(opened, f"{server.url}#v=1&view=train&run={run}"),
        ):
            trained, plain = in_turns(server, run, name)
        runs.control(server, run, "stop")
        figure = f"train: {name}, steps/s with the page open, at least"
        yield row(figure, trained, budget=0.95 * plain, unit="1/s", floor=plain, at_least=True)


@contextmanager
def watching(opened: Any, url: str) -> Iterator[Any]:
    """A page of the train view, once it shows a step."""
    context = opened.new_context(viewport=chromium.WINDOW)
    try:
        shown = context.new_page()
        shown.goto(url)
        shown.wait_for_selector("[data-state][data-step]")
        yield shown
    finally:
        context.close()


async def crowd(url: str, ended: threading.Event, is_ready: threading.Event) -> int:
    """Sockets that read, and sockets that never do; the messages that the first one got."""
    sockets = [await connect(url, max_size=None) for _ in range(READERS)]
    deaf = [await connect(url, max_size=None, max_queue=1) for _ in range(SILENT)]
    counts = [0] * READERS

    async def read(index: int) -> None:
        async for _ in sockets[index]:
            counts[index] += 1

    tasks = [asyncio.create_task(read(index)) for index in range(READERS)]
    is_ready.set()
    while not ended.is_set():
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for each in [*sockets, *deaf]:
        each.transport.abort()
    return min(counts)


def with_crowd(server: Running) -> Iterator[Row]:
    """20 sockets on one run, 5 of which never read."""
    name, setup = next(iter(SETUPS.items()))
    run = runs.start(server, **setup, **runs.ENDLESS)
    ended, is_ready, least = threading.Event(), threading.Event(), [0]
    url = f"ws://127.0.0.1:{server.port}/ws/runs/{run}"

    def watch() -> None:
        least[0] = asyncio.run(crowd(url, ended, is_ready))

    thread = threading.Thread(target=watch)
    thread.start()
    is_ready.wait()
    before = runs.memory_mb(server.process.pid)
    trained, plain = in_turns(server, run, name)
    grown = runs.memory_mb(server.process.pid) - before
    ended.set()
    thread.join()
    runs.control(server, run, "stop")
    figure = f"train: {READERS + SILENT} sockets, {SILENT} of which never read: "
    yield row(
        figure + "steps/s, at least",
        trained,
        budget=0.93 * plain,
        unit="1/s",
        floor=plain,
        at_least=True,
    )
    yield row(figure + "server memory grows by", grown, budget=MEMORY_NOISE_MB, unit="MiB")
    yield row(
        figure + "messages of the slowest reader, at least",
        least[0],
        budget=100,
        unit="count",
        at_least=True,
    )


# What is stored of a run in memory (SQLite's pages, the newest frame) and the allocator's slack.
MEMORY_NOISE_MB = 24.0


def stopping(server: Running) -> Iterator[Row]:
    """A click on pause and on stop -> the trainer rests."""
    setup = next(iter(SETUPS.values()))
    waits: dict[str, list[float]] = {"pause": [], "stop": []}
    for _ in range(10):
        run = runs.start(server, **setup, **runs.ENDLESS)
        for action in waits:
            if action == "stop":
                runs.control(server, run, "resume")
            begun = time.perf_counter()
            runs.control(server, run, action)
            waits[action].append(1000 * (time.perf_counter() - begun))
            at = runs.ask(server, "GET", f"/api/runs/{run}")["step"]
            time.sleep(0.05)
            if runs.ask(server, "GET", f"/api/runs/{run}")["step"] != at:
                raise RuntimeError(f"The run went on after {action}.")
    for action, taken in waits.items():
        figure = f"train: {action} -> the trainer rests, tiny8"
        yield row(figure, statistics.median(taken), budget=50, unit="ms")


def rows() -> Iterator[Row]:
    """The figures of one server."""
    with serving() as server:
        yield from with_page(server)
        yield from with_crowd(server)
        yield from stopping(server)
