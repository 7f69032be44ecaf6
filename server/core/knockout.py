"""Which channels of a layer a class stands on: each switched off alone, then more and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from . import edits
from .edits import Channel, Edit
from .gradient import gradients
from .record import Op, Record
from .tap import TapError

MOST = 64  # channels that are tried; each costs up to two forward passes


@dataclass(frozen=True)
class Effect:
    """What the class has left once `channel` is off too, and which class is then the likeliest."""

    channel: int
    logit: float
    probability: float
    best: int


@dataclass(frozen=True)
class Knockout:
    """What a class loses with each channel of a node.

    Attributes:
        before: with all channels as they are; its channel is -1.
        alone: each tried channel off by itself, the largest loss of probability first.
        together: the same channels off one after the other, each with all before it, up to the
            first after which another class is the likeliest; all of them where none does that.
        total: channels of the node; at most `MOST` are tried, those of the largest first-order
            effect on the logit, |sum of gradient times value|.
    """

    before: Effect
    alone: tuple[Effect, ...]
    together: tuple[Effect, ...]
    total: int

    @property
    def changes(self) -> bool:
        """Whether the network changes its mind."""
        return bool(self.together) and self.together[-1].best != self.before.best


@dataclass(frozen=True)
class Trial:
    """A network with a picture and edits that stay, its records, the node and class looked at."""

    model: nn.Module
    x: Tensor
    given: tuple[Edit, ...]
    records: Sequence[Record]
    node: str
    target: int

    def without(self, channels: Sequence[int]) -> Effect:
        """What the class has left with these channels of the node off."""
        seen = self.records
        if channels:
            out = [Channel(self.node, channel, 0) for channel in channels]
            seen = edits.run(self.model, self.x, [*self.given, *out], self.records).records
        logits, shares = _scores(seen)
        last = channels[-1] if channels else -1
        target = self.target
        return Effect(last, float(logits[target]), float(shares[target]), int(logits.argmax()))

    def order(self) -> list[int]:
        """The node's channels, the largest first-order effect on the class's logit first."""
        made = edits.put_in(self.model, self.x, self.given, self.records)
        grads = gradients(made.model, made.x, self.target, "logit", changes=made.changes)
        value = next(r.value for r in self.records if r.id == self.node)
        if value is None or self.node not in grads:
            return list(range(len(grads.get(self.node, ()))))
        effect = (
            (grads[self.node] * value).flatten(1).sum(1)
            if value.ndim > 1
            else (grads[self.node] * value)
        )
        order: list[int] = effect.abs().argsort(descending=True, stable=True).tolist()
        return order


def knock_out(trial: Trial, *, most: int = MOST) -> Knockout:
    """The effect of each channel of the trial's node on its class.

    Raises EditError for a node that does not exist or whose channels cannot be switched off,
    TapError for a network without classes.
    """
    before = trial.without([])
    first = trial.without([0])  # whether the node can be changed at all
    total = next(r.shape[0] for r in trial.records if r.id == trial.node)
    tried = trial.order()[:most] if total > most else range(total)
    alone = [first if channel == 0 else trial.without([channel]) for channel in tried]
    alone.sort(key=lambda effect: (effect.probability, effect.logit))
    return Knockout(before, tuple(alone), _together(trial, alone, before.best), total)


def _together(trial: Trial, alone: Sequence[Effect], best: int) -> tuple[Effect, ...]:
    """The strongest off, then the two strongest, and so on until another class is likeliest."""
    found: list[Effect] = []
    channels = [effect.channel for effect in alone]
    for count in range(1, len(channels) + 1):
        found.append(alone[0] if count == 1 else trial.without(channels[:count]))
        if found[-1].best != best:
            break
    return tuple(found)


def _scores(records: Sequence[Record]) -> tuple[Tensor, Tensor]:
    """The logits and the probabilities of a run."""
    last = records[-1]
    logits = next((r.value for r in records if r.id in last.inputs), None)
    if last.op is not Op.SOFTMAX or last.value is None or logits is None:
        raise TapError("The network does not end in classes.", hint="Choose a classifier.")
    return logits, last.value
