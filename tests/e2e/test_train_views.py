"""The training view in both languages and themes, on every screen, for every way to use it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_access import serious
from tests.e2e.test_state import CHINESE, VISIBLE_TEXT
from tests.e2e.test_train import control, is_in, run_id, wait_for_step

pytestmark = pytest.mark.e2e
ALL = (
    "canvas,loss,accuracy,rate,flow,health,kernels,confusion,classes,worst,strip,glass,features,"
    "finder"
)
SIZES = {
    "phone": (390, 844),
    "tablet": (768, 1024),
    "small": (1024, 768),
    "laptop": (1440, 900),
    "wall": (2560, 1440),
}
# Elements that stick out to the right of the window, or of what scrolls.
TOO_WIDE = """() => {
    const wide = [];
    for (const element of document.querySelectorAll('main *')) {
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        const box = element.getBoundingClientRect();
        if (box.width === 0 || box.right <= innerWidth + 1) continue;
        let clips = element.parentElement;
        const isOpen = each => each && getComputedStyle(each).overflowX === 'visible';
        while (isOpen(clips)) clips = clips.parentElement;
        const isClipped = clips && clips.getBoundingClientRect().right <= innerWidth + 1;
        if (!isClipped) wide.push(element.outerHTML.slice(0, 120));
    }
    return wide;
}"""
# What lies on the drawing has keys of its own: the grid.
SMALL_TARGETS = """() => [...document.querySelectorAll('main button, main select, main summary')]
    .filter(each => !each.matches('[data-node], [data-kernels], ol[aria-label] button'))
    .filter(each => each.checkVisibility({ visibilityProperty: true }))
    .map(each => [each.outerHTML.slice(0, 100), each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.height < 23.5 || box.width < 23.5))
    .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


@pytest.fixture
def paused(open_page: Open) -> Iterator[Page]:
    """A run of some steps, at rest, with the default panels."""
    page = open_page("#v=1&view=train")
    page.locator("[data-play]").click()
    wait_for_step(page, 45)
    page.locator("[data-play]").click()
    is_in(page, "paused")
    run = run_id(page)
    yield page
    control(page, run, "stop")


def show(page: Page, run: str, more: str = "") -> None:
    page.goto(f"/#v=1&view=train&run={run}{more}")
    page.reload()
    is_in(page, "paused")
    wait_for_step(page, 45)
    page.locator("[data-panel=canvas]").scroll_into_view_if_needed()
    expect(page.locator("[data-frame]")).to_be_visible()


@pytest.mark.parametrize(("theme", "lang"), [("light", "en"), ("dark", "zh")])
def test_axe_finds_nothing_serious_in_training(paused: Page, theme: str, lang: str) -> None:
    page, run = paused, run_id(paused)
    page.goto(f"/#v=1&view=train&theme={theme}&lang={lang}")
    expect(page.locator(".status")).to_have_attribute("data-state", "ready")
    assert serious(page) == []
    show(page, run, f"&theme={theme}&lang={lang}&panels={ALL}")
    assert serious(page) == []
    page.locator("[data-panels] summary").click()
    page.locator("main details").evaluate_all("all => all.forEach(each => (each.open = true))")
    assert serious(page) == []


def test_no_english_is_left_when_training_is_chinese(paused: Page) -> None:
    page, run = paused, run_id(paused)
    show(page, run, f"&lang=zh&panels={ALL}")
    options = page.request.get("/api/options").json()
    choices = [choice["zh"] for option in options for choice in option["choices"] or []]
    presets = [each["name"]["zh"] for each in page.request.get("/api/presets").json()["presets"]]
    nodes = page.locator("[data-node]").all_inner_texts()
    runs = page.locator("[data-run] .title").all_inner_texts()
    known = [
        *choices,
        *presets,
        *nodes,
        *runs,
        "ConvLens",
        "API",
        "EN",
        "RGB",
        "softmax",
        "CSV",
        "PNG",
    ]
    pattern = re.compile("|".join(map(re.escape, sorted(filter(None, known), key=len)[::-1])))
    texts = [text for text in page.evaluate(VISIBLE_TEXT, "zh-CN") if not re.search(CHINESE, text)]
    assert [text for text in texts if re.search("[A-Za-z]{2,}", pattern.sub(" ", text))] == []


@pytest.mark.parametrize("size", SIZES)
def test_everything_fits_into_the_window_and_can_be_hit(paused: Page, size: str) -> None:
    page, run = paused, run_id(paused)
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for lang in ("en", "zh"):
        show(page, run, f"&lang={lang}&panels={ALL}")
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate(SMALL_TARGETS) == []
        play = page.locator("[data-play]").bounding_box()
        assert play and play["y"] + play["height"] <= height


def test_panels_are_chosen_by_marks_and_stay_chosen(paused: Page) -> None:
    page = paused
    expect(page.locator("[data-panel=worst]")).to_have_count(0)
    page.locator("[data-panels] summary").click()
    page.locator("[data-panel-choice=worst]").check()
    page.locator("[data-panel-choice=loss]").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("[data-panels]")).not_to_have_attribute("open", "")
    for _ in range(2):
        expect(page.locator("[data-panel=worst]")).to_be_attached()
        expect(page.locator("[data-panel=loss]")).to_have_count(0)
        page.reload()


def test_two_pages_see_one_and_the_same_run(paused: Page, open_page: Open) -> None:
    page, run = paused, run_id(paused)
    other = open_page(f"#v=1&view=train&run={run}")
    is_in(other, "paused")
    page.keyboard.press(".")
    page.wait_for_timeout(0)
    steps = int(page.locator(".status").get_attribute("data-step") or "nan")
    wait_for_step(other, steps)
    other.locator("[data-step=batch]").click()
    wait_for_step(page, steps + 1)
