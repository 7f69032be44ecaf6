"""Batches of a run: which pictures come at which step, normalised as the network wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..data.task import Task
from .options import Options

KEPT_BYTES = 256 << 20  # up to this many bytes of normalised pictures are made once and kept
Change = Callable[[Tensor, torch.Generator], Tensor]  # of pictures (N, C, H, W) in [0, 1]


def laid_out(x: Tensor) -> Tensor:
    """The tensor with channels last in memory if it holds pictures: convolutions are faster so."""
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x.contiguous()


class Normalise:
    """Raw pictures (N, C, H, W) uint8 or points (N, 2) float32 -> what the network reads."""

    def __init__(self, task: Task) -> None:
        shape = (1, -1, *[1] * (len(task.shape) - 1))
        self._mean = torch.as_tensor(task.mean, dtype=torch.float32).reshape(shape)
        self._std = torch.as_tensor(task.std, dtype=torch.float32).reshape(shape)

    def __call__(
        self,
        x: Tensor,
        change: Change | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Returns float32 (pixels / 255, changed, minus mean, over deviation), channels last."""
        x = x.float().div_(255) if x.dtype == torch.uint8 else x
        if change is not None and generator is not None:
            x = change(x, generator)
        return laid_out((x - self._mean) / self._std)


class Feed:
    """The batches of the training part, in the order that the seed decides.

    The order of an epoch is `torch.randperm` of the generator `order`, seeded with the run's seed.
    The last batch of an epoch may be smaller; where `whole` it is left out, because batch
    normalisation of a few pictures spoils a run.
    """

    def __init__(
        self, task: Task, options: Options, *, whole: bool, change: Change | None = None
    ) -> None:
        self._part, self._normalise, self._change = task.train, Normalise(task), change
        count = len(task.train.y)
        self.batch = min(options.batch or count, count)
        self.steps_per_epoch = count // self.batch if whole else -(-count // self.batch)
        self._shuffle = options.shuffle
        self._order = torch.Generator().manual_seed(options.seed)
        self._changes = torch.Generator().manual_seed(options.seed)
        self._before = self._order.get_state()  # of the order, before the epoch that is under way
        self._chosen = torch.empty(0, dtype=torch.int64)
        self._kept: Tensor | None = None
        if change is None and task.train.x.numel() * 4 <= KEPT_BYTES:
            self._kept = self._normalise(task.train.x)

    def take(self, step: int) -> tuple[Tensor, Tensor]:
        """Returns pictures (B, C, H, W) and class numbers (B,) of step 1, 2, ...; in order."""
        place = (step - 1) % self.steps_per_epoch
        if place == 0:
            self._begin()
        chosen = self._chosen[place * self.batch : (place + 1) * self.batch]
        return self.pick(chosen, self._changes)

    def pick(self, chosen: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Returns the chosen training pictures, changed by the generator, and class numbers."""
        y = self._part.y.index_select(0, chosen)
        if self._kept is not None:
            return laid_out(self._kept.index_select(0, chosen)), y
        return self._normalise(self._part.x.index_select(0, chosen), self._change, generator), y

    def first(self) -> Tensor:
        """Returns the first training picture (1, C, H, W), unchanged."""
        return self._normalise(self._part.x[:1])

    def __len__(self) -> int:
        """Returns the number of training pictures."""
        return len(self._part.y)

    def _begin(self) -> None:
        self._before = self._order.get_state()
        count = len(self._part.y)
        self._chosen = (
            torch.randperm(count, generator=self._order) if self._shuffle else torch.arange(count)
        )

    def state(self) -> dict[str, Tensor]:
        """Returns the generators' states, of the order as it was before the epoch under way."""
        return {"order": self._before.clone(), "changes": self._changes.get_state()}

    def restore(self, saved: Mapping[str, Tensor], done: int) -> None:
        """Goes on after `done` steps; `saved` is what `state` returned there."""
        self._order.set_state(saved["order"])
        self._changes.set_state(saved["changes"])
        self._before = saved["order"].clone()
        if done:
            self._begin()


def needs_whole_batches(network: nn.Module) -> bool:
    """Whether a batch normalisation learns in the network."""
    return any(isinstance(m, _BatchNorm) and m.training for m in network.modules())
