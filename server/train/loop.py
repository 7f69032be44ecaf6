"""The training loop as a generator: every phase of every step is a place where a driver may act.

No threads, sockets, files or clocks here. A driver pauses by not asking for the next event.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd

from ..data.task import Task
from . import optim
from .checkpoint import Checkpoint
from .doctor import Doctor
from .evaluate import Evaluator
from .events import ENDED, Change, Evaluation, Event, Health, Layers, Phase, Points, Started, State
from .feed import Feed, needs_whole_batches
from .finder import find
from .frame import Shown, graph, picture
from .glass import Glass
from .knobs import Knobs
from .losses import LOSSES
from .measure import Norms, first_bad_layer
from .options import Options
from .reasons import ended
from .views import view_changer

Said = Event | Checkpoint
HEARD = (Started, Points, Layers, Health, Evaluation, Change, State)  # by the doctor


def train(
    network: nn.Module,
    task: Task,
    options: Options,
    knobs: Knobs,
    *,
    start: Checkpoint | None = None,
    changes: Sequence[Change] = (),
) -> Iterator[Said]:
    """Yields what happens while `network` learns `task`; the last event is a State that ends it.

    First Started, an Evaluation at step 0, and State "running", where a driver may rest. Each step
    yields the Phases forward, loss, backward and update. What belongs to a phase comes before its
    event, so behind "update" nothing of the step is left to say: Points, Layers, and where they are
    due Evaluation and Health. Forward changes no gradient, backward no weight, update changes the
    weights by the optimiser's rule. Requests of `knobs` are served before the next phase; a run
    that finishes yields its last Checkpoint by itself. `changes` are the live changes of an earlier
    run; those behind `start` happen and are told again at their steps.

    The same arguments give the same events, bit for bit, on one machine and number of threads,
    also when the run goes on from a checkpoint. torch's own random state is not touched.
    """
    return _Run(network, task, options, knobs, start, changes).events()


class _Run:
    """One run under way."""

    def __init__(
        self,
        network: nn.Module,
        task: Task,
        options: Options,
        knobs: Knobs,
        start: Checkpoint | None,
        changes: Sequence[Change],
    ) -> None:
        network.to(memory_format=torch.channels_last)
        self.network, self.task, self.options, self.knobs = network, task, options, knobs
        network.eval()  # a frozen batch normalisation stays so
        self.learners = [m for m in network.modules() if not _is_frozen_norm(m)]
        self._set_mode(True)
        change = view_changer(options) if len(task.shape) == 3 else None
        self.feed = Feed(task, options, whole=needs_whole_batches(network), change=change)
        self.steps = options.epochs * self.feed.steps_per_epoch
        self.optimiser = optim.optimiser(network, options)
        self.learned = [p for p in network.parameters() if p.requires_grad]
        self.schedule = optim.Schedule(options, self.steps)
        self.evaluator = Evaluator(network, task, options.loss)
        self.doctor = Doctor(options, classes=len(task.classes))
        self.loss = LOSSES[options.loss]
        self.every = options.evaluate_every or self.feed.steps_per_epoch
        self.draws = any(isinstance(module, _DropoutNd) for module in network.modules())
        self.random = torch.Generator().manual_seed(options.seed).get_state()
        self.step, self.lr, self.best, self.waited = 0, options.lr, math.inf, 0
        self.value = math.nan  # the loss of the step under way
        self.between = True  # no step is half done
        self._remembered = None if start is None else start.state["doctor"]
        if start is not None:
            self._restore(start)
        self.norms = Norms(network)
        self.glass = Glass(network, self.optimiser, options)
        self.changes = {c.step: c for c in changes if c.name == "lr" and c.step > self.step}

    def events(self) -> Iterator[Said]:
        """Everything that happens, with what the doctor says to it and what was asked for."""
        for said in self._story():
            verdicts = self.doctor.hear(said) if isinstance(said, HEARD) else []
            if isinstance(said, State) and said.state in ENDED:
                yield from verdicts
                yield said
                return
            yield said
            yield from verdicts
            while self.knobs.asks(between=self.between):
                yield from self._requests()

    def _story(self) -> Iterator[Said]:
        yield self._started()
        if self._remembered is not None:
            self.doctor.restore(self._remembered)
        if self.step == 0:
            yield from self._evaluate("validation")
        yield State(self.step, "running")
        while self.step < self.steps:
            self.between = False
            end = yield from self._step(self.step + 1)
            if end is None and (self.step % self.every == 0 or self.step == self.steps):
                end = yield from self._check()
            self.between = True
            if end is not None and end.state == "failed":
                yield end
                return
            yield Phase(self.step, "update", self.value)
            if end is not None:
                yield from self._last()
                yield end
                return
        yield from self._last()
        yield ended("epochs", self.step, epochs=self.options.epochs)

    def _last(self) -> Iterator[Said]:
        """What is kept of a run that finishes, asked for or not."""
        if self.knobs.pins is not None:
            yield picture(self._shown())
        yield self._checkpoint()

    # --- one step ---

    def _step(self, step: int) -> Generator[Said, None, State | None]:
        """The four phases but for the last's event; returns why the run has to end, or None."""
        x, y = self.feed.take(step)
        logits = self._forward(x)
        yield Phase(step, "forward")
        loss = self.loss(logits, y, self.options.label_smoothing)
        self.value = value = loss.item()
        if not math.isfinite(value):
            return self._spoiled(step, x)
        yield Phase(step, "loss", value)
        for parameter in self.learned:  # as `zero_grad` does, without its 15 us of bookkeeping
            parameter.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        if self.options.clip:
            nn.utils.clip_grad_norm_(self.learned, self.options.clip, foreach=True)
        self.glass.is_due = True
        yield Phase(step, "backward", value)
        yield from self._set_rate(step)
        self.norms.remember()
        self.glass.remember(self.knobs.glass)
        self.optimiser.step()
        self.step, self.glass.is_due = step, False
        right = (logits.detach().argmax(1) == y).sum().item() / len(y)
        epoch = step / self.feed.steps_per_epoch
        yield Points(np.array([[step, epoch, value, right, self.rate]]))
        row = self.norms.row()
        yield Layers(np.array([[step, *row]]))
        layer = None if math.isfinite(sum(row)) else self.norms.spoiled()
        return ended("not_finite", step, layer=layer) if layer else None

    def _forward(self, x: Tensor) -> Tensor:
        """The logits; dropout draws from a random state of the run's own."""
        logits: Tensor
        if not self.draws:
            logits = self.network(x)
            return logits
        outside = torch.get_rng_state()
        torch.set_rng_state(self.random)
        try:
            logits = self.network(x)
            self.random = torch.get_rng_state()
        finally:
            torch.set_rng_state(outside)
        return logits

    def _set_rate(self, step: int) -> Iterator[Change]:
        """The learning rate of this step: the base, perhaps just changed, times the schedule's."""
        replayed = self.changes.pop(step, None)
        if replayed is not None:
            self.knobs.lr = replayed.value
        if self.knobs.lr != self.lr:
            old, self.lr = self.lr, self.knobs.lr
            yield Change(step, "lr", old, self.lr)
        rate = self.lr * self.schedule.factor(step)
        if rate != self.rate:
            for group in self.optimiser.param_groups:
                group["lr"] = rate

    @property
    def rate(self) -> float:
        """The learning rate that the optimiser uses."""
        rate: float = self.optimiser.param_groups[0]["lr"]
        return rate

    def _spoiled(self, step: int, x: Tensor) -> State:
        """The end by a loss that is not finite, with the layer where it began."""
        layer = self.norms.spoiled() or first_bad_layer(self.network, x)
        return ended("not_finite", step, layer=layer or self.norms.names[-1])

    # --- evaluation ---

    def _evaluate(self, part: str) -> Generator[Said, None, Evaluation | None]:
        """What the network makes of a part, in eval mode; the mode is as before afterwards."""
        found = None
        self._set_mode(False)
        try:
            epoch = self.step / self.feed.steps_per_epoch
            for said in self.evaluator.run(part, self.step, epoch):
                found = said if isinstance(said, Evaluation) else found
                yield said
        finally:
            self._set_mode(True)
        return found

    def _check(self) -> Generator[Said, None, State | None]:
        """The evaluation that is due, and whether the run has reached its end by it."""
        found = yield from self._evaluate("validation")
        if found is None:
            return None
        options = self.options
        self.schedule.hear(found.loss)
        is_better = found.loss < self.best
        self.best = min(self.best, found.loss)
        self.waited = 0 if is_better else self.waited + 1
        if options.until_accuracy and found.accuracy >= options.until_accuracy:
            return ended("accuracy", self.step, accuracy=found.accuracy)
        if options.patience and self.waited >= options.patience:
            return ended("patience", self.step, patience=options.patience)
        return None

    def _set_mode(self, training: bool) -> None:
        """Training or eval mode; a frozen batch normalisation stays in eval mode."""
        for module in self.learners:
            module.training = training

    # --- what a driver asks for ---

    def _requests(self) -> Iterator[Said]:
        """Clears each request before it serves it, so that a new one is heard."""
        knobs = self.knobs
        if knobs.frame:
            knobs.frame = False
            yield picture(self._shown())
        if knobs.checkpoint and self.between:
            knobs.checkpoint = False
            yield self._checkpoint()
        if knobs.evaluate:
            part, knobs.evaluate = knobs.evaluate, ""
            yield from self._evaluate(part)
        if knobs.finder:
            knobs.finder = False
            yield from find(self.network, self.feed, self.options, self.step)

    def _shown(self) -> Shown:
        knobs = self.knobs
        classes = [each["id"] for each in self.task.classes]
        glass = self.glass.read(knobs.glass)
        place = (knobs.pins, knobs.pin, knobs.exact)
        return Shown(self.network, classes, self.step, *place, glass)

    def _started(self) -> Started:
        network, task = self.network, self.task
        parts = {"train": task.train, "validation": task.validation, "test": task.test}
        return Started(
            nodes=graph(network, self.feed.first()),
            layers=self.norms.names,
            parameters=sum(p.numel() for p in network.parameters()),
            trainable=sum(p.numel() for p in self.learned),
            classes=list(task.classes),
            steps_per_epoch=self.feed.steps_per_epoch,
            steps=self.steps,
            counts={name: len(part.y) for name, part in parts.items()},
            notes=list(task.notes),
            initial=self.norms.initial,
            step=self.step,
        )

    # --- checkpoints ---

    def _checkpoint(self) -> Checkpoint:
        """Copies of everything that the next step depends on."""
        names = {id(p): n for n, p in self.network.named_parameters()}
        parts = {
            "optimiser/": optim.state_of(self.optimiser, names),
            "random/": {"dropout": self.random, **self.feed.state()},
            "loop/": {} if self.evaluator.embedding is None else {"at": self.evaluator.embedding},
        }
        tensors = {
            name: value.detach().clone() for name, value in self.network.state_dict().items()
        }
        for prefix, part in parts.items():
            tensors |= {prefix + name: value.clone() for name, value in part.items()}
        state = {
            "lr": self.lr,
            "best": None if math.isinf(self.best) else self.best,
            "waited": self.waited,
            "plateau": dict(self.schedule.plateau),
            "doctor": self.doctor.state(),
            "model": self._model(),
        }
        return Checkpoint(self.step, tensors, state)

    def _model(self) -> dict[str, Any]:
        """What the layer view must know to open the network without its data."""
        task = self.task
        return {
            "plan": getattr(self.network, "plan", None),
            "classes": list(task.classes),
            "shape": list(task.shape),
            "mean": list(task.mean),
            "std": list(task.std),
            "parameters": sum(p.numel() for p in self.network.parameters()),
        }

    def _restore(self, start: Checkpoint) -> None:
        self.network.load_state_dict(start.weights)
        optim.restore(self.optimiser, self.network, start.part("optimiser/"))
        self.feed.restore(start.part("random/"), start.step)
        self.random = start.part("random/")["dropout"].clone()
        self.evaluator.embedding = start.part("loop/").get("at")
        self.step, self.lr = start.step, start.state["lr"]
        self.knobs.lr = self.lr
        best = start.state["best"]
        self.best = math.inf if best is None else best
        self.waited = start.state["waited"]
        self.schedule.plateau = dict(start.state["plateau"])


def _is_frozen_norm(module: nn.Module) -> bool:
    return isinstance(module, _BatchNorm) and not any(
        p.requires_grad for p in module.parameters(recurse=False)
    )
