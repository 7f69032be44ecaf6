"""Inside the kinds of layers that no shipped network has: the numbers are torch's."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import expect
from safetensors.torch import save_file
from torch import Tensor

from tests.bench.big import card
from tests.e2e import every_kind
from tests.e2e.conftest import Open, drawn
from tests.e2e.maps import numbers
from tests.e2e.test_access import serious
from tests.e2e.test_kinds import kind, number, tensor
from tests.e2e.test_links import BENCHES, goes_and_comes_back, inspect, nodes
from tests.e2e.test_state import chinese, untranslated
from tests.server import Running, serving

pytestmark = pytest.mark.e2e
PLACE = f"#v=1&net={every_kind.NAME}"
KINDS = {
    **{"norm": "norm", "prelu": "activation", "average": "pool", "drop": "dropout"},
    **{"add": "add", "cat": "concat", "group": "other"},
}
CLASSES = [{"id": name, "en": name, "zh": name} for name in ("one", "two", "three")]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The command with the network that has every kind of layer, and with a wide one."""
    models = tmp_path_factory.mktemp("models")
    for name, network in (
        (every_kind.NAME, every_kind.make()),
        (every_kind.WIDE, every_kind.make_wide()),
    ):
        (models / name).mkdir()
        save_file(network.state_dict(), models / name / "weights.safetensors")
        about = card(sum(each.numel() for each in network.parameters())) | {
            "id": name,
            "network": name,
            "input": {"channels": 3, "height": 32, "width": 32},
            "classes": CLASSES,
        }
        (models / name / "card.json").write_text(json.dumps(about), "utf-8")
    program = (sys.executable, str(Path(every_kind.__file__)))
    with serving("--models", str(models), command=program) as running:
        yield running


@pytest.fixture(scope="module")
def network() -> every_kind.EveryKind:
    """The network itself, in double precision."""
    return every_kind.make().double()


def test_batch_norm_writes_its_formula_with_the_numbers_of_the_channel(
    open_page: Open, network: every_kind.EveryKind
) -> None:
    page = open_page(f"{PLACE}&node=norm&c=5&cell=7,9")
    kind(page, "norm")
    before = tensor(numbers(page, drawn(page), "conv"))
    after = network.norm(before[None])[0]
    assert number(page, ".reading", "x") == pytest.approx(before[5, 7, 9].item(), rel=1e-6)
    assert number(page, ".reading", "made") == pytest.approx(after[5, 7, 9].item(), rel=1e-6)
    assert number(page, ".reading", "y") == pytest.approx(after[5, 7, 9].item(), rel=1e-4)
    kept: dict[str, Tensor | None] = {
        "mean": network.norm.running_mean,
        "variance": network.norm.running_var,
        "weight": network.norm.weight,
        "bias": network.norm.bias,
    }
    for name, values in kept.items():
        assert values is not None
        shown = number(page, f"[data-norm={name}]", "value")
        assert shown == pytest.approx(values[5].item(), rel=1e-6)


