"""Every way in which a person brings a picture, and what becomes of one that cannot be read."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open, Watch, drawn, drawn_again
from tests.e2e.files import SVG, answer_to, copy, drag, painted

pytestmark = pytest.mark.e2e
MODEL = "tiny-vgg"


def own(page: Page) -> Locator:
    """The thumbnails of the person's own pictures."""
    return page.locator("[data-picture^=own-]")


def names(page: Page) -> list[str]:
    """The own pictures by their names, left to right."""
    return [str(each.get_attribute("aria-label")) for each in own(page).all()]


def upload(page: Page, *paths: Path) -> None:
    page.set_input_files("#upload", list(paths))


def trace_of(page: Page, path: Path) -> str:
    """The id of the trace that the server makes of the file as it is."""
    return str(answer_to(page, MODEL, path.read_bytes())["trace_id"])


def shown(page: Page) -> str:
    """The name of the picture that is shown."""
    return str(page.locator("[data-picture][aria-pressed=true]").get_attribute("aria-label"))


def test_the_page_opens_with_the_first_bundled_picture_drawn(page: Page) -> None:
    expect(page.locator("[data-picture][aria-pressed=true]")).to_have_count(1)
    first = page.locator("[data-picture]").first
    assert first.get_attribute("aria-pressed") == "true"
    assert own(page).count() == 0


def test_another_bundled_picture_is_drawn_when_it_is_pressed(page: Page) -> None:
    before = drawn(page)
    page.locator("[data-picture]").nth(1).click()
    drawn(page, before)
    assert page.locator("[data-picture]").nth(1).get_attribute("aria-pressed") == "true"


def test_a_file_that_changes_on_disk_later_stays_the_picture_it_was(
    page: Page, pictures: Path
) -> None:
    path = painted(pictures / "cup.png", "red")
    before = drawn(page)
    upload(page, path)
    first = drawn(page, before)
    painted(path, "blue")
    page.locator("[data-picture]").first.click()
    drawn(page, first)
    own(page).click()
    drawn_again(page, first)


def test_an_uploaded_file_is_drawn_byte_for_byte(page: Page, pictures: Path) -> None:
    path = painted(pictures / "my cup.png", "red")
    before = drawn(page)
    upload(page, path)
    assert drawn(page, before) == trace_of(page, path)
    assert (names(page), shown(page)) == (["my cup"], "my cup")


def test_files_of_every_format_stand_side_by_side(page: Page, pictures: Path) -> None:
    formats = ("jpg", "png", "webp", "gif", "bmp", "avif")
    before = drawn(page)
    upload(page, *(painted(pictures / f"a.{ending}", "teal") for ending in formats))
    drawn(page, before)
    expect(own(page)).to_have_count(len(formats))
    expect(page.locator("[data-refused]")).to_have_count(0)


def test_a_drawing_in_svg_is_drawn_by_the_browser(page: Page, pictures: Path) -> None:
    path = pictures / "logo.svg"
    path.write_text(SVG)
    before = drawn(page)
    upload(page, path)
    drawn(page, before)
    assert names(page) == ["logo"]


def test_a_file_is_drawn_wherever_it_is_dropped(page: Page, pictures: Path) -> None:
    path = painted(pictures / "dropped.jpg", "red")
    before = drawn(page)
    drag(page, path, kind="over")
    expect(page.locator("[data-drop-sheet]")).to_be_visible()
    drag(page, path)
    assert drawn(page, before) == trace_of(page, path)
    expect(page.locator("[data-drop-sheet]")).to_be_hidden()


def test_a_dropped_folder_gives_its_pictures_and_nothing_else(page: Page, pictures: Path) -> None:
    folder = pictures / "holiday"
    (folder / "day two").mkdir(parents=True)
    painted(folder / "beach.png", "blue")
    painted(folder / "day two" / "hill.jpg", "green")
    (folder / "notes.txt").write_text("sunny")
    before = drawn(page)
    drag(page, folder)
    drawn(page, before)
    assert names(page) == ["beach", "hill"]


def test_a_picture_on_the_clipboard_is_drawn_when_it_is_pasted(page: Page, pictures: Path) -> None:
    before = drawn(page)
    copy(page, painted(pictures / "copied.png", "purple"))
    page.keyboard.press("Control+v")
    drawn(page, before)
    assert names(page) == ["pasted 1"]


def test_text_pasted_into_a_field_is_no_picture(page: Page) -> None:
    page.keyboard.press("g")
    field = page.locator("#glossary-search")
    expect(field).to_be_focused()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('kernel')")
    page.keyboard.press("Control+v")
    expect(field).to_have_value("kernel")
    assert own(page).count() == 0


