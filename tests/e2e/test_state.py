"""The address holds the whole state; language and theme reach all that is seen."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn, drawn_again
from tests.e2e.files import painted
from tests.e2e.maps import header, numbers

pytestmark = pytest.mark.e2e
CHINESE = r"[㐀-鿿]"
# What a person reads or is told: [text, where it stands], without parts marked as another language.
VISIBLE_TEXT = """language => {
    const texts = [];
    const isOther = node => node.closest('[lang]')?.lang !== language;
    const isShown = node => node.checkVisibility({ visibilityProperty: true });
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
        const parent = node.parentElement;
        if (parent.matches('script, style, noscript, noscript *, kbd')) continue;
        if (node.data.trim() && isShown(parent) && !isOther(parent)) texts.push(node.data.trim());
    }
    for (const element of document.querySelectorAll('body *')) {
        if (!isShown(element) || isOther(element)) continue;
        for (const name of ['aria-label', 'aria-roledescription', 'title', 'placeholder', 'alt']) {
            const text = element.getAttribute(name);
            if (text) texts.push(text);
        }
    }
    return texts;
}"""
# States in which together every part of the page is seen.
STATES = (
    "",
    "&node=relu_1_1",
    "&node=conv_1_1&c=2&cell=3,4",
    "&node=max_pool_1&c=2",
    "&node=output",
    "&node=flatten&c=1",
    # The room of each kind, and all that its card can show.
    "&node=relu_2_1&c=1&cell=3,4",
    "&node=max_pool_2&c=2&cell=3,4",
    "&node=flatten&c=2&cell=69,0",
    "&node=output&c=6",
    "&node=softmax&c=6",
    "&node=conv_1_2&c=4&cell=20,30&tab=gradient",
    "&node=conv_1_2&c=4&cell=20,30&tab=code",
    "&node=conv_1_2&c=4&cell=20,30&level=blank1",
    "&layer=gradient&node=conv_1_2&c=4",
    "&layer=difference&node=conv_1_2&c=4&edits=c!relu_2_2!4!0",
)


def names(page: Page) -> set[str]:
    """Words that are names and stay as they are in every language."""
    models = page.request.get("/api/models").json()
    cards = [page.request.get(f"/api/models/{model['id']}").json() for model in models]
    nodes = [node[part] for card in cards for node in card["nodes"] for part in ("id", "label")]
    return {
        *nodes,
        *(model["name"] for model in models),
        *page.locator("[data-entry] strong").all_inner_texts(),
        *("ConvLens", "API", "EN", "Esc", "ReLU", "MNIST", "RGB", "max", "softmax", "Softmax"),
        *("LeakyReLU", "ELU", "GELU", "SiLU", "sigmoid", "tanh", "log_softmax", "NaN", "LSE", "ln"),
        *("exp", "PReLU", "min"),
        *(f"{kind}{n}" for kind in ("conv", "relu", "pool", "dense") for n in (1, 2, 3)),
    }


def untranslated(page: Page) -> list[str]:
    """Texts of a Chinese page that hold Latin words, no Chinese, and more than names."""
    known = sorted(names(page), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, known)))
    texts = page.evaluate(VISIBLE_TEXT, "zh-CN")
    latin = [text for text in texts if not re.search(CHINESE, text)]
    return [text for text in latin if re.search("[A-Za-z]{2,}", pattern.sub(" ", text))]


def chinese(page: Page) -> list[str]:
    """Texts of an English page that hold Chinese."""
    return [text for text in page.evaluate(VISIBLE_TEXT, "en") if re.search(CHINESE, text)]


@pytest.mark.parametrize("state", STATES)
def test_no_english_is_left_when_the_page_is_chinese(open_page: Open, state: str) -> None:
    page = open_page(f"#v=1&lang=zh{state}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    if "&c=" in state:
        expect(page.locator("[data-room]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert untranslated(page) == []
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert chinese(page) == []


def test_no_english_is_left_in_windows_and_refusals(open_page: Open, pictures: Any) -> None:
    page = open_page("#v=1&lang=zh")
    (pictures / "notes.txt").write_text("hello")
    page.set_input_files("#upload", pictures / "notes.txt")
    expect(page.locator("[data-refused]")).to_be_visible()
    left = untranslated(page)
    for key in ("?", "g"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        left += untranslated(page)
        page.keyboard.press("Escape")
    for button in ("#draw", "#camera"):
        page.click(button)
        expect(page.get_by_role("dialog")).to_be_visible()
        left += untranslated(page)
        page.keyboard.press("Escape")
    assert left == []


def test_switching_the_language_translates_what_is_open(page: Page) -> None:
    page.locator("[data-node=conv_1_1]").click()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert untranslated(page) == []
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert not [text for text in page.evaluate(VISIBLE_TEXT, "en") if re.search(CHINESE, text)]


def test_the_page_speaks_the_browsers_language_until_told_otherwise(open_page: Open) -> None:
    page = open_page(locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("[data-class=espresso]")).to_contain_text("浓缩咖啡")
    page.keyboard.press("l")
    expect(page.locator("[data-class=espresso]")).to_contain_text("espresso")
    page.reload()
    drawn(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_theme_follows_the_system_until_it_is_chosen(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(paper) == "rgb(21, 23, 26)"
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(paper) == "rgb(21, 23, 26)"
    assert "theme=dark" in page.url


def test_a_link_opens_exactly_what_it_says(open_page: Open) -> None:
    page = open_page(
        "#v=1&net=lenet-5&picture=digit-7&node=conv_2&c=5&cell=4,6&scale=network"
        "&theme=dark&lang=zh&order=max"
    )
    assert drawn(page) == header(page, "lenet-5", "digit-7")["trace_id"]
    value = numbers(page, drawn(page), "conv_2")[5, 4, 6]
    expect(page.locator("[data-inspector='conv_2/5'] [data-reading]")).to_contain_text("(4, 6) = ")
    said = page.locator("[data-sentence]").get_attribute("data-value") or "nan"
    assert float(said) == float(value)
    for choice, wanted in (("#net", "lenet-5"), ("#scale", "network"), ("#channel-order", "max")):
        expect(page.locator(choice)).to_have_value(wanted)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("[data-picture=digit-7]")).to_have_attribute("aria-pressed", "true")


def test_the_address_says_what_is_open_and_a_second_window_shows_the_same(
    page: Page, open_page: Open
) -> None:
    before = drawn(page)
    page.locator("[data-picture=cat]").click()
    trace = drawn(page, before)
    page.select_option("#scale", "block")
    page.locator("[data-node=conv_2_1]").click()
    page.locator("[data-channel='6']").click()
    page.locator("[data-inspector] .map").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("cell=1,0"))
    other = open_page(page.url[page.url.index("#") :])
    assert drawn(other) == trace
    expect(page.locator("[data-reading]")).to_contain_text("(1, 0) = ")
    reading = page.locator("[data-reading]").inner_text()
    expect(other.locator("[data-inspector='conv_2_1/6'] [data-reading]")).to_have_text(reading)
    expect(other.locator("#scale")).to_have_value("block")


def test_the_back_button_undoes_step_by_step(page: Page) -> None:
    coffee = drawn(page)
    page.locator("[data-picture=cat]").click()
    cat = drawn(page, coffee)
    page.locator("[data-node=conv_1_2]").click()
    page.locator("[data-channel='3']").click()
    page.select_option("#net", "lenet-5")
    drawn(page, cat)
    page.go_back()
    drawn_again(page, cat)
    expect(page.locator("[data-inspector='conv_1_2/3']")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-inspector='conv_1_2']")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-inspector]")).to_have_count(0)
    page.go_back()
    drawn_again(page, coffee)
    page.go_forward()
    drawn_again(page, cat)


def test_parts_of_an_address_that_nobody_knows_are_ignored(open_page: Open) -> None:
    page = open_page("#v=1&net=nosuch&picture=nosuch&node=nosuch&c=x&scale=huge&colour=red&lang=zh")
    assert drawn(page) == header(page, "tiny-vgg", "coffee")["trace_id"]
    expect(page.locator("#scale")).to_have_value("layer")
    expect(page.locator("[data-inspector]")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


@pytest.mark.parametrize("place", ["node=conv_1_2&c=99", "node=conv_1_2&c=1&cell=70,2"])
def test_a_place_outside_the_network_is_not_opened(open_page: Open, place: str) -> None:
    page = open_page(f"#v=1&{place}")
    expect(page.locator("[data-inspector='conv_1_2/99']")).to_have_count(0)
    expect(page.locator("[data-sentence]")).not_to_contain_text(re.compile("70|99|NaN|undefined"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_network_and_a_picture_that_the_server_lacks_are_said(open_page: Open, lang: str) -> None:
    page = open_page(f"#v=1&lang={lang}&net=vgg-99")
    said = page.locator("[data-gone]")
    expect(said).to_have_text(re.compile("vgg-99.*Tiny VGG"))
    page.select_option("#net", "lenet-5")
    expect(said).to_have_count(0)
    page = open_page(f"#v=1&lang={lang}&picture=yeti")
    said = page.locator("[data-gone]")
    expect(said).to_have_text(re.compile("yeti.*(Coffee|咖啡)"))
    page.locator("[data-picture=cat]").click()
    expect(said).to_have_count(0)


def test_an_own_picture_that_is_gone_is_said(page: Page, open_page: Open, pictures: Any) -> None:
    before = drawn(page)
    page.set_input_files("#upload", painted(pictures / "cup.png", "red"))
    own = drawn(page, before)
    page.reload()
    assert drawn(page) == before != own
    expect(page.get_by_text("names a picture of your own")).to_be_visible()
    page.locator("[data-picture=cat]").click()
    expect(page.get_by_text("names a picture of your own")).to_have_count(0)
