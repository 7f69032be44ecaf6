"""What recording costs: CPU time of a traced forward over the bare one, and of encoding it."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

import torch
from torch import Tensor, nn
from torchvision.models import resnet18

from convlens.core import payload, tap
from convlens.nets.tiny_vgg import TinyVGG
from tests.bench.row import Row, row, times_floor

# The last traces stay in memory, as in the server. Where none did, the allocator would give the
# memory of each back to the system, and the next would pay for its pages: resnet18 x 1.4.
HELD = 4


def rows() -> list[Row]:
    """CPU milliseconds at one torch thread; the floor is the bare forward, in turn with it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        tiny, big = TinyVGG().eval(), resnet18(weights=None).eval()
        return [
            *measured("tiny-vgg", tiny, torch.rand(1, 3, 64, 64), (2.0, 1.0), rounds=500),
            *measured("resnet18", big, torch.rand(1, 3, 224, 224), (1.25, 30.0), rounds=30),
        ]
    finally:
        torch.set_num_threads(threads)


def measured(
    name: str, model: nn.Module, x: Tensor, budgets: tuple[float, float], *, rounds: int
) -> list[Row]:
    """The rows of one network; budgets are a ratio for the trace and milliseconds to encode it."""
    held = deque([tap.run(model, x)], maxlen=HELD)

    def bare() -> None:
        with torch.no_grad():
            model(x)

    def traced() -> None:
        held.append(tap.run(model, x))

    def encode() -> None:
        payload.encode(held[0].records, precision="uint8", header={})

    floor, value = medians(bare, traced, rounds=rounds)
    (encoded,) = medians(encode, rounds=rounds)
    ratio, encode_ms = budgets
    return [
        times_floor(f"{name}: traced forward, CPU", value, floor=floor, at_most=ratio, unit="ms"),
        row(f"{name}: trace -> uint8 payload, CPU", encoded, budget=encode_ms, unit="ms"),
    ]


def medians(*functions: Callable[[], None], rounds: int) -> list[float]:
    """Median CPU milliseconds of each function, called in turn; the first calls warm up."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds + HELD):
        for function, times in zip(functions, taken, strict=True):
            start = time.process_time()
            function()
            times.append((time.process_time() - start) * 1e3)
    return [median(times[HELD:]) for times in taken]
