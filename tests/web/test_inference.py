"""Work off the event loop behind a bounded queue, and what a trace is made of."""

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from convlens.core.image import Crop
from convlens.errors import Problem, StartError
from convlens.web.inference import Tracer, Workbench, choose_device


@contextmanager
def workbench(workers: int, queue: int) -> Iterator[Workbench]:
    bench = Workbench(workers=workers, queue=queue)
    try:
        yield bench
    finally:
        bench.close()


def picture(number: int) -> bytes:
    """A picture of noise; another for each number."""
    pixels = np.random.default_rng(number).integers(0, 256, (80, 90, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def tracer(app: FastAPI) -> Tracer:
    found: Tracer = app.state.here.tracer
    return found


def test_work_is_done_beside_the_event_loop_with_one_torch_thread() -> None:
    def look() -> tuple[int, int]:
        return threading.get_ident(), torch.get_num_threads()

    with workbench(1, 0) as bench:
        thread, torch_threads = asyncio.run(bench.do(look))
    assert thread != threading.get_ident()
    assert torch_threads == 1


@pytest.mark.parametrize(("workers", "queue"), [(1, 0), (1, 2), (2, 1)])
def test_as_many_as_work_and_wait_are_taken_and_the_next_gets_503(workers: int, queue: int) -> None:
    go = threading.Event()

    async def crowd(bench: Workbench) -> Problem:
        taken = [asyncio.create_task(bench.do(go.wait)) for _ in range(workers + queue)]
        await asyncio.sleep(0)  # Each task runs up to its first wait.
        with pytest.raises(Problem) as caught:
            await bench.do(go.wait)
        go.set()
        assert await asyncio.gather(*taken) == [True] * (workers + queue)
        assert await bench.do(lambda: "there is room again") == "there is room again"
        return caught.value

    with workbench(workers, queue) as bench:
        problem = asyncio.run(crowd(bench))
    assert problem.status == 503
    assert problem.headers["Retry-After"] == "1"


def test_work_that_fails_gives_its_place_back() -> None:
    async def fail_thrice(bench: Workbench) -> int:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await bench.do(lambda: 1 // 0)
        return bench.waiting

    with workbench(1, 0) as bench:
        assert asyncio.run(fail_thrice(bench)) == 0


def test_a_full_server_answers_503_and_still_says_that_it_is_well(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = app.state.here.workbench
    monkeypatch.setattr(bench, "waiting", bench.limit)
    answer = client.post("/api/models/tiny-vgg/trace?picture=coffee")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/models").status_code == 200


def test_auto_takes_what_is_there_and_cpu_is_always_there() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in {"cuda", "mps", "cpu"}


@pytest.mark.parametrize(
    ("name", "is_there"),
    [("cuda", torch.cuda.is_available), ("mps", torch.backends.mps.is_available)],
)
def test_a_device_that_is_not_there_is_a_sentence(
    name: str, is_there: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "torch.cuda" if name == "cuda" else "torch.backends.mps"
    monkeypatch.setattr(f"{place}.is_available", lambda: False)
    with pytest.raises(StartError, match=name) as caught:
        choose_device(name)
    assert "--device cpu" in caught.value.hint
    monkeypatch.setattr(f"{place}.is_available", lambda: True)
    assert choose_device(name).type == name


def test_a_picture_is_traced_once_and_then_found(tracer: Tracer) -> None:
    first = tracer.trace("tiny-vgg", picture(1), None)
    assert tracer.trace("tiny-vgg", picture(1), None) is first
    assert tracer.trace("tiny-vgg", picture(1), Crop(0, 0, 40)) is not first
    assert tracer.trace("lenet-5", picture(1), None).header["model"] == "lenet-5"


def test_what_is_no_picture_is_a_problem_with_its_hint(tracer: Tracer) -> None:
    with pytest.raises(Problem) as caught:
        tracer.trace("tiny-vgg", b"not a picture", None)
    assert caught.value.status == 415
    assert caught.value.hint


def test_pictures_traced_at_once_are_as_if_traced_alone(tracer: Tracer) -> None:
    """Other threads run the same network, and some the same picture, at the same time."""
    alone = [tracer.trace("tiny-vgg", picture(n), None) for n in range(10, 18)]
    fresh = Tracer(tracer.zoo, type(tracer.traces)(tracer.traces.budget), tracer.device)
    with ThreadPoolExecutor(8) as pool:
        wanted = [picture(10 + n % 8) for n in range(64)]
        together = list(pool.map(lambda data: fresh.trace("tiny-vgg", data, None), wanted))
    for n, kept in enumerate(together):
        before = alone[n % 8]
        assert kept.header == before.header
        for a, b in zip(kept.records, before.records, strict=True):
            assert a.describe() == b.describe()
            assert a.value is not None and b.value is not None
            assert torch.equal(a.value, b.value)


def test_the_networks_of_the_zoo_stay_as_they_are(tracer: Tracer) -> None:
    network = tracer.zoo.network("tiny-vgg")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    tracer.trace("tiny-vgg", picture(2), None)
    assert not network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
