"""Where the page has drawn a map or a cell, and what the server says that its numbers are."""

import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import FloatRect, Page

Rgb = tuple[int, int, int]
_READING = re.compile(r"row (\d+), column (\d+): ([−\d.e+]+)")


@dataclass(frozen=True)
class Reading:
    """What the sentence says of the cell under the pointer."""

    y: int
    x: int
    shown: float
    exact: float


def header(page: Page, model: str, picture: str, crop: str = "") -> dict[str, Any]:
    """The header of the trace of a bundled picture, from the server itself."""
    answer = page.request.post(
        f"/api/models/{model}/trace?picture={picture}&crop={crop}",
        headers={"Accept": "application/json"},
    )
    return dict(answer.json())


def numbers(page: Page, trace: str, node: str) -> NDArray[np.float32]:
    """The exact values of a node, (C, H, W) or (N,), from the server itself."""
    answer = page.request.get(f"/api/traces/{trace}/nodes/{node}")
    values: NDArray[np.float32] = safetensors.numpy.load(answer.body())[node]
    return values


def focus_map(page: Page, node: str, channel: int = 0) -> FloatRect:
    """Moves the focus to a map with the arrow keys alone; returns where it is drawn."""
    grid = page.locator("[role=grid]")
    grid.focus()
    step = page.locator("[role=row]").evaluate_all(
        """(rows, node) => rows.findIndex(row => row.dataset.row === node)
            - rows.findIndex(row => row.querySelector('[role=gridcell]'))""",
        node,
    )
    for _ in range(abs(step)):
        page.keyboard.press("]" if step > 0 else "[")
    page.keyboard.press("Home")
    for _ in range(channel):
        page.keyboard.press("ArrowDown")
    assert grid.get_attribute("data-focus") == f"{node}/{channel}"
    return box_of(page, "[role=gridcell]")


def page_nodes(page: Page) -> list[dict[str, Any]]:
    """The nodes of the network that the page has opened."""
    model = page.locator("#net").input_value()
    return list(page.request.get(f"/api/models/{model}").json()["nodes"])


def box_of(page: Page, selector: str) -> FloatRect:
    """Where an element lies, in CSS pixels of the window."""
    box = page.locator(selector).bounding_box()
    assert box is not None, f"{selector} is not shown"
    return box


def point_at(page: Page, box: FloatRect, cell: tuple[int, int], size: tuple[int, int]) -> None:
    """Puts the mouse on the middle of cell (y, x) of a map of `size` that is drawn in `box`."""
    x = box["x"] + (cell[1] + 0.5) / size[1] * box["width"]
    y = box["y"] + (cell[0] + 0.5) / size[0] * box["height"]
    page.mouse.move(x, y)


def sentence(page: Page) -> str:
    """The line below the drawing."""
    return page.locator("[data-sentence]").inner_text()


def reading(page: Page) -> Reading:
    """The cell and value that the sentence says, once the value is exact."""
    page.wait_for_function("() => document.querySelector('[data-sentence]').dataset.value !== ''")
    said = _READING.search(sentence(page))
    assert said is not None, sentence(page)
    exact = page.locator("[data-sentence]").get_attribute("data-value")
    shown = said[3].replace("−", "-")
    return Reading(int(said[1]), int(said[2]), float(shown), float(exact or "nan"))


def pixel(page: Page, x: float, y: float) -> Rgb:
    """The colour that a person sees at a point of the window."""
    shot = page.screenshot(clip={"x": int(x), "y": int(y), "width": 1, "height": 1})
    red, green, blue = Image.open(io.BytesIO(shot)).convert("RGB").tobytes()[:3]
    return red, green, blue


def legend_colours(page: Page, selector: str) -> tuple[Rgb, Rgb]:
    """The first and the last colour of a legend's bar."""
    bar = page.locator(f"{selector} .bar").first
    gradient = bar.evaluate("bar => getComputedStyle(bar).backgroundImage")
    found = re.findall(r"rgb\((\d+), (\d+), (\d+)\)", gradient)
    stops = [(int(red), int(green), int(blue)) for red, green, blue in found]
    return stops[0], stops[-1]


def legend_ends(page: Page) -> dict[str, tuple[str, str]]:
    """The two ends that each column's legend stands for, by node; empty where it names none."""
    found: dict[str, list[str]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('[data-legend]')].map(box => {
            const { lo, hi } = box.querySelector('.legend').dataset;
            return [box.dataset.legend, [lo, hi]];
        }))"""
    )
    return {node: (lo, hi) for node, (lo, hi) in found.items()}
