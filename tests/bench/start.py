"""From the command to a drawn page, in a browser that is open already.

The floor is the import of torch alone, in the same run.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from playwright.sync_api import Browser

from tests.bench import chromium
from tests.bench.row import Row, row
from tests.server import serving

ROUNDS = 3


def start_s(opened: Browser) -> float:
    """Seconds from the command to the painted drawing."""
    start = time.perf_counter()
    with serving() as server, chromium.page(opened, server.url):
        return time.perf_counter() - start


def import_s() -> float:
    """Seconds that Python takes to import torch and to end."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - start


def rows() -> Iterator[Row]:
    """The middle one of a few starts."""
    with chromium.browser() as opened:
        pairs = [(start_s(opened), import_s()) for _ in range(ROUNDS)]
    value, floor = (statistics.median(each) for each in zip(*pairs, strict=True))
    yield row("start: command -> page drawn", value, budget=6, unit="s", floor=floor)
