"""Places and sizes: a picture that is dragged, and two heads that differ in what they know."""

import re
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect
from safetensors.torch import load

from convlens import paths
from convlens.train import tolerance
from convlens.train.fit import Scale
from convlens.zoo import Zoo
from tests.e2e.conftest import Open
from tests.e2e.maps import header
from tests.e2e.test_access import serious
from tests.e2e.test_lab import bench

pytestmark = pytest.mark.e2e

FLATTEN, GAP = "shapes-flatten", "shapes-gap"
PLAIN = Scale((0.0,), (1.0,))


def at_heads(open_page: Open, settings: str = "", **options: Any) -> Page:
    """The pooling bench once both heads have answered."""
    page = open_page(bench("pooling", settings), **options)
    page.locator("[data-proof='M12']").wait_for()
    return page


def shares(page: Page, proof: str, head: str) -> list[float]:
    """The shares of right answers of one head, as many as there are values."""
    table = page.locator(f"[data-proof='{proof}']")
    said = table.locator(f"[data-head='{head}']").get_attribute("data-shares") or ""
    found = [float(each) for each in said.split(",")]
    assert len(found) == len((table.get_attribute("data-values") or "").split(","))
    return found


def pull(page: Page, picture: Locator, across: int, down: int, cells: int) -> None:
    """Drags a picture of so many cells by whole cells."""
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    size = box["width"] / cells
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across * size, y + down * size, steps=4)
    page.mouse.up()


def floats(of: Locator, name: str) -> list[float]:
    return [float(each) for each in (of.get_attribute(f"data-{name}") or "").split(",")]


def test_35_44_m11_a_moved_shape_is_lost_to_a_flatten_head_and_not_to_means(
    open_page: Open,
) -> None:
    """learning.md M11: .998 / .940 / .825 / .663 / .475 against 1.0 / 1.0 / .998 / .998 / .995."""
    page = at_heads(open_page)
    zoo = Zoo(paths.models() / "lab")
    for head in (FLATTEN, GAP):
        measured = [tolerance.by_shift(zoo.network(head), PLAIN, each) for each in (0, 2, 4, 6, 8)]
        assert shares(page, "M11", head) == pytest.approx(measured)
    flatten, gap = shares(page, "M11", FLATTEN), shares(page, "M11", GAP)
    assert flatten[0] >= 0.98
    assert flatten == sorted(flatten, reverse=True)
    assert flatten[4] <= 0.5
    assert min(gap) >= 0.93
    expect(page.locator(f"figure[data-head='{GAP}']")).to_contain_text("14\u202f246")


def test_42_m12_no_head_knows_sizes_that_it_did_not_learn(open_page: Open) -> None:
    """learning.md M12: .171 / .767 / 1.0 / .992 / .883 at radius 3 / 4 / 5-9 / 11 / 12.5."""
    page = at_heads(open_page)
    zoo = Zoo(paths.models() / "lab")
    for head in (FLATTEN, GAP):
        read = shares(page, "M12", head)
        assert read == pytest.approx(
            [tolerance.by_radius(zoo.network(head), PLAIN, each) for each in tolerance.RADII]
        )
        assert read[0] <= 0.5
        assert min(read[3:5]) >= 0.99
        assert read[-1] <= 0.9


@pytest.mark.parametrize("way", ["hand", "keys", "sliders", "map"])
def test_35_the_shape_is_moved_and_both_heads_say_what_they_see(open_page: Open, way: str) -> None:
    page = at_heads(open_page, "shape:cross")
    picture = page.locator("[data-place]").get_by_role("application")
    if way == "hand":
        pull(page, picture, 5, -2, 28)
    elif way == "keys":
        picture.focus()
        for key in ("ArrowRight",) * 5 + ("ArrowUp",) * 2:
            page.keyboard.press(key)
    elif way == "sliders":
        page.get_by_role("textbox", name="right").first.fill("5")
        page.get_by_role("textbox", name="right").first.press("Enter")
        page.get_by_role("textbox", name="down").first.fill("-2")
        page.get_by_role("textbox", name="down").first.press("Enter")
    else:
        places = page.locator(f"[data-head='{GAP}']").get_by_role("img")
        places.click(position={"x": 210 * 15.5 / 21, "y": 210 * 8.5 / 21})
    expect(page.locator("[data-place]")).to_have_attribute("data-place", "5,-2")
    zoo = Zoo(paths.models() / "lab")
    window = tolerance.wide("cross", 7)[12:40, 5:33].view(1, 1, 28, 28) / 255
    for head in (FLATTEN, GAP):
        expected = zoo.network(head)(window).softmax(1)[0]
        read = page.locator(f"figure[data-head='{head}']")
        assert floats(read, "share")[0] == pytest.approx(float(expected[3]), rel=1e-4)
        guess = ["circle", "square", "triangle", "cross", "hstripes", "vstripes"]
        assert read.get_attribute("data-guess") == guess[int(expected.argmax())]


