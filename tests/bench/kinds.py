"""Inside the kinds of layers: how fast a view follows the hand, and how many elements it needs."""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser

from tests.bench import chromium
from tests.bench.page import elements, hover_ms
from tests.bench.row import Row, row
from tests.server import serving

# Figure -> the address of the view, and what the pointer moves over in it.
VIEWS = {
    "pooling window": ("node=max_pool_1&c=2", "[data-face=max_pool_1]"),
    "activation's cell": ("node=relu_1_2&c=3", "[data-face=relu_1_2]"),
    "flattened element": ("node=flatten&c=2", "[data-ruler]"),
    "class of a softmax": ("node=softmax&c=6", "[data-kind=softmax] tbody"),
}
MOVES = 30


def moving(opened: Browser, url: str) -> Iterator[Row]:
    """The pointer goes over a view; each move changes its numbers, its drawing and the sentence."""
    for name, (place, over) in VIEWS.items():
        with chromium.page(opened, f"{url}#v=1&net=tiny-vgg&{place}") as shown:
            target = shown.locator(f"[data-room] {over}").first
            target.wait_for()
            box = target.bounding_box()
            assert box
            at = ((0.2 + 0.6 * n / MOVES) for n in range(MOVES))
            tried = [
                hover_ms(shown, box["x"] + part * box["width"], box["y"] + part * box["height"])
                for part in at
            ]
            counted = elements(shown)
        taken = [each for each in tried if each is not None]
        assert len(taken) >= 5, f"The pointer moved hardly anything in {name}."
        yield row(f"inside: {name}, move -> paint", statistics.median(taken), budget=33, unit="ms")
        yield row(f"inside: DOM elements, {name}", counted, budget=2999, unit="count")


def rows() -> Iterator[Row]:
    """The figures of the insides of layers."""
    with serving() as server, chromium.browser() as opened:
        yield from moving(opened, server.url)
