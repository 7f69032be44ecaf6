"""A weight is edited on the page: how long until the whole network is drawn with it."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.bench import chromium
from tests.bench.row import Row, row
from tests.server import serving

VIEW = "#v=1&net=tiny-vgg&picture=coffee&node=conv_1_1&c=2"
BIAS = "[aria-label=bias][type=range]"
ROUNDS, WARM = 15, 3


def edit_ms(shown: Page, place: int) -> float:
    """The bias is moved -> all maps and the classes are drawn."""
    slider = shown.locator(BIAS)
    return chromium.redraw_ms(shown, "input", lambda: slider.fill(str(place)), target=BIAS)


def rows() -> Iterator[Row]:
    """The figure of the page's edits, through the server and back."""
    with (
        serving() as running,
        chromium.browser() as opened,
        chromium.page(opened, f"{running.url}/{VIEW}") as shown,
    ):
        shown.click("details.edit summary")
        shown.locator(BIAS).wait_for()
        taken = [edit_ms(shown, 300 + 20 * number) for number in range(WARM + ROUNDS)]
    figure = "page: a weight is edited -> all maps and softmax redrawn"
    yield row(figure, statistics.median(taken[WARM:]), budget=150, unit="ms")
