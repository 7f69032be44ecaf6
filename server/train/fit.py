"""One network learns from pictures in memory, with everything that a recipe can ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..data.augment import Augment, augment
from .corpus import Pictures
from .norms import folded, with_norms

Report = Callable[[int, int, float], None]  # steps done, steps in all, loss


@dataclass(frozen=True)
class Options:
    """How a network learns."""

    epochs: int
    batch: int = 64
    rate: float = 0.01  # the highest learning rate of the one cycle
    warmup: float = 0.2  # part of the steps until it is reached
    decay: float = 0.05  # AdamW's decoupled weight decay
    smoothing: float = 0.0  # of the labels
    average: float = 0.995  # how much of the running average of weights stays, per step
    norms: bool = False  # learn with batch normalisation and fold it away
    mix: float = 0.0  # share of batches in which pictures are blended two by two
    augment: Augment = field(default_factory=Augment)


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation per channel of pictures in [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, batch: Tensor) -> Tensor:
        """Return the batch (N, C, H, W) as a network wants it, channels last in memory."""
        mean = torch.tensor(self.mean).view(1, -1, 1, 1)
        std = torch.tensor(self.std).view(1, -1, 1, 1)
        return ((batch - mean) / std).contiguous(memory_format=torch.channels_last)


def fit(
    network: nn.Module,
    pictures: Pictures,
    options: Options,
    *,
    scale: Scale,
    seed: int,
    report: Report,
) -> nn.Module:
    """Return a trained copy of `network` in evaluation mode: the running average of its weights.

    The same seed on the same machine and number of threads gives the same weights.
    Sources: AdamW, Loshchilov & Hutter 2019; one cycle, Smith & Topin 2018; label smoothing,
    Szegedy et al. 2016; mixup, Zhang et al. 2018.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        learner = with_norms(network) if options.norms else deepcopy(network)
        learner = learner.to(memory_format=torch.channels_last).train()
        steps = options.epochs * (len(pictures) // options.batch)
        optimiser = torch.optim.AdamW(
            learner.parameters(), lr=options.rate, weight_decay=options.decay, fused=True
        )
        cycle = OneCycleLR(optimiser, options.rate, total_steps=steps, pct_start=options.warmup)
        blend = get_ema_multi_avg_fn(options.average)  # type: ignore[no-untyped-call]
        average = AveragedModel(learner, multi_avg_fn=blend, use_buffers=True)
        batches = _batches(pictures, options, torch.Generator().manual_seed(seed))
        for done, (views, labels) in enumerate(batches, 1):
            logits = learner(scale(views))
            loss = F.cross_entropy(logits, labels, label_smoothing=options.smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            cycle.step()
            average.update_parameters(learner)
            report(done, steps, loss.item())
    return folded(average.module).to(memory_format=torch.contiguous_format)


@torch.no_grad()
def top1(network: nn.Module, pictures: Pictures, scale: Scale) -> float:
    """Return the share of pictures, 0 to 1, whose highest logit is their class's."""
    right = 0
    for start in range(0, len(pictures), 250):
        part = slice(start, start + 250)
        guesses = network(scale(pictures.x[part] / 255)).argmax(1)
        right += int((guesses == pictures.y[part]).sum())
    return right / len(pictures)


def _batches(
    pictures: Pictures, options: Options, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield changed pictures (N, C, H, W) in [0, 1] and their label shares (N, classes)."""
    labels = F.one_hot(pictures.y).float()
    whole = len(pictures) // options.batch * options.batch
    for _ in range(options.epochs):
        order = torch.randperm(len(pictures), generator=generator)[:whole]
        for chosen in order.view(-1, options.batch):
            views = augment(pictures.x[chosen] / 255, options.augment, generator)
            yield _mixed(views, labels[chosen], options, generator)


def _mixed(
    views: Tensor, labels: Tensor, options: Options, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    chance, share = torch.rand(2, generator=generator).tolist()
    if chance >= options.mix:
        return views, labels
    share /= 2
    return torch.lerp(views, views.flip(0), share), torch.lerp(labels, labels.flip(0), share)
