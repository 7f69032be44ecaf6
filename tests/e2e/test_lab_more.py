"""More of the lab, and of training: what is said is true, by the number that is shown."""

import pytest
import safetensors.torch
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from tests.e2e.conftest import Open
from tests.e2e.test_lab import bench, proof
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
