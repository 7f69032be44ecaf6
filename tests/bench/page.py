"""The page in a headless Chromium against the real command: what is waited for, what it costs.

Times run from the event's own time stamp (or the navigation's start) to a message behind the
painting of the next frame, so that a drawing made in time for one frame takes two: 33 ms.
"""

import io
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from convlens.data import pictures
from tests.bench import big, chromium
from tests.bench.row import Row, row
from tests.server import serving

PICTURES = "[data-picture]"
UPLOAD = "input[type=file]"
SURFACE = ".surface"
SENTENCE = "[data-sentence]"
INSPECTOR = "[data-inspector]"
DEEP = "#v=1&net=tiny-vgg&picture=coffee&node=conv_1_2&c=4"
VIEWS = {
    "overview": "#v=1",
    "a map": f"{DEEP}&cell=20,30",
    "a column": "#v=1&node=conv_2_1",
    "a dense layer": "#v=1&node=output",
    "LeNet-5": "#v=1&net=lenet-5",
}
BIG = "#v=1&net=resnet18&density=all"
BIG_STORE = ("--trace-memory-mb", "64")
OVERLAYS = {"the glossary": "g", "the key map": "?"}
HEAP_NOISE = 4_000  # Bytes; measured rounds of one and the same use differ by up to 2,000.
# The engine compiles more and more of a busy page, 50 kB a round, and keeps it: not the page's.
INTERPRETED = "--js-flags=--no-opt --no-maglev --no-sparkplug"
MAP_PX = 50
ROUNDS, WARM, SWITCHES, OPENINGS, MOVES = 5, 3, 30, 20, 40


def names(shown: Page) -> list[str]:
    """The ids of the pictures that can be clicked."""
    script = f"() => [...document.querySelectorAll('{PICTURES}')].map((e) => e.dataset.picture)"
    return list(shown.evaluate(script))


def choose_ms(shown: Page, name: str) -> float:
    """A click on a picture -> its drawing."""
    return chromium.redraw_ms(shown, "click", lambda: shown.click(f'[data-picture="{name}"]'))


def bytes_until_drawn(shown: Page) -> int:
    """What came over the wire before the drawing, headers counted."""
    return int(
        shown.evaluate(
            """() => ['navigation', 'resource']
            .flatMap((kind) => performance.getEntriesByType(kind))
            .filter((each) => each.responseStart < bench.drawings[0].code)
            .reduce((sum, each) => sum + each.transferSize, 0)"""
        )
    )


def opening(opened: Browser, url: str) -> Iterator[Row]:
    """A newcomer opens the page; the server is warm, the browser's cache is empty."""
    waited, sizes = [], []
    for _ in range(ROUNDS):
        with chromium.page(opened, url) as shown:
            waited.append(shown.evaluate("() => bench.drawings[0].painted"))
            sizes.append(bytes_until_drawn(shown))
    yield row("page: bytes until the overview is drawn", max(sizes), budget=500_000, unit="B")
    yield row("page: navigation -> drawn", statistics.median(waited), budget=600, unit="ms")


def switching(opened: Browser, url: str) -> Iterator[Row]:
    """Every bundled picture for the first time, one after the other."""
    with chromium.page(opened, url) as shown:
        taken = [choose_ms(shown, name) for name in names(shown)[1:]]
    figure = "page: sample click -> all maps redrawn"
    yield row(figure, statistics.median(taken), budget=60, unit="ms")


