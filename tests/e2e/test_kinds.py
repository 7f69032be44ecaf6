"""Inside one node of each kind that the shipped networks have: the numbers are torch's."""

import re

import numpy as np
import pytest
import safetensors.numpy
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from playwright.sync_api import Page, expect
from torch import Tensor

from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import numbers
from tests.e2e.test_access import serious

pytestmark = pytest.mark.e2e
MODEL = "tiny-vgg"
# Kind -> the part of the address that opens one.
KINDS = {
    "activation": "node=relu_2_1&c=1&cell=3,4",
    "pool": "node=max_pool_2&c=2&cell=3,4",
    "flatten": "node=flatten&c=2",
    "dense": "node=output&c=6",
    "softmax": "node=softmax&c=6",
}


def number(page: Page, selector: str, name: str) -> float:
    """The full-precision number that an element carries."""
    found = page.locator(f"[data-room] {selector}[data-{name}]").first.get_attribute(f"data-{name}")
    return float(found or "nan")


def kind(page: Page, name: str) -> None:
    """Waits until the inside of the node is shown with its numbers."""
    expect(page.locator(f"[data-room] [data-kind={name}]")).to_be_visible()


def weights(page: Page, node: str) -> dict[str, NDArray[np.float32]]:
    """The weights of a node, from the server itself."""
    answer = page.request.get(f"/api/models/{MODEL}/weights?nodes={node}")
    return safetensors.numpy.load(answer.body())


def tensor(values: NDArray[np.float32]) -> Tensor:
    """The same in double precision."""
    return torch.from_numpy(np.array(values, np.float64))


def test_an_activation_shows_its_cell_on_the_curve(open_page: Open) -> None:
    page = open_page("#v=1&node=relu_1_2&c=3&cell=20,31")
    kind(page, "activation")
    before, after = (numbers(page, drawn(page), node) for node in ("conv_1_2", "relu_1_2"))
    x = tensor(before)[3, 20, 31].requires_grad_()
    (slope,) = torch.autograd.grad(F.relu(x), x)
    assert np.float32(number(page, ".reading", "x")) == before[3, 20, 31]
    assert np.float32(number(page, ".reading", "y")) == after[3, 20, 31]
    assert number(page, ".reading", "slope") == slope.item()
    assert number(page, "", "flat") == pytest.approx((before <= 0).mean(), abs=1e-9)
    assert number(page, "", "flat-map") == pytest.approx((before[3] <= 0).mean(), abs=1e-9)


def test_a_pooling_walks_over_its_winners(open_page: Open) -> None:
    page = open_page("#v=1&node=max_pool_1&c=2&cell=0,0")
    kind(page, "pool")
    before = tensor(numbers(page, drawn(page), "relu_1_2"))
    pooled, indices = F.max_pool2d(before[None], 2, return_indices=True)
    for step in range(3):
        page.wait_for_function(
            """step => document.querySelector('[data-room] [data-position]')
                .dataset.position === String(step)""",
            arg=step,
        )
        y, x = divmod(int(indices[0, 2, 0, step]), before.shape[2])
        expect(page.locator("[data-winner]")).to_have_attribute("data-winner", f"{y} {x}")
        made = number(page, "[data-winner] .made", "value")
        assert made == pytest.approx(pooled[0, 2, 0, step].item(), rel=1e-6)
        page.locator("[data-room] [data-player=on]").click()
    share = np.unique(indices[0, 2].numpy()).size / before[2].numel()
    assert number(page, "", "won") == pytest.approx(share, abs=1e-9)


def test_a_pixel_an_element_and_a_weight_are_one_thing(open_page: Open) -> None:
    page = open_page("#v=1&node=flatten&c=2&cell=69,0")
    kind(page, "flatten")
    flat = numbers(page, drawn(page), "flatten")
    maps = numbers(page, drawn(page), "max_pool_2")
    place = torch.zeros(maps.shape)
    place[2, 5, 4] = 1
    expect(page.locator("[data-proof='45']")).to_have_text(str(int(place.flatten().argmax())))
    assert np.float32(number(page, "", "element")) == flat[407] == maps[2, 5, 4]
    page.locator("[data-unit] select").select_option("3")
    expect(page.locator("[data-unit='3']")).to_be_visible()
    row = weights(page, "output")["output.weight"][3]
    assert np.float32(number(page, "[data-element]", "weight")) == row[407]
    page.get_by_role("slider", name="Elements of the vector").press("PageDown")
    expect(page.locator("[data-proof='45']")).to_have_text(str(407 + 13 * 13))


