"""The kernel bench: padding of each side, any setting against torch, its player and its picture."""

import random
import re

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_lab import bench, floats, proof, said, set_to, type_into

pytestmark = pytest.mark.e2e
# Sides in the order of the page, and of F.pad's pairs: left, right, above, below.
SIDES = ("Padding above", "Padding below", "Padding left", "Padding right")


def shown_sizes(page: Page) -> tuple[int, int]:
    """Height and width of the output, as the formulas work them out."""
    outs = page.locator("[data-size] [data-out]").evaluate_all("all => all.map(e => e.dataset.out)")
    return int(outs[0]), int(outs[-1])


def made(
    x: torch.Tensor, w: torch.Tensor, sides: list[int], *, stride: int = 1, dilation: int = 1
) -> torch.Tensor:
    """What torch makes of a padded map, (H, W)."""
    top, bottom, left, right = sides
    padded = F.pad(x[None, None], (left, right, top, bottom))
    return F.conv2d(padded, w[None, None], stride=stride, dilation=dilation)[0, 0]


def values_of(canvas: Locator) -> torch.Tensor:
    """The colours of a drawn picture, (3, H, W)."""
    bytes_of = """canvas => {
        const { width, height } = canvas;
        const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
        return [height, width, ...data];
    }"""
    height, width, *data = canvas.evaluate(bytes_of)
    rgba = torch.tensor(data, dtype=torch.float64).view(height, width, 4)
    return rgba.permute(2, 0, 1)[:3]


def test_each_side_is_padded_by_itself_and_the_sizes_are_torchs(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:numbers,n:5,pat:noise"))
    page.get_by_label("Set each side by itself").check()
    sides = [0, 0, 0, 0]
    for at, value in ((0, 2), (3, 3), (2, 1)):
        page.get_by_role("textbox", name=SIDES[at]).fill(str(value))
        sides[at] = value
        wanted = made(torch.zeros(5, 5), torch.zeros(3, 3), sides).shape
        expect(page.locator("[data-size] [data-out]").last).to_have_attribute(
            "data-out", str(wanted[1])
        )
        assert shown_sizes(page) == tuple(wanted)
    height, width = made(torch.zeros(5, 5), torch.zeros(3, 3), sides).shape
    assert height != width
    expect(page.get_by_role("heading", name="Output").locator("span")).to_have_text(
        re.compile(f"{height}.×.{width}")
    )


def test_any_setting_makes_what_torch_makes_or_says_why_not(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:numbers"))
    pick = random.Random(24)
    refused = 0
    for _ in range(40):
        n, k = pick.randint(1, 8), pick.randint(1, 5)
        s, d = pick.randint(1, 4), pick.randint(1, 3)
        sides = [pick.randint(0, 3) for _ in range(4)]
        x = torch.tensor([float(pick.randint(-9, 9)) for _ in range(n * n)]).view(n, n)
        w = torch.tensor([float(pick.randint(-4, 4)) for _ in range(k * k)]).view(k, k)
        typed = {"x": x, "w": w}
        numbers = [
            f"{name}:" + "/".join(f"{v:.0f}" for v in t.flatten()) for name, t in typed.items()
        ]
        sizes = f"n:{n},k:{k},s:{s},d:{d},p:{'/'.join(map(str, sides))}"
        try:
            out = made(x, w, sides, stride=s, dilation=d)
        except RuntimeError:
            refused += 1
            set_to(page, "kernel", ",".join(["tab:numbers", sizes, *numbers]))
            expect(page.get_by_text("No window fits")).to_be_visible()
            expect(page.get_by_text("The kernel reaches over").first).to_be_visible()
            continue
        at = pick.randrange(out.numel())
        set_to(page, "kernel", ",".join(["tab:numbers", sizes, f"at:{at}", *numbers]))
        y, x_ = divmod(at, out.shape[1])
        expect(page.locator("article .formula[data-total]")).to_have_attribute(
            "data-total", re.compile(f"^{'-?' if out[y, x_] == 0 else ''}{out[y, x_]:.0f}$")
        )
        assert shown_sizes(page) == tuple(out.shape), sizes
    assert 0 < refused < 20


def test_padding_never_changes_the_number_of_channels(open_page: Open) -> None:
    page = open_page(bench("parameters", "kind:conv,i:6,o:16,k:5,n:14"))
    for padding in (0, 1, 2, 3):
        set_to(page, "parameters", f"kind:conv,i:6,o:16,k:5,n:14,p:{padding}")
        layer = torch.nn.Conv2d(6, 16, 5, padding=padding)
        shape = layer(torch.zeros(1, 6, 14, 14)).shape[1:]
        assert shape[0] == 16
        said(page, 31, shape=",".join(map(str, shape)))


def test_the_player_moves_the_window_until_a_hand_takes_it(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:numbers,n:5,pat:noise"))
    player, total = page.locator("article .player"), page.locator("article .formula[data-total]")
    said_of = total.get_attribute("aria-label")
    player.locator("[data-player=speed]").select_option(index=2)
    player.locator("[data-player=play]").click()
    page.wait_for_function(
        "() => Number(document.querySelector('article .player').dataset.position) >= 2"
    )
    expect(total).not_to_have_attribute("aria-label", said_of or "")
    page.get_by_role("application", name="Output").focus()
    page.keyboard.press("Home")
    expect(player.get_by_role("button", name="Play the animation")).to_be_visible()
    place = player.locator("[data-player=place]")
    for at in (7, 3):
        place.fill(str(at))
        expect(player).to_have_attribute("data-position", str(at))
        expect(page).to_have_url(re.compile(f"at:{at}"))
        expect(total).to_have_attribute("aria-label", re.compile(rf"\D{at // 3}\D+{at % 3}\b"))


def test_nine_typed_cells_make_of_the_picture_what_torch_makes(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:picture"))
    kernel = [0.1, 0.0, 0.2, 0.0, 0.5, -0.3, 0.25, 0.0, 0.05]
    for at, value in enumerate(kernel):
        keys = ["Home", *["ArrowUp"] * 3, *["ArrowLeft"] * 3]
        keys += ["ArrowRight"] * (at % 3) + ["ArrowDown"] * (at // 3)
        type_into(page, "Kernel", keys, str(value))
    before = values_of(page.get_by_role("img", name="Picture", exact=True).locator("canvas"))
    after = values_of(page.get_by_role("img", name="Filtered", exact=True).locator("canvas"))
    weights = torch.tensor(kernel, dtype=torch.float64).view(1, 1, 3, 3)
    wanted = F.conv2d(before[:, None], weights, padding=1)[:, 0]
    assert (after - wanted.clamp(0, 255)).abs().max() <= 0.51
    inner = wanted[:, 2:-2, 2:-2].mean().item()
    assert floats(proof(page, 18), "after")[0] == pytest.approx(inner, rel=1e-9)
