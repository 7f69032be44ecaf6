"""A picture posted to the real server: its latency over the floor, and 32 clients at once.

The floor is what no server can leave away: Pillow's decoding and the bare forward pass, taken in
turns with the posts. Every post is another picture to the server (some bytes after its end differ),
so that no kept trace answers. The server keeps few traces, so that the store is full once it is
warm: until then each trace lies in memory that the system has never given out before, and how long
that takes (1 to 3 ms in a virtual machine, none later) says nothing of the server.
"""

import asyncio
import http.client
import io
import itertools
import os
import statistics
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import torch
from PIL import Image

from convlens import paths
from convlens.data import pictures
from convlens.zoo import Zoo
from tests.bench.row import Row, row, times_floor
from tests.server import Running, serving

MODEL = "tiny-vgg"
PATH = f"/api/models/{MODEL}/trace"
ROUNDS, WARM = 200, 20
CLIENTS, DURATION_S = 32, 10.0
WORKERS = os.cpu_count() or 1
STORE_MB = 16  # Less than the traces of the rounds that warm up.


class Answer(NamedTuple):
    """When an answer was complete, how long it took, and its status."""

    at_s: float
    took_s: float
    status: int


def photograph() -> bytes:
    """A bundled photograph as a phone would send a small one: JPEG, 640 pixels wide."""
    image = Image.open(io.BytesIO(pictures.read(pictures.catalogue()[0].id))).convert("RGB")
    out = io.BytesIO()
    image.resize((640, 480)).save(out, "JPEG", quality=90)
    return out.getvalue()


NUMBERS = itertools.count()


def others(picture: bytes) -> Iterator[bytes]:
    """The same picture again and again, with bytes after its end that never come twice."""
    return (picture + number.to_bytes(8, "big") for number in NUMBERS)


def bare(model: torch.nn.Module, picture: bytes) -> None:
    """The least that any server does: decode small, scale, normalise, forward."""
    image = Image.open(io.BytesIO(picture))
    image.draft("RGB", (128, 128))
    small = image.convert("RGB").resize((64, 64), Image.Resampling.BILINEAR)
    pixels = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8)
    tensor = pixels.view(1, 64, 64, 3).permute(0, 3, 1, 2).float().div(255).sub(0.5)
    with torch.no_grad():
        model(tensor)


def seconds(start: float) -> float:
    """Time since `start`."""
    return time.perf_counter() - start


def latency(server: Running) -> Iterator[Row]:
    """One client, posts and floor in turns, one torch thread on either side."""
    torch.set_num_threads(1)
    model = Zoo(paths.models()).network(MODEL)
    bodies = others(photograph())
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    posts, floors = [], []
    for _ in range(WARM + ROUNDS):
        body, start = next(bodies), time.perf_counter()
        line.request("POST", PATH, body)
        answer = line.getresponse()
        posts.append(seconds(start))  # The head comes when the payload is ready to be sent.
        answer.read()
        start = time.perf_counter()
        bare(model, body)
        floors.append(seconds(start))
    line.close()
    # The fastest quarter of both: what other programs on the machine take is not our figure.
    value, floor = (1000 * statistics.quantiles(each[WARM:])[0] for each in (posts, floors))
    figure = "server: POST -> payload ready, tiny-vgg, over decode + forward"
    yield times_floor(figure, value, floor=floor, at_most=2.5, unit="ms")


async def client(server: Running, bodies: Iterator[bytes], until_s: float) -> list[Answer]:
    """One person who posts pictures one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    host, answers = urlsplit(server.url).netloc, []
    while time.perf_counter() < until_s:
        body, start = next(bodies), time.perf_counter()
        head = f"POST {PATH} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        length = next(int(part[16:]) for part in lines if part.startswith("content-length: "))
        await reader.readexactly(length)
        answers.append(Answer(time.perf_counter(), seconds(start), int(lines[0].split()[1])))
    writer.close()
    await writer.wait_closed()
    return answers


async def crowd(server: Running, clients: int, duration_s: float) -> list[Answer]:
    """The answers that so many clients get within a time."""
    bodies = others(photograph())
    until_s = time.perf_counter() + duration_s
    each = await asyncio.gather(*(client(server, bodies, until_s) for _ in range(clients)))
    return list(itertools.chain.from_iterable(each))


def under_load(server: Running) -> Iterator[Row]:
    """32 clients for 10 s against one client before."""
    alone = asyncio.run(crowd(server, 1, 2.0))
    answers = asyncio.run(crowd(server, CLIENTS, DURATION_S))
    single = 1000 * statistics.median(each.took_s for each in alone)
    served = sorted(1000 * each.took_s for each in answers if each.status == 200)
    median, late = (served[int(share * (len(served) - 1))] for share in (0.5, 0.95))
    wrong = sum(each.status not in (200, 503) for each in answers)
    figure = f"{CLIENTS} clients for {DURATION_S:.0f} s: "
    yield row(figure + "answers but 200 and 503", wrong, budget=0, unit="count")
    fair = CLIENTS / WORKERS * single
    yield times_floor(figure + "p50", median, floor=fair, at_most=2, unit="ms")
    yield times_floor(
        figure + f"p95, over {CLIENTS}/{WORKERS} single ones",
        late,
        floor=fair,
        at_most=2,
        unit="ms",
    )
    rate, best = len(served) / DURATION_S, WORKERS * 1000 / single
    figure += "pictures a second, at least"
    yield row(figure, rate, budget=best / 2, unit="1/s", floor=best, at_least=True)


def rows() -> Iterator[Row]:
    """The figures of one server."""
    with serving("--workers", str(WORKERS), "--trace-memory-mb", str(STORE_MB)) as server:
        yield from latency(server)
        yield from under_load(server)
