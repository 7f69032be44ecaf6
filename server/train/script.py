"""A run as a program: plain PyTorch, seeded, that prints the run's numbers again.

Only the pictures come from this package; network, optimiser, schedule and loop are written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..nets.build import build
from ..nets.transfer import freeze
from .events import Change
from .options import Options
from .recital import TOP


def script(
    options: Options,
    model: Mapping[str, Any],
    changes: Iterable[Change] = (),
    *,
    name: str,
    threads: int = 1,
) -> str:
    """Returns a Python program that trains the run's network again and prints its points as CSV.

    On one machine, with as many threads, its output is the run's own CSV, digit by digit.

    Args:
        options: of the run.
        model: a checkpoint's `state["model"]`: `plan`, `classes`, `mean`, `std`.
        changes: of the learning rate, made while the run went on.
        name: of the run, for the first line.
        threads: of PyTorch in the run's process.
    """
    network = build(model["plan"], len(model["classes"]))
    freeze(network, options.freeze)
    parts = [
        TOP.format(
            title=_one_line(name),
            seed=options.seed,
            threads=threads,
            setup=_setup(options),
            batch=options.batch,
            epochs=options.epochs,
        ),
        *_blocks(network),
        _network(network),
    ]
    return "\n".join(parts)
