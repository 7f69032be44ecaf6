"""One cell in numbers: the card beside the canvas, for every kind of layer."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import box_of, numbers, page_nodes, point_at

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


@pytest.mark.parametrize(
    ("net", "node", "input_id"),
    [("tiny-vgg", "conv_1_1", "input"), ("lenet-5", "conv_2", "pool_1")],
)
def test_a_kernel_is_as_deep_as_its_input_has_channels(
    open_page: Open, net: str, node: str, input_id: str
) -> None:
    page = open_page(f"#v=1&net={net}&node={node}&c=4&cell=2,3")
    channels = {str(each["id"]): each["shape"][0] for each in page_nodes(page)}
    assert channels[input_id] != channels[node]
    depth = page.locator("[data-proof='20']")
    expect(depth).to_have_attribute("data-depth", str(channels[input_id]))
    expect(page.locator(f"{CARD} [data-row]")).to_have_count(channels[input_id])


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


def test_the_sentence_says_the_number_that_is_pointed_at(open_page: Open) -> None:
    page = open_page(CONV)
    sentence = page.locator("[data-sentence]")
    # Not a number read from bytes, which "≈" stands before: the exact one is on its way then.
    expect(sentence).to_have_text(re.compile(r"^conv_2_1, channel 4, row 10, column 12: [^≈]"))
    before = sentence.inner_text()
    page.locator("[data-grid=weight] [data-term]").nth(5).hover()
    expect(sentence).to_have_text(
        re.compile(r"^\S+ \(max_pool_1, .*\) × weight \S+ = \S+, one of 90 products$")
    )
    page.locator(f"{CARD} h3").hover()
    expect(sentence).to_have_text(before)


def test_the_arrow_keys_move_the_window_on_the_input(open_page: Open) -> None:
    page = open_page(CONV)
    page.locator("[data-input-map]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(CARD)).to_have_attribute("data-card", "conv_2_1/4/11/13")
    expect(page).to_have_url(re.compile("cell=11,13"))
    value = float(numbers(page, drawn(page), "conv_2_1")[4, 11, 13])
    assert total(page) == value


def test_the_pointer_pushes_the_window_over_the_input_map(open_page: Open) -> None:
    page = open_page(CONV)
    values = numbers(page, drawn(page), "conv_2_1")
    card = page.locator(CARD)
    expect(card).to_have_attribute("data-card", "conv_2_1/4/10/12")
    side = next(n["shape"][1] for n in page_nodes(page) if n["id"] == "max_pool_1")
    page.locator("[data-input-map]").scroll_into_view_if_needed()
    box = box_of(page, "[data-input-map]")
    # Past an edge of the window the cell is the new edge: of 3 by 3 cells from (10, 12) on.
    point_at(page, box, (11, 20), (side, side))
    expect(card).to_have_attribute("data-card", "conv_2_1/4/10/18")
    page.mouse.down()
    point_at(page, box, (3, 20), (side, side))
    page.mouse.up()
    expect(card).to_have_attribute("data-card", "conv_2_1/4/3/18")
    assert total(page) == float(values[4, 3, 18])
    point_at(page, box, (4, 19), (side, side))
    expect(page.locator(f"{CARD} [data-lit]")).to_have_attribute("data-lit", re.compile(r"\d"))
    page.locator(f"{CARD} h3").hover()
    expect(card).to_have_attribute("data-card", "conv_2_1/4/3/18")
    expect(page).to_have_url(re.compile("cell=3,18"))


def ask(page: Page, entry: float | str) -> Locator:
    """Types an answer into the open question; what is said of it."""
    page.locator("[data-question] input").fill(str(entry))
    page.keyboard.press("Enter")
    return page.locator("[data-verdict]")


def test_a_blank_product_is_asked_for_and_wrong_ones_are_explained(open_page: Open) -> None:
    page = open_page(f"{CONV}&level=blank1")
    blank = page.locator("[data-grid=product] [data-value='']")
    expect(blank).to_have_text("?")
    term = blank.get_attribute("data-term")
    value, weight = (
        number(page.locator(f"[data-grid={of}] [data-term='{term}']"), "value")
        for of in ("value", "weight")
    )
    expect(ask(page, "many")).to_have_attribute("data-verdict", "unread")
    expect(ask(page, -value * weight)).to_have_attribute("data-slip", "sign")
    expect(ask(page, value + weight)).to_have_attribute("data-slip", "added")
    expect(ask(page, f"{value * weight:.3g}")).to_have_attribute("data-verdict", "right")
    expect(blank).to_have_count(0)
    page.get_by_role("button", name="Another one").click()
    expect(page.locator(f"[data-grid=product] [data-term='{term}']")).not_to_have_text("?")
    expect(page.locator("[data-verdict]")).to_have_text("")


def test_a_wrong_result_names_the_sum_that_differs(open_page: Open) -> None:
    page = open_page(f"{CONV}&level=ask&lang=zh")
    value = float(numbers(page, drawn(page), "conv_2_1")[4, 10, 12])
    expect(page.locator("[data-reading]")).to_contain_text("= ?")
    expect(page.locator(f"{CARD} [data-total]")).to_have_text("?")
    expect(page.locator("[data-proof]")).to_have_count(0)
    bias = number(page.locator(f"{CARD} [data-part=bias]"), "value")
    row = page.locator(f"{CARD} [data-row]").first
    channel, share = row.locator(".label").inner_text(), number(row, "value")
    expect(ask(page, value - bias)).to_contain_text("忘了加偏置")
    expect(ask(page, value - 2 * share)).to_contain_text(f"{channel} 的和的符号弄反了")
    expect(ask(page, value - share)).to_contain_text(f"漏掉了{channel} 的和")
    expect(ask(page, f"{value:.3g}")).to_have_attribute("data-verdict", "right")
    expect(page.locator(f"{CARD} [data-total]")).not_to_have_text("?")


def test_the_cell_goes_backwards_as_the_server_says(open_page: Open) -> None:
    page = open_page(CONV)
    trace = drawn(page)
    page.get_by_role("tab", name="Gradient").click()
    page.select_option("#back-class", "orange")
    answer = page.request.get(
        f"/api/traces/{trace}/nodes/conv_2_1/cell?c=4&y=10&x=12&class=orange"
    ).json()
    back = answer["gradient"]
    output = page.locator("[data-output-gradient]")
    expect(output).to_have_attribute("data-output-gradient", re.compile(r"\d"))
    page.wait_for_function(
        "([want]) => Math.abs(document.querySelector('[data-output-gradient]')"
        ".dataset.outputGradient - want) <= 1e-6 * Math.abs(want) + 1e-12",
        arg=[back["output"]],
    )
    term = int(number(page.locator("[data-grid=byWeight] [data-term]").first, "term"))
    shares = [share for part in back["parts"] for share in part["terms"]][term : term + 9]
    for of, name in (("byWeight", "weight"), ("byInput", "value")):
        shown = page.locator(f"[data-grid={of}] [data-term]").all()
        assert [number(each, "value") for each in shown] == pytest.approx(
            [share[name] for share in shares], rel=1e-5, abs=1e-12
        )
    expect(page).to_have_url(re.compile("tab=gradient"))


def test_the_walk_goes_term_by_term_and_cell_by_cell_until_a_hand_takes_over(
    open_page: Open,
) -> None:
    page = open_page(CONV)
    walk = page.locator("[data-walk]")
    walk.locator("[data-player=start]").click()
    expect(page.locator(f"{CARD} [data-lit]")).to_have_attribute("data-lit", "0")
    walk.locator("[data-player=on]").click()
    expect(page.locator(f"{CARD} [data-lit]")).to_have_attribute("data-lit", "1")
    for place in (40, 7):
        walk.locator("[data-player=place]").fill(str(place))
        expect(page.locator(f"{CARD} [data-lit]")).to_have_attribute("data-lit", str(place))
    page.select_option("#walk", "cells")
    walk.locator("[data-player=on]").click()
    expect(page.locator(CARD)).to_have_attribute("data-card", "conv_2_1/4/10/13")
    walk.locator("[data-player=play]").click()
    # It goes on while it is looked for: any cell further along the row.
    further = re.compile("conv_2_1/4/10/(1[4-9]|2[0-7])")
    expect(page.locator(CARD)).to_have_attribute("data-card", further)
    page.locator("[data-input-map]").focus()
    page.keyboard.press("ArrowUp")
    expect(walk.get_by_role("button", name="Play")).to_be_visible()
    expect(page).to_have_url(re.compile("cell=9,"))


def test_nothing_walks_by_itself_where_motion_is_unwelcome(open_page: Open) -> None:
    page = open_page(CONV, reduced_motion="reduce")
    play = page.locator("[data-walk] [data-player=play]")
    for position in ("0", "1"):
        play.click()
        expect(page.locator(f"{CARD} [data-lit]")).to_have_attribute("data-lit", position)
        expect(page.locator("[data-walk]").get_by_role("button", name="Play")).to_be_visible()


def test_the_sheet_of_a_phone_holds_the_whole_card(open_page: Open) -> None:
    page = open_page(CONV, viewport={"width": 390, "height": 844})
    sheet = page.locator("[data-inspector]")
    assert sheet.evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    sizes = page.locator(f"{CARD} [data-term]").evaluate_all(
        "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= 11


def test_the_code_pane_shows_the_servers_program_and_copies_it(open_page: Open) -> None:
    page = open_page(f"{CONV}&tab=code", permissions=["clipboard-read", "clipboard-write"])
    trace = drawn(page)
    answer = page.request.get(f"/api/traces/{trace}/nodes/conv_2_1/cell?c=4&y=10&x=12").json()
    assert "torch" in answer["code"]
    expect(page.locator("[data-code]")).to_be_visible()
    assert page.locator("[data-code]").evaluate("pre => pre.textContent") == answer["code"]
    page.locator("[data-copy]").click()
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == answer["code"]
