"""What an experiment is made of: arms, expectations, words; and what several share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Words = Mapping[str, str]
INFINITE = float("inf")


@dataclass(frozen=True)
class Arm:
    """One of the runs that are compared: its id, its label in both languages, its options."""

    id: str
    label: Words
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Expect:
    """What must come out, for every seed: low <= figure of the arm <= high.

    With `minus` the figure of that other arm is taken away first. The figures are those of
    `experiments.FIGURES`.
    """

    arm: str
    figure: str
    low: float = -INFINITE
    high: float = INFINITE
    minus: str = ""


@dataclass(frozen=True)
class Experiment:
    """A question that a few runs answer: words in both languages, the runs, what must come out."""

    id: str
    title: Words
    question: Words
    answer: Words
    arms: tuple[Arm, ...]
    expects: tuple[Expect, ...]


def words(en: str, zh: str) -> Words:
    """Returns a text in both languages."""
    return {"en": en, "zh": zh}


def arm(key: str, en: str, zh: str, shared: Mapping[str, Any], **options: Any) -> Arm:
    """Returns an arm of the shared options and its own."""
    return Arm(key, words(en, zh), {**shared, **options})


SHAPES: Mapping[str, Any] = {"data": "shapes", "speed": 60.0}
SGD: Mapping[str, Any] = {**SHAPES, "optimiser": "sgd", "epochs": 5}
QUIET = Expect("good", "warnings", 0, 0)
