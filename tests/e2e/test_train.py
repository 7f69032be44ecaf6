"""A person trains a network in the page, breaks it, mends it, and finds everything again."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, drawn

pytestmark = pytest.mark.e2e
TRAIN = "#v=1&view=train"
PHASES = ("forward", "loss", "backward", "update")


@pytest.fixture
def training(open_page: Open) -> Iterator[Page]:
    """The training view before any run; what still goes on at the end is stopped."""
    page = open_page(TRAIN)
    expect(page.locator("#option-lr")).not_to_have_value("")
    yield page
    for run in page.request.get("/api/runs").json():
        if run["state"] in ("running", "paused", "queued"):
            control(page, run["id"], "stop")


def control(page: Page, run: str, action: str) -> None:
    answer = page.request.post(f"/api/runs/{run}/control", data={"action": action})
    assert answer.ok, answer.text()


def run_id(page: Page) -> str:
    """The id of the run that the address names."""
    found = re.search(r"[#&]run=(\d+)", page.url)
    assert found, page.url
    return found[1]


def events(page: Page, *types: str) -> list[dict[str, Any]]:
    """What the server has stored of the open run."""
    path = f"/api/runs/{run_id(page)}/events?types={','.join(types)}"
    return list(page.request.get(path).json()["events"])


def points(page: Page) -> list[dict[str, float]]:
    """Every stored point of the open run."""
    return list(page.request.get(f"/api/runs/{run_id(page)}/history").json()["points"])


def step(page: Page) -> int:
    """The step that the page shows."""
    return int(page.locator(".status").get_attribute("data-step") or "nan")


def wait_for_step(page: Page, least: int) -> None:
    page.wait_for_function(
        "least => Number(document.querySelector('.status').dataset.step) >= least", arg=least
    )


def is_in(page: Page, state: str) -> None:
    expect(page.locator(".status")).to_have_attribute("data-state", state, timeout=20_000)


def play(page: Page) -> None:
    """Presses Play and waits until the network learns."""
    page.locator("[data-play]").click()
    is_in(page, "running")
    wait_for_step(page, 1)


def test_one_press_on_play_is_enough_to_see_it_learn(training: Page) -> None:
    page = training
    expect(page.locator(".status")).to_have_attribute("data-state", "ready")
    expect(page.locator("[data-panel=canvas] .blank")).to_be_visible()
    page.locator("[data-view=look]").click()
    page.locator("[data-view=train]").click()
    play(page)
    drawn(page)
    first = page.locator("[data-frame]").get_attribute("data-frame")
    expect(page.locator("[data-frame]")).not_to_have_attribute("data-frame", first or "")
    expect(page.locator("[data-pin]")).to_have_count(8)
    expect(page.locator("[data-kernels=conv1]")).to_be_visible()
    wait_for_step(page, 60)
    stored = points(page)
    assert [point["step"] for point in stored] == list(range(1, len(stored) + 1))
    assert stored[-1]["loss"] < stored[0]["loss"]


def test_the_phases_of_a_step_come_one_by_one_and_only_the_last_counts(training: Page) -> None:
    page = training
    page.keyboard.press(",")
    for phase in PHASES:
        now = page.locator("[data-now=true]")
        expect(now).to_have_attribute("data-phase", phase)
        is_in(page, "paused")
        assert step(page) == int(phase == "update")
        page.keyboard.press(",")
    expect(page.locator("[data-now=true]")).to_have_attribute("data-phase", "forward")
    page.keyboard.press(".")
    wait_for_step(page, 2)
    page.keyboard.press("e")
    wait_for_step(page, 3)
    is_in(page, "paused")
    started = events(page, "started")[0]
    wait_for_step(page, started["steps_per_epoch"])
    assert step(page) == started["steps_per_epoch"]
    assert [point["step"] for point in points(page)] == list(range(1, step(page) + 1))


def test_space_pauses_and_the_numbers_of_what_rests_are_exact(training: Page) -> None:
    page = training
    play(page)
    page.locator("body").click(position={"x": 700, "y": 5})
    page.keyboard.press("Space")
    is_in(page, "paused")
    rests = step(page)
    page.locator("[data-panel=canvas]").scroll_into_view_if_needed()
    page.locator("[data-panel=canvas] [role=grid]").focus()
    expect(page.locator("[data-frame]")).to_have_attribute("data-frame", str(rests))
    expect(page.locator("[data-number='dense2/0']")).not_to_be_empty()
    assert step(page) == rests
    page.locator("h1").click()
    page.keyboard.press("Space")
    is_in(page, "running")
    wait_for_step(page, rests + 1)


def break_it(page: Page) -> None:
    """A learning rate far too high, set while it learns."""
    page.locator("#option-lr").fill("5")
    page.locator("#option-lr").press("Enter")
    verdict = page.locator("section[data-verdict]")
    expect(verdict).to_be_visible(timeout=30_000)


def test_a_run_is_broken_diagnosed_mended_looked_into_and_found_again(training: Page) -> None:
    page = training
    play(page)
    wait_for_step(page, 20)
    break_it(page)
    change = events(page, "change")[0]
    assert (change["name"], change["value"]) == ("lr", 5)
    said = {each["rule"]: each for each in events(page, "verdict")}
    broken = run_id(page)
    remedy = page.locator("section[data-verdict] p [data-remedy]")
    rule = remedy.get_attribute("data-remedy") or ""
    remedy.click()
    rate = said[rule]["remedy"].get("lr")
    if rate is not None:
        expect(page.locator("#option-lr")).to_have_value(f"{rate:g}")
    is_in(page, "running")
    page.locator("[data-play]").click()
    is_in(page, "paused")
    opens_in_the_layer_view(page)
    exports(page)
    survives_a_reload(page, broken)


def opens_in_the_layer_view(page: Page) -> None:
    run = run_id(page)
    button = page.locator("[data-layers]")
    expect(button).to_be_enabled(timeout=20_000)
    button.click()
    expect(page.locator("#net")).to_have_value(re.compile(rf"^run-{run}@\d+$"))
    # What the training view draws are frames, which have a slash in their names.
    page.wait_for_function("() => !(document.documentElement.dataset.drawn ?? '/').includes('/')")
    assert page.request.get(f"/api/traces/{drawn(page)}").ok
    page.go_back()
    is_in(page, "paused")


def exports(page: Page) -> None:
    row = page.locator(f"[data-run='{run_id(page)}']")
    row.locator("summary").click()
    links = {
        link.get_attribute("data-export"): link.get_attribute("href")
        for link in row.locator("[data-export]").all()
    }
    assert set(links) == {"csv", "checkpoint", "script"}
    table = page.request.get(links["csv"] or "").text()
    steps = [int(line["step"]) for line in csv.DictReader(io.StringIO(table)) if line["loss"]]
    assert steps[: len(points(page))] == [point["step"] for point in points(page)]
    assert "torch" in page.request.get(links["script"] or "").text()
    assert page.request.get(links["checkpoint"] or "").ok


def survives_a_reload(page: Page, broken: str) -> None:
    rests, rate = step(page), page.locator("#option-lr").input_value()
    said = page.locator("section[data-verdict]").count()
    page.reload()
    is_in(page, "paused")
    wait_for_step(page, rests)
    assert step(page) == rests
    expect(page.locator("#option-lr")).to_have_value(rate)
    expect(page.locator("section[data-verdict]")).to_have_count(said)
    expect(page.locator(f"[data-run='{broken}']")).to_be_visible()
    expect(page.locator("[data-frame]")).to_have_attribute("data-frame", str(rests))


def test_a_cell_of_the_confusion_matrix_shows_its_own_pictures(training: Page) -> None:
    page = training
    page.keyboard.press("e")
    is_in(page, "paused")
    page.wait_for_function("() => document.querySelector('[data-cell]') !== null")
    last = events(page, "evaluation")[-1]
    for told, (_, label, guess) in (
        (last["wrong"], last["wrong"][0]),
        (last["right"], last["right"][0]),
    ):
        page.locator(f"[data-cell='{label} {guess}']").click()
        shown = page.locator("[data-panel=worst] [data-picture]")
        ids = [str(each[0]) for each in told if each[1:] == [label, guess]]
        expect(shown).to_have_count(len(ids))
        assert [each.get_attribute("data-picture") for each in shown.all()] == ids
        first = shown.first.locator("img")
        first.scroll_into_view_if_needed()
        page.wait_for_function("image => image.naturalWidth > 0", arg=first.element_handle())
        if label != guess:
            assert len(ids) == last["confusion"][label][guess]


def test_the_curves_are_kept_as_a_picture(training: Page) -> None:
    page = training
    play(page)
    wait_for_step(page, 45)
    page.locator("[data-play]").click()
    is_in(page, "paused")
    with page.expect_download() as coming:
        page.locator("[data-save=png]").click()
    assert coming.value.suggested_filename == f"run-{run_id(page)}.png"
    with Image.open(coming.value.path()) as image:
        assert image.format == "PNG"
        height = image.height
        counts = image.convert("RGB").getcolors(1 << 20) or []
        curves = [
            image.convert("RGB").crop((0, y, image.width, y + height // 3))
            for y in (height // 4, height * 2 // 3)
        ]
    paper = max(counts)[1]
    accent = tuple(page.evaluate(ACCENT))
    assert accent != paper
    for part in curves:
        drawn_in = {colour for _, colour in part.getcolors(1 << 20) or []}
        assert {paper, accent} <= drawn_in


# The colour of the open run, as red, green and blue.
ACCENT = """() => {
    const probe = document.body.appendChild(document.createElement('span'));
    probe.style.color = 'var(--accent)';
    const found = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
    probe.remove();
    return found;
}"""


def test_settings_that_need_a_new_run_say_so_and_start_one(training: Page) -> None:
    page = training
    play(page)
    first = run_id(page)
    page.locator("#option-optimiser").select_option("sgd")
    page.locator("[data-restart]").click()
    expect(page).not_to_have_url(re.compile(rf"run={first}(&|$)"))
    wait_for_step(page, 1)
    options = page.request.get(f"/api/runs/{run_id(page)}").json()["options"]
    assert options["optimiser"] == "sgd"
    expect(page.locator("[data-restart]")).to_have_count(0)
    states = {run["id"]: run["state"] for run in page.request.get("/api/runs").json()}
    assert states[first] == "stopped"


def test_a_value_that_cannot_be_is_refused_beside_its_field(training: Page) -> None:
    page = training
    page.locator("#option-lr").fill("-1")
    wrong = page.locator("#option-lr-wrong")
    expect(wrong).to_contain_text("-1")
    expect(page.locator("#option-lr")).to_have_attribute("aria-invalid", "true")
    page.locator("#option-lr").fill("0.01")
    expect(wrong).to_have_count(0)


# A network in which something lets no socket through.
BLOCKED = """
window.WebSocket = class {
    static OPEN = 1;
    readyState = 3;
    constructor() { setTimeout(() => this.onclose?.({ code: 1006, reason: '' })); }
    send() {}
    close() {}
};
"""


def test_where_sockets_are_blocked_the_page_asks_instead_and_says_so(open_page: Open) -> None:
    page = open_page(TRAIN, script=BLOCKED)
    page.locator("[data-play]").click()
    wait_for_step(page, 20)
    expect(page.locator("[data-wire=polling]")).to_be_visible()
    page.locator("[data-play]").click()
    is_in(page, "paused")
    assert step(page) == points(page)[-1]["step"]
    control(page, run_id(page), "stop")


def test_every_arm_of_a_preset_is_drawn_beside_the_first(training: Page) -> None:
    page = training
    experiment = page.request.get("/api/experiments").json()[0]
    page.locator("#experiment").select_option(experiment["id"])
    page.locator("[data-arm=all]").click()
    expect(page).to_have_url(re.compile(r"beside=\d"))
    arms = len(experiment["arms"])
    listed = page.request.get("/api/runs").json()[:arms]
    assert [run["name"] for run in listed[::-1]] == [
        arm["label"]["en"] for arm in experiment["arms"]
    ]
    assert run_id(page) == listed[-1]["id"]
    expect(page.locator("[data-run] input:checked")).to_have_count(arms - 1)


def test_a_run_is_named_laid_beside_and_deleted_in_the_list(training: Page) -> None:
    page = training
    play(page)
    first = run_id(page)
    page.locator("[data-step]").first.wait_for()
    page.keyboard.press("r")
    expect(page.locator(".status")).to_have_attribute("data-state", "ready")
    row = page.locator(f"[data-run='{first}']")
    row.locator("summary").click()
    row.locator("input[type=text]").fill("the first")
    row.locator("input[type=text]").press("Enter")
    expect(row.locator(".title")).to_have_text("the first")
    row.locator("input[type=checkbox]").check()
    assert f"beside={first}" in page.url
    row.locator("[data-delete=ask]").click()
    row.locator("[data-delete=sure]").click()
    expect(row).to_have_count(0)
    assert page.request.get(f"/api/runs/{first}").status == 404
    assert "beside" not in page.url
