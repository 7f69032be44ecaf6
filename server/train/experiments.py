"""Whether the presets hold: `make presets` runs every arm on five seeds and compares.

A run here is the loop itself, without a process, a clock or a file of its own.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from .. import paths
from ..data.sets import Roots
from ..data.task import Task
from .assemble import assemble
from .evaluate import Evaluator
from .events import Evaluation, Event, Health, Layers, Points, Started, State, Verdict, number
from .knobs import Knobs
from .loop import train
from .options import Options, read
from .presets import EXPERIMENTS, Expect, Experiment

SEEDS = range(5)
NOWHERE = Roots(Path("nowhere"))  # the data of the experiments are drawn or bundled
Kind = TypeVar("Kind", bound=Event)


@dataclass
class Result:
    """One run that is over: what it said, its network, and the weights it began with."""

    options: Options
    task: Task
    network: nn.Module
    began: dict[str, Tensor]
    said: list[Event] = field(default_factory=list)

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Returns its events of one kind, in order."""
        return [event for event in self.said if isinstance(event, kind)]

    def last_epoch(self, column: int) -> float:
        """Returns the mean of a column of the points over the last epoch."""
        rows = [row for event in self.all(Points) for row in event.rows.tolist()]
        steps = self.all(Started)[0].steps_per_epoch
        values = [row[column] for row in rows[-steps:]]
        return sum(values) / len(values) if values else math.nan


def catalogue() -> list[dict[str, Any]]:
    """Returns the experiments as JSON.

    `{id, title, question, answer, arms: [{id, label, options}], expects: [{arm, figure, low, high,
    minus}]}`; words are `{en, zh}`, `arm` and `minus` are ids of arms, null is no bound.
    """
    return [_described(each) for each in EXPERIMENTS]


def _described(experiment: Experiment) -> dict[str, Any]:
    found = asdict(experiment)
    expects = [
        {**each, "low": number(each["low"]), "high": number(each["high"])}
        for each in found["expects"]
    ]
    return {**found, "arms": list(found["arms"]), "expects": expects}


def run(options: Options) -> Result:
    """Returns the run of these options, at its end."""
    network, task = assemble(options, NOWHERE, _start(options.start))
    began = {name: value.clone() for name, value in network.state_dict().items()}
    result = Result(options, task, network, began)
    for said in train(network, task, options, Knobs(lr=options.lr)):
        if isinstance(said, Event):
            result.said.append(said)
    return result


def _start(name: str) -> Mapping[str, Tensor] | None:
    return load_file(paths.models() / name / "weights.safetensors") if name else None


# --- figures ---


def _accuracy(result: Result) -> float:
    return result.all(Evaluation)[-1].accuracy


def _loss_rise(result: Result) -> float:
    losses = [event.loss for event in result.all(Evaluation)]
    return losses[-1] / min(losses)


def _kernel_gap(result: Result) -> float:
    conv = next(m for m in result.network.modules() if isinstance(m, nn.Conv2d))
    kernels = conv.weight.detach().flatten(1)
    return float((kernels[None] - kernels[:, None]).abs().max())


def _gradient_share(result: Result) -> float:
    count = len(result.all(Started)[0].layers)
    first = result.all(Layers)[0].rows[0]
    return float(first[1] / first[count])


def _dead(result: Result) -> float:
    nodes = result.all(Started)[0].nodes
    watched = {node["id"] for node in nodes if node["op"] == "activation"}
    last = result.all(Health)[-1].nodes
    return float(max(node["dead"] for node in last if node["node"] in watched))


def _frozen_change(result: Result) -> float:
    frozen = [(n, p) for n, p in result.network.named_parameters() if not p.requires_grad]
    return max(float((p - result.began[n]).abs().max()) for n, p in frozen)


def _trainable(result: Result) -> float:
    return result.all(Started)[0].trainable


