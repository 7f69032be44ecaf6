"""Depth two: the room in which a neuron is taken apart, between its sources and itself."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn, drawn_again
from tests.e2e.maps import box_of, focus_map, header, numbers, point_at

pytestmark = pytest.mark.e2e
CONV = "#v=1&node=conv_1_2&c=4"
HEIGHT = WIDTH = 60
STILL = "[data-room][data-moving=false]"


def number(page: Page, attribute: str) -> float:
    """The number that an element of the room carries."""
    text = page.locator(f"[data-room] [data-{attribute}]").get_attribute(f"data-{attribute}")
    return float(text or "nan")


def products(page: Page) -> NDArray[np.float64]:
    """What every channel that is shown brings to the cell under the window."""
    found: list[float] = page.locator("[data-product]").evaluate_all(
        "all => all.map(each => Number(each.dataset.value))"
    )
    return np.array(found)


def window(page: Page, y: int, x: int) -> None:
    """Waits until the window makes this cell."""
    expect(page.locator("[data-window]")).to_have_attribute("data-window", f"{y},{x}")


def adds_up(page: Page, trace: str, at: tuple[int, int], node: str, channel: int) -> None:
    """The products and the bias come to the server's own value of the cell."""
    expect(page.locator("[data-room] [data-made]")).not_to_have_attribute("data-made", "")
    value = float(numbers(page, trace, node)[channel, *at])
    assert number(page, "made") == value
    assert products(page).sum() == pytest.approx(number(page, "sum"), rel=1e-12)
    assert number(page, "sum") + number(page, "added") == pytest.approx(value, rel=1e-4, abs=1e-5)


# The boxes of what is written at the products, at the sum and at the value made.
WRITTEN = """() => [...document.querySelectorAll(
    '[data-product] button, [data-room] [data-sum] span, [data-room] [data-made] strong')]
    .map(each => {
        const text = document.createRange();
        text.selectNodeContents(each);
        const { left, top, right, bottom } = text.getBoundingClientRect();
        return [left, top, right, bottom];
    })"""


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)], ids=str)
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("node", ["conv_1_2", "conv_2_1"])
def test_no_number_of_a_room_lies_on_another(
    open_page: Open, node: str, language: str, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = open_page(f"#v=1&node={node}&c=4&cell=10,12", viewport=viewport, locale=language)
    expect(page.locator(STILL)).to_have_count(1)
    expect(page.locator("[data-room] [data-sum] span")).to_have_count(2)
    boxes = page.evaluate(WRITTEN)
    assert len(boxes) == 13
    for (left, top, right, bottom), other in combinations(boxes, 2):
        apart = left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
        assert apart, (boxes.index([left, top, right, bottom]), boxes.index(other))


def test_a_click_opens_a_room_and_the_same_press_closes_it(page: Page) -> None:
    box = focus_map(page, "conv_1_2", 4)
    point_at(page, box, (30, 12), (HEIGHT, WIDTH))
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("[data-room='conv_1_2/4']")).to_be_visible()
    expect(page.locator(STILL)).to_have_count(1)
    after = focus_map(page, "conv_1_2", 4)
    assert after["x"] > box["x"] + 100
    point_at(page, after, (30, 12), (HEIGHT, WIDTH))
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("[data-room]")).to_have_count(0)


def test_the_products_and_the_bias_come_to_the_servers_value(open_page: Open) -> None:
    page = open_page(f"{CONV}&cell=20,30")
    trace = drawn(page)
    window(page, 20, 30)
    adds_up(page, trace, (20, 30), "conv_1_2", 4)
    page.locator("[data-next-filter]").click()
    expect(page.locator("[data-room='conv_1_2/5']")).to_be_visible()
    window(page, 20, 30)
    adds_up(page, trace, (20, 30), "conv_1_2", 5)


def test_another_picture_keeps_the_room_and_its_window(open_page: Open) -> None:
    page = open_page(f"{CONV}&cell=20,30")
    said = header(page, "tiny-vgg", "cat")
    page.locator("[data-picture=cat]").click()
    drawn_again(page, said["trace_id"])
    expect(page.locator("[data-room='conv_1_2/4']")).to_be_visible()
    window(page, 20, 30)
    value = str(float(numbers(page, said["trace_id"], "conv_1_2")[4, 20, 30]))
    expect(page.locator("[data-made]")).to_have_attribute("data-made", value)
    adds_up(page, said["trace_id"], (20, 30), "conv_1_2", 4)


def test_the_player_goes_through_every_cell_in_its_order(open_page: Open) -> None:
    page = open_page(CONV)
    page.locator("[data-room] [data-player=on]").click()
    window(page, 0, 1)
    page.locator("[data-room] [data-player=end]").click()
    window(page, HEIGHT - 1, WIDTH - 1)
    page.locator("[data-room] [data-player=back]").click()
    window(page, HEIGHT - 1, WIDTH - 2)
    page.locator("[data-room] [data-player=place]").fill(str(7 * WIDTH + 3))
    window(page, 7, 3)
    page.locator("[data-room] [data-player=start]").click()
    page.select_option("[data-room] [data-player=speed]", "240")
    page.locator("[data-room] [data-player=play]").click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-room] .player').dataset.position) > 70"
    )
    page.locator("[data-room] [data-player=play]").click()
    position = int(page.locator("[data-room] .player").get_attribute("data-position") or "nan")
    window(page, *divmod(position, WIDTH))
    page.wait_for_function("() => location.hash.includes('cell=')")
    assert f"cell={position // WIDTH},{position % WIDTH}" in page.url


