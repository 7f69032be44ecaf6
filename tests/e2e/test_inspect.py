"""What an opened node shows: its map, its numbers, its kernels, and the way back."""

import numpy as np
import pytest
import safetensors.numpy
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn, drawn_again
from tests.e2e.maps import box_of, focus_map, header, numbers, point_at

pytestmark = pytest.mark.e2e
MODEL = "tiny-vgg"


def shown(text: str) -> float:
    """The number that a text ends in."""
    return float(text.split()[-1].replace("−", "-"))


def test_a_click_pins_a_map_and_empty_space_goes_back_level_by_level(page: Page) -> None:
    box = focus_map(page, "conv_1_2", 4)
    point_at(page, box, (30, 12), (60, 60))
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("[data-inspector='conv_1_2/4']")).to_be_visible()
    expect(page.locator("[data-reading]")).to_contain_text("(30, 12) = ")
    stage = box_of(page, ".surface")
    for left in ("conv_1_2/4", "conv_1_2", None):
        page.mouse.click(stage["x"] + 4, stage["y"] + stage["height"] - 4)
        if left:
            expect(page.locator(f"[data-inspector='{left}']")).to_be_visible()
        else:
            expect(page.locator("[data-inspector]")).to_have_count(0)


def test_the_opened_map_reads_the_cell_under_the_pointer_in_full(open_page: Open) -> None:
    page = open_page("#v=1&node=relu_2_2&c=4")
    values = numbers(page, drawn(page), "relu_2_2")
    large = page.locator("[data-inspector] .map").first
    cell, left, top = (
        float(large.get_attribute(f"data-{name}") or "nan") for name in ("cell", "left", "top")
    )
    box = box_of(page, "[data-inspector] .map canvas:first-child")
    for y, x in ((0, 0), (12, 20), (25, 25)):
        page.mouse.move(box["x"] + left + (x + 0.5) * cell, box["y"] + top + (y + 0.5) * cell)
        reading = page.locator("[data-reading]")
        expect(reading).to_contain_text(f"({y}, {x}) = ")
        text = reading.inner_text()
        assert np.float32(shown(text)) == values[4, y, x]


def test_a_convolution_shows_its_own_kernels_and_bias(open_page: Open) -> None:
    page = open_page("#v=1&node=conv_2_1&c=7")
    weights = safetensors.numpy.load(
        page.request.get(f"/api/models/{MODEL}/weights?nodes=conv_2_1").body()
    )
    expect(page.locator("[data-kernel]")).to_have_count(10)
    bias = page.locator("[data-bias]").get_attribute("title") or ""
    assert np.float32(shown(bias)) == weights["conv_2_1.bias"][7]
    spoken = page.locator("[data-kernel='3']").get_attribute("aria-label") or ""
    rows = spoken.split(": ")[1].replace("−", "-").split("; ")
    said = [[float(value) for value in row.split()] for row in rows]
    kernel = weights["conv_2_1.weight"][7, 3]
    assert said == [[float(f"{value:.3g}") for value in row] for row in kernel]


def test_the_first_convolution_shows_its_kernels_in_colour_too(open_page: Open) -> None:
    page = open_page("#v=1&node=conv_1_1&c=2")
    expect(page.locator("[data-kernel]")).to_have_count(3)
    expect(page.locator("[data-colour-kernel]")).to_be_visible()


def test_a_pooling_shows_which_cells_have_won(open_page: Open) -> None:
    page = open_page("#v=1&node=max_pool_2&c=0")
    expect(page.get_by_role("heading", name="Winners of the pooling")).to_be_visible()
    expect(page.locator("[data-inspector] .map")).to_have_count(2)


def test_a_map_that_is_zero_everywhere_is_called_dead(page: Page) -> None:
    layers = ("relu_1_1", "relu_1_2", "relu_2_1", "relu_2_2")
    for picture in ("gravel", "bricks", "retina", "grass"):
        trace = header(page, MODEL, picture)["trace_id"]
        for node in layers:
            strongest = np.abs(numbers(page, trace, node)).max(axis=(1, 2))
            if not strongest.all():
                page.goto(f"/#v=1&picture={picture}&node={node}&c={strongest.argmin()}")
                drawn_again(page, trace)
                expect(page.locator("[data-sentence]")).to_contain_text("dead, every value is zero")
                expect(page.locator("[data-inspector]")).to_contain_text("Dead: every value")
                return
    raise AssertionError("none of these pictures leaves a map without any value: choose others")


def test_a_column_shows_all_channels_in_order_and_finds_one_by_number(open_page: Open) -> None:
    page = open_page("#v=1&net=lenet-5&node=conv_2")
    values = numbers(page, drawn(page), "conv_2")
    maps = page.locator("[data-inspector] [data-channel]")
    expect(maps).to_have_count(16)
    page.select_option("#order", "mean")
    order = maps.evaluate_all("maps => maps.map(map => Number(map.dataset.channel))")
    means = values.mean(axis=(1, 2), dtype=np.float64)
    assert order == sorted(range(16), key=lambda channel: -means[channel])
    page.get_by_role("searchbox").fill("13")
    expect(maps).to_have_count(1)
    maps.click()
    expect(page.locator("[data-inspector='conv_2/13']")).to_be_visible()


def test_the_classes_are_listed_with_the_servers_logits_and_probabilities(page: Page) -> None:
    said = header(page, MODEL, "coffee")
    page.locator("[data-node=output]").click()
    rows = page.locator("[data-inspector] tbody tr")
    order = sorted(range(10), key=lambda index: -said["probabilities"][index])
    for index, row in zip(order, rows.all(), strict=True):
        logit, probability = (row.locator("td").nth(i).get_attribute("title") for i in (0, 1))
        assert np.float32(shown(logit or "")) == np.float32(said["logits"][index])
        assert np.float32(shown(probability or "")) == np.float32(said["probabilities"][index])
