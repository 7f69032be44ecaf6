"""Edit and see: what a person changes runs through PyTorch, and is taken back as easily."""

from typing import Any

import pytest
import safetensors.numpy
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn, drawn_again
from tests.e2e.maps import box_of, header, numbers
from tests.e2e.test_access import serious
from tests.e2e.test_state import chinese, untranslated

pytestmark = pytest.mark.e2e


def edited(page: Page, *edits: dict[str, Any]) -> Any:
    """The header of the same edits of the bundled coffee, from the server itself."""
    answer = page.request.post(
        "/api/models/tiny-vgg/trace",
        data={"picture": "coffee", "edits": list(edits)},
        headers={"Accept": "application/json"},
    )
    return answer.json()


def editing(open_page: Open, fragment: str) -> tuple[Page, str]:
    """The page with the part for changes open, and the trace that it shows."""
    page = open_page(fragment)
    before = drawn(page)
    page.locator("details.edit summary").click()
    expect(page.locator("[data-edit-tools]")).to_be_visible()
    return page, before


def test_a_channel_goes_off_comes_back_and_everything_behind_it_follows(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=relu_2_2&c=4")
    page.get_by_role("button", name="Off", exact=True).click()
    off = drawn(page, before)
    wanted = edited(page, {"kind": "channel", "node": "relu_2_2", "channel": 4, "scale": 0})
    assert off == wanted["trace_id"]
    plain = header(page, "tiny-vgg", "coffee")
    page.get_by_text("All classes before and after").click()
    delta = page.locator("[data-delta=orange]")
    at = plain["classes"].index("orange")
    changed = float(delta.get_attribute("data-logit") or "nan")
    assert changed == pytest.approx(wanted["logits"][at] - plain["logits"][at], abs=1e-12)
    page.get_by_role("button", name="Undo").click()
    drawn_again(page, before)
    page.get_by_role("button", name="Redo").click()
    drawn_again(page, off)
    page.get_by_role("button", name="Reset").click()
    drawn_again(page, before)
    page.keyboard.press("Control+z")
    drawn_again(page, off)


def test_a_typed_weight_has_the_numbers_of_pytorch(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=conv_1_1&c=2")
    grid = page.locator("[data-edit-kernel='1'] [role=application]")
    grid.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.type(".5")
    page.keyboard.press("Enter")
    trace = drawn(page, before)
    edits = page.request.get(f"/api/traces/{trace}?nodes=input").body()
    assert safetensors.numpy.load(edits).keys() == {"input"}
    page.wait_for_function("location.hash.includes('edits=w!conv_1_1.weight!2_1_')")
    place = page.evaluate("location.hash").split("edits=w!conv_1_1.weight!")[1].split("!")[0]
    index = [int(part) for part in place.split("_")]
    weight = {"kind": "weight", "name": "conv_1_1.weight", "index": index, "value": 1.5}
    assert edited(page, weight)["trace_id"] == trace


def test_a_stroke_on_the_input_is_one_step_and_shows_as_a_difference(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=input&c=0")
    pad = page.locator("[data-paint]")
    pad.scroll_into_view_if_needed()
    box = box_of(page, "[data-paint]")
    page.mouse.move(box["x"] + 42, box["y"] + 42)
    page.mouse.down()
    page.mouse.move(box["x"] + 58, box["y"] + 42, steps=4)
    page.mouse.up()
    expect(page.locator("[data-edits='1']")).to_be_visible()
    drawn(page, before)
    page.select_option("#layer", "difference")
    page.wait_for_function(
        "() => document.querySelector('[data-legend=input] .legend')?.dataset.lo < 0"
    )
    page.select_option("#layer", "original")
    drawn_again(page, before)
    page.select_option("#layer", "values")
    page.get_by_role("button", name="Undo").click()
    drawn_again(page, before)
    expect(page.locator("[data-edits='0']")).to_be_visible()


def test_a_link_opens_the_same_edits_also_of_another_picture(open_page: Open) -> None:
    page = open_page("#v=1&edits=a!relu_1_1!tanh~p!max_pool_1!average")
    swap = {"kind": "activation", "node": "relu_1_1", "function": "tanh"}
    pool = {"kind": "pooling", "node": "max_pool_1", "mode": "average"}
    trace = edited(page, swap, pool)["trace_id"]
    drawn_again(page, trace)
    expect(page.locator("[data-edits='2']")).to_contain_text("relu_1_1 → tanh")
    page.keyboard.press("p")
    other = drawn(page, trace)
    assert numbers(page, other, "relu_1_1").min() < 0  # tanh, where ReLU has no such values


@pytest.mark.parametrize("scale", [1.5, 0])
def test_the_card_of_a_scaled_channel_comes_to_the_stored_value(
    open_page: Open, scale: float
) -> None:
    page = open_page(f"#v=1&node=conv_1_2&c=4&cell=20,30&edits=c!conv_1_2!4!{scale}")
    edit = {"kind": "channel", "node": "conv_1_2", "channel": 4, "scale": scale}
    trace = edited(page, edit)["trace_id"]
    drawn_again(page, trace)
    value = float(numbers(page, trace, "conv_1_2")[4, 20, 30])
    card = page.locator("[data-card='conv_1_2/4/20/30']")
    expect(card.locator("[data-part=edited]")).to_have_attribute("data-value", str(scale))
    expect(page.locator("[data-reason]")).to_have_count(0)
    assert float(card.locator("[data-total]").get_attribute("data-total") or "nan") == value
    before, factor, result = (
        float(card.locator(f"mn[data-role={role}]").last.get_attribute("data-number") or "nan")
        for role in ("before", "edited", "result")
    )
    assert (factor, result) == (scale, value)
    assert before * factor == pytest.approx(value, rel=1e-5)
    products = card.locator("[data-proof='15']").get_attribute("data-sum")
    assert float(products or "nan") == pytest.approx(value, rel=1e-4)
    expect(page.locator("[data-sum] [data-scale]")).to_have_attribute("data-scale", str(scale))


def test_knocking_out_ranks_the_channels_and_says_when_the_mind_changes(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=relu_2_2&c=0")
    page.get_by_role("button", name="Knock out until it changes its mind").click()
    verdict = page.locator("[data-changes]")
    expect(verdict).to_be_visible()
    found = page.request.post(
        f"/api/traces/{before}/knockout", data={"node": "relu_2_2", "class": "espresso"}
    ).json()
    assert verdict.get_attribute("data-count") == str(len(found["together"]))
    first = page.locator("[data-knockout] tbody tr").first
    assert first.get_attribute("data-channel") == str(found["alone"][0]["channel"])
    page.get_by_role("button", name="Switch these off").click()
    off = {"kind": "channel", "node": "relu_2_2", "scale": 0}
    gone = [{**off, "channel": each["channel"]} for each in found["together"]]
    wanted = edited(page, *gone)
    assert drawn(page, before) == wanted["trace_id"]
    likeliest = wanted["probabilities"].index(max(wanted["probabilities"]))
    assert wanted["classes"][likeliest] == found["together"][-1]["best"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "place",
    ["node=input&c=0", "node=conv_1_1&c=2", "node=relu_2_2&c=4", "node=max_pool_1&c=1"],
)
def test_the_tools_pass_axe_and_speak_one_language(open_page: Open, place: str, theme: str) -> None:
    page, _ = editing(open_page, f"#v=1&theme={theme}&lang=zh&edits=c!relu_2_2!4!0&{place}")
    page.wait_for_load_state("networkidle")
    assert untranslated(page) == []
    assert serious(page) == []
    page.keyboard.press("l")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert chinese(page) == []
    assert serious(page) == []


def now(page: Page, before: str) -> str:
    """The trace that an edit leads to, once all classes are compared with what they were."""
    trace = drawn(page, before)
    expect(page.locator("[data-delta]")).to_have_count(10)
    return trace


def differences(page: Page, wanted: dict[str, Any]) -> None:
    """Every class differs by what two traces of the server differ."""
    plain = header(page, "tiny-vgg", "coffee")
    for at, name in enumerate(plain["classes"]):
        row = page.locator(f"[data-delta='{name}']")
        for data, of in (("logit", "logits"), ("share", "probabilities")):
            shown = float(row.get_attribute(f"data-{data}") or "nan")
            assert shown == pytest.approx(wanted[of][at] - plain[of][at], abs=1e-12), (name, of)


def tensor(page: Page, trace: str, node: str) -> torch.Tensor:
    """The exact values of a node in double precision."""
    return torch.tensor(numbers(page, trace, node).astype("float64"))


def test_a_bias_that_is_typed_lifts_its_map_alone(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=conv_1_1&c=2")
    field = page.locator("#edit-bias")
    old = float(field.input_value())
    field.fill("0.75")
    field.press("Enter")
    trace = now(page, before)
    edit = {"kind": "weight", "name": "conv_1_1.bias", "index": [2], "value": 0.75}
    wanted = edited(page, edit)
    assert wanted["trace_id"] == trace
    change = tensor(page, trace, "conv_1_1") - tensor(page, before, "conv_1_1")
    lifted = torch.zeros_like(change)
    lifted[2] = 0.75 - old
    torch.testing.assert_close(change, lifted, rtol=1e-5, atol=1e-6)
    differences(page, wanted)


def test_an_activation_is_swapped_by_its_control(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=relu_1_1&c=2")
    page.locator("#edit-function").select_option("tanh")
    trace = now(page, before)
    x = tensor(page, before, "conv_1_1")
    torch.testing.assert_close(tensor(page, trace, "relu_1_1"), x.tanh(), rtol=1e-5, atol=1e-6)
    differences(page, edited(page, {"kind": "activation", "node": "relu_1_1", "function": "tanh"}))
    page.locator("#edit-function").select_option("relu")
    drawn_again(page, before)
    expect(page.locator("[data-edits='0']")).to_be_attached()


def test_a_pooling_is_swapped_by_its_control(open_page: Open) -> None:
    page, before = editing(open_page, "#v=1&node=max_pool_1&c=2")
    page.locator("#edit-mode").select_option("average")
    trace = now(page, before)
    wanted = F.avg_pool2d(tensor(page, before, "relu_1_2"), 2)
    torch.testing.assert_close(tensor(page, trace, "max_pool_1"), wanted, rtol=1e-5, atol=1e-6)
    differences(page, edited(page, {"kind": "pooling", "node": "max_pool_1", "mode": "average"}))


def test_a_channel_that_is_off_takes_its_part_from_the_sum_behind_it(open_page: Open) -> None:
    """Item 20 of the list of concepts."""
    source, cell = 3, "conv_1_2&c=4&cell=20,30"
    page = open_page(f"#v=1&node={cell}")
    before = drawn(page)
    total = page.locator("[data-card] [data-total]")
    part = page.locator(f"[data-card] [data-row='{source}']")
    shown, share = (
        float(of.get_attribute(f"data-{name}") or "nan")
        for of, name in ((total, "total"), (part, "value"))
    )
    answer = page.request.get("/api/models/tiny-vgg/weights?nodes=conv_1_2").body()
    kernel = torch.tensor(safetensors.numpy.load(answer)["conv_1_2.weight"].astype("float64"))
    window = tensor(page, before, "relu_1_1")[source, 20:23, 30:33]
    by_torch = float((window * kernel[4, source]).sum())
    assert share == pytest.approx(by_torch, rel=1e-5)
    assert abs(share) > 1e-3
    page.evaluate("location.hash = 'v=1&node=relu_1_1&c=3'")
    page.locator("details.edit summary").click()
    page.get_by_role("button", name="Off", exact=True).click()
    off = drawn(page, before)
    page.evaluate(
        "cell => location.hash = location.hash.replace(/&node=[^&]*&c=\\d+/, `&node=${cell}`)", cell
    )
    expect(page.locator("[data-card='conv_1_2/4/20/30']")).to_be_visible()
    expect(total).to_have_attribute(
        "data-total", str(float(numbers(page, off, "conv_1_2")[4, 20, 30]))
    )
    assert float(part.get_attribute("data-value") or "nan") == 0
    left = float(total.get_attribute("data-total") or "nan")
    assert left == pytest.approx(shown - by_torch, rel=1e-4, abs=1e-6)
