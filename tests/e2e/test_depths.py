"""All three depths by keys alone, and every view at twice the size of its letters."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_lab import BENCHES, bench

pytestmark = pytest.mark.e2e
# Stops of the Tab key after which a way is no way any more.
FAR = 60
# 1440 by 900 at 200 %.
ZOOMED: dict[str, Any] = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}
VIEWS = {
    "the overview": "#v=1",
    "a room and its card": "#v=1&node=conv_1_2&c=4&cell=20,30",
    "softmax": "#v=1&node=softmax&c=3",
    "training": "#v=1&view=train",
    **{f"the bench {name}": bench(name) for name in BENCHES},
    "the guide": "guide#v=1&view=guide",
}


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Goes on with Tab until the focus is on it, or within it."""
    for _ in range(FAR):
        page.keyboard.press(key)
        if page.evaluate("what => !!document.activeElement.closest(what)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_keys_lead_through_all_three_depths_and_back(open_page: Open) -> None:
    page = open_page("#v=1")
    grid = page.locator("[role=grid]")
    tab_to(page, "[role=grid]")
    while not (grid.get_attribute("data-focus") or "").startswith("conv_1_2"):
        page.keyboard.press("]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-room] [data-pad]")).to_be_visible()

    tab_to(page, "[data-pad]", "Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-window]")).to_have_attribute("data-window", "1,1")
    card = page.locator("[data-card]")
    expect(card).to_have_attribute("data-card", "conv_1_2/0/1/1")

    tab_to(page, "[data-input-map]")
    page.keyboard.press("ArrowRight")
    expect(card).to_have_attribute("data-card", "conv_1_2/0/1/2")
    tab_to(page, "[role=tablist]", "Shift+Tab")
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("tab=gradient"))

    for _ in range(4):
        page.keyboard.press("Escape")
    expect(page.locator("[data-inspector]")).to_have_count(0)
    expect(grid).to_be_visible()


@pytest.mark.parametrize("address", VIEWS.values(), ids=VIEWS)
def test_nothing_is_wider_than_the_window_at_200_percent(open_page: Open, address: str) -> None:
    page = open_page(address, **ZOOMED)
    if "cell=" in address:
        expect(page.locator("[data-card]")).to_be_attached()
    if "bench=" in address:
        expect(page.locator("[data-proof]").first).to_be_visible()
    # The window itself, and the article that scrolls in it.
    for part in page.locator("html, article").all():
        assert part.evaluate("part => part.scrollWidth <= part.clientWidth")
