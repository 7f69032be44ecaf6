"""The lab: what its benches say is true, by the number that each shows."""

import random
import re
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect
from torch.utils.flop_counter import FlopCounterMode

from tests.conftest import ROOT
from tests.e2e.conftest import Open

pytestmark = pytest.mark.e2e
TABLE = ROOT / "static" / "src" / "lab" / "benches.ts"
# Every bench that the page has.
BENCHES: list[str] = re.findall(r"\{ id: '(\w+)'", TABLE.read_text("utf-8"))


def bench(name: str, settings: str = "") -> str:
    """The address of a bench."""
    return f"lab#v=1&view=lab&bench={name}" + (f"&set={settings}" if settings else "")


def proof(page: Page, item: int) -> Locator:
    """The element that holds the numbers of an item of the list of concepts."""
    return page.locator(f"[data-proof='{item}']")


def floats(of: Locator, name: str) -> list[float]:
    """The numbers of a data attribute."""
    return [float(part) for part in (of.get_attribute(f"data-{name}") or "").split(",")]


def set_to(page: Page, name: str, settings: str) -> None:
    """Changes the settings of a bench by its address, without loading the page again."""
    page.evaluate("hash => { location.hash = hash }", bench(name, settings).partition("#")[2])


def said(page: Page, item: int, **numbers: object) -> None:
    """Waits until the element of an item says these numbers."""
    for name, value in numbers.items():
        expect(proof(page, item)).to_have_attribute(f"data-{name}", str(value))


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
    line = proof(page, 16)
    signal = floats(line, "signal")
    assert signal[2] == -3.5
    assert floats(line, "out") == [a - b for a, b in zip(signal, signal[2:], strict=False)]
    page.get_by_role("button", name="Smooth").click()
    made = F.conv1d(torch.tensor(signal)[None, None], torch.tensor([[[0.25, 0.5, 0.25]]]))
    assert floats(line, "out") == pytest.approx(made.flatten().tolist())
    expect(page).to_have_url(re.compile("set=sig:.*lk:0.25/0.5/0.25"))
    again = open_page(page.url.split("/", 3)[3])
    assert floats(proof(again, 16), "out") == floats(line, "out")


def test_the_lab_and_the_layer_view_lead_to_each_other(open_page: Open) -> None:
    page = open_page(bench("kernel"))
    page.locator("[data-layer]").click()
    expect(page).to_have_url(re.compile(r"/#v=1&node=conv_1_1&c=0"))
    page.go_back()
    expect(page.get_by_role("heading", name="Kernel", exact=True)).to_be_visible()


