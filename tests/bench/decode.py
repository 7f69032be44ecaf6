"""A photograph's way to the network: how long the bytes of a 12-megapixel JPEG take."""

import io
import time
from collections.abc import Callable
from statistics import median

import torch
from PIL import Image

from convlens.core.image import InputSpec, prepare, preview
from convlens.data import pictures
from tests.bench.row import Row, row

SIZE = (4000, 3000)
ROUNDS = 15


def rows() -> list[Row]:
    """CPU milliseconds; the floor is libjpeg's own decoding at an eighth of the size."""
    data = photograph()
    spec = InputSpec(3, 64, 64, (0.5,) * 3, (0.5,) * 3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        floor, prepared, shown = medians(
            lambda: bare(data), lambda: prepare(data, spec), lambda: preview(data, 160)
        )
    finally:
        torch.set_num_threads(threads)
    return [
        row("12-megapixel JPEG -> 64x64 tensor, CPU", prepared, budget=25, unit="ms", floor=floor),
        row(
            "12-megapixel JPEG -> 160-pixel preview, CPU", shown, budget=30, unit="ms", floor=floor
        ),
    ]


def photograph() -> bytes:
    """A bundled photograph, enlarged, with a camera's noise, as a camera compresses it."""
    coffee = Image.open(io.BytesIO(pictures.read("coffee"))).convert("RGB")
    noise = Image.effect_noise(SIZE, 40).convert("RGB")
    out = io.BytesIO()
    large = coffee.resize(SIZE, Image.Resampling.BICUBIC)
    Image.blend(large, noise, 0.05).save(out, "JPEG", quality=90)
    return out.getvalue()


def bare(data: bytes) -> None:
    """Decodes at 1/8, with nothing else."""
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.draft(None, (SIZE[0] // 8, SIZE[1] // 8))
    image.load()


def medians(*functions: Callable[[], object]) -> list[float]:
    """Median CPU milliseconds of each function, called in turn."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS):
        for function, times in zip(functions, taken, strict=True):
            start = time.process_time()
            function()
            times.append((time.process_time() - start) * 1e3)
    return [median(times) for times in taken]
