"""A person puts a run together: data of their own, layers, what it starts from, augmentation."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Open, Watch
from tests.e2e.files import painted
from tests.e2e.test_access import serious

pytestmark = pytest.mark.e2e
TRAIN = "#v=1&view=train"
COLOURS = {"warm": ("red", "orange"), "cold": ("blue", "teal")}
WORK_MS = 20_000


@pytest.fixture
def setup(open_page: Open) -> Iterator[Page]:
    """The training view with its panels drawn; own sets and living runs are cleared away after."""
    page = open_page(TRAIN)
    ready(page)
    yield page
    clear(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-sheet] [data-class]").first).to_be_visible(timeout=WORK_MS)
    expect(page.locator("[data-totals]")).to_be_visible(timeout=WORK_MS)


def clear(page: Page) -> None:
    for run in page.request.get("/api/runs").json():
        if run["state"] in ("running", "paused", "queued"):
            page.request.post(f"/api/runs/{run['id']}/control", data={"action": "stop"})
    for each in page.request.get("/api/data").json():
        if each["kind"] == "own":
            page.request.delete(f"/api/data/{each['id']}")


def a_picture(colour: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    return stream.getvalue()


def a_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def two_classes(count: int = 12) -> dict[str, bytes]:
    """Members of a good zip: `count` pictures in each of two folders."""
    return {
        f"set/{label}/{n}.png": a_picture(colours[n % 2])
        for label, colours in COLOURS.items()
        for n in range(count)
    }


def send_zip(page: Page, path: Path) -> None:
    page.click("[data-own] > summary")
    page.set_input_files("#zip", path)


def name_class(page: Page, label: str) -> None:
    page.fill("#class-name", label)
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-bin={label}]")).to_be_visible()


def draw(page: Page, label: str) -> None:
    """Draws one line into a class."""
    page.click(f"[data-bin={label}] [data-way=draw]")
    box = page.locator("#pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 160, steps=4)
    page.mouse.up()
    page.click("#use-drawing")


def chosen(page: Page) -> str:
    return page.locator("[data-sets]").input_value()


def play(page: Page) -> dict[str, Any]:
    """Presses Play; the run that began, once it learns."""
    page.click("[data-play]")
    page.wait_for_function(
        "() => Number(document.querySelector('.status')?.dataset.step) >= 1", timeout=WORK_MS
    )
    found = re.search(r"[#&]run=(\d+)", page.url)
    assert found, page.url
    return dict(page.request.get(f"/api/runs/{found[1]}").json())


def open_layers(page: Page) -> None:
    page.click("[data-layers-editor] > summary")
    expect(page.locator("[data-line='0']")).to_be_visible()


def change(page: Page, line: str, setting: str, value: str) -> None:
    """Opens a layer's settings and types into one of them."""
    name = page.locator(f"[data-line='{line}'] [data-name]")
    if name.get_attribute("aria-expanded") == "false":
        name.click()
    page.fill(f"[data-line='{line}'] [data-setting={setting}] input", value)


def test_own_pictures_of_two_classes_are_collected_and_learned_from(
    setup: Page, pictures: Path
) -> None:
    page = setup
    page.click("[data-own] > summary")
    page.fill("#set-name", "Warm and cold")
    for label, colours in COLOURS.items():
        name_class(page, label)
        files = [
            painted(pictures / f"{label}{n}.png", colours[n % 2], (48 + n, 48)) for n in range(10)
        ]
        page.set_input_files(f"[data-bin={label}] input[type=file]", files)
        count = page.locator(f"[data-bin={label}] [data-bin-count]")
        expect(count).to_have_text("10 pictures", timeout=WORK_MS)
    page.click("[data-collect-done]")
    expect(page.locator("[data-sets]")).to_have_value("warm-and-cold")
    expect(page.locator("[data-class]")).to_have_count(2)
    run = play(page)
    assert run["options"]["data"] == "warm-and-cold"


