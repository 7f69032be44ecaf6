"""The guide as a person reads it: contents, address, language, and without JavaScript."""

import json
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from tests.conftest import ROOT
from tests.e2e.conftest import Open, Watch
from tests.e2e.test_access import serious
from tests.server import Running

pytestmark = pytest.mark.e2e


@pytest.fixture
def guide(open_page: Open) -> Page:
    return open_page("guide")


def test_the_contents_lead_to_a_section_and_reading_moves_the_address(guide: Page) -> None:
    guide.locator("[data-section=pool]").click()
    expect(guide.locator("#pool h2")).to_be_in_viewport()
    assert "section=pool" in guide.url
    guide.locator("article.guide").evaluate("e => e.scrollTo(0, 0)")
    expect(guide.locator("[data-section=pool]")).not_to_have_attribute("aria-current", "true")
    assert "section=pool" not in guide.url


def test_a_link_of_the_text_opens_the_layer_view_without_loading_the_page_again(
    guide: Page,
) -> None:
    guide.evaluate("window.kept = true")
    guide.locator("#conv .see a").first.click()
    expect(guide.locator("[data-inspector='conv_1_1/0']")).to_be_visible()
    assert guide.evaluate("window.kept")
    guide.go_back()
    expect(guide.locator("#conv h2")).to_be_attached()


def test_the_language_switch_changes_the_text_and_keeps_the_section(guide: Page) -> None:
    guide.locator("[data-section=softmax]").click()
    guide.get_by_role("button", name="中文").click()
    expect(guide.locator("#softmax h2")).to_have_text("softmax：分数变成份额")
    expect(guide.locator("#softmax h2")).to_be_in_viewport()


def test_a_server_that_is_away_is_said_and_asked_again(guide: Page, watch: Watch) -> None:
    watch.expect("Failed to load resource")
    guide.route("**/guide/zh", lambda route: route.abort())
    guide.get_by_role("button", name="中文").click()
    expect(guide.get_by_role("alert")).to_be_visible()
    guide.unroute("**/guide/zh")
    guide.get_by_role("alert").get_by_role("button").click()
    expect(guide.locator("#conv h2")).to_be_visible()


def test_it_reads_well_without_javascript(browser: Browser, app: Running) -> None:
    context = browser.new_context(base_url=app.url, java_script_enabled=False, locale="zh-CN")
    try:
        page = context.new_page()
        page.goto("/guide")
        expect(page.locator("h1")).to_have_text("卷积神经网络怎样看图")
        page.get_by_role("link", name="English").click()
        expect(page.locator("#conv math")).to_be_visible()
        assert page.locator("figure:visible").count() == 0
    finally:
        context.close()


def test_its_figures_are_alive_and_of_the_current_picture(guide: Page) -> None:
    guide.locator("[data-section=softmax]").click()
    figure = guide.locator("#softmax figure [data-live=softmax]")
    expect(figure).to_be_visible()
    expect(guide.locator("#softmax [data-caption]")).to_contain_text("softmax of Tiny VGG")
    guide.locator("[data-section=conv]").click()
    expect(guide.locator("#conv [data-live=conv] math").first).to_be_visible()
    guide.locator("[data-section=window]").click()
    expect(guide.locator("#window [data-live=kernel]")).to_be_visible()
    assert "set=" not in guide.url


def test_every_panel_leads_to_its_section_and_back(page: Page) -> None:
    page.goto("/#v=1&node=max_pool_1&c=0")
    page.locator(".facts [data-explain]").click()
    expect(page.locator("#pool h2")).to_be_in_viewport()
    page.locator("#pool .see a").first.click()
    expect(page.locator("[data-inspector='max_pool_1/0']")).to_be_visible()


def test_a_word_of_the_glossary_opens_its_meaning_in_both_languages(guide: Page) -> None:
    terms = json.loads((ROOT / "static/src/i18n/terms.json").read_text("utf-8"))
    meaning = next(term for term in terms if term["key"] == "kernel")
    for language in ("en", "zh"):
        if language == "zh":
            guide.get_by_role("button", name="中文").click()
            expect(guide.locator("#conv h2")).to_contain_text("卷积")
        guide.locator("#conv button[data-term=kernel]").click()
        note = guide.locator("#conv [role=note]:popover-open")
        expect(note).to_contain_text(meaning[f"definition_{language}"])
        guide.keyboard.press("Escape")
        expect(note).to_have_count(0)


# Section -> the address of a view that leads to it.
VIEWS = {
    "train": "#v=1&view=train",
    "loss": "#v=1&view=train",
    "gradient": "#v=1&layer=gradient",
    "field": "#v=1&node=conv_2_1&c=1&cell=3,4",
    "window": "#v=1&node=conv_2_1&c=1",
    "edit": "#v=1&node=conv_2_1&c=1",
}


@pytest.mark.parametrize("section", VIEWS)
def test_every_view_leads_to_its_section_and_the_section_back(
    open_page: Open, section: str
) -> None:
    page = open_page(VIEWS[section])
    if section == "edit":
        page.locator("details.edit summary").click()
    page.locator(f"[data-explain={section}]").first.click()
    expect(page.locator(f"#{section} h2")).to_be_in_viewport()
    back = {"train": "train", "loss": "train", "gradient": "layer=gradient"}
    mark = back.get(section, "node=")
    page.locator(f"#{section} .see a[href*='{mark}']").first.click()
    expect(page.locator("article.guide")).to_have_count(0)
    assert mark in page.url


def test_a_figure_that_is_left_on_its_way_is_forgotten(open_page: Open) -> None:
    page = open_page("#v=1&view=train")
    held: list[Route] = []
    page.route("**/gradient?**", lambda route: held.append(route))
    with page.expect_request("**/gradient?**"):
        page.locator("[data-explain=loss]").first.click()
    page.locator("#loss .see a[href*='train']").first.click()
    expect(page.locator("article.guide")).to_have_count(0)
    for each in held:
        with suppress(Error):
            each.continue_()
    page.wait_for_load_state("networkidle")


def read_to_the_end(page: Page) -> None:
    """Goes through the sections one by one until every figure is alive."""
    for figure in page.locator("figure[data-figure]").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("[data-live]")).to_be_visible()


@pytest.mark.parametrize(("theme", "lang"), [("light", "en"), ("dark", "zh")])
def test_axe_finds_nothing_serious_in_the_guide_with_all_its_figures(
    open_page: Open, theme: str, lang: str
) -> None:
    page = open_page(f"guide#v=1&view=guide&theme={theme}&lang={lang}")
    read_to_the_end(page)
    assert serious(page) == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450)], ids=["phone", "200 %"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_of_the_guide_runs_over_the_edge(
    open_page: Open, lang: str, width: int, height: int
) -> None:
    page = open_page(
        f"guide#v=1&view=guide&lang={lang}",
        viewport={"width": width, "height": height},
    )
    read_to_the_end(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    article = page.locator("article.guide")
    assert article.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
