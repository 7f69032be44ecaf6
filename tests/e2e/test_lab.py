"""The lab: what its benches say is true, by the number that each shows."""

import re

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e


def bench(name: str, settings: str = "") -> str:
    """The address of a bench."""
    return f"lab#v=1&view=lab&bench={name}" + (f"&set={settings}" if settings else "")


def proof(page: Page, item: int) -> Locator:
    """The element that holds the numbers of an item of the list of concepts."""
    return page.locator(f"[data-proof='{item}']")


def floats(of: Locator, name: str) -> list[float]:
    """The numbers of a data attribute."""
    return [float(part) for part in (of.get_attribute(f"data-{name}") or "").split(",")]


def type_into(page: Page, label: str, keys: list[str], value: str) -> None:
    """Types a value into the cell of a grid that some keys lead to."""
    page.get_by_role("application", name=label).focus()
    for key in keys:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type(value)
    page.keyboard.press("Enter")


def test_the_line_is_filtered_as_torch_does_and_the_link_opens_it_again(open_page: Open) -> None:
    page = open_page(bench("kernel"))
    type_into(page, "Signal", ["ArrowRight", "ArrowRight"], "-3.5")
    said = proof(page, 16)
    signal = floats(said, "signal")
    assert signal[2] == -3.5
    assert floats(said, "out") == [a - b for a, b in zip(signal, signal[2:], strict=False)]
    page.get_by_role("button", name="Smooth").click()
    made = F.conv1d(torch.tensor(signal)[None, None], torch.tensor([[[0.25, 0.5, 0.25]]]))
    assert floats(said, "out") == pytest.approx(made.flatten().tolist())
    expect(page).to_have_url(re.compile("set=sig:.*lk:0.25/0.5/0.25"))
    again = open_page(page.url.split("/", 3)[3])
    assert floats(proof(again, 16), "out") == floats(said, "out")


def test_the_lab_and_the_layer_view_lead_to_each_other(open_page: Open) -> None:
    page = open_page(bench("kernel"))
    page.locator("[data-layer]").click()
    expect(page).to_have_url(re.compile(r"/#v=1&node=conv_1_1&c=0"))
    page.go_back()
    expect(page.get_by_role("heading", name="Kernel", exact=True)).to_be_visible()