FIGURES: Mapping[str, Callable[[Result], float]] = {
    "accuracy": _accuracy,  # on the validation pictures, at the end
    "train_accuracy": lambda result: result.last_epoch(3),
    "loss": lambda result: result.last_epoch(2),
    "loss_rise": _loss_rise,  # last validation loss over its lowest
    "kernel_gap": _kernel_gap,  # largest difference between two kernels of the first convolution
    "gradient_share": _gradient_share,  # of the first layer over the last, in the first step
    "dead": _dead,  # share of dead channels of the worst activation
    "frozen_change": _frozen_change,
    "trainable": _trainable,
    "steps": lambda result: result.all(Points)[-1].step,
    "failed": lambda result: float(result.all(State)[-1].state == "failed"),
    "warnings": lambda result: sum(v.level != "note" for v in result.all(Verdict)),
}


def figure(result: Result, name: str) -> float:
    """Returns a figure of a run.

    `verdict:<rule>` is 1 where the doctor said it; `validation:<class>` and `test:<class>` are the
    shares of that class's pictures that are recognised at the end.
    """
    kind, _, which = name.partition(":")
    if kind == "verdict":
        return float(any(verdict.rule == which for verdict in result.all(Verdict)))
    if which:
        return _recognised(result, kind, which)
    return FIGURES[name](result)


def _recognised(result: Result, part: str, label: str) -> float:
    result.network.eval()
    evaluator = Evaluator(result.network, result.task, result.options.loss)
    told = [e for e in evaluator.run(part, 0, 0.0) if isinstance(e, Evaluation)]
    place = [each["id"] for each in result.task.classes].index(label)
    row = told[0].confusion[place]
    return row[place] / sum(row)


# --- measuring ---


@dataclass(frozen=True)
class Measured:
    """What one expectation became, a value for each seed."""

    expect: Expect
    values: tuple[float, ...]

    @property
    def holds(self) -> bool:
        """Whether every seed lies in the interval."""
        return all(self.expect.low <= value <= self.expect.high for value in self.values)


def measure(experiment: Experiment, seeds: Sequence[int] = SEEDS) -> list[Measured]:
    """Returns every expectation with what it became; each arm runs once for each seed."""
    found: list[list[float]] = [[] for _ in experiment.expects]
    for seed in seeds:
        runs = {arm.id: run(read({**arm.options, "seed": seed})) for arm in experiment.arms}
        for values, expect in zip(found, experiment.expects, strict=True):
            value = figure(runs[expect.arm], expect.figure)
            if expect.minus:
                value -= figure(runs[expect.minus], expect.figure)
            values.append(value)
    pairs = zip(experiment.expects, found, strict=True)
    return [Measured(expect, tuple(values)) for expect, values in pairs]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures the experiments and writes a table; returns 1 when one does not hold."""
    parser = argparse.ArgumentParser(description="Measures whether the presets hold.")
    parser.add_argument("ids", nargs="*", help="experiments; all by default")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many seeds")
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    chosen = [each for each in EXPERIMENTS if not asked.ids or each.id in asked.ids]
    holds = True
    for experiment in chosen:
        began = time.monotonic()
        for line, held in _lines(measure(experiment, range(asked.seeds))):
            sys.stdout.write(f"{experiment.id:11} {line}\n")
            holds = holds and held
        sys.stdout.write(f"{experiment.id:11} {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
    return 0 if holds else 1


def _lines(measured: Sequence[Measured]) -> Iterator[tuple[str, bool]]:
    for each in measured:
        expect = each.expect
        name = f"{expect.arm} {expect.figure}" + (f" - {expect.minus}" if expect.minus else "")
        values = " ".join(f"{value:.4g}" for value in each.values)
        word = "holds" if each.holds else "FAILS"
        yield f"{word}  {name:34} [{expect.low:g}, {expect.high:g}]  {values}", each.holds


if __name__ == "__main__":
    sys.exit(main())
