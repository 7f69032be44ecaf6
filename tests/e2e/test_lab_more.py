"""More of the lab, and of training: what is said is true, by the number that is shown."""

import re
from collections.abc import Callable

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from tests.e2e.conftest import Open
from tests.e2e.maps import header, numbers
from tests.e2e.test_access import serious
from tests.e2e.test_lab import bench, floats, proof, said, set_to
from tests.e2e.test_train import control, is_in, play, run_id, wait_for_step

pytestmark = pytest.mark.e2e


def weights(page: Page, model: str) -> dict[str, Tensor]:
    """The weights of a network that the server knows, by their names."""
    answer = page.request.get(f"/api/models/{model}/weights")
    assert answer.ok, answer.text()
    return safetensors.torch.load(answer.body())


def numel(*layers: nn.Module) -> list[int]:
    """How many numbers each layer learns."""
    return [sum(each.numel() for each in layer.parameters()) for layer in layers]


def test_17_fifty_steps_move_the_kernels(open_page: Open) -> None:
    page = open_page("#v=1&view=train&panels=kernels")
    play(page)
    wait_for_step(page, 50)
    page.locator("[data-play]").click()
    is_in(page, "paused")
    run = run_id(page)
    control(page, run, "stop")  # It finishes its step and keeps it.
    is_in(page, "stopped")
    steps = page.request.get(f"/api/runs/{run}").json()["checkpoints"][-1]
    assert steps >= 50
    before, after = weights(page, f"run-{run}@0"), weights(page, f"run-{run}@{steps}")
    layer = page.get_by_role("combobox", name="Layer").input_value()
    moved = float((after[layer] - before[layer]).abs().mean())
    assert moved > 0
    # The frame of the last step may come a little after the word that the run has stopped.
    page.wait_for_function(
        """moved => {
            const { drift } = document.querySelector('[data-drift]').dataset;
            return Math.abs(drift - moved) < 1e-6;
        }""",
        arg=moved,
    )


def test_17_every_layer_is_a_slice_of_the_weights(open_page: Open) -> None:
    page = open_page(bench("parameters"))
    layers = (nn.Conv2d(1, 8, 3), nn.Conv2d(8, 16, 3), nn.Linear(784, 32), nn.Linear(32, 6))
    slices = page.locator("[data-slices]")
    expect(slices).to_have_attribute("data-slices", ",".join(map(str, numel(*layers))))
    expect(slices.locator("path")).to_have_count(len(layers))


