"""Writes correlate.json: what torch's convolution makes of small maps, for the page's own engine.

Run `python -m tests.golden.make_correlate` from the checkout.
"""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.golden.ask import Json
from tests.golden.make import HERE, dump

COUNT = 40


def case(pick: random.Random, generator: torch.Generator) -> Json:
    """One convolution with random sizes, paddings and numbers; an empty output where none fits."""
    channels, out = pick.randint(1, 3), pick.randint(1, 3)
    height, width = pick.randint(1, 8), pick.randint(1, 8)
    kernel = pick.randint(1, 4), pick.randint(1, 4)
    stride = pick.randint(1, 3), pick.randint(1, 3)
    dilation = pick.randint(1, 2), pick.randint(1, 2)
    pad = [(pick.randint(0, 2), pick.randint(0, 2)) for _ in range(2)]
    values = torch.randn(channels, height, width, generator=generator, dtype=torch.float64)
    weights = torch.randn(out, channels, *kernel, generator=generator, dtype=torch.float64)
    bias = torch.randn(out, generator=generator, dtype=torch.float64)
    padded = F.pad(values, (*pad[1], *pad[0]))
    try:
        made = F.conv2d(padded[None], weights, bias, stride=stride, dilation=dilation)[0]
    except RuntimeError:
        made = torch.zeros(out, 0, 0)
    axes = [
        {"kernel": kernel[i], "stride": stride[i], "padding": pad[i], "dilation": dilation[i]}
        for i in range(2)
    ]
    return {
        "input": maps(values),
        "weights": weights.flatten().tolist(),
        "bias": bias.tolist(),
        "axes": axes,
        "expected": maps(made),
    }


def maps(value: Tensor) -> Json:
    """A (C, H, W) tensor as the page holds it."""
    channels, height, width = value.shape
    data = [round(number, 9) for number in value.flatten().tolist()]
    return {"channels": channels, "height": height, "width": width, "data": data}


def correlate() -> list[Json]:
    """All cases."""
    pick, generator = random.Random(2), torch.Generator().manual_seed(2)
    return [case(pick, generator) for _ in range(COUNT)]


def files() -> dict[str, bytes]:
    """File name -> bytes of the golden file."""
    return {"correlate.json": dump(correlate())}


if __name__ == "__main__":
    for file_name, content in files().items():
        (HERE / file_name).write_bytes(content)