def test_batch_norm_compares_the_spread_before_and_after(
    open_page: Open, network: every_kind.EveryKind
) -> None:
    page = open_page(f"{PLACE}&node=norm&c=5&cell=7,9")
    kind(page, "norm")
    before = tensor(numbers(page, drawn(page), "conv"))
    after = network.norm(before[None])[0]
    spread = page.locator("[data-room] [role=img][aria-label*=';']")
    words = (spread.first.get_attribute("aria-label") or "").replace("−", "-").split(";")
    assert len(words) == 2
    for said, values in zip(words, (before[5], after[5]), strict=True):
        mean, std = (float(each) for each in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", said))
        assert mean == pytest.approx(values.mean().item(), rel=6e-3, abs=6e-4)
        assert std == pytest.approx(values.std(correction=0).item(), rel=6e-3)


def test_prelu_bends_by_the_slope_of_its_channel(
    open_page: Open, network: every_kind.EveryKind
) -> None:
    page = open_page(f"{PLACE}&node=prelu&c=4")
    kind(page, "activation")
    before = tensor(numbers(page, drawn(page), "norm"))[4]
    y, x = divmod(int(before.argmin()), before.shape[1])
    page.goto(f"/{PLACE}&node=prelu&c=4&cell={y},{x}")
    expect(page.locator(f".reading[data-x='{before.min().item()}']")).to_be_visible()
    slope = network.prelu.weight[4].item()
    assert number(page, ".reading", "slope") == pytest.approx(slope, rel=1e-6)


def test_average_pooling_counts_its_padding(open_page: Open) -> None:
    page = open_page(f"{PLACE}&node=average&c=3&cell=0,0")
    kind(page, "pool")
    before = tensor(numbers(page, drawn(page), "add"))
    wanted = F.avg_pool2d(before[None], 3, 2, 1)[0, 3, 0, 0].item()
    expect(page.locator("[data-winner] .padded")).to_have_count(5)
    made = number(page, "[data-winner] .made", "value")
    assert made == pytest.approx(wanted, rel=1e-4)
    cells = page.locator("[data-window-cell]").evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert sum(cells) / 9 == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(("y", "x"), [(0, 0), (2, 3), (7, 7)])
def test_padding_and_stride_put_the_window_where_torch_puts_it(
    open_page: Open, y: int, x: int
) -> None:
    page = open_page(f"{PLACE}&node=average&c=3&cell={y},{x}")
    kind(page, "pool")
    before = tensor(numbers(page, drawn(page), "add"))
    # A 1 wherever there is a cell: what is left 0 is padding.
    values, real = (
        F.unfold(each[None, 3:4], 3, stride=2, padding=1)[0, :, y * 8 + x]
        for each in (before, torch.ones_like(before))
    )
    expect(page.locator("[data-winner] .padded")).to_have_count(int((real == 0).sum()))
    cells = page.locator("[data-window-cell]").evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert cells == pytest.approx(values[real > 0].tolist(), rel=1e-6)


def test_dropout_does_nothing_and_says_why(open_page: Open) -> None:
    page = open_page(f"{PLACE}&node=drop&c=3")
    kind(page, "dropout")
    trace = drawn(page)
    difference = abs(numbers(page, trace, "drop") - numbers(page, trace, "flatten")).max()
    assert number(page, "", "difference") == difference == 0
    expect(page.locator("[data-room] [data-kind=dropout]")).to_contain_text(
        "being used, not trained"
    )
    expect(page.locator("[data-room] [data-kind=dropout]")).to_contain_text("25.0%")


def test_a_sum_shows_both_parts_and_where_they_come_from(open_page: Open) -> None:
    page = open_page(f"{PLACE}&node=add&c=3&cell=4,5")
    kind(page, "add")
    trace = drawn(page)
    parts = [float(numbers(page, trace, node)[3, 4, 5]) for node in ("pool", "silu")]
    shown = page.locator("[data-part]").evaluate_all(
        "parts => parts.map(part => Number(part.dataset.part))"
    )
    assert shown == pytest.approx(parts, rel=1e-7)
    value = float(numbers(page, trace, "add")[3, 4, 5])
    assert number(page, ".reading", "sum") == pytest.approx(value, rel=1e-4)
    page.locator("[data-source=pool] button").click()
    kind(page, "pool")


def test_a_stack_names_the_input_of_each_channel(open_page: Open) -> None:
    page = open_page(f"{PLACE}&node=cat&c=10")
    kind(page, "concat")
    trace = drawn(page)
    stack, gelu = (numbers(page, trace, node) for node in ("cat", "gelu"))
    source = int(number(page, "", "source-channel"))
    assert number(page, "", "input") == 1
    assert (stack[10] == gelu[source]).all()


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
def test_a_kind_passes_axe_in_one_language(open_page: Open, theme: str, lang: str) -> None:
    for node, name in KINDS.items():
        page = open_page(f"{PLACE}&theme={theme}&lang={lang}&node={node}&c=1&cell=2,2")
        kind(page, name)
        assert serious(page) == [], node
        assert (untranslated if lang == "zh" else chinese)(page) == [], node


def test_what_is_not_stated_is_said(open_page: Open) -> None:
    page = open_page(f"{PLACE}&node=group&c=1")
    kind(page, "other")
    expect(page.locator("[data-room] [data-kind=other]")).to_contain_text("group_norm")


def test_the_words_are_chinese_where_the_page_is(open_page: Open) -> None:
    page = open_page(f"{PLACE}&node=cat&c=10&lang=zh")
    expect(page.locator("[data-room] [data-kind=concat]")).to_contain_text(
        "通道 10 就是 gelu 的通道 2"
    )


def test_torch_agrees_with_the_network_that_is_shown(
    open_page: Open, network: every_kind.EveryKind
) -> None:
    page = open_page(PLACE)
    trace = drawn(page)
    with torch.no_grad():
        logits = network(tensor(numbers(page, trace, "input"))[None])[0]
    assert numbers(page, trace, "dense").tolist() == pytest.approx(logits.tolist(), rel=1e-3)


def test_every_kind_of_layer_leads_to_its_benches_and_back(open_page: Open) -> None:
    page = open_page(PLACE)
    first = {node["op"]: node["id"] for node in reversed(nodes(page, every_kind.NAME))}
    assert set(first) == set(BENCHES) - {"other"}
    for op, node in first.items():
        goes_and_comes_back(page, PLACE, node, op)


def test_every_kind_of_panel_leads_to_its_section(open_page: Open) -> None:
    page = open_page(PLACE)
    for op, node in {each["op"]: each["id"] for each in nodes(page, every_kind.NAME)}.items():
        inspect(page, PLACE, node)
        page.locator(".facts [data-explain]").click()
        expect(page.locator(f"#{op} h2")).to_be_in_viewport()
        page.go_back()


def test_the_guides_figures_show_the_kinds_that_the_network_has(open_page: Open) -> None:
    for op, node in {"norm": "norm", "dropout": "drop", "add": "add", "concat": "cat"}.items():
        page = open_page(f"guide{PLACE}&view=guide&section={op}")
        expect(page.locator(f"#{op} [data-caption]")).to_contain_text(f"{node} of")
        expect(page.locator(f"#{op} [data-live] [data-kind]")).to_be_visible()


def test_a_wide_layer_shows_the_strongest_channels_and_says_what_they_make(
    open_page: Open,
) -> None:
    page = open_page(f"#v=1&net={every_kind.WIDE}&node=narrow&c=2&cell=9,11")
    maps = tensor(numbers(page, drawn(page), "relu"))
    kernel = every_kind.make_wide().double().narrow.weight[2]
    window = F.pad(maps, (1, 1, 1, 1))[:, 9:12, 11:14]
    parts = (window * kernel).sum((1, 2)).abs()
    rows = page.locator("[data-room] [data-product]")
    foot = page.locator("[data-room] [data-shown]")
    expect(foot).to_have_attribute("data-rest", re.compile(r"\d"))
    chosen = [int(n) for n in rows.evaluate_all("all => all.map(e => e.dataset.product)")]
    assert number(page, "", "shown") == len(chosen) < len(parts) == 512
    share = float(foot.get_attribute("data-share") or "nan")
    assert share == pytest.approx((parts[chosen].sum() / parts.sum()).item(), rel=1e-4)
    expect(foot).to_contain_text(f"{len(chosen)} of 512")
    expect(foot).to_contain_text(f"{100 * share:.1f}%")

    listed = page.locator("[data-card] p[data-share]")
    order = page.locator("[data-card] [data-row]").evaluate_all(
        "all => all.map(e => Number(e.dataset.row))"
    )
    assert order == parts.topk(len(order)).indices.tolist()
    said = float(listed.get_attribute("data-share") or "nan")
    assert said == pytest.approx((parts[order].sum() / parts.sum()).item(), rel=1e-4)
    expect(listed).to_contain_text(f"{len(order)} of 512")
    expect(listed).to_contain_text(f"{100 * said:.1f}%")
