"""The ways between the layer view, the lab and the guide: each leads there, and back again."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e

# Kind of layer -> the benches that are about it, in the order of the lab.
BENCHES = {
    "input": ["pixel"],
    "conv": ["kernel", "channels", "field", "matrix", "parameters"],
    "activation": ["activation", "plane"],
    "pool": ["field", "parameters", "pooling"],
    "norm": ["parameters"],
    "dropout": [],
    "flatten": ["pooling", "shape"],
    "dense": ["parameters", "shape"],
    "add": ["channels"],
    "concat": ["channels"],
    "softmax": ["softmax"],
    "other": [],
}


def nodes(page: Page, net: str = "tiny-vgg") -> list[dict[str, Any]]:
    """The steps of a network."""
    found: list[dict[str, Any]] = page.request.get(f"/api/models/{net}").json()["nodes"]
    return found


def inspect(page: Page, fragment: str, node: str) -> None:
    """Opens the panel of a node, as a person's link does, in the page that is there."""
    page.evaluate("hash => { location.hash = hash }", f"{fragment}&node={node}&c=0")
    expect(page.locator(f"[data-inspector='{node}/0']")).to_be_visible()


def goes_and_comes_back(page: Page, fragment: str, node: str, op: str) -> None:
    """Follows every link of a node's panel into the lab, and the lab's link back."""
    inspect(page, fragment, node)
    links = page.locator("[data-inspector] [data-lab]")
    expected = BENCHES[op]
    expect(links).to_have_count(len(expected))
    assert links.evaluate_all("all => all.map(each => each.dataset.lab)") == expected
    for bench in expected:
        link = page.locator(f"[data-lab={bench}]")
        name = link.inner_text()
        link.click()
        expect(page.locator("#bench-name")).to_have_text(name)
        expect(page.locator("[aria-current=page][data-bench]")).to_have_attribute(
            "data-bench", bench
        )
        page.locator("[data-layer]").click()
        expect(page.locator(f"[data-inspector='{node}/0']")).to_be_visible()


@pytest.mark.parametrize("net", ["tiny-vgg", "lenet-5"])
def test_every_layer_leads_to_its_benches_and_each_leads_back_to_it(
    open_page: Open, net: str
) -> None:
    page = open_page(f"#v=1&net={net}")
    last = {node["op"]: node for node in nodes(page, net)}
    assert {"input", "conv", "activation", "pool", "flatten", "dense", "softmax"} <= set(last)
    for op, node in last.items():
        goes_and_comes_back(page, f"#v=1&net={net}", node["id"], op)


def test_every_bench_is_reached_from_a_layer_and_leads_to_one_that_names_it(
    open_page: Open,
) -> None:
    page = open_page("lab")
    names = page.locator("[data-bench]").evaluate_all("all => all.map(e => e.dataset.bench)")
    assert set(names) == {bench for benches in BENCHES.values() for bench in benches}
    for bench in names:
        page.locator(f"[data-bench={bench}]").click()
        expect(page.locator("[aria-current=page][data-bench]")).to_have_attribute(
            "data-bench", bench
        )
        page.locator("[data-layer]").click()
        expect(page.locator(f"[data-inspector] [data-lab={bench}]")).to_be_visible()
        page.go_back()
        expect(page.locator("#bench-name")).to_be_visible()


def test_the_calculator_counts_the_layer_that_led_to_it(open_page: Open) -> None:
    page = open_page("#v=1")
    for node in nodes(page):
        if node["op"] not in ("conv", "dense", "pool"):
            continue
        inspect(page, "#v=1", node["id"])
        page.locator("[data-lab=parameters]").click()
        proof = page.locator("[data-proof='31']")
        expect(proof).to_have_attribute("data-parameters", str(node["parameters"]))
        if node["op"] != "dense":
            shape = ",".join(map(str, node["shape"]))
            expect(proof).to_have_attribute("data-shape", shape)
        page.locator("[data-layer]").click()


def test_every_bench_leads_to_a_section_of_the_guide_that_leads_back_to_it(
    open_page: Open,
) -> None:
    page = open_page("lab")
    for bench in {bench for benches in BENCHES.values() for bench in benches}:
        page.locator(f"[data-bench={bench}]").click()
        explain = page.locator("article header [data-explain]")
        section = (explain.get_attribute("href") or "").rpartition("section=")[2]
        explain.click()
        expect(page.locator(f"#{section} h2")).to_be_in_viewport()
        page.locator(f"#{section} .see a[href$='bench={bench}']").click()
        expect(page.locator("[aria-current=page][data-bench]")).to_have_attribute(
            "data-bench", bench
        )
