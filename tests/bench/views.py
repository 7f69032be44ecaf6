"""Every view in a headless Chromium: its elements, its animations, and what is left of it."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench import chromium
from tests.bench.neuron import FRAMES, focus_map
from tests.bench.page import elements
from tests.bench.row import Row, row
from tests.server import serving

NET = "#v=1&net=tiny-vgg&picture=coffee"
BENCHES = (
    *("pixel", "kernel", "channels", "field", "matrix", "parameters"),
    *("activation", "softmax", "pooling", "plane", "shape"),
)
# View -> its address, and what shows that it is there.
BENCH = "article header + :not([role=status])"
VIEWS = {
    "look": (NET, "[role=grid]"),
    "edit tools": (f"{NET}&node=conv_1_2&c=4&cell=20,30", "[data-card] [data-total]"),
    "training": ("#v=1&view=train", "[data-play]"),
    "guide": ("guide#v=1&view=guide", "article h2"),
    **{name: (f"lab#v=1&view=lab&bench={name}", BENCH) for name in BENCHES},
}
ROOMS = ("conv_1_2&c=4", "relu_1_2&c=3", "max_pool_1&c=2", "flatten&c=2", "output", "softmax")
CLOSED = "body:not(:has([data-inspector]))"
OPENINGS, WARM, REST_MS = 30, 4, 500
HEAP_NOISE = 16_000
INTERPRETED = "--js-flags=--no-opt --no-maglev --no-sparkplug"
# Animation -> the address, what begins it (a selector to press, or a key), and how long it is
# watched, s, from the first frame that shows it: the columns slide for 0.5 s.
ANIMATIONS = {
    "the columns slide apart": (NET, "", 0.5),
    "the kernel lab's player": (
        "lab#v=1&view=lab&bench=kernel&set=tab:numbers",
        "[data-player=play]",
        2.0,
    ),
    "the plane learns": ("lab#v=1&view=lab&bench=plane", "[data-run]", 2.0),
}
ROUNDS = 5
# Begins it; what opens a room and its first painting have a row of their own (neuron).
BEGIN = """async (begin) => {
  if (begin) document.querySelector(begin).click();
  else document.activeElement
    .dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await bench.afterPaint();
}"""
WAIT = "(ms) => new Promise((done) => setTimeout(() => done(0), ms))"
# Counts what would still happen in a page that rests: timers that wait, and frames asked for.
TIMERS = """
globalThis.waiting = new Set();
globalThis.asked = 0;
const [begin, end, every, stop] = [setTimeout, clearTimeout, setInterval, clearInterval];
globalThis.setTimeout = (act, ms, ...rest) => {
  const id = begin((...all) => { waiting.delete(id); act(...all); }, ms, ...rest);
  waiting.add(id);
  return id;
};
globalThis.clearTimeout = (id) => { waiting.delete(id); end(id); };
globalThis.setInterval = (...all) => { const id = every(...all); waiting.add(id); return id; };
globalThis.clearInterval = (id) => { waiting.delete(id); stop(id); };
const frame = requestAnimationFrame.bind(globalThis);
globalThis.requestAnimationFrame = (act) => { asked++; return frame(act); };
bench.rest = async (ms) => {
  await new Promise((done) => begin(done, ms));
  const before = asked;
  await new Promise((done) => begin(done, ms));
  return waiting.size + asked - before;
};
"""
# Shows addresses one after the other, as links and the way back do.
GO = """async (way) => {
  for (const [address, mark] of way) {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
    do await bench.afterPaint(); while (!document.querySelector(mark));
  }
  performance.clearMarks();
  performance.clearResourceTimings();
  bench.drawings.length = 0;
}"""


def sizes(opened: Browser, url: str) -> Iterator[Row]:
    """The elements of every view at rest."""
    counts = {}
    for name, (address, mark) in VIEWS.items():
        with chromium.page(opened, f"{url}/{NET}") as shown:
            shown.evaluate(GO, [[f"/{address}", mark]])
            shown.wait_for_load_state("networkidle")
            if name == "edit tools":
                shown.locator("details.edit summary").click()
                shown.wait_for_selector("[data-edit-tools]")
            counts[name] = elements(shown)
    most = max(counts, key=counts.__getitem__)
    yield row(
        f"views: DOM elements, the most of {len(counts)} views ({most})",
        counts[most],
        budget=2999,
        unit="count",
    )


def moving(opened: Browser, url: str) -> Iterator[Row]:
    """Frames, and how busy the page is, while something moves by itself."""
    for name, (address, begin, length_s) in ANIMATIONS.items():
        context = opened.new_context(viewport=chromium.WINDOW)  # type: ignore[arg-type]
        try:
            context.add_init_script(chromium.WATCH)
            shown = context.new_page()
            shown.goto(f"{url}/{address}")
            shown.wait_for_load_state("networkidle")
            tools = context.new_cdp_session(shown)
            tools.send("Performance.enable")
            taken = [
                (
                    moved(shown, tools, begin, length_s, counted=True)[0],
                    moved(shown, tools, begin, length_s, counted=False)[1],
                )
                for _ in range(ROUNDS)
            ]
        finally:
            context.close()
        rate, busy = (statistics.median(each) for each in zip(*taken, strict=True))
        yield row(f"views: frames a second, {name}", rate, budget=55, unit="1/s", at_least=True)
        yield row(f"views: main thread busy, {name}", busy, budget=30, unit="%")


def moved(
    shown: Page, tools: CDPSession, begin: str, length_s: float, *, counted: bool
) -> tuple[float, float]:
    """Frames a second, if they are counted, and the busy share, %, of one time that it moves.

    Counting makes the page work in frames in which it would rest.
    """
    if not begin:
        focus_map(shown)
    shown.evaluate(BEGIN, begin)
    before = chromium.metric(tools, "TaskDuration")
    rate = float(shown.evaluate(FRAMES if counted else WAIT, length_s * 1000))
    busy = 100 * (chromium.metric(tools, "TaskDuration") - before) / length_s
    if begin:
        shown.reload(wait_until="networkidle")  # Each time from its start.
    while not begin and shown.locator("[data-inspector]").count():
        shown.keyboard.press("Escape")
    shown.wait_for_timeout(chromium.SETTLED_MS)
    return rate, busy


def leaving(opened: Browser, url: str) -> Iterator[Row]:
    """What remains of rooms and benches that were opened and left many times."""
    ways = {
        "rooms of every kind": [(f"{NET}&node={room}", "[data-room]") for room in ROOMS],
        "benches": [(f"lab#v=1&view=lab&bench={name}", BENCH) for name in BENCHES],
    }
    for name, places in ways.items():
        way = [step for place in places for step in (place, (NET, CLOSED))]
        turns = -(-OPENINGS // len(places))
        with chromium.page(opened, f"{url}/{NET}") as shown:
            shown.evaluate(TIMERS)
            tools = shown.context.new_cdp_session(shown)
            tools.send("Performance.enable")
            first = [left(shown, tools, way * turns) for _ in range(WARM)][-1]
            last = left(shown, tools, way * turns)
        for figure, before, after, most in zip(
            ("heap growth", "listeners more", "timers and frames more"),
            first,
            last,
            (HEAP_NOISE, 0, 0),
            strict=True,
        ):
            yield row(
                f"views: {figure} after {turns * len(places)} {name}",
                after - before,
                budget=most,
                unit="B" if most else "count",
            )


def left(shown: Page, tools: CDPSession, way: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Heap, listeners, and what would still happen, once a way has been gone."""
    shown.evaluate(GO, [[f"/{address}", mark] for address, mark in way])
    waiting = float(shown.evaluate("(ms) => bench.rest(ms)", REST_MS))
    chromium.collect(shown, tools)
    heap = float(tools.send("Runtime.getHeapUsage")["usedSize"])
    return heap, chromium.metric(tools, "JSEventListeners"), waiting


def rows() -> Iterator[Row]:
    """The figures of all views."""
    with serving() as server:
        with chromium.browser() as opened:
            yield from sizes(opened, server.url)
            yield from moving(opened, server.url)
        with chromium.browser(INTERPRETED) as opened:
            yield from leaving(opened, server.url)