def photograph() -> bytes:
    """A JPEG of 12 megapixels, as a phone makes it."""
    source = Image.open(io.BytesIO(pictures.read(pictures.catalogue()[0].id))).convert("RGB")
    out = io.BytesIO()
    source.resize((4000, 3000), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def uploading(opened: Browser, url: str) -> Iterator[Row]:
    """The same photograph, each time with another byte behind its end."""
    data, taken = photograph(), []
    with tempfile.TemporaryDirectory() as folder, chromium.page(opened, url) as shown:
        for number in range(ROUNDS):
            place = Path(folder) / f"{number}.jpg"
            place.write_bytes(data + bytes([number]))
            taken.append(upload_ms(shown, place))
    figure = "page: upload of a 12-megapixel JPEG -> all maps redrawn"
    yield row(figure, statistics.median(taken), budget=200, unit="ms")


def upload_ms(shown: Page, place: Path) -> float:
    """A chosen file -> its drawing."""
    return chromium.redraw_ms(
        shown, "change", lambda: shown.set_input_files(UPLOAD, place), target=UPLOAD
    )


def sizes(opened: Browser, url: str) -> Iterator[Row]:
    """The elements of the fullest view."""
    counts = {}
    for view, fragment in VIEWS.items():
        with chromium.page(opened, url + fragment) as shown:
            counts[view] = elements(shown)
            if view == "overview":
                counts |= overlays(shown)
    fullest = max(counts, key=lambda view: counts[view])
    yield row(f"page: DOM elements in {fullest}", counts[fullest], budget=2999, unit="count")


def overlays(shown: Page) -> dict[str, int]:
    """The elements with each overlay open."""
    counts = {}
    for view, key in OVERLAYS.items():
        shown.keyboard.press(key)
        shown.get_by_role("dialog").first.wait_for()
        counts[view] = elements(shown)
        shown.keyboard.press("Escape")
    return counts


def elements(shown: Page) -> int:
    """The elements of the document."""
    return int(shown.evaluate("() => document.querySelectorAll('*').length"))


# In one piece inside the page, because the code of every question from outside stays in the heap.
USE_IT = """async ({ switches, openings, x, y }) => {
  const drawn = () => document.documentElement.dataset.drawn;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const until = async (isSo) => { while (!isSo()) await frame() };
  const thumbs = [...document.querySelectorAll('[data-picture]')];
  for (let n = 1; n <= switches; n++) {
    const before = drawn();
    thumbs[n % thumbs.length].click();
    await until(() => drawn() !== before);
  }
  const inspector = () => document.querySelector('[data-inspector]');
  for (let n = 0; n < openings; n++) {
    const at = { clientX: x, clientY: y, bubbles: true, pointerType: 'mouse' };
    const surface = document.elementFromPoint(x, y);
    for (const kind of ['pointermove', 'pointerup', 'click']) {
      surface.dispatchEvent(new PointerEvent(kind, at));
    }
    await until(inspector);
    while (inspector()) {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      await frame();
    }
  }
  performance.clearMarks();
  bench.drawings.length = 0;
}"""


def growing(opened: Browser, url: str) -> Iterator[Row]:
    """The heap after many switches and openings against the heap after as many before."""
    with chromium.page(opened, url) as shown:
        tools = shown.context.new_cdp_session(shown)
        title = shown.locator('[data-node="conv_1_2"]').bounding_box()
        assert title
        _, y = place_of(shown, 0, 0.4)
        x = title["x"] + MAP_PX / 2
        use = {"switches": SWITCHES, "openings": OPENINGS, "x": x, "y": y}

        def used() -> float:
            shown.evaluate(USE_IT, use)
            tools.send("HeapProfiler.collectGarbage")
            return float(tools.send("Runtime.getHeapUsage")["usedSize"])

        first = [used() for _ in range(WARM)][-1]
        grown = used() - first
    figure = f"page: heap growth after {SWITCHES} switches and {OPENINGS} openings"
    yield row(figure, grown, budget=HEAP_NOISE, unit="B")


def place_of(shown: Page, across: float, down: float) -> tuple[float, float]:
    """A point of the overview in window pixels."""
    box = shown.locator(SURFACE).bounding_box()
    assert box
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def hovering(opened: Browser, url: str) -> Iterator[Row]:
    """The pointer goes over the maps; each move changes the sentence, the links and the marks."""
    with chromium.page(opened, url) as shown:
        left, top = place_of(shown, 0.2, 0.1)
        tried = [hover_ms(shown, left + 11 * n, top + 7 * n) for n in range(MOVES)]
    taken = [each for each in tried if each is not None]
    assert len(taken) >= MOVES / 2, "The pointer met hardly any map."
    yield row("page: hover event -> paint", statistics.median(taken), budget=32, unit="ms")


def hover_ms(shown: Page, x: float, y: float) -> float | None:
    """A move -> the frame that shows its value; None when it led from one gap to another."""
    shown.evaluate(
        """(selector) => {
          bench.next('pointermove');
          bench.reaction = new Promise((done) => {
            setTimeout(() => done(null), 300);
            const watch = new MutationObserver(async () => {
              watch.disconnect();
              done(await bench.afterPaint());
            });
            const all = { subtree: true, childList: true, characterData: true, attributes: true };
            watch.observe(document.querySelector(selector), all);
          });
        }""",
        SENTENCE,
    )
    shown.mouse.move(x, y)
    shown_at = shown.evaluate("() => bench.reaction")
    return None if shown_at is None else float(shown_at - shown.evaluate("() => bench.started"))


def large(opened: Browser) -> Iterator[Row]:
    """A network of 18 layers and 512 channels, all of its maps laid out, those in view painted.

    The store of traces is full after two of them, so that later ones lie in memory used before.
    """
    with tempfile.TemporaryDirectory() as folder:
        big.write(Path(folder))
        command = (sys.executable, str(Path(big.__file__)))
        with (
            serving("--models", folder, *BIG_STORE, command=command) as server,
            chromium.page(opened, server.url + BIG) as shown,
        ):
            taken = [choose_ms(shown, name) for name in names(shown)[1:]]
            maps = shown.evaluate(
                """async () => (await (await fetch('/api/models/resnet18')).json()).nodes
                .filter(({ shape }) => shape.length === 3 && shape[1] > 1)
                .reduce((sum, node) => sum + node.shape[0], 0)"""
            )
            counted = elements(shown)
    figure = f"page: resnet18 of {maps:,} maps, sample click -> drawn"
    yield row(figure, statistics.median(taken), budget=300, unit="ms")
    yield row("page: DOM elements in resnet18", counted, budget=2999, unit="count")


SCENES: tuple[Callable[[Browser, str], Iterator[Row]], ...] = (
    *(opening, switching, uploading, hovering, sizes),
)


def rows() -> Iterator[Row]:
    """The figures of the page."""
    with serving() as server:
        with chromium.browser() as opened:
            for scene in SCENES:
                yield from scene(opened, server.url)
        with chromium.browser(INTERPRETED) as opened:
            yield from growing(opened, server.url)
    with chromium.browser() as opened:
        yield from large(opened)
