"""What the options change about training pictures, new at every step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from ..data.augment import Augment, augment
from .options import Options


def augment_of(options: Options) -> Augment | None:
    """Returns how far pictures are changed, None where nothing is asked for."""
    asked = Augment(
        flip=options.flip,
        shift=options.shift,
        rotate=options.rotate,
        crop=options.crop,
        light=options.colour,
        tint=options.colour / 2,
        noise=options.blur_noise,
        erase=options.cutout,
        border="border",
    )
    return None if asked == Augment(border="border") else asked


def view_changer(options: Options) -> Callable[[Tensor, torch.Generator], Tensor] | None:
    """Returns what makes a batch (N, C, H, W) in [0, 1] another view of itself, or None."""
    asked = augment_of(options)
    return None if asked is None else partial(_changed, asked)


def _changed(asked: Augment, batch: Tensor, generator: torch.Generator) -> Tensor:
    return augment(batch, asked, generator)
