"""Two thousand random actions in seeded bursts: no complaint on the console, nothing piles up."""

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page

from tests.e2e.conftest import Open, Watch

pytestmark = pytest.mark.e2e

BURST = 250
# Of what the start itself holds; and what views keep that were opened meanwhile: caches of the
# last network and run, not one of each opening (there are hundreds in two bursts).
GROWTH = 2
SLACK = {"Nodes": 12_000, "JSEventListeners": 1_500}
KEYS = (
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Tab", "Shift+Tab", "Enter", "Escape"),
    *("[", "]", "+", "-", "0", "p", "P", "s", "t", "l", " ", "Home", "End", ","),
)
STARTS = {
    "the overview": "#v=1",
    "a cell": "#v=1&node=conv_1_2&c=4&cell=20,30",
    "the lab": "lab#v=1&view=lab&bench=kernel",
    "the guide": "guide#v=1&view=guide",
}
# A control in view, but none that begins a run, opens a window of the system or adds a picture.
SPOT = """(share) => {
    const spared = 'input[type=file], a[download], .ways, [data-play], [data-run], dialog';
    const kinds = 'button, select, summary, a[href*="#"], input, [tabindex]';
    const shown = [...document.querySelectorAll(kinds)]
        .filter((each) => !each.closest(spared) && !each.disabled && each.checkVisibility())
        .map((each) => each.getBoundingClientRect())
        .filter(({ x, y, width, height }) => width && height && x >= 0 && y >= 0
            && x + width <= innerWidth && y + height <= innerHeight);
    const box = shown[Math.floor(share * shown.length)];
    return box ? [box.x + box.width / 2, box.y + box.height / 2] : null;
}"""


def press_something(page: Page, chance: random.Random) -> None:
    spot = page.evaluate(SPOT, chance.random())
    if spot:
        page.mouse.click(*spot)


def press_anywhere(page: Page, chance: random.Random) -> None:
    page.mouse.click(chance.randrange(10, 1430), chance.randrange(110, 860))


def point(page: Page, chance: random.Random) -> None:
    page.mouse.move(chance.randrange(1440), chance.randrange(100, 900), steps=2)


def drag(page: Page, chance: random.Random) -> None:
    point(page, chance)
    page.mouse.down()
    point(page, chance)
    page.mouse.up()


def turn(page: Page, chance: random.Random) -> None:
    page.mouse.wheel(0, chance.choice((-300, 300)))


def type_key(page: Page, chance: random.Random) -> None:
    page.keyboard.press(chance.choice(KEYS))


MOVES: tuple[Callable[[Page, random.Random], None], ...] = (
    *(press_something, press_something, press_anywhere, point, drag, turn, type_key, type_key),
)


def burst(page: Page, chance: random.Random) -> None:
    for _ in range(BURST):
        chance.choice(MOVES)(page, chance)


def held(page: Page, session: CDPSession, start: str) -> dict[str, float]:
    """Elements and listeners that are held once the page is back at its start."""
    page.keyboard.press("Escape")
    page.evaluate(
        """(address) => {
            history.pushState(null, '', address);
            dispatchEvent(new PopStateEvent('popstate'));
        }""",
        f"/{start}",
    )
    page.evaluate("() => new Promise((done) => requestIdleCallback(done, { timeout: 1000 }))")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return {m["name"]: m["value"] for m in metrics if m["name"] in ("Nodes", "JSEventListeners")}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_random_use_draws_no_complaint_and_piles_nothing_up(
    open_page: Open, watch: Watch, start: str
) -> None:
    watch.expect("WebSocket is closed before the connection is established")  # left at once
    watch.expect("status of 4(09|10|22)")  # a refusal, which the page says in words
    page = open_page(start)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    chance = random.Random(start)
    first = held(page, session, start)
    burst(page, chance)
    burst(page, chance)
    last = held(page, session, start)
    assert page.get_by_role("heading", name="ConvLens", exact=True).is_visible()
    for name, count in last.items():
        assert count < GROWTH * first[name] + SLACK[name], name
