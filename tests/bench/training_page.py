"""The train view in a headless Chromium: from the press to the curve, and what the page costs.

A point counts as drawn when the page says its step (`data-step`) and a frame has been painted.
"""

import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from convlens.store import Store
from convlens.train.events import Points, Started
from convlens.train.options import as_json, read
from tests.bench import chromium, runs
from tests.bench.row import Row, row
from tests.bench.server_trace import others, photograph
from tests.server import Running, serving

MILLION, BATCH, PICTURES = 1_000_000, 1000, 30  # steps, those stored at once, of a step's batch
WATCHED_S = 6.0
ROUNDS, WARM, TRACES = 8, 10, 60

# Resolves with the milliseconds from the press to a painted frame in which the page is so far.
PRESSED = """
async ([selector, least]) => {
  const begun = performance.now();
  document.querySelector(selector).click();
  const step = () => Number(document.querySelector('[data-state][data-step]')?.dataset.step ?? 0);
  for (;;) {
    await new Promise(requestAnimationFrame);
    if (step() >= least) break;
    if (performance.now() - begun > 20000) throw new Error(`step ${step()}`);
  }
  await new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    requestAnimationFrame(() => channel.port2.postMessage(0));
  });
  return performance.now() - begun;
}
"""
FRAMES = """
async (ms) => {
  let frames = 0;
  const begun = performance.now();
  while (performance.now() - begun < ms) {
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return frames / (performance.now() - begun) * 1000;
}
"""
FALLING = 20  # steps after which the smoothed loss of the default run is below its start


def opened_at(opened: Browser, url: str) -> Page:
    """A page of the train view that has loaded all it shows."""
    shown = opened.new_context(viewport=chromium.WINDOW).new_page()  # type: ignore[arg-type]
    shown.goto(url)
    shown.wait_for_selector("[data-play]:not([disabled])")
    shown.wait_for_load_state("networkidle")
    return shown


def pressing(server: Running, opened: Browser) -> Iterator[Row]:
    """Play is pressed on a fresh page that rests, the server being warm."""
    runs.warm(server)
    first: list[float] = []
    falling: list[float] = []
    for least, taken in ((1, first), (FALLING, falling)) * 4:
        shown = opened_at(opened, f"{server.url}#v=1&view=train")
        taken.append(shown.evaluate(PRESSED, ["[data-play]", least]))
        shown.context.close()
        for run in runs.ask(server, "GET", "/api/runs"):
            if run["state"] in ("running", "paused", "queued"):
                runs.control(server, run["id"], "stop")
    figure = "train: play pressed -> "
    yield row(figure + "first loss point drawn", statistics.median(first), budget=300, unit="ms")
    yield row(figure + "curve visibly falling", statistics.median(falling), budget=2000, unit="ms")


def busy(server: Running, opened: Browser) -> Iterator[Row]:
    """What a page costs that draws 30 batches of points and 10 frames a second."""
    run = runs.start(server, **{**runs.ENDLESS, "speed": 30})
    shown = opened_at(opened, f"{server.url}#v=1&view=train&run={run}")
    line = shown.context.new_cdp_session(shown)
    line.send("Performance.enable")
    shown.wait_for_timeout(2000)
    before = task_s(line)
    fps = shown.evaluate(FRAMES, WATCHED_S * 1000)
    share = 100 * (task_s(line) - before) / WATCHED_S
    shown.context.close()
    runs.control(server, run, "stop")
    yield row("train: page's main thread busy", share, budget=35, unit="%")
    yield row("train: frames per second, at least", fps, budget=55, unit="1/s", at_least=True)


def task_s(line: Any) -> float:
    """Seconds that the main thread has worked so far."""
    metrics = line.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def tracing(server: Running) -> Iterator[Row]:
    """`POST .../trace` of tiny-vgg beside a run that trains as fast as it can, and without it.

    Both take turns, so that they meet the same machine: the run rests while it is idle.
    """
    idle: list[float] = []
    beside: list[float] = []
    run = runs.start(server, data="shapes-colour", net="tiny-vgg", **runs.ENDLESS)
    traced_ms(server)
    for _ in range(ROUNDS):
        for action, taken in (("pause", idle), ("resume", beside)):
            runs.control(server, run, action)
            taken += traced_ms(server)
    runs.control(server, run, "stop")
    least, most = (statistics.quantiles(taken, n=20)[-1] for taken in (idle, beside))
    figure = "train: POST trace of tiny-vgg p95 while training, over idle"
    yield row(figure, most, budget=1.5 * least, unit="ms", floor=least)


def traced_ms(server: Running) -> list[float]:
    """One client's posts, after some that warm up."""
    bodies, taken = others(photograph()), []
    for _ in range(WARM + TRACES):
        request = urllib.request.Request(
            f"{server.url}/api/models/tiny-vgg/trace",
            next(bodies),
            {"Content-Type": "application/octet-stream"},
        )
        begun = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            answer.read()
        taken.append(1000 * (time.perf_counter() - begun))
    return taken[WARM:]


def long_run(folder: Path) -> str:
    """A stored run of a million points that has ended; its id."""
    store = Store(folder)
    run = store.create(as_json(read({"name": "a million"}))).id
    graph: dict[str, Any] = {"nodes": [], "layers": [], "classes": [], "counts": {}}
    graph |= {"parameters": 0, "trainable": 0, "steps_per_epoch": 40, "steps": MILLION}
    store.append(run, [Started(**graph)])
    chance = np.random.default_rng(0)
    for begin in range(0, MILLION, BATCH):
        step = np.arange(begin + 1, begin + BATCH + 1, dtype=np.float64)
        loss = 2.3 * np.exp(-step / 2e5) + chance.normal(0, 0.1, BATCH).clip(-0.2, 0.5) + 0.2
        loss = loss.astype(np.float32).astype(np.float64)  # As PyTorch says it.
        right = np.rint((1 - loss / 2.5) * PICTURES) / PICTURES
        rows_ = np.stack([step, step / 40, loss, right, np.full(BATCH, 0.003)], 1)
        store.append(run, [Points(rows_)])
    store.set_state(run, "stopped")
    store.close()
    return run


DRAWN = """
async () => {
  const step = () => Number(document.querySelector('[data-state][data-step]')?.dataset.step ?? 0);
  while (step() < 1000000) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now();
}
"""


def million(opened: Browser) -> Iterator[Row]:
    """The address of a long run is opened: navigation -> the chart with all of it, server warm."""
    with tempfile.TemporaryDirectory() as folder:
        run = long_run(Path(folder))
        with serving("--data-dir", folder) as server:
            runs.warm(server)
            taken = []
            for _ in range(5):
                shown = opened.new_context(viewport=chromium.WINDOW).new_page()  # type: ignore[arg-type]
                shown.goto(f"{server.url}#v=1&view=train&run={run}", wait_until="commit")
                taken.append(shown.evaluate(DRAWN))
                shown.context.close()
    figure = f"train: a run of {MILLION:,} points opened -> chart drawn"
    yield row(figure, statistics.median(taken), budget=1000, unit="ms")


def rows() -> Iterator[Row]:
    """The figures of the train view."""
    with chromium.browser() as opened:
        with serving() as server:
            yield from pressing(server, opened)
            yield from busy(server, opened)
            yield from tracing(server)
        yield from million(opened)