def test_another_shape_and_size_is_asked_for_and_the_address_keeps_it(open_page: Open) -> None:
    page = at_heads(open_page, "shape:vstripes,r:4.5,ox:-3")
    expect(page.locator("#heads-shape")).to_have_value("vstripes")
    page.locator("#heads-shape").select_option("square")
    answer = page.request.get("/api/lab/heads/places?shape=square&radius=4.5")
    shown = load(answer.body())[FLATTEN][10, 7, 1].item()
    read = page.locator(f"figure[data-head='{FLATTEN}']")
    expect(read).to_have_attribute("data-share", str(shown))
    expect(page).to_have_url(re.compile("shape(:|%3A)square"))


def test_a_server_that_is_away_is_said_and_asked_again(open_page: Open, watch: Any) -> None:
    watch.expect("Failed to load resource")
    page = open_page("guide")
    page.route("**/api/lab/heads**", lambda route: route.abort())
    page.goto(f"/{bench('pooling')}")
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    page.unroute("**/api/lab/heads**")
    page.get_by_role("button", name="Ask again").click()
    page.locator("[data-proof='M12']").wait_for()


def test_35_43_the_picture_is_dragged_and_its_map_moves_along(open_page: Open) -> None:
    page = at_heads(open_page, "dx:0,c:3,w:4")
    moved = page.locator("[data-moved]")
    pull(page, moved.get_by_role("application"), 6, 2, 64)
    expect(moved).to_have_attribute("data-moved", "6,2")
    said = header(page, "tiny-vgg", "coffee")
    x = load(page.request.get(f"/api/traces/{said['trace_id']}/nodes/input").body())["input"][None]
    weights = load(page.request.get("/api/models/tiny-vgg/weights?nodes=conv_1_1").body())
    shifted = torch.zeros_like(x)
    shifted[..., 2:, 6:] = x[..., :-2, :-6]
    still, after = (
        F.conv2d(each, weights["conv_1_1.weight"], weights["conv_1_1.bias"]).relu()[:, 3]
        for each in (x, shifted)
    )
    expected = {"map": after, "still": F.max_pool2d(still, 4), "moved": F.max_pool2d(after, 4)}
    for name, values in expected.items():
        read = torch.tensor(floats(page.locator(f"[data-map={name}]"), "values"))
        torch.testing.assert_close(read, values.flatten(), rtol=1e-4, atol=1e-5)
    page.get_by_role("textbox", name="window").last.fill("7")
    page.get_by_role("textbox", name="window").last.press("Enter")
    expect(page.locator("tr[aria-current] th")).to_have_text("max pooling 7 × 7")
    read = torch.tensor(floats(page.locator("[data-map=moved]"), "values"))
    torch.testing.assert_close(read, F.max_pool2d(after, 7).flatten(), rtol=1e-4, atol=1e-5)


def test_44_each_map_becomes_one_bar_and_its_mean_is_written_beside_it(open_page: Open) -> None:
    page = open_page(bench("pooling"))
    rows = page.locator("[data-proof='44'] [data-mean]")
    expect(rows).to_have_count(10)
    said = header(page, "tiny-vgg", "coffee")
    maps = load(page.request.get(f"/api/traces/{said['trace_id']}/nodes/relu_1_1").body())
    means = maps["relu_1_1"].mean((1, 2))
    read = [float(each.get_attribute("data-mean") or "nan") for each in rows.all()]
    assert read == pytest.approx(means.tolist(), rel=1e-4)
    widths = [each.bounding_box() for each in rows.locator("i").all()]
    drawn = torch.tensor([box["width"] if box else 0.0 for box in widths])
    torch.testing.assert_close(drawn / drawn.max(), means / means.max(), rtol=0.02, atol=0.02)


@pytest.mark.parametrize(("scheme", "language"), [("light", "en-GB"), ("dark", "zh-CN")])
def test_the_bench_fits_a_phone_and_axe_finds_nothing_serious(
    open_page: Open, scheme: str, language: str
) -> None:
    page = at_heads(
        open_page, color_scheme=scheme, locale=language, viewport={"width": 390, "height": 844}
    )
    page.locator("[data-proof='44']").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