def test_camera_and_drawing_add_to_a_class_and_a_picture_can_be_taken_out_again(
    setup: Page,
) -> None:
    page = setup
    page.click("[data-own] > summary")
    name_class(page, "hand")
    count = page.locator("[data-bin=hand] [data-bin-count]")
    draw(page, "hand")
    expect(count).to_have_text("1 pictures")
    page.click("[data-bin=hand] [data-way=camera]")
    page.click("#take-photo:not([disabled])")
    page.click("#use-photo")
    expect(count).to_have_text("2 pictures")
    page.locator("[data-bin=hand] .thumb").first.click()
    expect(count).to_have_text("1 pictures")
    expect(page.locator("[data-collect]")).to_contain_text("At least two classes")
    page.click("[data-collect-done]")
    expect(page.locator("[data-why]")).to_contain_text("fewer than two classes")
    assert [each for each in page.request.get("/api/data").json() if each["kind"] == "own"]


def test_what_a_zip_holds_besides_pictures_is_said_beside_it_and_the_good_ones_are_kept(
    setup: Page, pictures: Path
) -> None:
    page = setup
    bad = {
        "../slip.png": a_picture("red"),
        "set/warm/inner.zip": b"PK\x03\x04 not opened",
        "set/cold/torn.png": a_picture("blue")[:40],
        "set/empty/": b"",
    }
    send_zip(page, a_zip(pictures / "mixed.zip", {**two_classes(), **bad}))
    said = page.locator("[data-own] [data-refused]")
    expect(said).to_contain_text("lead out of the archive", timeout=WORK_MS)
    expect(said).to_contain_text("archives inside the archive were not opened")
    expect(said).to_contain_text("could not be read")
    expect(page.locator("[data-sets]")).to_have_value("mixed")
    expect(page.locator("[data-class]")).to_have_count(2)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"set/warm/1.png": a_picture("red")}, "one class"),
        ({"readme.txt": b"nothing"}, "Not one picture"),
    ],
)
def test_a_zip_that_cannot_be_learned_from_changes_nothing_but_the_words_beside_it(
    setup: Page,
    pictures: Path,
    watch: Watch,
    members: Mapping[str, bytes],
    words: str,
) -> None:
    page = setup
    watch.expect("status of 422")
    send_zip(page, a_zip(pictures / "poor.zip", members))
    expect(page.locator("[data-own] [data-refused]")).to_contain_text(words, timeout=WORK_MS)
    assert chosen(page) == "digits"


def test_a_whole_folder_is_taken_like_a_zip(setup: Page, pictures: Path) -> None:
    page = setup
    folder = pictures / "seasons"
    for name, content in two_classes().items():
        path = folder / name.removeprefix("set/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    page.click("[data-own] > summary")
    page.set_input_files("#folder", folder)
    expect(page.locator("[data-sets]")).to_have_value("seasons", timeout=WORK_MS)
    expect(page.locator("[data-class]")).to_have_count(2)


def test_a_set_of_ones_own_is_gone_for_good_when_it_is_deleted(setup: Page, pictures: Path) -> None:
    page = setup
    send_zip(page, a_zip(pictures / "short.zip", two_classes()))
    expect(page.locator("[data-sets]")).to_have_value("short", timeout=WORK_MS)
    page.click("[data-delete=short]")
    page.click("[data-delete-sure]")
    expect(page.locator("[data-sets]")).to_have_value("digits")
    assert page.request.get("/api/data/short/sheet").status == 404


def test_a_download_without_a_network_is_a_sentence_and_can_be_tried_again(
    setup: Page, watch: Watch
) -> None:
    page = setup
    watch.expect("status of 503")
    words = {"en": "KMNIST cannot be downloaded.", "zh": "无法下载 KMNIST。"}

    def refuse(route: Route) -> None:
        body = {"type": "x", "title": "x", "status": 503, "detail": words["en"], "hint": "Wait."}
        problem = "application/problem+json"
        route.fulfill(status=503, json={**body, "values": words}, content_type=problem)

    page.route("**/api/data/kmnist/download", refuse)
    page.select_option("[data-sets]", "kmnist")
    expect(page.locator("[data-why=kmnist]")).to_contain_text("KMNIST")
    page.click("[data-download]")
    expect(page.locator("[data-refused]")).to_contain_text("KMNIST cannot be downloaded. Wait.")
    expect(page.locator("[data-download]")).to_be_enabled()


def test_an_impossible_setting_is_said_in_its_row_and_the_preset_comes_back(setup: Page) -> None:
    page = setup
    open_layers(page)
    before = page.locator("[data-totals]").inner_text()
    change(page, "3", "kernel", "9")
    said = page.locator("[data-line='3'] [data-row-problem]")
    expect(said).to_contain_text("9×9 is larger than the map")
    expect(page.locator("[data-totals]")).to_have_count(0)
    change(page, "3", "kernel", "99")
    expect(page.locator("[data-line='3'] [role=alert]")).to_contain_text("31")
    page.click("[data-preset]")
    expect(page.locator("[data-totals]")).to_have_text(before)


def test_the_layers_that_were_edited_are_those_that_learn(setup: Page) -> None:
    page = setup
    open_layers(page)
    change(page, "0", "out", "5")
    page.click("[data-line='1'] [data-name]")
    page.locator("[data-line='1'] .settings select").last.select_option("norm")
    page.locator("[data-line='1'] [data-add]").click()
    expect(page.locator("[data-line='2'] [data-name]")).to_contain_text("norm1")
    page.locator("[data-line='2'] .tools button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-line='1'] [data-name]")).to_contain_text("norm1")
    expect(page.locator("[data-line='1'] .tools button").first).to_be_focused()
    page.click("[data-transfer] > summary")
    counted = page.locator("[data-trainable]")
    expect(page.locator("[data-line='0'] [data-shape]")).to_have_text(re.compile("^5"))
    run = play(page)
    kinds = [layer["kind"] for layer in run["options"]["layers"]]
    assert kinds[:3] == ["conv", "norm", "activation"]
    assert str(run["results"]["parameters"]) == counted.get_attribute("data-trainable")