def test_a_bench_left_at_once_keeps_what_was_set_and_does_not_come_back(open_page: Open) -> None:
    page = open_page(bench("kernel"))
    layer = page.locator("[data-layer]")
    type_into(page, "Signal", ["ArrowRight", "ArrowRight"], "-3.5")
    layer.evaluate("link => link.click()")
    expect(page.get_by_role("heading", name="conv_1_1")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/#v=1&node=conv_1_1&c=0"))
    page.go_back()
    assert floats(proof(page, 16), "signal")[2] == -3.5


def test_four_cells_padding_one_kernel_three_and_stride_two_make_two(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:numbers,n:4,p:1/1/1/1,s:2"))
    formula = page.locator("[data-size] [data-out]")
    expect(formula).to_have_attribute("data-out", "2")
    expect(formula).to_contain_text("⌊1.50⌋ + 1 = 2")
    page.get_by_role("textbox", name="Input size").fill("1")
    page.get_by_role("textbox", name="Padding per side").fill("0")
    expect(page.get_by_text("No window fits")).to_be_visible()
    expect(
        page.get_by_text("The kernel reaches over 3 cells, but input and padding have only 1.")
    ).to_be_visible()
    page.get_by_role("textbox", name="Padding per side").fill("1")
    expect(formula).to_have_attribute("data-out", "1")


def test_the_size_is_torchs_for_50_random_settings(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:size"))
    pick = random.Random(3)
    for _ in range(50):
        n, k, s, d = pick.randint(1, 80), pick.randint(1, 9), pick.randint(1, 5), pick.randint(1, 3)
        p = pick.randint(0, 4)
        set_to(page, "kernel", f"tab:size,bn:{n},bk:{k},bs:{s},bd:{d},bp:{p}")
        try:
            out = F.conv1d(
                torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=s, dilation=d, padding=p
            ).shape[-1]
        except RuntimeError:
            out = 0
        said(page, 27, size=n, out=out)


def test_padding_keeps_the_size_only_of_odd_kernels(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:size"))
    said(page, 24, keeps="1", outs="26,28,30")
    expect(page.locator("[data-chain]")).to_have_attribute("data-chain", "28,26,24,22,20,18")
    set_to(page, "kernel", "tab:size,bk:4")
    said(page, 24, keeps="", outs="25,27,29,31")
    set_to(page, "kernel", "tab:size,bn:224,bk:7,bs:2,bp:3")
    said(page, 26, out=112)


def test_the_corner_is_touched_by_one_window_and_the_middle_by_nine(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:numbers"))
    said(page, 25, corner=1, most=9)
    page.get_by_label("Show how many windows touch each cell").check()
    expect(page.get_by_role("img", name="Input: 0")).to_have_attribute("data-hi", "9")
    page.get_by_role("textbox", name="Padding per side").fill("1")
    said(page, 25, corner=4, most=9)


def test_turning_changes_a_sobel_kernel_by_its_sign_and_a_symmetric_one_by_nothing(
    open_page: Open,
) -> None:
    page = open_page(bench("kernel", "tab:numbers,pat:noise,turn:1"))
    page.locator("[data-kernel=sobelX]").click()
    said(page, 19, sum=0)
    assert float(proof(page, 19).get_attribute("data-difference") or 0) > 1
    page.locator("[data-kernel=laplacian]").click()
    said(page, 19, difference=0)


def test_a_typed_cell_changes_the_output_and_the_keys_move_the_window(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:numbers"))
    type_into(page, "Input", ["ArrowRight", "ArrowDown", "ArrowRight"], "7")
    expect(page).to_have_url(re.compile("x:0/0/0/1/1/1/0/7/0"))
    page.get_by_role("application", name="Output").focus()
    expect(page.locator("[data-total]")).to_have_attribute("data-total", "0")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-total]")).to_have_attribute("data-total", "-4")


def test_kernels_that_sum_to_1_keep_the_brightness_and_to_0_a_wall_dark(open_page: Open) -> None:
    page = open_page(bench("kernel", "tab:picture"))
    for kernel, flat in (("blur", 1), ("sharpen", 1), ("emboss", 1), ("sobelX", 0)):
        page.locator(f"[data-kernel={kernel}]").click()
        expect(page.locator(f"[data-kernel={kernel}]")).to_have_attribute("aria-pressed", "true")
        element = proof(page, 18)
        assert floats(element, "flat")[0] == pytest.approx(flat, abs=1e-5)
        if flat:
            assert floats(element, "after")[0] == pytest.approx(floats(element, "before")[0], abs=1)


def test_a_learned_kernel_goes_from_its_panel_to_the_picture(open_page: Open) -> None:
    page = open_page("#v=1&node=conv_1_1&c=3")
    page.locator("[data-lay]").click()
    expect(page.locator("#learned-channel")).to_have_value("3")
    expect(page.get_by_role("application", name="On blue")).to_be_visible()


def test_a_cell_outside_the_field_changes_nothing(open_page: Open) -> None:
    page = open_page(bench("field", "l:3/2/5/1/3/1"))
    cone = page.locator("[data-proof='28'][data-formula]")
    stack = torch.nn.Sequential(
        torch.nn.Conv1d(1, 1, 3, stride=2, padding=1),
        torch.nn.Conv1d(1, 1, 5, padding=2),
        torch.nn.Conv1d(1, 1, 3, padding=1),
    )
    for parameter in stack.parameters():
        torch.nn.init.constant_(parameter, 1)
    signal = torch.zeros(1, 1, 31, requires_grad=True)
    stack(signal)[0, 0, 7].backward()
    assert signal.grad is not None
    reached = signal.grad[0, 0].nonzero().flatten().tolist()
    for name in ("field", "formula"):
        expect(cone).to_have_attribute(f"data-{name}", str(len(reached)))
    for cell in (reached[0], reached[0] - 1, reached[-1], reached[-1] + 1):
        set_to(page, "field", f"l:3/2/5/1/3/1,i:{cell}")
        expect(cone).to_have_attribute("data-inside", str(cell in reached).lower())
        assert (floats(cone, "change")[0] != 0) == (cell in reached)


def test_a_convolution_is_a_matrix_with_nine_numbers_in_a_row(open_page: Open) -> None:
    page = open_page(bench("matrix", "p:0"))
    said(page, 32, nonzeros="9,9,9,9", dense=9_633_856, conv=1792)
    page.get_by_role("button", name="Padding 1").click()
    said(page, 32, nonzeros="4,6,6,4,6,9,9,6,6,9,9,6,4,6,6,4")


def test_parameters_are_counted_as_torch_counts_them(open_page: Open) -> None:
    page = open_page(bench("parameters", "kind:conv,i:6,o:16,k:5,p:0,n:14"))
    conv = torch.nn.Conv2d(6, 16, 5)
    count = sum(p.numel() for p in conv.parameters())
    shape = ",".join(map(str, conv(torch.zeros(1, 6, 14, 14)).shape[1:]))
    said(page, 31, parameters=count, shape=shape, macs=16 * 10 * 10 * 6 * 25, field=5)
    said(page, 17, kernels=1224, total=26_566)
    expect(proof(page, 17)).to_contain_text("4.6%")
    page.get_by_role("tab", name="Fully connected").click()
    said(page, 31, parameters=6 * 16 + 16)
    page.locator("#parameters-net").select_option("lenet")
    expect(page.locator("p[data-total='61706']").first).to_be_visible()


def test_a_norm_learns_two_numbers_a_channel_and_a_pooling_none(open_page: Open) -> None:
    page = open_page(bench("parameters", "kind:conv,i:6,o:16,k:2,s:2,p:0,n:14"))
    page.get_by_role("tab", name="Batch norm").click()
    norm = torch.nn.BatchNorm2d(6)
    said(page, 31, parameters=sum(p.numel() for p in norm.parameters()), shape="6,14,14")
    page.get_by_role("tab", name="Pooling").click()
    pool = torch.nn.MaxPool2d(2, 2)
    shape = ",".join(map(str, pool(torch.zeros(1, 6, 14, 14)).shape[1:]))
    said(page, 31, parameters=len(list(pool.parameters())), shape=shape)


@pytest.mark.parametrize("kind", ["conv", "transposed"])
def test_parameters_of_any_convolution_are_those_of_torch(open_page: Open, kind: str) -> None:
    page = open_page(bench("parameters", f"kind:{kind}"))
    pick = random.Random(17)
    for _ in range(12):
        g, k, s, d = (pick.randint(1, most) for most in (4, 5, 3, 3))
        i, o, p, n = g * pick.randint(1, 4), g * pick.randint(1, 4), pick.randint(0, 2), 17
        sizes: Any = {"stride": s, "padding": p, "dilation": d, "groups": g}
        a = pick.randrange(max(s, d)) if kind == "transposed" else 0
        layer = (
            torch.nn.ConvTranspose2d(i, o, k, output_padding=a, **sizes)
            if kind == "transposed"
            else torch.nn.Conv2d(i, o, k, **sizes)
        )
        with FlopCounterMode(display=False) as counter:
            shape = ",".join(map(str, layer(torch.zeros(1, i, n, n)).shape[1:]))
        numbers = f"i:{i},o:{o},k:{k},s:{s},p:{p},d:{d},g:{g},a:{a},n:{n}"
        set_to(page, "parameters", f"kind:{kind},{numbers}")
        said(page, 31, parameters=sum(w.numel() for w in layer.parameters()), shape=shape)
        said(page, 31, macs=counter.get_total_flops() // 2, field=d * (k - 1) + 1)


def test_a_layer_that_torch_refuses_is_not_counted_but_explained(open_page: Open) -> None:
    page = open_page(bench("parameters", "i:6,o:4,g:3"))
    expect(proof(page, 31)).to_contain_text("groups must divide both. Here they can be 2")
    expect(proof(page, 31)).not_to_have_attribute("data-parameters", re.compile(""))
    page.get_by_role("spinbutton", name="Groups").press("ArrowDown")
    said(
        page, 31, parameters=sum(w.numel() for w in torch.nn.Conv2d(6, 4, 3, groups=2).parameters())
    )
    set_to(page, "parameters", "kind:transposed,a:2,s:2")
    expect(proof(page, 31)).to_contain_text("here at most 1")
