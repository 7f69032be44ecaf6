"""What recording costs: CPU time of a traced forward over the bare one, one torch thread, interleaved in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import torch
from torch import nn
from torchvision.models import resnet18

from convlens.core import payload, tap
from convlens.nets.tiny_vgg import TinyVGG


def rows() -> list[dict[str, Any]]:
    """Rows of the bench table: ratios of traced to bare forwards, and milliseconds of encoding."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        tiny, big = TinyVGG().eval(), resnet18(weights=None).eval()
        return [
            *_net("tiny-vgg", tiny, torch.rand(1, 3, 64, 64), ratio=2.0, encode_ms=1.0, rounds=400),
            *_net(
                "resnet18", big, torch.rand(1, 3, 224, 224), ratio=1.25, encode_ms=30.0, rounds=15
            ),
        ]
    finally:
        torch.set_num_threads(threads)


def _net(
    name: str, model: nn.Module, x: torch.Tensor, *, ratio: float, encode_ms: float, rounds: int
) -> list[dict[str, Any]]:
    """The two rows of one network."""
    records = tap.run(model, x).records

    def bare() -> None:
        with torch.no_grad():
            model(x)

    def traced() -> None:
        tap.run(model, x)

    def encode() -> None:
        payload.encode(records, precision="uint8", header={})

    floor, value, encoded = _medians([bare, traced, encode], rounds)
    return [
        _row(f"tap {name}: traced / bare forward, CPU", f"<= {ratio} x", value, floor),
        _row(f"payload {name}: uint8 encode, CPU", f"<= {encode_ms} ms", encoded, floor),
    ]


def _row(figure: str, budget: str, value: float, floor: float) -> dict[str, Any]:
    """One row; `value` and `floor` (the bare forward) in milliseconds."""
    return {
        "figure": figure,
        "budget": budget,
        "value": round(value, 3),
        "floor": round(floor, 3),
        "ratio": round(value / floor, 2),
    }


def _medians(functions: list[Callable[[], None]], rounds: int) -> list[float]:
    """Median CPU milliseconds of each function, called in turn."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, times in zip(functions, taken, strict=True):
            start = time.process_time()
            function()
            times.append((time.process_time() - start) * 1e3)
    return [median(times) for times in taken]
