"""A headless Chromium, and what is asked of a page to time it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

WINDOW = {"width": 1440, "height": 900}
# A page that has stood still for so long has fetched what it wants.
SETTLED_MS = 500
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")

# `drawings` holds for each full drawing its trace, when its code ended and when a frame with it was
# shown: after the next frame's callbacks, a message comes behind that frame's painting.
WATCH = """
globalThis.bench = { drawings: [], started: 0, waiting: null };
bench.afterPaint = () => new Promise((done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
}));
bench.next = (kind, target = globalThis) => {
  bench.count = bench.drawings.length;
  bench.before = document.documentElement.dataset.drawn;
  target.addEventListener(kind, (event) => { bench.started = event.timeStamp },
    { capture: true, once: true });
};
bench.took = async () => {
  const isNew = (each) => each.trace !== bench.before;
  let found;
  while (!(found = bench.drawings.slice(bench.count).find(isNew))) {
    await new Promise((done) => { bench.waiting = done });
  }
  return found.painted - bench.started;
};
const mark = performance.mark.bind(performance);
performance.mark = (name, ...rest) => {
  const entry = mark(name, ...rest);
  if (name === 'convlens:drawn') {
    const trace = document.documentElement.dataset.drawn;
    bench.afterPaint().then((painted) => {
      bench.drawings.push({ trace, code: entry.startTime, painted });
      bench.waiting?.();
    });
  }
  return entry;
};
"""


@contextmanager
def browser(*flags: str) -> Iterator[Browser]:
    """The Chromium of the machine when there is one, else Playwright's own."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", *flags]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def page(opened: Browser, url: str) -> Iterator[Page]:
    """A page with an empty cache at an address, its first drawing shown."""
    context = opened.new_context(viewport=WINDOW, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        context.add_init_script(WATCH)
        shown = context.new_page()
        shown.goto(url, wait_until="commit")
        wait_drawn(shown)
        yield shown
    finally:
        context.close()


def wait_drawn(shown: Page) -> None:
    """Waits until a drawing has been painted."""
    shown.evaluate(
        "async () => { while (!bench.drawings.length)"
        " await new Promise((done) => { bench.waiting = done }) }"
    )


def redraw_ms(shown: Page, kind: str, act: Any, *, target: str = "") -> float:
    """Time from an event, on an element or anywhere, to the painted drawing of another trace."""
    element = f"document.querySelector({json.dumps(target)})" if target else "globalThis"
    shown.evaluate(f"() => bench.next({json.dumps(kind)}, {element})")
    act()
    return float(shown.evaluate("() => bench.took()"))


def settled(shown: Page) -> None:
    """Waits until the exact numbers are here."""
    shown.wait_for_load_state("networkidle")
    shown.evaluate("(ms) => new Promise((done) => setTimeout(done, ms))", SETTLED_MS)


def metric(tools: CDPSession, name: str) -> float:
    """A figure of the browser's own: "TaskDuration" is the main thread's work, s."""
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == name))


def collect(shown: Page, tools: CDPSession) -> None:
    """Frees what a page no longer holds; listeners go with their elements, in a second round."""
    for _ in range(2):
        tools.send("HeapProfiler.collectGarbage")
        shown.wait_for_timeout(SETTLED_MS)
