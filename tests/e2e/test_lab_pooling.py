"""Pooling in the lab: a board in numbers, a small move, and the whole network asked."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from safetensors.torch import load

from tests.e2e.conftest import Open
from tests.e2e.maps import header
from tests.e2e.test_lab_toys import at_bench, value

pytestmark = pytest.mark.e2e


def is_torchs(page: Page, item: int) -> int:
    """The board is pooled forwards and backwards as torch does it; how many cells get a share."""
    shown = page.locator(f"[data-proof='{item}']")
    read = {
        name: [float(each) for each in (shown.get_attribute(f"data-{name}") or "").split(",")]
        for name in ("board", "result", "gradient", "window", "comparisons")
    }
    side, window = int(len(read["board"]) ** 0.5), int(read["window"][0])
    x = torch.tensor(read["board"], dtype=torch.float64).view(1, 1, side, side)
    x.requires_grad_()
    pool: Callable[..., torch.Tensor] = F.max_pool2d if item == 40 else F.avg_pool2d
    y = pool(x, window)
    y.sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert read["result"] == pytest.approx(y.flatten().tolist())
    assert read["gradient"] == pytest.approx(x.grad.flatten().tolist())
    assert read["comparisons"] == [window**2 - 1]
    return int((x.grad != 0).sum())


@pytest.mark.parametrize(
    ("settings", "item"), [("", 40), ("mode:average", 41), ("k:3", 40), ("k:4,mode:average", 41)]
)
def test_40_41_the_board_is_pooled_as_torch_pools_it(
    open_page: Open, settings: str, item: int
) -> None:
    page = at_bench(open_page, "pooling", settings)
    is_torchs(page, item)


def test_40_41_controls_choose_the_kind_the_window_and_the_way_it_is_read(open_page: Open) -> None:
    page = at_bench(open_page, "pooling")
    for name in ("window", "board"):
        page.get_by_role("textbox", name=name, exact=True).first.fill("7")
    assert is_torchs(page, 40) == 1
    page.get_by_role("textbox", name="board", exact=True).fill("8")
    for window in ("5", "6", "7", "4"):
        page.get_by_role("textbox", name="window", exact=True).first.fill(window)
        is_torchs(page, 40)
    assert is_torchs(page, 40) == 4
    page.locator("#pool-mode").select_option("average")
    assert is_torchs(page, 41) == 64
    page.get_by_label("Show the gradient").check()
    expect(page.get_by_text("gradient that each cell receives").first).to_be_visible()
    legend = page.locator(".legend").first
    expect(legend).to_have_attribute("data-hi", "0.0625")
    page.locator("#pool-mode").select_option("max")
    expect(legend).to_have_attribute("data-hi", "1")
    assert is_torchs(page, 40) == 4


def test_43_44_35_a_move_changes_less_behind_larger_windows(open_page: Open) -> None:
    page = at_bench(open_page, "pooling")
    said = header(page, "tiny-vgg", "coffee")
    loaded = page.request.get(f"/api/traces/{said['trace_id']}/nodes/input")
    x = load(loaded.body())["input"][None]
    weights = load(page.request.get("/api/models/tiny-vgg/weights?nodes=conv_1_1").body())
    kernel, bias = weights["conv_1_1.weight"], weights["conv_1_1.bias"]
    moved = torch.zeros_like(x)
    moved[..., 1:] = x[..., :-1]
    before, after = (F.conv2d(each, kernel, bias).relu() for each in (x, moved))
    kinds: list[Callable[[torch.Tensor], torch.Tensor]] = [
        lambda maps: maps,
        *[partial(F.max_pool2d, kernel_size=side) for side in range(2, 8)],
        lambda maps: maps.mean((2, 3)),
    ]
    expected = [
        ((kind(after) - kind(before)).norm() / kind(before).norm()).item() for kind in kinds
    ]
    changes = [
        float(each)
        for each in (page.locator("[data-proof='43']").get_attribute("data-changes") or "").split(
            ","
        )
    ]
    assert changes == pytest.approx(expected, rel=1e-4)
    assert changes == sorted(changes, reverse=True)
    means = page.locator("[data-proof='44']").get_attribute("data-means") or ""
    torch.testing.assert_close(
        torch.tensor([float(each) for each in means.split(",")]),
        before.mean((0, 2, 3)),
        rtol=1e-4,
        atol=1e-6,
    )
    assert value(page.locator("[data-proof='35']"), "difference") == 0


def test_42_the_network_is_asked_at_other_places_and_sizes(open_page: Open) -> None:
    page = at_bench(open_page, "pooling")
    page.locator("[data-ask]").click()
    said = header(page, "tiny-vgg", "coffee")
    top = max(said["probabilities"])
    for kind in ("moves", "sizes"):
        strip = page.locator(f"[data-strip={kind}]")
        shares = [float(each) for each in (strip.get_attribute("data-shares") or "").split(",")]
        assert len(shares) == 7
        assert shares[3] == pytest.approx(top, abs=1e-6)
        assert len(set(shares)) > 3
