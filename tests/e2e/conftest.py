"""A real Chromium in front of the real command; what either complains about fails the test."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.server import Running, serving

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A camera of test pictures, and nobody who must allow it.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # No host but the server's has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
Open = Callable[..., Page]
# Addresses of views that draw no trace when they open.
UNDRAWN = ("#v=1&view=train", "lab", "guide")


@dataclass
class Watch:
    """What pages said on the console, threw, or asked of other hosts."""

    url: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Allows complaints that match; Chromium writes one for every refused request."""
        self.expected.append(pattern)

    def add(self, context: BrowserContext) -> None:
        """Listens to all pages of a context."""
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._on_request)

    def unexpected(self) -> list[str]:
        """The complaints that nothing allows."""
        return [c for c in self.complaints if not any(re.search(e, c) for e in self.expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "blob:", "data:")):
            self.strangers.append(request.url)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The suite's Chromium, shut off from every host but our own."""
    return {**browser_type_launch_args, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def app() -> Iterator[Running]:
    """The real command, serving for all tests."""
    with serving() as running:
        yield running


@pytest.fixture
def watch(app: Running) -> Iterator[Watch]:
    """What must stay silent; asserted when the test is over."""
    watching = Watch(app.url)
    yield watching
    assert watching.unexpected() == []
    assert watching.strangers == []


@pytest.fixture
def open_page(browser: Browser, app: Running, watch: Watch) -> Iterator[Open]:
    """Opens the page at a fragment, in a window of its own, and waits until it is drawn."""
    contexts: list[BrowserContext] = []

    def open_at(fragment: str = "", *, script: str = "", **options: Any) -> Page:
        settings = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options}
        context = browser.new_context(base_url=app.url, **settings)
        contexts.append(context)
        watch.add(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(f"/{fragment}")
        if not fragment.startswith(UNDRAWN):
            drawn(page)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Open) -> Page:
    """The page as a person finds it, drawn."""
    return open_page()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder for the files that a person brings."""
    return tmp_path


def drawn(page: Page, after: str = "") -> str:
    """The id of the trace that is drawn, once it is another than `after`."""
    page.wait_for_function(
        "before => (document.documentElement.dataset.drawn ?? '') !== before", arg=after
    )
    return str(page.evaluate("document.documentElement.dataset.drawn"))


def drawn_again(page: Page, trace: str) -> None:
    """Waits until this trace is drawn, whatever is drawn until then."""
    page.wait_for_function("trace => document.documentElement.dataset.drawn === trace", arg=trace)