def scrawl(page: Page, *points: tuple[float, float]) -> None:
    """Draws with the mouse through points given as shares of the pad's side."""
    box = page.locator("#pad").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def test_a_drawing_is_drawn_while_it_grows_and_kept_when_it_is_used(page: Page) -> None:
    before = drawn(page)
    page.click("#draw")
    page.locator("[data-colour='#d62828']").click()
    scrawl(page, (0.2, 0.2), (0.8, 0.3), (0.4, 0.8))
    drawn(page, before)
    assert own(page).count() == 0
    page.click("#use-drawing")
    expect(page.locator("#pad")).to_have_count(0)
    expect(own(page)).to_have_count(1)
    assert shown(page) == "drawing 1"


def test_closing_the_pad_brings_the_chosen_picture_back(page: Page) -> None:
    before = drawn(page)
    page.click("#draw")
    scrawl(page, (0.2, 0.2), (0.8, 0.8))
    drawn(page, before)
    page.keyboard.press("Escape")
    drawn_again(page, before)
    assert own(page).count() == 0


def test_a_digit_can_be_drawn_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("#v=1&net=lenet-5")
    before = drawn(page)
    page.locator("#draw").focus()
    page.keyboard.press("Enter")
    page.locator("#pad").focus()
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Space", *["Shift+ArrowDown"] * 4, "Space"):
        page.keyboard.press(key)
    drawn(page, before)
    page.locator("#use-drawing").focus()
    page.keyboard.press("Enter")
    expect(own(page)).to_have_count(1)
    expect(page.locator("#draw")).to_be_focused()


def test_the_camera_takes_a_picture_and_then_stops(page: Page) -> None:
    before = drawn(page)
    page.click("#camera")
    page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    track = page.evaluate_handle("document.querySelector('video').srcObject.getTracks()[0]")
    page.click("#take-photo")
    page.click("#use-photo")
    drawn(page, before)
    assert names(page) == ["photo 1"]
    assert track.evaluate("track => track.readyState") == "ended"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("Object.defineProperty(window, 'isSecureContext', { value: false })", "camera.insecure"),
        (
            "if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = "
            "() => Promise.reject(new DOMException('', 'NotAllowedError'))",
            "camera.denied",
        ),
    ],
)
def test_a_camera_that_does_not_run_says_why(open_page: Open, script: str, reason: str) -> None:
    page = open_page(script=script)
    page.click("#camera")
    expect(page.locator(f"[data-camera='{reason}']")).to_be_visible()


def test_own_pictures_stay_side_by_side_and_one_can_go(page: Page, pictures: Path) -> None:
    colours = ("red", "green", "blue")
    before = drawn(page)
    upload(page, *(painted(pictures / f"{colour}.png", colour) for colour in colours))
    third = drawn(page, before)
    assert names(page) == list(colours)
    own(page).nth(1).click()
    second = drawn(page, third)
    assert second == trace_of(page, pictures / "green.png")
    page.get_by_role("button", name="Remove red").click()
    expect(own(page)).to_have_count(2)
    assert names(page) == ["green", "blue"]
    assert shown(page) == "green"


def test_the_row_of_pictures_is_one_tab_stop_with_arrows_inside(page: Page, pictures: Path) -> None:
    before = drawn(page)
    upload(page, painted(pictures / "red.png", "red"))
    drawn(page, before)
    tab_stops = page.locator("[role=toolbar] button[tabindex='0']")
    expect(tab_stops).to_have_count(1)
    tab_stops.focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-picture]").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Remove red")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(own(page)).to_have_count(0)


def test_a_file_that_is_no_picture_is_refused_before_it_is_sent(page: Page, pictures: Path) -> None:
    path = pictures / "notes.txt"
    path.write_text("hello")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    upload(page, path)
    expect(page.locator("[data-refused]")).to_contain_text("“notes.txt” is not a picture")
    assert "POST" not in sent


def test_a_broken_file_shows_the_sentence_of_the_server_and_keeps_the_last_picture(
    page: Page, watch: Watch, pictures: Path
) -> None:
    watch.expect(r"status of 4\d\d")
    path = painted(pictures / "torn.png", "red")
    path.write_bytes(path.read_bytes()[:-40])
    before = drawn(page)
    problem = answer_to(page, MODEL, path.read_bytes())
    upload(page, path)
    expect(page.locator("[data-refused]")).to_contain_text(problem["detail"])
    expect(page.locator("[data-refused]")).to_contain_text("Copy or download it again.")
    assert drawn(page) == before
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("[data-refused]")).to_have_count(0)


def test_an_own_picture_is_called_by_its_name_in_the_language_of_the_page(page: Page) -> None:
    page.click("#draw")
    scrawl(page, (0.2, 0.2), (0.8, 0.3))
    page.click("#use-drawing")
    expect(own(page)).to_have_attribute("aria-label", "drawing 1")
    page.keyboard.press("l")
    expect(own(page)).to_have_attribute("aria-label", "手绘 1")
