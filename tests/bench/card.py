"""The card of one cell in a headless Chromium: opened, moved, walked through, left again.

An event is sent at the start of a frame, as Chromium sends moves of a pointer, and counts until a
message behind that frame's painting.
"""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.bench import chromium
from tests.bench.row import Row, row
from tests.server import serving

MAP = "#v=1&node=conv_2_1&c=4"
CARD = f"{MAP}&cell=10,12"
# The largest window of the networks that ship, and the views with the most numbers.
FULLEST = (CARD, f"{CARD}&tab=gradient", f"{CARD}&level=blank1", "#v=1&net=lenet-5&node=output&c=3")
WALKED_S, PACE, ROUNDS = 4.0, "60", 5
OPENINGS, MOVES, USES, WARM = 12, 40, 30, 3
HEAP_NOISE = 4_000
INTERPRETED = "--js-flags=--no-opt --no-maglev --no-sparkplug"

# Milliseconds from a pointer's move to cell (y, x) of the opened map until the frame is painted.
POINT = """() => {
globalThis.point = (y, x) => new Promise((done) => requestAnimationFrame(() => {
  const map = document.querySelector('.map');
  const { cell, left, top } = map.dataset;
  const box = map.getBoundingClientRect();
  const clientX = box.x + 1 + Number(left) + (x + 0.5) * cell;
  const clientY = box.y + 1 + Number(top) + (y + 0.5) * cell;
  const begun = performance.now();
  const how = { clientX, clientY, bubbles: true, pointerType: 'mouse' };
  map.dispatchEvent(new PointerEvent('pointermove', how));
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now() - begun);
  channel.port2.postMessage(0);
}));
globalThis.leave = async () => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  while (document.querySelector('[data-card]')) await new Promise(requestAnimationFrame);
};
}"""
OPENED = "() => document.querySelector('[data-card] [data-total]')"


def opening(opened: Browser, url: str) -> Iterator[Row]:
    """The pointer comes upon a map; its numbers are here."""
    with chromium.page(opened, url + MAP) as shown:
        shown.wait_for_selector(".map")
        shown.evaluate(POINT)
        taken = [open_ms(shown) for _ in range(OPENINGS)]
    figure = "card: pointer on a map -> card of the cell painted"
    yield row(figure, statistics.median(taken[WARM:]), budget=100, unit="ms")


def open_ms(shown: Page) -> float:
    """One opening, from the move to the paint, and the way back."""
    taken = float(
        shown.evaluate(
            """async () => {
              const begun = performance.now();
              await point(10, 12);
              while (!document.querySelector('[data-card] [data-total]')) await bench.afterPaint();
              return performance.now() - begun;
            }"""
        )
    )
    shown.evaluate("() => leave()")
    return taken


def moving(opened: Browser, url: str) -> Iterator[Row]:
    """The window goes over the map cell by cell under the pointer."""
    with chromium.page(opened, url + CARD) as shown:
        shown.wait_for_function(OPENED)
        shown.evaluate(POINT)
        taken = [
            float(shown.evaluate("([y, x]) => point(y, x)", [n % 20 + 2, (3 * n) % 20 + 2]))
            for n in range(MOVES)
        ]
    figure = "card: window moved -> the maps painted (the numbers follow at a pace to read)"
    yield row(figure, statistics.median(taken[WARM:]), budget=16, unit="ms")


def walking(opened: Browser, url: str) -> Iterator[Row]:
    """The walk cell by cell at full pace: frames, and how busy the page is; medians of rounds."""
    rates, shares = zip(*(walked(opened, url) for _ in range(ROUNDS)), strict=True)
    frames, busy = statistics.median(rates), statistics.median(shares)
    yield row("card: walking 60 cells a second", frames, budget=55, unit="fps", at_least=True)
    yield row("card: main thread busy while walking", busy, budget=30, unit="%")


def walked(opened: Browser, url: str) -> tuple[float, float]:
    """One walk in a page of its own that has settled: frames a second, busy percent."""
    context = opened.new_context(viewport=chromium.WINDOW)  # type: ignore[arg-type]
    try:
        shown = context.new_page()
        shown.goto(url + CARD)
        shown.wait_for_function(OPENED)
        chromium.settled(shown)
        shown.select_option("#walk", "cells")
        shown.select_option("[data-walk] [data-player=speed]", PACE)
        shown.click("[data-walk] [data-player=play]")
        tools = context.new_cdp_session(shown)
        tools.send("Performance.enable")
        before = chromium.metric(tools, "TaskDuration")
        frames = shown.evaluate(
            """async (ms) => {
              const begun = performance.now();
              let frames = 0;
              while (performance.now() - begun < ms) {
                await new Promise(requestAnimationFrame);
                frames++;
              }
              return frames / (performance.now() - begun) * 1000;
            }""",
            WALKED_S * 1000,
        )
        return float(frames), (chromium.metric(tools, "TaskDuration") - before) / WALKED_S * 100
    finally:
        context.close()


def sizes(opened: Browser, url: str) -> Iterator[Row]:
    """The elements of the page with the fullest cards."""
    counts = []
    for fragment in FULLEST:
        with chromium.page(opened, url + fragment) as shown:
            shown.wait_for_function(OPENED)
            counts.append(shown.evaluate("() => document.querySelectorAll('*').length"))
    yield row("card: DOM elements of the page", max(counts), budget=2999, unit="count")


# In one piece inside the page, because the code of every question from outside stays in the heap.
USE_IT = """async (times) => {
  for (let n = 0; n < times; n++) {
    await point(10, 12);
    while (!document.querySelector('[data-card] [data-total]')) await bench.afterPaint();
    await leave();
  }
  performance.clearMarks();
  bench.drawings.length = 0;
}"""


def leaving(opened: Browser, url: str) -> Iterator[Row]:
    """What remains of many cards that were opened and left."""
    with chromium.page(opened, url + MAP) as shown:
        shown.wait_for_selector(".map")
        shown.evaluate(POINT)
        tools = shown.context.new_cdp_session(shown)
        tools.send("Performance.enable")

        def used() -> tuple[float, float]:
            shown.evaluate(USE_IT, USES)
            chromium.collect(shown, tools)
            heap = float(tools.send("Runtime.getHeapUsage")["usedSize"])
            return heap, chromium.metric(tools, "JSEventListeners")

        heap, listeners = [used() for _ in range(WARM)][-1]
        grown, more = used()
    figure = f"card: heap growth after {USES} cards"
    yield row(figure, grown - heap, budget=HEAP_NOISE, unit="B")
    yield row(f"card: listeners more after {USES} cards", more - listeners, budget=0, unit="count")


def rows() -> Iterator[Row]:
    """The figures of the card."""
    with serving() as server:
        with chromium.browser() as opened:
            for scene in (opening, moving, walking, sizes):
                yield from scene(opened, server.url)
        with chromium.browser(INTERPRETED) as opened:
            yield from leaving(opened, server.url)
