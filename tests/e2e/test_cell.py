"""One cell in numbers: the card beside the canvas, for every kind of layer."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import numbers, page_nodes

pytestmark = pytest.mark.e2e
CARD = "[data-card]"
CONV = "#v=1&node=conv_2_1&c=4&cell=10,12"


def number(of: Locator, name: str) -> float:
    """A number in full, as an element keeps it beside its text."""
    return float(of.get_attribute(f"data-{name}") or "nan")


def total(page: Page) -> float:
    """The value that the card shows, once it is worked out."""
    return number(page.locator(f"{CARD} [data-total]"), "total")


def index_of(node: dict[str, object]) -> tuple[str, tuple[int, ...]]:
    """An address of one cell of a node, and its place in the node's values."""
    shape = node["shape"]
    assert isinstance(shape, list)
    if len(shape) == 3:
        c, y, x = (size * part // 4 for size, part in zip(shape, (1, 2, 3), strict=True))
        return f"&c={c}&cell={y},{x}", (c, y, x)
    if node["op"] == "flatten":
        return "&c=3&cell=5,0", (3 * int(shape[0]) // 10 + 5,)
    return "&c=2", (2,)


def test_the_total_of_a_convolution_is_the_servers_value_term_by_term(open_page: Open) -> None:
    page = open_page(CONV)
    value = float(numbers(page, drawn(page), "conv_2_1")[4, 10, 12])
    assert total(page) == value
    products = page.locator("[data-proof='15']")
    assert number(products, "sum") == pytest.approx(value, rel=1e-4, abs=1e-6)
    partials = page.locator("[data-proof='20']")
    assert number(partials, "sum") == pytest.approx(value, rel=1e-4, abs=1e-6)
    assert number(partials, "depth") == page_nodes(page)[6]["shape"][0]


@pytest.mark.parametrize("net", ["tiny-vgg", "lenet-5"])
def test_every_kind_of_layer_shows_the_value_that_the_server_has(open_page: Open, net: str) -> None:
    page = open_page(f"#v=1&net={net}")
    trace = drawn(page)
    kinds = {str(node["op"]): node for node in page_nodes(page) if node["op"] != "input"}
    for node in kinds.values():
        address, index = index_of(node)
        page.goto(f"/#v=1&net={net}&node={node['id']}{address}")
        card = page.locator(f"[data-card^='{node['id']}/']")
        expect(card.locator("[data-total]")).to_be_visible()
        assert total(page) == float(numbers(page, trace, str(node["id"]))[index])
        result = card.locator("[data-formula=result] [data-role=result]")
        assert number(result, "number") == total(page)


def test_a_number_and_its_pixel_are_one_object(open_page: Open) -> None:
    page = open_page(CONV)
    kernel = page.locator("[data-grid=weight] [data-term]").nth(5)
    kernel.hover()
    term = kernel.get_attribute("data-term")
    lit = page.locator(f"{CARD} .lit[data-term='{term}']")
    # Window, kernel, product; value and weight of the formula.
    expect(lit).to_have_count(5)
    expect(page.locator(f"{CARD} [data-lit]")).to_have_attribute("data-lit", str(term))
    value, weight = (
        number(page.locator(f"[data-grid={of}] [data-term='{term}']"), "value")
        for of in ("value", "weight")
    )
    product = number(page.locator(f"[data-grid=product] [data-term='{term}']"), "value")
    assert product == pytest.approx(value * weight, rel=1e-6)
    page.locator(f"{CARD} mn[data-term='{int(term or 0) + 1}']").first.hover()
    expect(page.locator("[data-grid=value] .lit")).to_have_attribute(
        "data-term", str(int(term or 0) + 1)
    )
    page.locator("[data-grid=value] [data-term]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-grid=product] .lit")).to_have_attribute(
        "data-term", str(int(term or 0) - 2)
    )


def test_the_arrow_keys_move_the_window_on_the_input(open_page: Open) -> None:
    page = open_page(CONV)
    page.locator("[data-input-map]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(CARD)).to_have_attribute("data-card", "conv_2_1/4/11/13")
    expect(page).to_have_url(re.compile("cell=11,13"))
    value = float(numbers(page, drawn(page), "conv_2_1")[4, 11, 13])
    assert total(page) == value
