"""The lab's benches of pixels and of channels, by the number or colour that each shows."""

import re
from pathlib import Path

import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from torch.utils.flop_counter import FlopCounterMode

from tests.e2e.conftest import Open, drawn
from tests.e2e.files import painted
from tests.e2e.maps import Rgb, box_of, header, legend_colours, numbers, pixel
from tests.e2e.test_lab import bench, floats, proof, said

pytestmark = pytest.mark.e2e


def colour_at(page: Page, y: int, x: int, size: int = 64) -> tuple[int, ...]:
    """The colour of a pixel of the picture, as a person sees it on the pixel bench."""
    picture = page.locator("article .movable")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    return pixel(
        page,
        box["x"] + (x + 0.5) / size * box["width"],
        box["y"] + (y + 0.5) / size * box["height"],
    )


def test_a_pixel_is_the_servers_number_in_three_scales(open_page: Open) -> None:
    page = open_page(bench("pixel", "y:31,x:7"))
    said(page, 1, at="31,7")
    trace = header(page, "tiny-vgg", "coffee")["trace_id"]
    values = numbers(page, trace, "input")
    table = proof(page, 1)
    assert floats(table, "normal") == pytest.approx(values[:, 31, 7].tolist(), abs=5e-4)
    assert floats(table, "share") == [byte / 255 for byte in floats(table, "byte")]
    said(page, 2, shape="3,64,64")
    page.get_by_role("textbox", name="Green").fill("250")
    said(page, 1, byte=",".join(f"{byte:.0f}" for byte in floats(table, "byte")))
    red, green, blue = (int(byte) for byte in floats(table, "byte"))
    assert green == 250
    about = page.request.get("/api/models/tiny-vgg").json()
    painted = torch.tensor([red, green, blue], dtype=torch.float64) / 255
    mean, std = (torch.tensor(about[name], dtype=torch.float64) for name in ("mean", "std"))
    assert floats(table, "share") == pytest.approx(painted.tolist())
    assert floats(table, "normal") == pytest.approx(((painted - mean) / std).tolist())
    assert colour_at(page, 31, 7) == (red, green, blue)
    grey = Image.new("RGB", (1, 1), (red, green, blue)).convert("L").getpixel((0, 0))
    assert floats(proof(page, 2), "grey")[0] == pytest.approx(grey, abs=1)
    expect(page).to_have_url(re.compile("e:6087/250"))
    page.locator("[data-open]").click()
    expect(page).to_have_url(re.compile(r"/#v=1&picture=own-"))


def test_a_plane_that_is_off_is_gone_from_the_picture_and_grey_is_one_plane(
    open_page: Open,
) -> None:
    page = open_page(bench("pixel", "y:31,x:7"))
    said(page, 2, shape="3,64,64")
    red, green, blue = (int(byte) for byte in floats(proof(page, 1), "byte"))
    assert colour_at(page, 31, 7) == (red, green, blue)
    assert 0 not in (red, green, blue)
    page.locator("[data-plane=red]").click()
    expect(page.locator("[data-plane=red]")).to_have_attribute("aria-pressed", "false")
    assert colour_at(page, 31, 7) == (0, green, blue)
    page.locator("[data-plane=red]").click()
    page.locator("[data-plane=blue]").click()
    expect(page.locator("[data-plane=blue]")).to_have_attribute("aria-pressed", "false")
    assert colour_at(page, 31, 7) == (red, green, 0)
    page.locator("[data-plane=grey]").click()
    expect(page.locator("[data-plane=grey]")).to_have_attribute("aria-pressed", "true")
    seen = Image.new("RGB", (1, 1), (red, green, blue)).convert("L").getpixel((0, 0))
    assert colour_at(page, 31, 7) == pytest.approx((seen,) * 3, abs=1)
    page.locator("[data-plane=grey]").click()
    expect(page.locator("[data-plane=green]")).to_have_attribute("aria-pressed", "true")
    said(page, 1, byte=f"{red},{green},{blue}")


def test_many_kernels_make_many_maps_and_deepen_the_next_layer(open_page: Open) -> None:
    page = open_page(bench("channels"))
    page.get_by_role("textbox", name="Kernels of layer 1").fill("5")
    first, second = torch.nn.Conv2d(3, 5, 3), torch.nn.Conv2d(5, 16, 3)
    for item, layer in ((21, first), (22, second)):
        weights = sum(p.numel() for p in layer.parameters())
        said(page, item, shape=",".join(map(str, layer.weight.shape)), parameters=weights)
    expect(page.get_by_role("img", name=re.compile("^Map "))).to_have_count(5)
    said(page, 23, ratios="1.00,1.00,1.00")
    page.get_by_label("Double the channels").uncheck()
    said(page, 23, ratios="0.25,0.25,0.25")


def cost_of(*layers: torch.nn.Conv2d) -> int:
    """Multiplications of some layers on 28 by 28 cells, as torch counts them."""
    x = torch.zeros(1, layers[0].in_channels, 28, 28)
    with FlopCounterMode(display=False) as counter:
        torch.nn.Sequential(*layers)(x)
    return int(counter.get_total_flops()) // 2


def test_a_squeeze_costs_what_torch_counts(open_page: Open) -> None:
    page = open_page(bench("channels"))
    direct = cost_of(torch.nn.Conv2d(192, 32, 5, padding=2))
    assert direct == 120_422_400
    for squeeze in (16, 24, 192):
        page.get_by_role("textbox", name="Squeeze 192 channels to").fill(str(squeeze))
        narrow = torch.nn.Conv2d(192, squeeze, 1), torch.nn.Conv2d(squeeze, 32, 5, padding=2)
        said(page, 30, direct=direct, squeezed=cost_of(*narrow), field=narrow[0].kernel_size[0])
    slider = page.get_by_role("slider", name="Squeeze 192 channels to")
    slider.press("ArrowLeft")
    narrow = torch.nn.Conv2d(192, 191, 1), torch.nn.Conv2d(191, 32, 5, padding=2)
    said(page, 30, squeezed=cost_of(*narrow))


@pytest.mark.parametrize(("colour", "plane"), [("red", 0), ("lime", 1), ("blue", 2)])
def test_the_mixer_weighs_each_plane_by_its_slider(
    open_page: Open, pictures: Path, colour: str, plane: int
) -> None:
    page = open_page()
    before = drawn(page)
    page.set_input_files("#upload", painted(pictures / "wall.png", colour))
    drawn(page, before)
    page.evaluate("location.hash += '&view=lab&bench=channels&set=r:0,g:0,bl:0'")
    expect(page.locator(".mixer canvas")).to_be_visible()
    darkest, brightest = legend_colours(page, ".mixer")

    def seen() -> Rgb:
        box = box_of(page, ".mixer canvas")
        return pixel(page, box["x"] + box["width"] * 3 / 8, box["y"] + box["height"] * 3 / 8)

    neutral = seen()
    assert neutral not in (darkest, brightest)
    for each, name in enumerate(("Red", "Green", "Blue")):
        page.get_by_role("textbox", name=name).fill("1")
        assert seen() == (brightest if each == plane else neutral)
        page.get_by_role("textbox", name=name).fill("-1")
        assert seen() == (darkest if each == plane else neutral)
        page.get_by_role("textbox", name=name).fill("0")
        assert seen() == neutral
    slider = page.get_by_role("slider", name=("Red", "Green", "Blue")[plane])
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(":0.05"))
