"""What a person sees of a network at work, against the server's own numbers."""

import random
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn, drawn_again
from tests.e2e.maps import (
    box_of,
    focus_map,
    header,
    legend_colours,
    legend_ends,
    numbers,
    page_nodes,
    pixel,
    point_at,
    reading,
    sentence,
)

pytestmark = pytest.mark.e2e
MODEL = "tiny-vgg"
MODES = ("map", "layer", "block", "network")
CELLS = 20


def choose(page: Page, picture: str) -> dict[str, Any]:
    """Presses a bundled picture and waits for its drawing; returns the server's header of it."""
    said = header(page, page.locator("#net").input_value(), picture)
    page.locator(f"[data-picture={picture}]").click()
    drawn_again(page, said["trace_id"])
    return said


def test_the_page_is_drawn_without_a_click(page: Page) -> None:
    said = header(page, MODEL, "coffee")
    assert drawn(page) == said["trace_id"]
    nodes = [node["id"] for node in said["nodes"]]
    assert page.locator("[data-node]").evaluate_all("all => all.map(e => e.dataset.node)") == nodes
    assert list(legend_ends(page)) == nodes


def test_the_bars_are_the_probabilities_on_a_scale_from_0_to_1(page: Page) -> None:
    said = header(page, MODEL, "coffee")
    for name, probability in zip(said["classes"], said["probabilities"], strict=True):
        row = page.locator(f"[data-class={name}]")
        assert float(row.get_attribute("data-probability") or "nan") == probability
        widths = row.evaluate(
            "row => ['.bar', '.track'].map(s => row.querySelector(s).getBoundingClientRect().width)"
        )
        assert widths[0] / widths[1] == pytest.approx(probability, abs=0.01)
    assert sum(said["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_the_value_under_the_pointer_is_the_servers_float_to_three_digits(page: Page) -> None:
    trace = drawn(page)
    chance = random.Random(2)
    maps = [node for node in page_nodes(page) if len(node["shape"]) == 3]
    for node in sorted(chance.choices(maps, k=CELLS), key=maps.index):
        channels, height, width = node["shape"]
        channel, y, x = (chance.randrange(size) for size in (channels, height, width))
        box = focus_map(page, node["id"], channel)
        point_at(page, box, (y, x), (height, width))
        said = reading(page)
        value = float(numbers(page, trace, node["id"])[channel, y, x])
        assert sentence(page).startswith(f"{node['label']}, channel {channel}, row {y}, column {x}")
        assert said.exact == value
        assert said.shown == float(f"{value:.3g}")


@pytest.mark.parametrize("net", ["tiny-vgg", "lenet-5"])
def test_every_kind_of_vector_is_read_number_by_number(open_page: Open, net: str) -> None:
    page = open_page(f"#v=1&net={net}")
    trace = drawn(page)
    for node in [node for node in page_nodes(page) if len(node["shape"]) == 1]:
        values = numbers(page, trace, node["id"])
        _, height, width = node["geometry"].get("from", (0, 1, 1))
        cells = height * width
        point_at(page, focus_map(page, node["id"], 2), (cells // 2, 0), (cells, 1))
        index = 2 * cells + cells // 2
        expect(page.locator("[data-sentence]")).to_contain_text(f"{node['label']}[{index}]: ")
        is_class = sentence(page).split(" · ")[0] != sentence(page)
        assert is_class == (node["id"] in ("output", "softmax")), sentence(page)
        said = page.locator("[data-sentence]").get_attribute("data-value")
        assert float(said or "nan") == float(values[index])


def ends_of(said: dict[str, Any], node: dict[str, Any], mode: str) -> tuple[float, float] | None:
    """What the legend of a column stands for; None while every map has ends of its own.

    Signed values lie evenly around zero, logits and the input between their own ends, and
    probabilities between 0 and 1.
    """
    ranges = said["ranges"]
    if node["op"] == "softmax":
        return (0, 1)
    if mode == "map" and len(node["shape"]) == 3:
        return None
    lo, hi = ranges["layer"][node["id"]]
    if node["op"] == "input":
        return (lo, hi)
    if mode == "block":
        lo, hi = ranges["block"][str(node["block"])]
    if mode == "network":
        lo, hi = ranges["network"]
    if node["id"] in said["nodes"][-1]["inputs"]:
        return (lo, hi)
    end = max(abs(lo), abs(hi))
    return (-end, end)


def check_legends(page: Page, said: dict[str, Any], mode: str) -> None:
    drawn_ends = legend_ends(page)
    for node in said["nodes"]:
        ends = ends_of(said, node, mode)
        if ends is None:
            assert drawn_ends[node["id"]] == ("", "")
        else:
            assert tuple(map(float, drawn_ends[node["id"]])) == pytest.approx(ends, rel=1e-6)


def test_legends_equal_the_drawn_range_in_every_mode_after_every_switch(page: Page) -> None:
    for picture in ("cat", "rocket", "horse", "coffee"):
        said = choose(page, picture)
        for mode in MODES:
            page.select_option("#scale", mode)
            check_legends(page, said, mode)
    page.select_option("#net", "lenet-5")
    said = header(page, "lenet-5", "digit-0")
    drawn_again(page, said["trace_id"])
    for mode in MODES:
        page.select_option("#scale", mode)
        check_legends(page, said, mode)


def test_each_map_has_its_own_legend_while_it_is_pointed_at(open_page: Open) -> None:
    page = open_page("#v=1&scale=map")
    for picture in ("coffee", "cat"):
        trace = choose(page, picture)["trace_id"]
        for node in ("conv_1_1", "relu_1_2", "max_pool_2"):
            values = numbers(page, trace, node)
            for channel in (0, 3):
                focus_map(page, node, channel)
                end = float(np.abs(values[channel]).max())
                shown = tuple(map(float, legend_ends(page)[node]))
                assert shown == pytest.approx((-end, end), rel=1e-6)


def extreme(values: np.ndarray[Any, Any]) -> tuple[int, int, int, bool]:
    """Channel, row and column of the value that is furthest from zero, and whether it is > 0."""
    channel, y, x = np.unravel_index(np.abs(values).argmax(), values.shape)
    return int(channel), int(y), int(x), bool(values[channel, y, x] > 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_strongest_cell_has_the_colour_at_the_end_of_its_legend(
    open_page: Open, theme: str
) -> None:
    page = open_page(f"#v=1&theme={theme}")
    trace = drawn(page)
    for node in ("conv_1_2", "relu_2_1"):
        values = numbers(page, trace, node)
        channel, y, x, is_positive = extreme(values)
        box = focus_map(page, node, channel)
        zoom_to(page, box, (y, x), values.shape[1:])
        box = focus_map(page, node, channel)
        page.locator("[role=grid]").blur()
        place = (
            box["x"] + (x + 0.5) * box["width"] / values.shape[2],
            box["y"] + (y + 0.5) * box["height"] / values.shape[1],
        )
        ends = legend_colours(page, f"[data-legend={node}]")
        assert pixel(page, *place) == ends[is_positive]
        page.keyboard.press("0")


def zoom_to(page: Page, box: Any, cell: tuple[int, int], size: tuple[int, ...]) -> None:
    """Turns the wheel over a cell until cells are drawn as squares, then takes the mouse away."""
    point_at(page, box, cell, (size[0], size[1]))
    for _ in range(4):
        page.mouse.wheel(0, -400)
    wait_for_width(page, 4 * size[1])
    page.mouse.move(0, 0)


def wait_for_width(page: Page, width: float) -> None:
    """Waits until the focused map is drawn wider than this."""
    page.wait_for_function(
        "wide => document.querySelector('[role=gridcell]').getBoundingClientRect().width > wide",
        arg=width,
    )


def test_an_opened_map_has_the_colours_of_its_legend(open_page: Open) -> None:
    page = open_page()
    trace = drawn(page)
    values = numbers(page, trace, "conv_2_1")
    channel, y, x, is_positive = extreme(values)
    for mode in ("map", "layer"):
        page.goto(f"/#v=1&scale={mode}&node=conv_2_1&c={channel}")
        panel = page.locator(f"[data-inspector='conv_2_1/{channel}']")
        large = panel.locator(".map")
        cell, left, top = (
            float(large.get_attribute(f"data-{name}") or "nan") for name in ("cell", "left", "top")
        )
        box = box_of(page, ".map canvas:first-child")
        place = (box["x"] + left + (x + 0.5) * cell, box["y"] + top + (y + 0.5) * cell)
        assert pixel(page, *place) == legend_colours(page, "[data-inspector]")[is_positive]


# From the sizes alone: the field grows by (kernel - 1) x the product of the strides before it.
FIELDS = {"conv_1_2": 5, "max_pool_1": 6, "conv_2_1": 10, "relu_2_2": 14, "max_pool_2": 16}


def test_a_deep_cell_says_how_much_of_the_input_it_sees(page: Page) -> None:
    sizes = {node["id"]: node["shape"][1:] for node in page_nodes(page) if node["id"] in FIELDS}
    for node, side in FIELDS.items():
        point_at(page, focus_map(page, node, 4), (6, 6), sizes[node])
        expect(page.locator("[data-sentence]")).to_contain_text(f"sees {side} × {side} cells")


def test_pointing_says_the_scale_of_the_weights_on_the_links(page: Page) -> None:
    weights = page.request.get(f"/api/models/{MODEL}/weights?nodes=conv_2_1").body()
    sums = safetensors.numpy.load(weights)["conv_2_1.weight"].sum(axis=(2, 3))
    focus_map(page, "conv_2_1", 3)
    into = float(np.abs(sums[3]).max())
    legend = page.locator("footer .legend")
    assert float(legend.get_attribute("data-hi") or "nan") == pytest.approx(into, rel=1e-5)
    page.locator("[role=grid]").blur()
    expect(legend).to_have_count(0)


def test_the_wheel_zooms_where_the_pointer_is_and_0_shows_all_again(page: Page) -> None:
    box = focus_map(page, "conv_1_1", 2)
    # Wheels turn at whole pixels.
    place = (int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2))
    page.mouse.move(*place)
    held = sentence(page)
    page.mouse.wheel(0, -300)
    wait_for_width(page, box["width"] * 1.5)
    page.mouse.move(place[0] + 1, place[1])
    page.mouse.move(*place)
    assert sentence(page) == held
    page.keyboard.press("0")
    assert box_of(page, "[role=gridcell]") == pytest.approx(box)


def test_maps_stand_in_the_chosen_order(page: Page) -> None:
    values = numbers(page, drawn(page), "conv_2_2")
    focus_map(page, "conv_2_2")
    page.select_option("#channel-order", "max")
    page.locator("[role=grid]").focus()
    page.keyboard.press("Home")
    seen = []
    for _ in range(len(values)):
        place = page.locator("[role=grid]").get_attribute("data-focus") or ""
        seen.append(int(place.split("/")[1]))
        page.keyboard.press("ArrowDown")
    assert seen == sorted(range(len(values)), key=lambda channel: -values[channel].max())


def test_the_square_that_is_moved_by_keys_is_what_the_network_gets(page: Page) -> None:
    before = drawn(page)
    square = page.locator("[data-crop]")
    x, y, side = map(int, (square.get_attribute("data-crop") or "").split(","))
    square.focus()
    page.keyboard.press("-")
    page.keyboard.press("ArrowRight")
    crop = square.get_attribute("data-crop") or ""
    # Between the two keys another square may have been drawn.
    drawn_again(page, header(page, MODEL, "coffee", crop)["trace_id"])
    assert int(crop.split(",")[2]) < side
    page.get_by_role("button", name="Undo the crop").click()
    drawn_again(page, before)
    assert square.get_attribute("data-crop") == f"{x},{y},{side}"
