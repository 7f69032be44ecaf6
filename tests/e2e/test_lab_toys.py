"""The toys of the lab: the numbers that softmax, losses and activations are known by."""

import math
import re

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open
from tests.e2e.maps import header, numbers
from tests.e2e.test_lab import bench

pytestmark = pytest.mark.e2e


def values(of: Locator, name: str = "value") -> list[float]:
    """The full number of each of some elements."""
    found: list[str] = of.evaluate_all("(all, name) => all.map(e => e.dataset[name])", name)
    return [float(each.replace("Infinity", "inf")) for each in found]


def value(of: Locator, name: str = "value") -> float:
    """The full number of one element."""
    (found,) = values(of, name)
    return found


def row(page: Page, name: str) -> list[float]:
    """The numbers of a row of the softmax bench's table."""
    return values(page.locator(f"[data-row={name}] td"))


def column(page: Page, name: str) -> list[float]:
    """The numbers of a column of the table in float32."""
    return values(page.locator(f"[data-proof='59'][data-column={name}]"))


def autograd(logits: list[float], label: int) -> list[float]:
    """The gradient of cross-entropy at logits."""
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    F.cross_entropy(z, torch.tensor(label)).backward()  # type: ignore[no-untyped-call]
    assert z.grad is not None
    return [float(each) for each in z.grad]


def at_bench(open_page: Open, name: str = "softmax", settings: str = "") -> Page:
    """A bench of the toys, drawn."""
    page = open_page(bench(name, settings))
    expect(page.locator(".bench")).to_be_visible()
    return page


def drag(page: Page, of: Locator, place: float) -> None:
    """Drags from the middle of an element to a place of its width."""
    box = of.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + place * box["width"], y, steps=3)
    page.mouse.up()


def test_shares_add_up_to_1_and_5_added_to_every_logit_changes_none(open_page: Open) -> None:
    page = at_bench(open_page)
    shares = page.locator("[data-share]")
    expect(page.locator("output[data-proof='57']")).to_have_text("1.000")
    before = values(shares, "share")
    page.locator("[data-add]").click()
    assert value(page.locator("[data-change]"), "change") < 1e-6
    assert values(shares, "share")[:3] == pytest.approx(before[:3], abs=1e-6)
    drag(page, page.get_by_role("slider", name="logit of class 1"), 0.9)
    moved = values(shares, "share")[:3]
    assert moved[1] > before[1]
    assert sum(moved) == pytest.approx(1)
    expect(page).to_have_url(re.compile("set=z:7/8/5"))


def test_the_difference_of_prediction_and_label_is_the_gradient_at_the_logits(
    open_page: Open,
) -> None:
    page = at_bench(open_page)
    assert row(page, "prediction") == pytest.approx([0.665, 0.245, 0.090], abs=5e-4)
    assert row(page, "label") == [0, 0, 1]
    page.locator("#logit-1").fill("-3.5")
    page.locator("[data-chip='1']").click()
    expected = autograd([2, -3.5, 0], 1)
    assert row(page, "difference") == pytest.approx(expected, abs=1e-9)
    assert row(page, "measured") == pytest.approx(expected, abs=1e-6)
    assert len(page.locator("[data-proof='58']").all()) == 6


def test_the_1_of_argmax_jumps_only_when_the_largest_changes(open_page: Open) -> None:
    page = at_bench(open_page)
    assert row(page, "argmax") == [1, 0, 0]
    slider = page.get_by_role("slider", name="logit of class 1")
    slider.press("PageUp")
    assert row(page, "argmax") == [1, 0, 0]  # Equal: the first counts, as in torch.
    slider.press("ArrowRight")
    assert row(page, "argmax") == [0, 1, 0]
    guess = page.locator("span[data-proof='60']")
    assert value(guess) == 1
    page.locator("[data-chip='1']").click()
    assert row(page, "label") == [0, 1, 0]
    expect(guess).to_contain_text("right")


def test_the_picture_brings_its_own_scores_and_names(open_page: Open) -> None:
    page = at_bench(open_page)
    page.locator("[data-picture-logits]").click()
    said = header(page, "tiny-vgg", "coffee")
    shares = sorted(said["probabilities"], reverse=True)
    assert values(page.locator("span[data-share]"), "share") == pytest.approx(shares, abs=1e-6)
    expect(page.locator("[data-chip='0']")).to_have_text("espresso")


