"""The figures of the guide: the current picture's numbers, and PyTorch's."""

import re

import pytest
import torch
from playwright.sync_api import Locator, expect
from torch import nn

from tests.e2e.conftest import Open
from tests.e2e.maps import header, numbers

pytestmark = pytest.mark.e2e


def figure(open_page: Open, section: str, more: str = "") -> Locator:
    """The live figure of a section."""
    page = open_page(f"guide#v=1&view=guide&section={section}{more}")
    found = page.locator(f"#{section} [data-live]")
    expect(found).to_be_visible()
    return found


def test_the_path_shows_every_step_by_the_map_with_the_largest_value(open_page: Open) -> None:
    path = figure(open_page, "path")
    expect(path.locator("[data-step]").last).to_be_visible()
    answer = header(path.page, "tiny-vgg", "coffee")
    ids = [node["id"] for node in answer["nodes"]]
    steps = path.locator("[data-step]")
    assert steps.evaluate_all("all => all.map(each => each.dataset.step)") == ids
    for node in ("conv_1_1", "relu_2_1", "max_pool_2"):
        largest = numbers(path.page, answer["trace_id"], node).max((1, 2))
        shown = path.locator(f"[data-step={node}]").get_attribute("data-channel")
        assert largest[int(shown or -1)] == largest.max()
    path.locator("[data-step=conv_1_1] a").click()
    expect(path.page.locator("[data-inspector^='conv_1_1/']")).to_be_visible()


def test_the_path_follows_the_chosen_picture_and_network(open_page: Open) -> None:
    path = figure(open_page, "path", "&net=lenet-5")
    expect(path.locator("[data-step]").first).to_have_attribute("data-step", "input")
    caption = path.page.locator("#path [data-caption]")
    expect(caption).to_contain_text("LeNet-5")
    assert "Coffee" not in caption.inner_text()


def test_the_loss_of_a_label_is_torchs_cross_entropy(open_page: Open) -> None:
    loss = figure(open_page, "loss")
    answer = header(loss.page, "tiny-vgg", "coffee")
    logits = torch.tensor(answer["logits"], dtype=torch.float64)[None]
    for label in (8, 2):
        loss.get_by_role("combobox").select_option(index=label)
        expected = nn.functional.cross_entropy(logits, torch.tensor([label])).item()
        shown = loss.locator("[data-loss]")
        expect(shown).to_contain_text(re.compile(f"= {expected:.3g}"[:6]))
        assert float(shown.get_attribute("data-loss") or 0) == pytest.approx(expected, rel=1e-5)


def test_the_gradient_begins_at_its_right_end_and_has_the_range_of_the_servers(
    open_page: Open,
) -> None:
    gradient = figure(open_page, "gradient")
    strip = gradient.get_by_role("group")
    expect(strip.locator("[data-step]").last).to_be_in_viewport()
    expect(gradient.locator("[data-step=softmax]")).to_have_count(0)
    page = gradient.page
    answer = header(page, "tiny-vgg", "coffee")
    largest = max(zip(answer["probabilities"], answer["classes"], strict=True))[1]
    made = page.request.get(
        f"/api/traces/{answer['trace_id']}/gradient",
        params={"class": largest, "of": "loss"},
        headers={"Accept": "application/json"},
    ).json()
    for node in ("input", "conv_2_1", "output"):
        end = float(abs(numbers(page, made["trace_id"], node)).max())
        legend = gradient.locator(f"[data-step={node}] .legend")
        assert float(legend.get_attribute("data-hi") or 0) == end


def seen(layers: int) -> int:
    """Side of the picture's part that a gradient of the middle cell reaches, by autograd."""
    conv, pool = (lambda: nn.Conv2d(1, 1, 3)), (lambda: nn.AvgPool2d(2))
    net = nn.Sequential(conv(), conv(), pool(), conv(), conv(), pool())[:layers]  # type: ignore[no-untyped-call]
    for weight in net.parameters():
        nn.init.constant_(weight, 1)
    picture = torch.zeros(1, 1, 64, 64, requires_grad=True)
    out = net(picture)
    out[0, 0, out.shape[2] // 2, out.shape[3] // 2].backward()
    assert picture.grad is not None
    return int(picture.grad[0, 0].any(0).sum())


def test_the_field_is_as_large_as_autograd_says(open_page: Open) -> None:
    field = figure(open_page, "field")
    said = field.locator("[data-field]")
    layers = ("conv_1_1", "conv_1_2", "max_pool_1", "conv_2_1", "conv_2_2", "max_pool_2")
    for count, layer in enumerate(layers, 1):
        field.get_by_role("combobox").select_option(layer)
        expect(said).to_have_attribute("data-field", f"{seen(count)},{seen(count)}")
    before = said.inner_text()
    field.get_by_label("Channel 0 of max_pool_2").focus()
    field.page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(before)


def test_a_section_whose_layer_is_missing_says_so_and_leads_to_the_lab(open_page: Open) -> None:
    expect(figure(open_page, "dropout")).to_contain_text("has no such layer")
    norm = figure(open_page, "norm")
    expect(norm).to_contain_text("has no such layer")
    page = norm.page
    norm.get_by_role("link", name="Try it in the lab: Parameters").click()
    expect(page.locator("#bench-name")).to_have_text("Parameters")