# Whether a canvas has any light in red, in green and in blue.
LIT = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return [0, 1, 2].map(c => data.some((byte, i) => i % 4 === c && byte > 0));
}"""
COLOURS = ("red", "green", "blue")


def test_2_each_plane_stands_alone_and_leaves_the_picture_when_it_is_pressed(
    open_page: Open,
) -> None:
    page = open_page(bench("pixel", "y:31,x:7"))
    planes = page.locator("[data-planes]")
    picture = page.get_by_role("img", name=re.compile("^The picture as")).locator("canvas")
    for c, name in enumerate(COLOURS):
        plane = planes.locator(f"[data-alone='{name}']")
        only = [each == c for each in range(3)]
        assert plane.locator("canvas").evaluate(LIT) == only
        plane.click()
        expect(plane).to_have_attribute("aria-pressed", "false")
        assert picture.evaluate(LIT) == [not each for each in only]
        plane.click()
        expect(plane).to_have_attribute("aria-pressed", "true")
    before = floats(planes, "planes")
    values = numbers(page, header(page, "tiny-vgg", "coffee")["trace_id"], "input")
    card = page.request.get("/api/models/tiny-vgg").json()
    bytes_behind = [
        ((plane * std + mean) * 255).round().mean()
        for plane, mean, std in zip(values, card["mean"], card["std"], strict=True)
    ]
    assert before == pytest.approx(bytes_behind, abs=1e-3)
    green = floats(proof(page, 1), "byte")[1]
    page.get_by_role("textbox", name="Green").fill("250")
    expect(page).to_have_url(re.compile("e:6087/250"))
    expected = [before[0], before[1] + (250 - green) / 64**2, before[2]]
    assert floats(planes, "planes") == pytest.approx(expected)


def test_2_a_network_of_grey_pictures_has_one_plane(open_page: Open) -> None:
    page = open_page(bench("pixel") + "&net=lenet-5")
    shape = page.request.get("/api/models/lenet-5").json()["nodes"][0]["shape"]
    said(page, 2, shape=",".join(map(str, shape)))
    expect(page.locator("[data-alone]")).to_have_count(1)
    assert page.locator("[data-alone='grey'] canvas").evaluate(LIT) == [True, True, True]


LAYER, CELL = "conv_2_1", (3, 20)


def before_the_cell(net: dict[str, Tensor], picture: Tensor) -> Tensor:
    """What tiny-vgg makes of a picture up to the layer, by torch alone."""
    for name in ("conv_1_1", "conv_1_2"):
        picture = F.relu(F.conv2d(picture, net[f"{name}.weight"], net[f"{name}.bias"]))
    return F.conv2d(F.max_pool2d(picture, 2), net[f"{LAYER}.weight"], net[f"{LAYER}.bias"])


def box_by_gradient() -> list[int]:
    """First and behind the last row, then column, that such a stack lets the cell see."""
    three = torch.ones(1, 1, 3, 3)
    picture = torch.zeros(1, 1, 64, 64, requires_grad=True)
    maps = F.avg_pool2d(F.conv2d(F.conv2d(picture, three), three), 2)
    (slopes,) = torch.autograd.grad(F.conv2d(maps, three)[(0, 0, *CELL)], picture)
    reached = [slopes[0, 0].sum(axis).nonzero() for axis in (1, 0)]
    return [end for axis in reached for end in (int(axis.min()), int(axis.max()) + 1)]


def test_28_a_pixel_outside_the_box_changes_the_cell_of_no_map(open_page: Open) -> None:
    at_cell = f"node:{LAYER},cell:{CELL[0]}/{CELL[1]}"
    page = open_page(bench("field", at_cell))
    seen = page.locator("[data-proof='28'][data-box]")
    trace = header(page, "tiny-vgg", "coffee")["trace_id"]
    card = page.request.get("/api/models/tiny-vgg").json()
    mean, std = (torch.tensor(card[name]) for name in ("mean", "std"))
    net, picture = weights(page, "tiny-vgg"), torch.tensor(numbers(page, trace, "input"))
    y0, y1, x0, x1 = box_by_gradient()
    expect(seen).to_have_attribute("data-box", f"{y0},{y1},{x0},{x1}")
    outside = [(y0, x0 - 1), (y1, x0), (y0, x1)]
    for y, x in [*outside, ((y0 + y1) // 2, (x0 + x1) // 2), (y1 - 1, x1 - 1)]:
        set_to(page, "field", f"{at_cell},pixel:{y}/{x}")
        expect(seen).to_have_attribute("data-pixel", f"{y},{x}")
        expect(seen).to_have_attribute("data-within", str((y, x) not in outside).lower())
        expect(seen).to_have_attribute("data-moved", re.compile(r"\d"))
        painted = picture.clone()
        is_dark = ((picture[:, y, x] * std + mean) * 255).round() < 128
        painted[:, y, x] = (is_dark.float() - mean) / std
        made = [before_the_cell(net, each[None])[0, :, *CELL] for each in (picture, painted)]
        deltas = floats(seen, "deltas")
        if (y, x) in outside:
            assert deltas == [0, 0]
            expect(seen).to_have_attribute("data-moved", "0")
        else:
            assert any(delta != 0 for delta in deltas)
            assert deltas == pytest.approx((made[1] - made[0])[:2].tolist(), abs=1e-4)


def test_28_pressing_the_picture_and_a_map_chooses_pixel_and_cell(open_page: Open) -> None:
    page = open_page(bench("field", f"node:{LAYER}"))
    seen = page.locator("[data-proof='28'][data-box]")
    for name, (y, x), size in (("pixel", (0, 63), 64), ("cell", (27, 0), 28)):
        label = "The picture; press" if name == "pixel" else "Map 1 of"
        board = page.get_by_role("img", name=re.compile(f"^{label}"))
        board.scroll_into_view_if_needed()
        side = board.evaluate("each => each.clientWidth") / size
        board.click(position={"x": (x + 0.5) * side, "y": (y + 0.5) * side})
        expect(seen).to_have_attribute(f"data-{name}", f"{y},{x}")
    expect(seen).to_have_attribute("data-within", "false")
    expect(seen).to_have_attribute("data-moved", "0")


def test_29_a_stack_is_chosen_drawn_and_counted(open_page: Open) -> None:
    page = open_page(bench("field"))
    stacks: dict[str, tuple[int, ...]] = {
        "3 × 3 → 3 × 3": (3, 3),
        "5 × 5": (5,),
        "3 × 3 → 3 × 3 → 3 × 3": (3, 3, 3),
        "7 × 7": (7,),
    }
    cone, table = page.locator("[data-proof='28'][data-formula]"), proof(page, 29)
    counts, fields = [], []
    for name, kernels in stacks.items():
        layers = [nn.Conv2d(64, 64, kernel, bias=False) for kernel in kernels]
        counts.append(sum(numel(*layers)))
        fields.append(1 + 31 - nn.Sequential(*layers)(torch.zeros(1, 64, 31, 31)).shape[-1])
        page.locator(f"[data-stack='{name}']").click()
        expect(cone).to_have_attribute("data-field", str(fields[-1]))
    assert counts[:2] == [73_728, 102_400]
    expect(table).to_have_attribute("data-weights", ",".join(map(str, counts)))
    expect(table).to_have_attribute("data-fields", ",".join(map(str, fields)))


def concatenated(x: Tensor) -> Tensor:
    return torch.cat([x, torch.zeros(1, 8, *x.shape[2:])], 1)


def added(x: Tensor) -> Tensor:
    return x + x


LAYERS: dict[str, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {
    settings: (layer, layer)
    for settings, layer in {
        "kind:conv,bias:0,k:5": nn.Conv2d(6, 8, 5, padding=1, bias=False),
        "kind:conv,bias:0,g:2": nn.Conv2d(6, 8, 3, padding=1, groups=2, bias=False),
        "kind:conv,g:2": nn.Conv2d(6, 8, 3, padding=1, groups=2),
        "kind:transposed,bias:0,s:2": nn.ConvTranspose2d(6, 8, 3, 2, 1, bias=False),
        "kind:norm": nn.BatchNorm2d(6),
        "kind:groupnorm,g:3": nn.GroupNorm(3, 6),
        "kind:layernorm": nn.LayerNorm([6, 9, 9]),
        "kind:prelu": nn.PReLU(),
        "kind:prelu,each:1": nn.PReLU(6),
        "kind:pool,k:3,s:2": nn.MaxPool2d(3, 2, 1),
        "kind:activation": nn.ReLU(),
        "kind:dropout": nn.Dropout(),
        "kind:flatten": nn.Flatten(),
    }.items()
} | {
    "kind:add": (nn.Identity(), added),
    "kind:concat": (nn.Identity(), concatenated),
}


def test_31_any_layer_learns_as_many_numbers_as_torchs(open_page: Open) -> None:
    page = open_page(bench("parameters"))
    for settings, (layer, run) in LAYERS.items():
        set_to(page, "parameters", f"{settings},i:6,n:9")
        shape = run(torch.zeros(1, 6, 9, 9)).shape[1:]
        said(page, 31, parameters=numel(layer)[0], shape=",".join(map(str, shape)))
    set_to(page, "parameters", "kind:groupnorm,i:6,g:4")
    with pytest.raises(ValueError, match="divisible"):
        nn.GroupNorm(4, 6)
    expect(proof(page, 31)).to_contain_text("must divide 6")


def test_31_a_bias_is_switched_off_and_its_dots_are_gone(open_page: Open) -> None:
    page = open_page(bench("parameters", "kind:dense,i:6,o:4"))
    dots = page.get_by_role("img", name=re.compile("a dot is a bias")).locator("circle")
    expect(dots).to_have_count(4)
    page.get_by_label("With biases").uncheck()
    said(page, 31, parameters=numel(nn.Linear(6, 4, bias=False))[0])
    expect(dots).to_have_count(0)


@pytest.mark.parametrize(("act", "beside"), [("sigmoid", "relu"), ("identity", "relu")])
def test_49_50_two_networks_that_differ_in_one_thing_learn_side_by_side(
    open_page: Open, act: str, beside: str
) -> None:
    page = open_page(bench("plane", f"act:{act},lr:0.05"))
    page.locator("#plane-vs").select_option(beside)
    both = {name: page.locator(f"[data-proof='50'][data-act='{name}']") for name in (act, beside)}
    for one in both.values():
        expect(one).to_have_attribute("data-steps", "0")
    page.locator("[data-many]").click()
    for one in both.values():
        expect(one).to_have_attribute("data-steps", "400", timeout=20_000)
    accuracy = {name: floats(one, "accuracy")[0] for name, one in both.items()}
    hidden = {name: floats(one, "hidden") for name, one in both.items()}
    assert accuracy["relu"] >= 0.98
    assert hidden["relu"][0] == 0
    assert hidden["relu"][1] > 1  # the bend is what it is for, not a range
    if act == "sigmoid":
        assert accuracy["sigmoid"] >= 0.9
        assert 0 < hidden["sigmoid"][0] < hidden["sigmoid"][1] < 1
    else:
        assert accuracy["identity"] <= 0.72  # a straight line through a ring
    page.locator("#plane-act").select_option(beside)
    page.locator("[data-many]").click()
    same = page.locator("[data-proof='50'][data-act='relu']")
    for one in (same.first, same.last):
        expect(one).to_have_attribute("data-steps", "400", timeout=20_000)
    assert floats(same.first, "loss") == floats(same.last, "loss")


def test_49_five_hidden_layers_fit_a_phone(open_page: Open) -> None:
    page = open_page(
        bench("plane", "units:8/8/8/8/8,vs:relu"), viewport={"width": 390, "height": 844}
    )
    expect(page.locator("[data-unit='4/7']")).to_be_attached()
    expect(page.locator("[data-more]")).to_be_enabled()
    assert page.evaluate("document.querySelector('article').scrollWidth") <= 390
    assert serious(page) == []


def test_32_a_row_that_is_walked_to_marks_its_window(open_page: Open) -> None:
    page = open_page(bench("matrix", "p:0,n:5,k:2"))
    shown = proof(page, 32)
    said(page, 32, nonzeros=",".join(["4"] * 16), row=5, window="1,1,2,2")
    page.get_by_role("application", name="The convolution as a matrix").focus()
    page.keyboard.press("ArrowDown")
    said(page, 32, row=6, window="1,2,2,2")
    expect(shown).to_contain_text("out of 25")
    unfolded = F.unfold(torch.arange(25.0).view(1, 1, 5, 5), 2)[0, :, 6]
    assert unfolded.min() == 5 * 1 + 2  # torch's seventh window begins in row 1, column 2


def test_32_the_large_layer_is_counted_from_its_sizes(open_page: Open) -> None:
    page = open_page(bench("matrix"))
    for side, inputs, outputs, kernel in ((224, 3, 64, 3), (9, 2, 5, 4)):
        sizes = f"side:{side},from:{inputs},to:{outputs},kernel:{kernel}"
        set_to(page, "matrix", sizes)
        dense = nn.Linear(inputs * side * side, outputs, device="meta")
        counts = numel(dense, nn.Conv2d(inputs, outputs, kernel))
        said(page, 32, dense=counts[0], conv=counts[1])
    page.get_by_role("spinbutton", name="Outputs").press("ArrowUp")
    said(page, 32, conv=numel(nn.Conv2d(2, 6, 4))[0])


@pytest.mark.parametrize(
    ("net", "picture", "layer", "source"),
    [
        ("tiny-vgg", "galaxies", "relu_2_2", "conv_2_2"),
        ("tiny-vgg", "coffee", "relu_1_2", "conv_1_2"),
        ("lenet-5", "coffee", "relu_3", "dense_1"),
    ],
)
def test_53_channels_that_are_0_everywhere_are_those_that_relu_leaves_at_0(
    open_page: Open, net: str, picture: str, layer: str, source: str
) -> None:
    page = open_page(bench("activation", f"layer:{layer}") + f"&net={net}&picture={picture}")
    inputs = torch.tensor(numbers(page, header(page, net, picture)["trace_id"], source))
    silent = (F.relu(inputs).reshape(len(inputs), -1) == 0).all(1).nonzero().flatten().tolist()
    assert bool(silent) == (picture == "galaxies" or net == "lenet-5")
    shown = page.locator("[data-proof='53'][data-silent]")
    expect(shown).to_have_attribute("data-which", ",".join(map(str, silent)))
    expect(shown).to_have_text(f"{len(silent)} / {len(inputs)}")
    page.select_option("#activation-other", "leaky_relu")
    expect(shown).to_have_attribute("data-silent", "0")
