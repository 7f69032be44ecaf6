"""Every width from a phone to a wall, zoomed pages, fingers, and pages in which nothing moves."""

from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import CDPSession, FloatRect, Page, expect

from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import box_of, focus_map, numbers, page_nodes, point_at

pytestmark = pytest.mark.e2e
SIZES = {
    "360": (360, 740),
    "390": (390, 844),
    "768": (768, 1024),
    "1024": (1024, 768),
    "1440": (1440, 900),
    "1920": (1920, 1080),
    "2560": (2560, 1440),
    # What is left of 1440 x 900 at a zoom of 200 %.
    "1440 at 200 %": (720, 450),
}
# Boxes of what may not lie on each other: controls and the texts beside them, names, legends.
BOXES = """() => {
    const groups = {
        controls: 'header button, header select, header h1, [role=toolbar] .thumb, .ways label,'
            + ' .ways button, .ways p, [role=group][aria-label] > button, footer a, footer p',
        columns: '[data-node], .legend .ends span, figcaption:not(:has(.legend)), summary,'
            + ' [data-inspector] button:not([data-term])',
    };
    const within = (box, element) => {
        let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
        for (let up = element.parentElement; up; up = up.parentElement) {
            if (getComputedStyle(up).overflow === 'visible') continue;
            box = up.getBoundingClientRect();
            [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
            [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
        }
        return { x: left, y: top, width: right - left, height: bottom - top };
    };
    const clipped = element => within(element.getBoundingClientRect(), element);
    // Text may be wider than the box it stands in.
    const inked = element => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const box = range.getBoundingClientRect();
        const isText = element.matches('[data-node], span') && box.width > 0;
        return isText ? within(box, element) : clipped(element);
    };
    return Object.values(groups).map(selector =>
        [...document.querySelectorAll(selector)]
            .filter(each => each.checkVisibility({ visibilityProperty: true }))
            .map(each => {
                const { x, y, width, height } = inked(each);
                const name = each.dataset.node ?? (each.id || each.textContent.trim())
                    + '/' + (each.closest('[data-legend]')?.dataset.legend ?? '');
                return { name, x, y, width, height };
            })
            .filter(({ width, height }) => width > 1 && height > 1));
}"""


def overlaps(page: Page) -> list[tuple[str, str]]:
    """The names of controls that lie on each other, and of texts that do or nearly touch."""
    found = []
    for boxes, nearest in zip(page.evaluate(BOXES), (1, -2), strict=True):
        for one, other in combinations(boxes, 2):
            wide = min(_end(one, "x"), _end(other, "x")) - max(one["x"], other["x"])
            high = min(_end(one, "y"), _end(other, "y")) - max(one["y"], other["y"])
            if wide > nearest and high > 1:
                found.append((one["name"], other["name"]))
    return found


def _end(box: dict[str, Any], axis: str) -> float:
    return float(box[axis] + box["width" if axis == "x" else "height"])


def opened(open_page: Open, size: str, state: str = "", **options: Any) -> Page:
    width, height = SIZES[size]
    return open_page(f"#v=1{state}", viewport={"width": width, "height": height}, **options)


