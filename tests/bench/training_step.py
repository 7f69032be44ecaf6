"""The trainer's own step against a plain one, in one process and one thread, in turns.

The trainer's does all it does without anybody watching: every number of every step, the doctor, and
events packed for nobody. The plain one is `bare.Loop`.
"""

import itertools
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from convlens.data.sets import Roots
from convlens.train.assemble import assemble
from convlens.train.events import Phase
from convlens.train.knobs import Knobs
from convlens.train.loop import train
from convlens.train.options import read
from tests.bench.bare import SETUPS, Loop
from tests.bench.row import Row, row
from tests.bench.runs import ENDLESS

ROUNDS, SECONDS = 7, 1.0


def own(setup: dict[str, Any]) -> Iterator[Any]:
    """What the trainer says, without an end."""
    options = read({**setup, **ENDLESS})
    network, task = assemble(options, Roots(Path("own")))
    return train(network, task, options, Knobs(lr=options.lr))


def rate(said: Iterator[Any]) -> float:
    """Steps per second of the trainer over some time."""
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        updates = (each for each in said if isinstance(each, Phase) and each.phase == "update")
        steps += sum(1 for _ in itertools.islice(updates, 10))
    return steps / (time.perf_counter() - start)


def rows() -> Iterator[Row]:
    """One figure a network: milliseconds a step over those of the plain loop."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for name, setup in SETUPS.items():
        said, plain = own(setup), Loop(setup)
        rate(said), plain.rate(SECONDS)
        pairs = [(1000 / rate(said), 1000 / plain.rate(SECONDS)) for _ in range(ROUNDS)]
        value, floor = (statistics.median(each) for each in zip(*pairs, strict=True))
        figure = f"train: {name}, the trainer's own step over a plain one"
        yield row(figure, value, budget=floor, unit="ms", floor=floor)
    torch.set_num_threads(threads)