@pytest.mark.parametrize(
    ("reach", "loss"), [("0.9", 0.105), ("0.5", 0.693), ("0.1", 2.303), ("uniform", math.log(3))]
)
def test_a_right_class_of_less_share_costs_more(open_page: Open, reach: str, loss: float) -> None:
    page = at_bench(open_page)
    page.locator(f"[data-reach='{reach}']").click()
    said = page.locator("[data-proof='61']")
    expect(said).to_have_text(f"{loss:.3f}")
    assert value(said) == pytest.approx(loss, abs=5e-4)


def test_61_62_the_mouse_drags_scores_and_curves_and_the_losses_are_torchs(
    open_page: Open,
) -> None:
    page = at_bench(open_page)
    said = page.locator("[data-proof='61']")
    for place in (0.2, 0.8):
        drag(page, page.get_by_role("slider", name="logit of class 2"), place)
        logits = [float(page.locator(f"#logit-{i}").input_value()) for i in range(3)]
        expected = F.cross_entropy(torch.tensor(logits), torch.tensor(2))
        assert value(said) == pytest.approx(float(expected), rel=1e-5)
    assert logits[2] > 0
    drag(page, page.get_by_role("img", name=re.compile("^Curve of minus ln p")), 0.9)
    assert value(said) < 0.3
    assert math.exp(-value(said)) == pytest.approx(
        float(page.locator("#share").input_value()), abs=1e-3
    )
    curves = page.get_by_role("img", name=re.compile("^Two mirrored loss curves"))
    losses = []
    for place in (0.2, 0.8):
        drag(page, curves, place)
        z = torch.tensor(float(page.locator("#binary-z").input_value()))
        expected = F.binary_cross_entropy_with_logits(z, torch.tensor(1.0))
        losses.append(value(page.locator("[data-bce]"), "bce"))
        assert losses[-1] == pytest.approx(float(expected), rel=1e-5)
        assert value(page.locator("[data-sum]"), "sum") == pytest.approx(1)
    assert losses[0] > 1 > losses[1]


def test_label_smoothing_is_torchs(open_page: Open) -> None:
    page = at_bench(open_page, settings="s:0.1")
    expected = F.cross_entropy(torch.tensor([2.0, 1, 0]), torch.tensor(2), label_smoothing=0.1)
    assert value(page.locator("[data-loss]:not(tr)"), "loss") == pytest.approx(float(expected))


def test_one_logit_is_two_classes_of_which_one_has_the_logit_0(open_page: Open) -> None:
    page = at_bench(open_page)
    page.locator("#binary-z").fill("-1.25")
    page.locator("[data-label='0']").click()
    assert value(page.locator("[data-sum]"), "sum") == pytest.approx(1, abs=1e-12)
    expected = F.cross_entropy(torch.tensor([-1.25, 0]), torch.tensor(1))
    for name in ("bce", "two"):
        assert value(page.locator(f"[data-{name}]"), name) == pytest.approx(float(expected))


def test_ten_steps_mend_a_confident_mistake_under_cross_entropy_alone(open_page: Open) -> None:
    page = at_bench(open_page)
    slopes = values(page.locator("[data-proof='64']"))
    assert slopes == pytest.approx([-0.9997, -0.0007], abs=5e-5)
    page.locator("[data-ten]").click()
    entropy, squares = values(page.locator("tr[data-loss] [data-share]"), "share")
    assert entropy > 0.9
    assert squares < 0.001


def test_naive_softmax_overflows_where_the_stable_form_is_exact(open_page: Open) -> None:
    page = at_bench(open_page)
    assert all(math.isnan(share) for share in column(page, "naiveShare"))
    assert all(math.isinf(each) for each in column(page, "naiveExp"))
    assert column(page, "stableShare") == pytest.approx([0.0900, 0.2447, 0.6652], abs=5e-5)
    expect(page.locator("[data-column=lse]")).to_have_text("1002.4076")
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "overflow")
    page.locator("[data-logits='0,-200']").click()
    assert column(page, "logOfShare") == [0, -math.inf]
    assert column(page, "logSoftmax") == [0, -200]


def slope(page: Page, name: str) -> float:
    """The slope of a function at the bench's x."""
    return value(page.locator(f"[data-function-row={name}] [data-proof='51']"))


