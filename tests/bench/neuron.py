"""Depth two in a headless Chromium: how fast a room opens, how smoothly its window moves."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.bench import chromium
from tests.bench.row import Row, row
from tests.server import serving

NET = "#v=1&net=tiny-vgg&picture=coffee"
ROOM = f"{NET}&node=conv_1_2&c=4&cell=20,30"
SECONDS, ROUNDS = 2, 5
MOVES, OPENINGS, WARM = 30, 30, 2
# Bytes; rounds of one and the same use differ by less.
HEAP_NOISE = 8_000
# Presses a key on what has the focus; answers when what it changed has been painted.
KEY = """async ({ key, isDone }) => {
  const start = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  while (isDone && !document.querySelector(isDone)) {
    await new Promise((done) => requestAnimationFrame(done));
  }
  await bench.afterPaint();
  return performance.now() - start;
}"""
FRAMES = """(length_ms) => new Promise((done) => {
  const start = performance.now();
  let frames = -1;
  const next = (now) => {
    frames += 1;
    if (now - start < length_ms) requestAnimationFrame(next);
    else done(1000 * frames / (now - start));
  };
  requestAnimationFrame(next);
})"""
# Opens and closes the room of the map that has the focus.
USE_IT = """async (openings) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const press = (key) => document.activeElement
    .dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  for (let n = 0; n < openings; n++) {
    press('Enter');
    while (!document.querySelector('[data-pad]')) await frame();
    while (document.querySelector('[data-inspector]')) { press('Escape'); await frame(); }
  }
  performance.clearMarks();
  bench.drawings.length = 0;
}"""


def focus_map(shown: Page) -> None:
    """Puts the focus on the first map of conv_1_2."""
    shown.locator("[role=grid]").focus()
    while not (shown.locator("[role=grid]").get_attribute("data-focus") or "").startswith(
        "conv_1_2"
    ):
        shown.keyboard.press("]")


def opening(opened: Browser, url: str) -> Iterator[Row]:
    """Enter on a map -> its room with its numbers; the parts of the page are here already."""
    with chromium.page(opened, f"{url}/{NET}") as shown:
        chromium.settled(shown)
        focus_map(shown)
        taken = []
        for _ in range(MOVES // 3):
            ready = {"key": "Enter", "isDone": "[data-room] [data-pad]"}
            taken.append(float(shown.evaluate(KEY, ready)))
            while shown.locator("[data-inspector]").count():
                shown.keyboard.press("Escape")
    yield row(
        "neuron: open a room, event -> paint", statistics.median(taken), budget=100, unit="ms"
    )


def moving(opened: Browser, url: str) -> Iterator[Row]:
    """An arrow key -> the window on every map."""
    with chromium.page(opened, f"{url}/{ROOM}") as shown:
        chromium.settled(shown)
        shown.locator("[data-pad]").focus()
        key = {"key": "ArrowRight", "isDone": ""}
        taken = [float(shown.evaluate(KEY, key)) for _ in range(MOVES)]
        # What a frame costs in which nothing changes.
        floor = statistics.median(
            float(shown.evaluate(KEY, {"key": "F13", "isDone": ""})) for _ in range(MOVES)
        )
    more = statistics.median(taken) - floor
    yield row("neuron: move the window, beyond an idle frame", more, budget=16, unit="ms")


def playing(opened: Browser, url: str) -> Iterator[Row]:
    """The player takes the window through its cells; the median of some rounds."""
    rates, shares = zip(*(played(opened, url) for _ in range(ROUNDS)), strict=True)
    rate, share = statistics.median(rates), statistics.median(shares)
    yield row("neuron: frames a second while it plays", rate, budget=55, unit="1/s", at_least=True)
    yield row("neuron: main thread busy while it plays", share, budget=30, unit="%")


def played(opened: Browser, url: str) -> tuple[float, float]:
    """Frames a second and the main thread's share of the time, in a page of its own."""
    with chromium.page(opened, f"{url}/{ROOM}") as shown:
        chromium.settled(shown)
        tools = shown.context.new_cdp_session(shown)
        tools.send("Performance.enable")
        shown.select_option("[data-room] [data-player=speed]", "60")
        shown.locator("[data-room] [data-player=play]").click()
        before = chromium.metric(tools, "TaskDuration")
        rate = float(shown.evaluate(FRAMES, SECONDS * 1000))
        return rate, 100 * (chromium.metric(tools, "TaskDuration") - before) / SECONDS


def elements(opened: Browser, url: str) -> Iterator[Row]:
    """The elements of a page with an open room."""
    with chromium.page(opened, f"{url}/{ROOM}") as shown:
        chromium.settled(shown)
        count = int(shown.evaluate("() => document.querySelectorAll('*').length"))
    yield row("neuron: DOM elements with an open room", count, budget=2999, unit="count")


def growing(opened: Browser, url: str) -> Iterator[Row]:
    """The heap and the listeners after many openings against those after as many before."""
    with chromium.page(opened, f"{url}/{NET}") as shown:
        chromium.settled(shown)
        tools = shown.context.new_cdp_session(shown)
        tools.send("Performance.enable")
        focus_map(shown)

        def used() -> tuple[float, float]:
            shown.evaluate(USE_IT, OPENINGS)
            chromium.collect(shown, tools)
            metrics = {
                m["name"]: m["value"] for m in tools.send("Performance.getMetrics")["metrics"]
            }
            heap = float(tools.send("Runtime.getHeapUsage")["usedSize"])
            return heap, float(metrics["JSEventListeners"])

        first = [used() for _ in range(WARM)][-1]
        last = used()
    figure = f"after {OPENINGS} openings of a room"
    yield row(f"neuron: heap growth {figure}", last[0] - first[0], budget=HEAP_NOISE, unit="B")
    yield row(f"neuron: listeners {figure}", last[1] - first[1], budget=0, unit="count")


SCENES = (opening, moving, playing, elements)


def rows() -> Iterator[Row]:
    """The figures of an opened neuron."""
    with serving() as server, chromium.browser("--js-flags=--no-opt --no-maglev") as opened:
        yield from growing(opened, server.url)
    with serving() as server, chromium.browser() as opened:
        for scene in SCENES:
            yield from scene(opened, server.url)
