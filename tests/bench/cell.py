"""The arithmetic of random cells of ResNet-18, asked of the real server: the 95th percentile.

The floor is GET /healthz over the same connection, in turns: what any answer takes.
"""

import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import big
from tests.bench.row import Row, row
from tests.server import serving

CELLS, WARM = 300, 20
BUDGET_MS = 20.0


class Line:
    """One connection to a server."""

    def __init__(self, port: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port)

    def ask(self, path: str, method: str = "GET") -> tuple[float, bytes]:
        """Milliseconds until the answer was complete, and the answer; anything but 200 fails."""
        start = time.perf_counter()
        self.line.request(method, path, headers={"accept": "application/json"})
        answer = self.line.getresponse()
        body = answer.read()
        took_ms = 1000 * (time.perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(body.decode())
        return took_ms, body


def places(header: Any) -> Iterator[str]:
    """Addresses of random cells of random nodes, the same ones each time."""
    pick = random.Random(0)
    while True:
        node = pick.choice(header["nodes"])
        sizes = dict(zip("cyx", node["shape"], strict=False))
        query = "&".join(f"{axis}={pick.randrange(size)}" for axis, size in sizes.items())
        yield f"/api/traces/{header['trace_id']}/nodes/{node['id']}/cell?{query}"


def measured(port: int) -> Row:
    """The 95th percentile of both, taken in turns."""
    line = Line(port)
    _, head = line.ask(f"/api/models/{big.NAME}/trace?picture=coffee", "POST")
    addresses, cells, floors = places(json.loads(head)), [], []
    for _ in range(WARM + CELLS):
        cells.append(line.ask(next(addresses))[0])
        floors.append(line.ask("/healthz")[0])
    line.line.close()
    late, floor = (statistics.quantiles(each[WARM:], n=20)[-1] for each in (cells, floors))
    figure = f"GET .../cell, {CELLS} random cells of resnet18: p95"
    return row(figure, late, budget=BUDGET_MS, unit="ms", floor=floor)


def rows() -> Iterator[Row]:
    """The figure of one server that has ResNet-18 beside nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        big.write(Path(folder))
        command = (sys.executable, str(Path(big.__file__)))
        with serving("--models", folder, command=command) as server:
            yield measured(server.port)
