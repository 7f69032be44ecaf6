"""The networks that ship and, beside them, every checkpoint of every run: `run-<id>@<step>`."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ..card import Card, ZooError
from ..core import tap
from ..core.digit import Hand
from ..core.record import Record
from ..nets.plan import PlanError, build, read_plan
from ..store import Store
from ..train.checkpoint import Checkpoint, CheckpointError
from ..zoo import Zoo, mid_grey

NAME = re.compile(r"run-(?P<run>[0-9]{1,15})(?:@(?P<step>[0-9]{1,15}))?")
OPENED = 8  # checkpoints kept in memory
RESUME = "Take a run from GET /api/runs; `checkpoints` lists the steps that can be opened."


# Whose pictures are writing: what a person draws is prepared as theirs were.
HANDS: dict[str, Hand] = {"digits": "digits", "digits-28": "digits", "mnist": "mnist"}


def is_run(name: str) -> bool:
    """Returns whether a name is that of a run or of one of its checkpoints."""
    return NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class Opened:
    """A checkpoint as a network: its card, its weights in place, its graph."""

    card: Card
    network: nn.Module
    graph: tuple[Record, ...]


class Shelf(Zoo):
    """A zoo that also knows runs: `run-<id>` is a run's last checkpoint, `run-<id>@<step>` the
    last one up to that step.

    Runs are not among `ids()`: they are listed by GET /api/runs.
    """  # noqa: D205

    def __init__(self, folder: Path, store: Store) -> None:
        super().__init__(folder)
        self._store = store
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._opening = threading.Lock()

    def exact(self, name: str) -> str:
        """Returns the name with the step of the checkpoint that it means now.

        Raises:
            ZooError: there is no such run, or it has no checkpoint up to that step.
        """
        found = NAME.fullmatch(name)
        if not found:
            return name
        return f"run-{found['run']}@{self._path(name).stem}"

    def card(self, name: str) -> Card:
        """Returns the card of a network that ships, or one made from a run."""
        return self._open(name).card if is_run(name) else super().card(name)

    def network(self, name: str) -> nn.Module:
        """Returns a network in evaluation mode, shared by all callers."""
        return self._open(name).network if is_run(name) else super().network(name)

    def graph(self, name: str) -> tuple[Record, ...]:
        """Returns the records of one mid-grey picture."""
        return self._open(name).graph if is_run(name) else super().graph(name)

    def weights_path(self, name: str) -> Path:
        """Returns the file of a network's weights; a run's holds more beside them."""
        return self._path(name) if is_run(name) else super().weights_path(name)

    def weights(self, name: str) -> dict[str, Tensor]:
        """Returns the weights of a network by the names of its `state_dict`."""
        return dict(self.network(name).state_dict())

    def _path(self, name: str) -> Path:
        found = NAME.fullmatch(name)
        assert found
        step = int(found["step"]) if found["step"] else None
        try:
            return self._store.checkpoint(found["run"], step)
        except KeyError as error:
            upto = f" up to step {step}" if step is not None else ""
            raise ZooError(
                f"There is no checkpoint {name!r}: the run {found['run']} has none{upto}.",
                hint=RESUME,
            ) from error

    def _open(self, name: str) -> Opened:
        exact = self.exact(name)
        with self._opening:
            if exact in self._opened:
                self._opened.move_to_end(exact)
                return self._opened[exact]
        opened = self._read(exact, self._path(exact))
        with self._opening:
            self._opened[exact] = opened
            while len(self._opened) > OPENED:
                self._opened.popitem(last=False)
        return opened

    def _read(self, exact: str, path: Path) -> Opened:
        run_id = exact.removeprefix("run-").split("@")[0]
        try:
            checkpoint = Checkpoint.of_bytes(path.read_bytes())
            model = checkpoint.state["model"]
            plan = read_plan(model["plan"])
            row = self._store.run(run_id)
        except (OSError, CheckpointError, PlanError, KeyError) as error:
            raise ZooError(
                f"The checkpoint {exact} cannot be opened: {error}.", hint=RESUME
            ) from error
        if len(plan["input"]) != 3:
            raise ZooError(
                f"The network of the run {run_id} takes points, not pictures.",
                hint="Open a run that learns from pictures.",
            )
        network = build(plan, len(model["classes"]))
        network.load_state_dict(checkpoint.weights)
        network.eval().requires_grad_(False)
        card = card_of(exact, row.name, model, row.options, row.results, checkpoint.step)
        return Opened(card, network, tap.run(network, mid_grey(card)).records)


def card_of(
    exact: str,
    name: str,
    model: dict[str, Any],
    options: dict[str, Any],
    results: dict[str, Any],
    step: int,
) -> Card:
    """Returns the card of a run's network at a step."""
    channels, height, width = model["plan"]["input"]
    return Card(
        id=exact,
        name=f"{name} @ {step}",
        rank=1,
        network="plan",
        about={
            "en": f"The run “{name}” after {step:,} steps of training on {options['data']}.",
            "zh": f"训练“{name}”在数据集 {options['data']} 上训练 {step:,} 步之后的网络。",
        },
        architecture={"en": options["net"], "zh": options["net"]},
        input={"channels": channels, "height": height, "width": width},
        mean=[float(each) for each in model["mean"]],
        std=[float(each) for each in model["std"]],
        fit="digit" if options["data"] in HANDS else "photo",
        hand=HANDS.get(options["data"], "mnist"),
        classes=model["classes"],
        parameters=model["parameters"],
        data={"id": options["data"]},
        metrics={"step": step, **{k: v for k, v in results.items() if isinstance(v, int | float)}},
        recipe=options,
        licence="own",
    )
