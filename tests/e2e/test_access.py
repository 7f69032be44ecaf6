"""axe-core finds nothing serious in any view, theme or language, and nothing is said twice."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import focus_map, numbers

pytestmark = pytest.mark.e2e
AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
# View -> the part of the address that opens it.
VIEWS = {
    "overview": "",
    "column": "&node=relu_1_1",
    "convolution": "&node=conv_1_1&c=2&cell=3,4",
    "pooling": "&node=max_pool_1&c=2",
    "activation": "&node=relu_2_1&c=1",
    "vector": "&node=flatten&c=1",
    "classes": "&node=output",
}
# The card of a cell, forwards, backwards, as a program, and with parts of it asked for.
CARDS = ("", "&tab=gradient", "&tab=code", "&level=blank1", "&level=ask")
WINDOWS = ("#draw", "#camera", "?", "g")


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the element."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    # What is still on its way is half seen.
    expect(page.locator("[data-moving=true], [data-sprite]")).to_have_count(0)
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await axe.run({ resultTypes: ['violations'] })).violations"
    )
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_view(open_page: Open, theme: str, lang: str) -> None:
    page = open_page(f"#v=1&theme={theme}&lang={lang}")
    for view, state in VIEWS.items():
        page.goto(f"/#v=1&theme={theme}&lang={lang}{state}")
        expect(page.locator("[data-inspector]")).to_have_count(1 if state else 0)
        assert serious(page) == [], view


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
def test_axe_finds_nothing_serious_in_a_room_and_its_card(
    open_page: Open, theme: str, lang: str
) -> None:
    for card in CARDS:
        page = open_page(f"#v=1&theme={theme}&lang={lang}&node=conv_1_2&c=4&cell=20,30{card}")
        expect(page.locator("[data-room] [data-pad]")).to_be_visible()
        expect(page.locator("[data-card]")).to_be_visible()
        assert serious(page) == [], card


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
@pytest.mark.parametrize("layer", ["gradient", "logit", "difference", "original"])
def test_axe_finds_nothing_serious_in_any_layer(
    open_page: Open, layer: str, theme: str, lang: str
) -> None:
    edits = "&edits=c!relu_2_2!4!0" if layer in ("difference", "original") else ""
    page = open_page(f"#v=1&theme={theme}&lang={lang}&layer={layer}{edits}&node=conv_1_2&c=4")
    expect(page.locator("#layer")).to_have_value(layer)
    expect(page.locator("[data-room]")).to_be_visible()
    assert serious(page) == []


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
def test_axe_finds_nothing_serious_in_any_window(open_page: Open, theme: str, lang: str) -> None:
    page = open_page(f"#v=1&theme={theme}&lang={lang}")
    for way in WINDOWS:
        page.click(way) if way.startswith("#") else page.keyboard.press(way)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert serious(page) == [], way
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_axe_finds_nothing_serious_while_a_map_is_pointed_at(open_page: Open) -> None:
    for state in ("#v=1", "#v=1&net=lenet-5&theme=dark&scale=map"):
        page = open_page(state)
        focus_map(page, "input", 0)
        assert serious(page) == []


def test_axe_finds_nothing_serious_on_a_phone_and_beside_a_refusal(
    open_page: Open, pictures: Any
) -> None:
    page = open_page("#v=1&node=conv_1_2&c=1", viewport={"width": 390, "height": 844})
    (pictures / "notes.txt").write_text("hello")
    page.set_input_files("#upload", pictures / "notes.txt")
    expect(page.locator("[data-refused]")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("button", name="convolution").click()
    expect(page.get_by_role("note")).to_be_visible()
    assert serious(page) == []


def test_a_map_is_named_by_its_layer_channel_and_range(page: Page) -> None:
    values = numbers(page, drawn(page), "conv_1_2")[3]
    focus_map(page, "conv_1_2", 3)
    lo, hi = (f"{value:.3g}".replace("-", "−") for value in (values.min(), values.max()))
    name = re.compile(f"^conv_1_2, channel 3: from {lo}0* to {hi}0*$")
    expect(page.get_by_role("gridcell")).to_have_accessible_name(name)
