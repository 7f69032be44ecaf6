"""The plane of the lab: what bends a line, and what one unit computes."""

import pytest
import torch
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_lab import bench

pytestmark = pytest.mark.e2e


def learnt(page: Page) -> tuple[float, float]:
    """The accuracy after 400 steps from the start, and the largest value of a hidden unit."""
    seen = page.locator("[data-proof='49'][data-accuracy]")
    expect(seen).to_have_attribute("data-steps", "0")
    page.locator("[data-many]").click()
    expect(seen).to_have_attribute("data-steps", "400", timeout=60_000)
    expect(seen).to_have_attribute("data-playing", "false")
    largest = page.locator("[data-proof='50']").get_attribute("data-largest")
    return float(seen.get_attribute("data-accuracy") or "nan"), float(largest or "nan")


def test_49_and_50_a_line_stays_a_line_until_something_bends(open_page: Open) -> None:
    page = open_page(bench("plane"))
    assert learnt(page)[0] <= 0.72  # none: a straight line through a ring
    page.locator("#plane-act").select_option("sigmoid")
    accuracy, largest = learnt(page)
    assert accuracy >= 0.98
    assert largest < 1  # bounded
    page.locator("#plane-act").select_option("relu")
    accuracy, largest = learnt(page)
    assert accuracy >= 0.98
    assert largest > 1  # the bend is what it is for, not a range


def test_49_two_kernels_are_one_unless_something_stands_between(open_page: Open) -> None:
    page = open_page(bench("plane"))
    shown = page.locator("[data-difference]")
    assert float(shown.get_attribute("data-difference") or "nan") < 1e-5
    page.get_by_label("ReLU between the two").check()
    assert float(shown.get_attribute("data-difference") or "nan") > 0.1


def test_47_the_sum_by_hand_is_the_units_value(open_page: Open) -> None:
    page = open_page(bench("plane", "act:tanh,at:0.25/-0.5"))
    page.locator("[data-step]").click()
    page.locator("[data-unit='1/3']").click()
    hand = page.locator("[data-proof='47']")
    products = [float(p) for p in (hand.get_attribute("data-products") or "").split(",")]
    bias, total, value = (
        float(hand.get_attribute(f"data-{name}") or "nan") for name in ("bias", "sum", "value")
    )
    assert len(products) == 8
    assert sum(products) + bias == pytest.approx(total, abs=1e-12)
    assert torch.tensor(total, dtype=torch.float64).tanh().item() == pytest.approx(value)
    page.get_by_role("application").first.press("ArrowRight")
    assert float(hand.get_attribute("data-sum") or "nan") != total


def test_49_layers_without_a_bend_leave_xor_unsolved_and_relu_solves_it(open_page: Open) -> None:
    page = open_page(bench("plane"))
    page.locator("#plane-data").select_option("xor")
    assert learnt(page)[0] <= 0.65
    for layers in (3, 4, 5, 6):
        page.locator("[data-more]").click()
        expect(page.locator("[data-unit$='/0']")).to_have_count(layers + 1)
        assert learnt(page)[0] <= 0.65  # the line stays a line
    expect(page.locator("[data-more]")).to_be_disabled()
    for _ in range(4):
        page.locator("[data-fewer]").click()
    page.locator("#plane-act").select_option("relu")
    assert learnt(page)[0] >= 0.98


def test_47_units_come_and_go_and_the_sum_is_of_those_that_are_there(open_page: Open) -> None:
    page = open_page(bench("plane", "act:tanh,unit:1/0"))
    first = page.get_by_role("group", name="Layer 1", exact=True).first
    products = page.locator("[data-proof='47']")

    def count() -> int:
        return len((products.get_attribute("data-products") or "").split(","))

    assert count() == 8
    expect(first.get_by_role("button", name="+")).to_be_disabled()
    for left in (7, 6):
        first.get_by_role("button", name="−").click()
        expect(first).to_contain_text(f"{left} units")
        expect(page.locator("[data-unit^='0/']")).to_have_count(left)
        assert count() == left
    first.get_by_role("button", name="+").click()
    expect(page.locator("[data-unit^='0/']")).to_have_count(7)
    assert count() == 7