def test_a_linear_probe_on_a_shipped_network_learns_what_the_page_said(setup: Page) -> None:
    page = setup
    page.click("[data-transfer] > summary")
    page.select_option("[data-start]", "lenet-5")
    expect(page.locator("[data-nets]")).to_have_value("lenet")
    page.click("[data-freeze=probe]")
    counted = page.locator("[data-trainable]")
    # LeNet-5's last layer: 84 inputs and a bias for each of ten digits.
    expect(counted).to_have_attribute("data-trainable", str(85 * 10))
    run = play(page)
    assert run["results"]["trainable"] == 85 * 10


def test_the_preview_of_augmentation_follows_its_slider(setup: Page) -> None:
    page = setup
    page.click("[data-group=augment] > summary")
    views = page.locator(".views span").nth(1)
    expect(views).to_have_attribute("style", re.compile("blob:"))
    expect(page.locator("[data-augmented]")).to_have_attribute("data-augmented", "false")
    before = views.get_attribute("style")
    with page.expect_request(lambda request: "rotate=60" in request.url):
        page.fill("#option-rotate", "60")
    expect(views).not_to_have_attribute("style", before or "")
    expect(page.locator("[data-augmented=true]")).to_contain_text("Only training pictures")


def test_the_learning_rate_is_drawn_before_the_run(setup: Page) -> None:
    page = setup
    expect(page.locator("[data-schedule]")).to_have_count(0)
    page.select_option("#option-schedule", "cosine")
    drawn = page.locator("[data-schedule] path")
    expect(drawn).to_have_attribute("d", re.compile("^M0.0,0.0L"))
    page.select_option("#option-schedule", "constant")
    expect(page.locator("[data-schedule]")).to_have_count(0)


def test_points_of_the_plane_have_networks_of_their_own(setup: Page) -> None:
    page = setup
    page.select_option("[data-sets]", "xor")
    expect(page.locator("[data-sheet] svg path").first).to_be_attached()
    expect(page.locator("[data-nets] option[value=lenet]")).to_be_disabled()
    expect(page.locator("[data-nets]")).to_have_value("points-mlp")
    expect(page.locator("[data-totals]")).to_be_visible()
    page.select_option("[data-sets]", "shapes")
    expect(page.locator("[data-nets]")).to_have_value("tiny8")
    expect(page.locator("[data-class]")).to_have_count(6)


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
def test_the_panels_fit_a_phone_and_axe_finds_nothing_serious(
    open_page: Open, theme: str, lang: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = open_page(f"{TRAIN}&theme={theme}&lang={lang}", **phone)
    page.click("[data-setup]")
    ready(page)
    for part in ("[data-layers-editor]", "[data-transfer]", "[data-own]", "[data-group=augment]"):
        page.click(f"{part} > summary")
    page.click("[data-line='0'] [data-name]")
    expect(page.locator("[data-line='0'] .settings")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
    page.click("[data-sheet-large]")
    expect(page.get_by_role("dialog").locator("[data-class]").first).to_be_visible()
    assert serious(page) == []
