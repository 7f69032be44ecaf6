"""The experiments that hold: what to run, what to ask before, and what must come out of it.

Every interval is checked on five seeds by `make presets` and on one by the tests. Thresholds leave
room around what was measured; a preset that does not hold is not kept. The traps that decided the
settings are those of our notes (research/learning.md, section 1).
"""

from __future__ import annotations

from . import data, network, optimiser
from .shape import Arm, Expect, Experiment

EXPERIMENTS: tuple[Experiment, ...] = (
    *optimiser.EXPERIMENTS,
    *network.EXPERIMENTS,
    *data.EXPERIMENTS,
)

__all__ = ["EXPERIMENTS", "Arm", "Expect", "Experiment"]
