"""What the drawing says without words: gaps, dimmed context, contrast; and formulas as text."""

import re
from itertools import pairwise

import pytest
import safetensors.numpy
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open, Watch, drawn
from tests.e2e.maps import focus_map, numbers, page_nodes

pytestmark = pytest.mark.e2e
STILL = "[data-room][data-moving=false]"
# The alphas, 0 to 1, of the veil over a column, from its first row of maps down.
VEIL = """node => {
    const title = document.querySelector(`[data-node=${node}]`).getBoundingClientRect();
    const canvases = [...document.querySelectorAll('[data-layer=overlay] canvas')];
    const overlay = canvases.find(each => getComputedStyle(each).visibility === 'visible');
    const { left, top, width } = overlay.getBoundingClientRect();
    const ratio = overlay.width / width;
    const [x, y] = [(title.left + 10 - left) * ratio, (title.bottom + 8 - top) * ratio];
    const copy = new OffscreenCanvas(overlay.width, overlay.height).getContext('2d');
    copy.drawImage(overlay, 0, 0);
    const { data } = copy.getImageData(x, y, 1, 300 * ratio);
    return [...data].filter((_, i) => i % 4 === 3).map(alpha => alpha / 255);
}"""


def test_channels_are_mixed_over_a_wide_gap_and_kept_over_a_short_one(page: Page) -> None:
    nodes = [node for node in page_nodes(page) if len(node["shape"]) == 3]
    boxes = [focus_map(page, str(node["id"])) for node in nodes]
    gaps: dict[bool, list[float]] = {True: [], False: []}
    for (before, after), node in zip(pairwise(boxes), nodes[1:], strict=True):
        gaps[node["op"] == "conv"].append(after["x"] - before["x"] - before["width"])
    assert len(gaps[True]) == 4
    assert len(gaps[False]) == 6
    assert min(gaps[True]) > 1.5 * max(gaps[False])
    assert min(gaps[False]) > 0


def test_an_opened_map_dims_the_rest_and_takes_nothing_away(open_page: Open, watch: Watch) -> None:
    watch.expect("willReadFrequently")
    page = open_page("", reduced_motion="reduce")
    columns = page.locator("[data-node]").count()
    for node in ("conv_1_1", "relu_1_1", "conv_1_2", "relu_2_1"):
        assert set(page.evaluate(VEIL, node)) == {0}, node
    focus_map(page, "conv_1_2", 4)
    page.keyboard.press("Enter")
    expect(page.locator(STILL)).to_have_count(1)
    page.locator("[role=grid]").blur()
    assert page.locator("[data-node]").count() == columns
    for node in ("conv_1_1", "relu_2_1"):
        veil = page.evaluate(VEIL, node)
        assert 0.4 < min(veil) <= max(veil) < 1, node
    for node in ("relu_1_1", "conv_1_2"):
        assert min(page.evaluate(VEIL, node)) == 0, node


@pytest.mark.parametrize(("node", "source"), [("conv_1_2", "relu_1_1"), ("conv_2_2", "relu_2_1")])
def test_products_use_half_of_a_scale_of_their_own(open_page: Open, node: str, source: str) -> None:
    page = open_page(f"#v=1&node={node}&c=4")
    expect(page.locator(STILL)).to_have_count(1)
    answer = page.request.get(f"/api/models/tiny-vgg/weights?nodes={node}").body()
    kernel = torch.from_numpy(safetensors.numpy.load(answer)[f"{node}.weight"][4].copy())
    maps = torch.from_numpy(numbers(page, drawn(page), source).copy())
    products = F.conv2d(maps, kernel[:, None], groups=len(maps))
    legend = page.locator("[data-room] .legends .legend").first
    end = float(legend.get_attribute("data-hi") or "nan")
    used = (products.abs().amax((1, 2)) / end).clamp(max=1)
    assert used.median() >= 0.5 - 1e-6
    layer = page.locator(f"[data-legend={node}] .legend").first.get_attribute("data-hi")
    assert end != float(layer or "nan")


def selected(page: Page, formula: Locator) -> str:
    """What a mouse that is pulled over a formula selects."""
    formula.scroll_into_view_if_needed()
    box = formula.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + min(box["width"], 300) - 4, y, steps=5)
    page.mouse.up()
    return re.sub(r"\s", "", str(page.evaluate("getSelection().toString()")))


def test_formulas_are_text_that_a_mouse_selects_and_a_reader_reads(open_page: Open) -> None:
    card = open_page("#v=1&node=conv_1_2&c=4&cell=20,30")
    formula = card.locator("[data-card] math").first
    expect(formula).to_be_visible()
    assert re.search(r"\d\.\d+×\(?−?\d", selected(card, formula))
    guide = open_page("guide#v=1&view=guide&section=conv")
    article = guide.get_by_role("math").first
    expect(article).to_be_visible()
    assert "=" in selected(guide, article)
