"""A server that is killed, comes back, is slow, busy, or has dropped a trace: the page goes on."""

import contextlib
import io
import itertools
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.e2e.conftest import drawn
from tests.e2e.maps import focus_map, header, numbers, point_at, reading
from tests.server import Running, serving

pytestmark = pytest.mark.e2e
MODEL = "tiny-vgg"


@contextmanager
def window(browser: Browser, server: Running) -> Iterator[Page]:
    """A page of another server than the suite's, drawn; its complaints are what is tested."""
    size: ViewportSize = {"width": 1440, "height": 900}
    context = browser.new_context(base_url=server.url, locale="en-GB", viewport=size)
    try:
        page = context.new_page()
        page.goto("/")
        drawn(page)
        yield page
    finally:
        context.close()


def ribbon(page: Page, link: str) -> None:
    expect(page.locator(f"[data-link={link}]")).to_be_visible()


def no_ribbon(page: Page) -> None:
    expect(page.locator("[data-link]")).to_have_count(0, timeout=15_000)


def wait_for_exact(page: Page) -> None:
    """Waits until the value under the pointer is an exact one."""
    page.wait_for_function("() => document.querySelector('[data-sentence]').dataset.value !== ''")


def test_a_killed_server_is_said_and_when_it_is_back_all_goes_on(browser: Browser) -> None:
    with serving() as server, window(browser, server) as page:
        box = focus_map(page, "conv_1_2", 3)
        wait_for_exact(page)
        value = numbers(page, drawn(page), "conv_1_2")[3, 10, 20]
        page.locator("[role=grid]").blur()
        before = drawn(page)
        server.process.kill()
        server.process.wait()
        page.locator("[data-picture=cat]").click()
        ribbon(page, "away")
        point_at(page, box, (10, 20), (60, 60))
        assert reading(page).exact == float(value)
        page.locator("[data-node=conv_2_1]").click()
        page.locator("[data-channel='2']").click()
        expect(page.locator("[data-kernel]")).to_have_count(10)
        assert drawn(page) == before
        with serving("--port", str(server.port)):
            no_ribbon(page)
            assert drawn(page, before) == header(page, MODEL, "cat")["trace_id"]
            expect(page.locator("[data-inspector='conv_2_1/2']")).to_be_visible()


@pytest.fixture(scope="module")
def small() -> Iterator[Running]:
    """A server that works on one picture at a time and keeps no more than one trace."""
    with serving("--workers", "1", "--queue", "0", "--trace-memory-mb", "1") as server:
        yield server


@contextmanager
def occupied(server: Running) -> Iterator[None]:
    """Keeps the only worker of a server at work with pictures of 36 megapixels."""
    held = io.BytesIO()
    Image.linear_gradient("L").resize((6000, 6000)).convert("RGB").save(held, "png")
    is_over = threading.Event()

    def send(first: int) -> None:
        # Every crop is another trace: none of them is kept already.
        for shift in itertools.count(first, 2):
            if is_over.is_set():
                return
            url = f"{server.url}/api/models/{MODEL}/trace?crop={shift},0,5000"
            headers = {"Content-Type": "application/octet-stream"}
            request = urllib.request.Request(url, held.getvalue(), headers)
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(request).close()

    threads = [threading.Thread(target=send, args=(first,)) for first in (0, 1)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def test_a_busy_server_is_said_until_the_picture_has_had_its_turn(
    browser: Browser, small: Running
) -> None:
    with window(browser, small) as page:
        before = drawn(page)
        with occupied(small):
            page.locator("[data-picture=cat]").click()
            ribbon(page, "busy")
            assert drawn(page) == before
        no_ribbon(page)
        assert drawn(page, before) == header(page, MODEL, "cat")["trace_id"]


def test_a_trace_that_was_dropped_is_made_again_without_a_word(
    browser: Browser, small: Running
) -> None:
    with window(browser, small) as page:
        focus_map(page, "softmax")
        wait_for_exact(page)
        answers: list[int] = []
        before = drawn(page)

        def is_next(url: str) -> bool:
            return "/api/traces/" in url and before not in url

        def drop_first(route: Route) -> None:
            # Busy with thumbnails, it may say 503.
            while "trace_id" not in header(page, MODEL, "rocket"):
                continue
            route.continue_()

        page.on("response", lambda r: answers.append(r.status) if is_next(r.url) else None)
        page.route(is_next, drop_first, times=1)
        page.locator("[data-picture=cat]").click()
        trace = drawn(page, before)
        box = focus_map(page, "relu_1_2", 1)
        point_at(page, box, (10, 20), (60, 60))
        exact = reading(page).exact
        assert 410 in answers
        assert exact == float(numbers(page, trace, "relu_1_2")[1, 10, 20])
        no_ribbon(page)


def test_a_slow_answer_is_said_and_the_last_picture_stays(page: Page) -> None:
    held: list[Route] = []
    page.route("**/trace?*", lambda route: held.append(route))
    before = drawn(page)
    page.locator("[data-picture=cat]").click()
    ribbon(page, "slow")
    assert drawn(page) == before
    focus_map(page, "conv_1_1", 1)
    wait_for_exact(page)
    held[0].continue_()
    no_ribbon(page)
    drawn(page, before)


def test_of_two_pictures_chosen_in_a_hurry_the_last_one_stays(page: Page) -> None:
    held: list[Route] = []
    page.route("**/trace?*picture=cat*", lambda route: held.append(route))
    before = drawn(page)
    page.locator("[data-picture=cat]").click()
    page.locator("[data-picture=rocket]").click()
    trace = drawn(page, before)
    assert trace == header(page, MODEL, "rocket")["trace_id"]
    page.unroute_all(behavior="ignoreErrors")
    focus_map(page, "conv_1_1", 1)
    wait_for_exact(page)
    assert drawn(page) == trace
