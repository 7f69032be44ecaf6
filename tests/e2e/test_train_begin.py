"""What a run begins with, and what a person changes in it: refusals, folds, a rate, a picture."""

import re
import statistics
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Watch
from tests.e2e.test_train import TRAIN, control, events, is_in, play, run_id, step, wait_for_step

pytestmark = pytest.mark.e2e


def test_what_the_server_refuses_is_said_in_chinese_beside_its_control(
    open_page: Open, watch: Watch
) -> None:
    watch.expect("status of 422")
    page = open_page(f"{TRAIN}&lang=zh")
    page.locator("[data-more=data] summary").click()
    page.locator("#option-folds").fill("1")
    page.locator("#option-folds").press("Enter")
    page.locator("[data-more=data] summary").click()
    page.locator("[data-play]").click()
    refused = page.locator("[data-option=folds] [data-refused-option]")
    expect(refused).to_be_visible()
    expect(refused).to_have_text(
        "“折数”（folds）为 1；应为 0（不用）或 2 到 20。 不设置则用默认值 0。"
    )
    expect(page.locator("[data-problem]")).to_contain_text("“折数”（folds）为 1")
    page.locator("#option-folds").fill("2")
    page.locator("#option-folds").press("Enter")
    expect(refused).to_have_count(0)
    expect(page.locator("[data-problem]")).to_have_count(0)


# A network in which a socket opens and says nothing, as a run's process that loads PyTorch.
SILENT = """
window.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    constructor() { setTimeout(() => this.onopen?.()); }
    send() {}
    close() {}
};
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_while_the_process_of_a_run_starts_the_page_says_so_and_why(
    open_page: Open, language: str
) -> None:
    page = open_page(f"{TRAIN}&lang={language}", script=SILENT)
    page.locator("[data-play]").click()
    is_in(page, "queued")
    words = {"en": "Starting the process that trains", "zh": "正在启动训练进程"}[language]
    said = page.locator(".status [role=status]").first
    expect(said).to_be_in_viewport()
    expect(said).to_contain_text(words)
    expect(said).to_contain_text("PyTorch")
    control(page, run_id(page), "stop")


def test_all_folds_learn_and_their_results_are_summed_up(open_page: Open) -> None:
    page = open_page(TRAIN)
    page.locator("[data-more=data] summary").click()
    page.locator("#option-folds").fill("3")
    page.locator("#option-folds").press("Enter")
    page.locator("[data-group=running] > summary").click()
    page.locator("#option-epochs").fill("1")
    page.locator("#option-epochs").press("Enter")
    page.locator("[data-speed]").press("End")
    page.locator("[data-folds='3']").click()
    summed = page.locator("[data-mean]")
    expect(summed).to_contain_text("3 of 3", timeout=30_000)
    listed = page.request.get("/api/runs").json()[:3]
    assert sorted(run["options"]["fold"] for run in listed) == [0, 1, 2]
    final = [run["results"]["validation_accuracy"] for run in listed]
    told = page.locator("[data-fold]").evaluate_all("all => all.map(e => +e.dataset.accuracy)")
    assert sorted(told) == sorted(final)
    assert float(summed.get_attribute("data-mean") or "") == pytest.approx(statistics.mean(final))
    deviation = float(summed.get_attribute("data-deviation") or "")
    assert deviation == pytest.approx(statistics.stdev(final))
    expect(page.locator("[data-panel=loss] [data-series]")).to_have_count(3)


def test_a_changed_rate_is_marked_on_the_chart_and_read_out(open_page: Open) -> None:
    page = open_page(TRAIN)
    play(page)
    wait_for_step(page, 12)
    page.locator("#option-lr").fill("0.001")
    page.locator("#option-lr").press("Enter")
    wait_for_step(page, step(page) + 3)
    page.locator("[data-play]").click()
    is_in(page, "paused")
    change = events(page, "change")[0]
    chart = page.locator("[data-panel=loss] [role=slider]")
    chart.focus()
    page.keyboard.press("Home")
    while float(chart.get_attribute("aria-valuenow") or "nan") < change["step"]:
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-panel=loss] .flag")).to_contain_text("0.00500 → 0.00100")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("0.00500 → 0.00100"))
    control(page, run_id(page), "stop")


def test_a_picture_of_ones_own_is_pinned_and_seen_by_the_network(
    open_page: Open, pictures: Path
) -> None:
    page = open_page(TRAIN)
    play(page)
    wait_for_step(page, 3)
    page.locator("[data-play]").click()
    is_in(page, "paused")
    path = pictures / "white.png"
    Image.new("RGB", (64, 64), "white").save(path)
    expect(page.locator(".own")).to_contain_text("in memory only")
    pin = page.locator("[data-pin='7']")
    before = pin.locator(".share").inner_text()
    page.locator(".own input").set_input_files(path)
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin.locator(".share")).not_to_have_text(before)
    control(page, run_id(page), "stop")