def test_the_pointer_lights_the_cell_of_an_entry(open_page: Open) -> None:
    page = open_page("#v=1&node=flatten&c=2&cell=69,0")
    kind(page, "flatten")
    flat = numbers(page, drawn(page), "flatten")
    shape = numbers(page, drawn(page), "max_pool_2").shape
    entry = page.locator("[data-room] [data-proof='45']")
    expect(entry).to_be_visible()
    expect(page.locator("[data-room][data-moving=false]")).to_have_count(1)
    ruler = page.get_by_role("slider", name="Elements of the vector").bounding_box()
    assert ruler is not None
    indices = set()
    # A row of the ruler has its map at the left, a caption, and two bars.
    for row, place in ((0, 0.3), (3, 0.6), (6, 0.8)):
        y = ruler["y"] + (row + 0.5) * 50
        page.mouse.move(ruler["x"] + place * ruler["width"], y)
        expect(entry).not_to_have_text("407")
        index = int(entry.inner_text())
        indices.add(index)
        cell = " ".join(map(str, np.unravel_index(index, shape)))
        expect(page.locator("[data-flat-cell]")).to_have_attribute("data-flat-cell", cell)
        assert np.float32(number(page, "", "element")) == flat[index]
    assert len(indices) == 3
    page.mouse.move(5, 5)
    expect(entry).to_have_text("407")


def test_the_products_of_a_class_add_up_to_its_logit(open_page: Open) -> None:
    page = open_page("#v=1&node=output&c=6")
    kind(page, "dense")
    trace = drawn(page)
    given = weights(page, "output")
    logits = F.linear(
        tensor(numbers(page, trace, "flatten")),
        tensor(given["output.weight"]),
        tensor(given["output.bias"]),
    )
    for unit in (6, 7):
        expect(page.locator(f"[data-unit='{unit}']")).to_be_visible()
        hand = number(page, "[data-proof='46']", "sum")
        assert hand == pytest.approx(logits[unit].item(), rel=1e-9)
        assert hand == pytest.approx(float(numbers(page, trace, "output")[unit]), rel=1e-4)
        products = page.locator("[data-product]").evaluate_all(
            "rows => rows.map(row => Number(row.dataset.product))"
        )
        assert sum(products) == pytest.approx(hand, rel=1e-9)
        page.get_by_role("button", name="next").first.click()


def test_softmax_follows_temperature_and_not_what_is_added(open_page: Open) -> None:
    page = open_page("#v=1&node=softmax&c=6")
    kind(page, "softmax")
    logits = tensor(numbers(page, drawn(page), "output"))
    shares = "rows => rows.map(row => Number(row.dataset.share))"
    rows = page.locator("[data-class-row]")
    expect(rows).to_have_count(10)
    assert rows.evaluate_all(shares) == pytest.approx(logits.softmax(0).tolist(), abs=1e-9)
    page.locator("[data-add]").click()
    expect(page.locator("[data-change]")).to_contain_text("5")
    assert number(page, "", "change") < 1e-9
    page.get_by_role("textbox", name="temperature").fill("2")
    expect(page.locator("[data-change]")).to_contain_text("temperature")
    assert rows.evaluate_all(shares) == pytest.approx((logits / 2).softmax(0).tolist(), abs=1e-9)


def test_a_label_is_compared_with_the_prediction(open_page: Open) -> None:
    page = open_page("#v=1&node=softmax&c=6")
    kind(page, "softmax")
    logits = tensor(numbers(page, drawn(page), "output")).requires_grad_()
    page.locator("[data-unit] select").select_option("4")
    expect(page.locator("[data-unit='4']")).to_be_visible()
    loss = F.cross_entropy(logits, torch.tensor(4))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert number(page, "", "loss") == pytest.approx(loss.item(), rel=1e-6)
    difference = page.locator("[data-row=difference] [data-value]").evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert difference == pytest.approx(gradient.tolist(), abs=1e-9)


def test_a_class_lights_up_in_the_formula_the_table_and_on_the_canvas(open_page: Open) -> None:
    page = open_page("#v=1&node=softmax&c=6")
    kind(page, "softmax")
    page.locator("[data-room] [data-term='3']").focus()
    expect(page.locator("[data-class-row='3']")).to_have_class(re.compile(r"\blit\b"))
    expect(page.locator("[data-sentence]")).to_contain_text("softmax[3]")


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
def test_axe_finds_nothing_serious_inside_any_kind(open_page: Open, theme: str, lang: str) -> None:
    page = open_page(f"#v=1&theme={theme}&lang={lang}")
    for name, place in KINDS.items():
        page.goto(f"/#v=1&theme={theme}&lang={lang}&{place}")
        kind(page, name)
        assert serious(page) == [], name
