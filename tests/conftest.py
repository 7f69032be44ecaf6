"""What every test may ask for. Warnings are errors: see `filterwarnings` in pyproject.toml."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BROWSER_TESTS = Path(__file__).resolve().parent / "e2e"

# A shell that puts the tests into the background lets them ignore Ctrl+C, and so every server that
# they start: with a handler here, the servers begin as in a terminal.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop, in which no other can be run."""
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker("e2e")
    items.sort(key=lambda item: item.path.is_relative_to(BROWSER_TESTS))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The real pictures, which are never part of the repository; without them the test skips."""
    place = Path(os.environ.get("CONVLENS_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not place.is_dir():
        pytest.skip(f"no real pictures in {place}: set CONVLENS_TEST_DATA to their folder")
    return place


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The Chromium of the machine when there is one, else Playwright's own."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    arguments = {"args": ["--no-sandbox", "--disable-dev-shm-usage"]}
    return {**arguments, "executable_path": found} if found else arguments