def test_slopes_are_those_of_the_functions_and_x_is_dragged_and_typed(open_page: Open) -> None:
    page = at_bench(open_page, "activation")
    expect(
        page.locator("[data-proof='53'][data-layer-id]")
    ).to_be_visible()  # The last part to come.
    assert (slope(page, "sigmoid"), slope(page, "tanh")) == (0.25, 1)
    assert slope(page, "relu") == 0
    page.locator("[data-x='6']").click()
    assert slope(page, "sigmoid") == pytest.approx(0.0025, abs=5e-5)
    assert slope(page, "relu") == 1
    page.locator("#activation-x").fill("-1.5")
    page.locator("[data-function=elu]").click()
    assert slope(page, "elu") == pytest.approx(math.exp(-1.5))
    drag(page, page.get_by_role("img", name=re.compile("^Curves of")), 0.95)
    assert slope(page, "elu") == 1
    page.locator("#activation-x").fill("2")
    page.get_by_role("slider", name="x", exact=True).press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"set=x:1\.95,f:[a-z/]*elu"))


def test_eight_sigmoids_leave_a_quarter_to_the_eighth(open_page: Open) -> None:
    page = at_bench(open_page, "activation")
    chain = page.locator("[data-chain]")
    assert value(chain, "chain") == pytest.approx(0.25**8)
    page.locator("#chain-layers").fill("20")
    assert value(chain, "chain") == pytest.approx(0.25**20)


def test_the_saturated_share_is_that_of_the_layers_inputs(open_page: Open) -> None:
    page = at_bench(open_page, "activation", "layer:relu_1_2")
    inputs = numbers(page, header(page, "tiny-vgg", "coffee")["trace_id"], "conv_1_2")
    share = page.locator("[data-proof='53'][data-layer-id]")
    assert value(share) == pytest.approx((inputs <= 0).mean(), abs=1e-9)
    page.select_option("#activation-other", "sigmoid")
    page.locator("#activation-scale").fill("10")
    p = torch.sigmoid(10 * torch.tensor(inputs, dtype=torch.float64))
    expected = ((p * (1 - p)) < 0.01).double().mean()
    assert value(share) == pytest.approx(float(expected), abs=1e-3)


def test_prelu_begins_at_a_quarter_and_learns_its_slope(open_page: Open) -> None:
    page = at_bench(open_page, "activation")
    page.locator("[data-train]").click()
    page.wait_for_function(
        "() => Number(document.querySelector('[data-step]')?.dataset.step ?? 0) > 1", timeout=60_000
    )
    assert value(page.locator("[data-start]"), "start") == 0.25
    assert abs(value(page.locator("[data-proof='52'][data-step]")) - 0.25) > 1e-3
    page.locator("[data-bench=softmax]").click()
    expect(page.locator("[data-preset]")).to_be_visible()
    page.wait_for_function("async () => (await (await fetch('/api/runs')).json()).length === 0")


def test_the_shapes_of_a_product_are_torchs_and_so_is_its_refusal(open_page: Open) -> None:
    page = at_bench(open_page, "shape", "n:2,k:5,m:3")
    said = page.locator("[data-proof='48']")
    with pytest.raises(RuntimeError) as refused:
        torch.zeros(2, 5) @ torch.zeros(3, 5)
    expect(said).to_have_text(f"RuntimeError: {refused.value}")
    page.locator("[data-turn=w]").click()
    expect(said).to_have_attribute("data-shape", "2,3")
    expect(said).to_contain_text("It fits")
    page.locator("[data-w='2']").click()
    page.locator("[data-turn=w]").click()
    expect(said).to_have_attribute("data-shape", "2,2")
    expect(said).to_contain_text("wanted was")


def test_the_layer_view_leads_to_the_bench_of_its_kind(open_page: Open) -> None:
    page = open_page("#v=1&node=relu_2_1&picture=rocket")
    page.locator("[data-lab=activation]").click()
    share = page.locator("[data-proof='53'][data-layer-id]")
    expect(share).to_have_attribute("data-layer-id", "relu_2_1")
    inputs = numbers(page, header(page, "tiny-vgg", "rocket")["trace_id"], "conv_2_1")
    assert value(share) == pytest.approx((inputs <= 0).mean(), abs=1e-9)
