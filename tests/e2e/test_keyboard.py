"""Everything by keyboard alone, with the focus always in sight."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import page_nodes, sentence

pytestmark = pytest.mark.e2e
# What can be pressed or typed into, without what its own group reaches with the arrows.
CONTROLS = """() => [...document.querySelectorAll(
        'a[href], button, select, input, summary, [tabindex="0"]')]
    .filter(each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility())
    .map((each, index) => each.dataset.control = String(index))"""
# The focused control, whether a ring is drawn around it (or its label), and whether it is in view.
FOCUSED = """() => {
    const at = document.activeElement;
    const rings = [at, at.closest('label')].filter(Boolean).map(each => getComputedStyle(each));
    const box = (at.closest('label') ?? at).getBoundingClientRect();
    return {
        control: at.dataset.control ?? '',
        isRinged: rings.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2),
        isSeen: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
        name: at.outerHTML.slice(0, 120),
    };
}"""


def focus_of(page: Page) -> str:
    """The map that has the focus, as node/channel."""
    return page.locator("[role=grid]").get_attribute("data-focus") or ""


def tabs_through(page: Page) -> None:
    """Presses Tab until every control has had the focus, with a ring, in sight, once."""
    page.wait_for_load_state("networkidle")
    wanted = set(page.evaluate(CONTROLS))
    reached: list[str] = []
    for _ in wanted:
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        assert focus["isRinged"], f"no ring around {focus['name']}"
        assert focus["isSeen"], f"out of sight: {focus['name']}"
        reached.append(focus["control"])
    assert set(reached) == wanted


@pytest.mark.parametrize(
    "state",
    [
        *("", "&node=relu_1_1", "&node=output"),
        # Rooms and the cards beside them.
        *("&node=conv_1_1&c=2&cell=3,4", "&node=max_pool_1&c=2&cell=3,4", "&node=softmax&c=3"),
        *("&node=relu_1_2&c=1&cell=3,4&tab=gradient", "&node=conv_1_2&c=1&cell=3,4&level=blank1"),
    ],
)
def test_tab_reaches_every_control_and_each_shows_its_focus(open_page: Open, state: str) -> None:
    page = open_page(f"#v=1{state}")
    if state.count("&") > 1:
        expect(page.locator("[data-room], [data-card]").first).to_be_visible()
    tabs_through(page)


def test_the_arrows_and_brackets_walk_through_every_layer_and_channel(page: Page) -> None:
    page.locator("[role=grid]").focus()
    nodes = page_nodes(page)
    assert focus_of(page) == f"{nodes[0]['id']}/0"
    for before, node in pairwise(nodes):
        page.keyboard.press("ArrowRight" if before["op"] == "conv" else "]")
        assert focus_of(page) == f"{node['id']}/0"
    page.keyboard.press("ArrowRight")
    assert focus_of(page) == "softmax/0"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("[")
    page.keyboard.press("ArrowDown")
    assert focus_of(page) == "flatten/1"
    page.keyboard.press("End")
    assert focus_of(page) == "flatten/9"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("[")
    assert focus_of(page) == "max_pool_2/8"
    assert sentence(page).startswith("max_pool_2, channel 8: from ")


def test_enter_pins_and_escape_goes_back_one_level_at_a_time(page: Page) -> None:
    page.locator("[role=grid]").focus()
    page.keyboard.press("]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-inspector='conv_1_1/1']")).to_be_visible()
    page.locator("[data-inspector] .map").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("[data-reading]")).to_contain_text("(2, 1) = ")
    page.keyboard.press("Escape")
    expect(page.locator("[data-reading]")).to_contain_text("Point at a cell")
    page.keyboard.press("Escape")
    expect(page.locator("[data-inspector='conv_1_1']")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-inspector]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("[data-picture=coffee]")).to_have_attribute("aria-pressed", "true")


def test_the_focus_is_never_lost_when_a_panel_closes(page: Page) -> None:
    page.locator("[role=grid]").focus()
    page.keyboard.press("]")
    page.keyboard.press("Enter")
    page.locator("[data-inspector] .map").first.focus()
    while page.locator("[data-inspector]").count():
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement !== document.body")
    page.locator("[role=grid]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Close the panel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=grid]")).to_be_focused()


def test_an_opened_panel_walks_through_layers_and_channels(page: Page) -> None:
    page.locator("[role=grid]").focus()
    page.keyboard.press("]")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Next channel").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-inspector='conv_1_1/1']")).to_be_visible()
    page.keyboard.press("]")
    expect(page.locator("[data-inspector='relu_1_1/1']")).to_be_visible()
    page.keyboard.press("[")
    expect(page.locator("[data-inspector='conv_1_1/1']")).to_be_visible()


def test_single_keys_do_what_the_key_map_says(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    expect(page.get_by_role("dialog", name="Glossary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("s")
    expect(page.locator("#scale")).to_have_value("block")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    before = drawn(page)
    page.keyboard.press("p")
    after = drawn(page, before)
    page.keyboard.press("P")
    assert drawn(page, after) == before


def test_keys_typed_into_a_field_are_text(open_page: Open) -> None:
    page = open_page("#v=1&node=relu_1_1")
    page.get_by_role("searchbox").fill("")
    page.keyboard.type("tsg?")
    expect(page.get_by_role("searchbox")).to_have_value("tsg?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_plus_and_minus_zoom_and_a_focused_map_is_always_brought_into_view(page: Page) -> None:
    for _ in range(6):
        page.keyboard.press("+")
    page.locator("[role=grid]").focus()
    for node in page_nodes(page)[1:]:
        page.keyboard.press("]")
        assert focus_of(page) == f"{node['id']}/0"
        box = page.locator("[role=gridcell]").bounding_box()
        stage = page.locator(".surface").bounding_box()
        assert box and stage
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert stage["x"] <= middle[0] <= stage["x"] + stage["width"]
        assert stage["y"] <= middle[1] <= stage["y"] + stage["height"]
