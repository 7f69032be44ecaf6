"""More of the lab, and of training: what is said is true, by the number that is shown."""

import re

import pytest
import safetensors.torch
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from tests.e2e.conftest import Open
from tests.e2e.maps import header, numbers
from tests.e2e.test_lab import bench, floats, proof, said
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


def test_17_fifty_steps_move_the_kernels_as_far_as_the_checkpoints_say(open_page: Open) -> None:
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
    name = next(each for each, value in after.items() if value.ndim == 4)
    moved = float((after[name] - before[name]).abs().mean())
    assert moved > 0
    expect(proof(page, 17)).to_be_visible()
    page.wait_for_function(
        "moved => Math.abs(document.querySelector('[data-drift]').dataset.drift / moved - 1) < 1e-5",
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