def resize(page: Page, size: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("() => document.querySelector('canvas').clientWidth <= innerWidth")


@pytest.mark.parametrize("net", ["tiny-vgg", "lenet-5"])
def test_nothing_overlaps_and_no_column_is_lost_at_any_size(open_page: Open, net: str) -> None:
    page = open_page(f"#v=1&net={net}")
    nodes = [node["id"] for node in page_nodes(page)]
    for size in SIZES:
        resize(page, size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert overlaps(page) == [], size
        stage = box_of(page, ".surface")
        for node in nodes:
            box = focus_map(page, node)
            middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            assert stage["x"] <= middle[0] <= stage["x"] + stage["width"], (size, node)
            assert stage["y"] <= middle[1] <= stage["y"] + stage["height"], (size, node)
        page.locator("[role=grid]").blur()
        page.keyboard.press("0")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_overlaps_while_a_map_is_opened(open_page: Open, lang: str) -> None:
    page = open_page(f"#v=1&node=conv_1_2&c=4&cell=20,30&lang={lang}")
    for size in SIZES:
        resize(page, size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        assert overlaps(page) == [], size


def test_the_zoom_buttons_lie_on_no_legend(open_page: Open) -> None:
    page = open_page("#v=1&node=conv_1_2&c=4")
    for size in SIZES:
        resize(page, size)
        buttons = page.get_by_role("group", name="Zoom")
        if not buttons.is_visible():
            continue
        bar = box_of(page, "[role=group][aria-label=Zoom]")
        for legend in page.locator("[data-legend]").all():
            box = legend.bounding_box()
            assert box
            beside = box["x"] >= bar["x"] + bar["width"] or box["x"] + box["width"] <= bar["x"]
            apart = box["y"] >= bar["y"] + bar["height"] or box["y"] + box["height"] <= bar["y"]
            assert beside or apart, (size, legend.get_attribute("data-legend"))


def test_an_opened_map_can_be_left_on_every_size(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    for size in SIZES:
        resize(page, size)
        box = focus_map(page, "conv_1_2", 3)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.locator("[data-inspector='conv_1_2/3']")).to_be_visible()
        target = box_of(page, "[role=gridcell]")
        stage = box_of(page, ".surface")
        assert stage["y"] <= target["y"] + 1, size
        assert target["y"] + target["height"] <= stage["y"] + stage["height"] + 1, size
        page.get_by_role("button", name="Close the panel").click()
        expect(page.locator("[data-inspector]")).to_have_count(0)


def test_an_opened_column_is_brought_into_sight(open_page: Open) -> None:
    page = opened(open_page, "390", "&node=conv_2_2")
    title = page.locator("[data-node=conv_2_2]")
    expect(title).to_be_in_viewport()
    expect(title).to_have_attribute("aria-expanded", "true")
    for _ in range(5):
        page.keyboard.press("[")
    expect(page.locator("[data-node=conv_1_2]")).to_be_in_viewport()


def test_every_control_is_large_enough_to_be_hit(open_page: Open) -> None:
    page = opened(open_page, "390", "&node=conv_1_2&c=4", has_touch=True)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, a, summary')]
            .filter(each => each.checkVisibility() && each.tabIndex >= 0)
            .map(each => [each, (each.closest('label') ?? each).getBoundingClientRect()])
            .filter(([each, box]) => box.width < 24 || box.height < 24)
            .map(([each, box]) => `${each.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
    )
    assert small == []


def test_a_tap_points_and_pins_at_once(open_page: Open) -> None:
    page = opened(open_page, "1024", has_touch=True)
    values = numbers(page, drawn(page), "max_pool_2")
    box = focus_map(page, "max_pool_2", 3)
    page.touchscreen.tap(
        int(box["x"] + box["width"] * 5.5 / 13), int(box["y"] + box["height"] * 6.5 / 13)
    )
    expect(page.locator("[data-inspector='max_pool_2/3']")).to_be_visible()
    expect(page.locator("[data-reading]")).to_contain_text("(6, 5) = ")
    said = page.locator("[data-sentence]").get_attribute("data-value") or "nan"
    assert float(said) == float(values[3, 6, 5])


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    places = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def pinch(page: Page, box: FloatRect) -> None:
    """Puts two fingers on the middle of a box and pulls them apart."""
    session = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch(session, "touchStart", (x - 10, y), (x + 10, y))
    for apart in (20, 40, 60):
        touch(session, "touchMove", (x - apart, y), (x + apart, y))
    touch(session, "touchEnd")


def test_two_fingers_zoom_the_drawing_and_one_moves_it(open_page: Open) -> None:
    page = opened(open_page, "390", has_touch=True)
    box = focus_map(page, "input")
    pinch(page, box)
    zoomed = box_of(page, "[role=gridcell]")
    assert zoomed["width"] > 3 * box["width"]
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", (200, 600))
    touch(session, "touchMove", (200, 500))
    touch(session, "touchMove", (200, 400))
    touch(session, "touchEnd")
    assert box_of(page, "[role=gridcell]")["y"] == pytest.approx(zoomed["y"] - 200, abs=30)


def test_two_fingers_zoom_an_opened_map(open_page: Open) -> None:
    page = opened(open_page, "390", "&node=conv_1_2&c=4", has_touch=True)
    large = page.locator("[data-inspector] .map").first
    before = float(large.get_attribute("data-cell") or "nan")
    large.evaluate("map => map.scrollIntoView({block: 'center'})")
    pinch(page, box_of(page, "[data-inspector] .map canvas:first-child"))
    assert float(large.get_attribute("data-cell") or "nan") > 3 * before


def test_a_finger_moves_the_network_from_its_first_layer_to_its_last(open_page: Open) -> None:
    page = opened(open_page, "390", has_touch=True)
    session = page.context.new_cdp_session(page)
    expect(page.locator("[data-class=espresso]")).not_to_be_in_viewport()
    for _ in range(8):
        touch(session, "touchStart", (200, 700))
        touch(session, "touchMove", (200, 500))
        touch(session, "touchMove", (200, 200))
        touch(session, "touchEnd")
    expect(page.locator("[data-class=espresso]")).to_be_in_viewport()


def test_nothing_moves_by_itself_for_people_who_want_that(open_page: Open) -> None:
    page = open_page("#v=1&node=conv_1_2&c=4", reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(each => {
            const style = getComputedStyle(each);
            const times = `${style.transitionDuration}, ${style.animationDuration}`.split(', ');
            return times.some(time => parseFloat(time) > 0) || style.scrollBehavior === 'smooth';
        }).map(each => each.outerHTML.slice(0, 80))"""
    )
    assert moving == []
    assert page.evaluate("document.getAnimations().length") == 0


def test_a_pointed_map_stays_in_place_when_the_window_changes(open_page: Open) -> None:
    page = open_page()
    for width, height in ((1024, 768), (390, 844), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        box = focus_map(page, "relu_1_2", 2)
        point_at(page, box, (30, 30), (60, 60))
        expect(page.locator("[data-sentence]")).to_contain_text("relu_1_2, channel 2, row 30")