def test_the_hand_takes_over_and_a_drag_leaves_the_window_where_it_ends(open_page: Open) -> None:
    page = open_page(f"{CONV}&cell=20,30")
    expect(page.locator(STILL)).to_have_count(1)
    page.locator("[data-room] [data-player=play]").click()
    output = box_of(page, "[data-pad]")
    point_at(page, output, (10, 15), (HEIGHT, WIDTH))
    window(page, 10, 15)
    expect(page.locator("[data-room] [data-player=play]")).to_have_attribute(
        "aria-label", "Play the animation"
    )
    page.mouse.down()
    point_at(page, output, (40, 44), (HEIGHT, WIDTH))
    page.mouse.up()
    window(page, 40, 44)
    page.wait_for_function("() => location.hash.includes('cell=40,44')")


def test_the_room_works_by_keys_alone(open_page: Open) -> None:
    page = open_page(CONV)
    page.locator("[data-pad]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    window(page, 1, 1)
    page.wait_for_function("() => location.hash.includes('cell=1,1')")
    first = page.locator("[data-room] [data-lit]").get_attribute("data-lit")
    page.keyboard.press("PageDown")
    expect(page.locator("[data-room] [data-lit]")).not_to_have_attribute("data-lit", str(first))
    page.keyboard.press(".")
    expect(page.locator("[data-room='conv_1_2/5']")).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Escape")
    expect(page.locator("[data-room]")).to_have_count(0)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_columns_move_only_where_motion_is_wanted(open_page: Open, motion: Any) -> None:
    page = open_page("", reduced_motion=motion)
    page.evaluate(
        """() => {
            window.places = new Set();
            const look = () => {
                const maps = document.querySelector('[data-sprite=conv_2_1]');
                if (maps) window.places.add(Math.round(maps.getBoundingClientRect().x));
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    focus_map(page, "conv_1_2", 4)
    page.keyboard.press("Enter")
    expect(page.locator(STILL)).to_have_count(1)
    places = page.evaluate("[...window.places]")
    assert not places if motion == "reduce" else len(places) > 6
    expect(page.locator("[data-sprite]")).to_have_count(0)
    if places:
        # From where they stood, without a step back, to where they stand.
        assert places == sorted(places)
        at = focus_map(page, "conv_2_1")["x"]
        assert places[-1] == pytest.approx(at, abs=8)


def opening(page: Page) -> None:
    """Opens a room, and keeps all that moves at the same place on its way."""
    focus_map(page, "conv_1_2", 4)
    page.keyboard.press("Enter")
    expect(page.locator("[data-room][data-moving=true]")).to_have_count(1)
    # Not slowed down: each would begin that at a frame of its own.
    page.evaluate(
        """() => document.getAnimations().forEach(each => {
            each.pause();
            each.currentTime = 250;
        })"""
    )


def test_columns_turn_around_when_a_room_is_closed_on_the_way(open_page: Open) -> None:
    page = open_page("")
    opening(page)
    before, after = page.evaluate(
        """async () => {
            const maps = () => document.querySelector('[data-sprite=conv_2_1]');
            const before = maps().getBoundingClientRect().x;
            document.activeElement
                .dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
            while (document.querySelector('[data-room]')) await Promise.resolve();
            return [before, maps().getBoundingClientRect().x];
        }"""
    )
    assert after == pytest.approx(before, abs=2)
    expect(page.locator("[data-sprite]")).to_have_count(0)
    assert focus_map(page, "conv_1_2", 4)["x"] < focus_map(page, "relu_1_2", 4)["x"]


def test_a_hand_that_takes_the_view_ends_the_move(open_page: Open) -> None:
    page = open_page("")
    opening(page)
    box = box_of(page, ".surface")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -200)
    expect(page.locator(STILL)).to_have_count(1)


def test_the_view_can_be_left_on_the_way(open_page: Open) -> None:
    page = open_page("")
    for _ in range(3):
        opening(page)
        page.evaluate("location.hash = '#v=1&view=guide'")
        expect(page.locator("article h2").first).to_be_visible()
        page.go_back()
        expect(page.locator(STILL)).to_have_count(1)
        for _ in range(2):
            page.keyboard.press("Escape")
        expect(page.locator("[data-room], [data-sprite]")).to_have_count(0)


def test_a_phone_shows_the_room_between_the_bands(open_page: Open) -> None:
    page = open_page(f"{CONV}&cell=20,30", viewport={"width": 390, "height": 844}, has_touch=True)
    room, title = (
        box_of(page, "[data-room] [data-player=play]"),
        box_of(page, "[data-node=conv_1_2]"),
    )
    assert title["y"] > room["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    adds_up(page, drawn(page), (20, 30), "conv_1_2", 4)
