"""The guide as a person reads it: contents, address, language, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Open, Watch
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
    page.locator("[data-inspector] [data-explain]").click()
    expect(page.locator("#pool h2")).to_be_in_viewport()
    page.locator("#pool .see a").first.click()
    expect(page.locator("[data-inspector='max_pool_1/0']")).to_be_visible()
