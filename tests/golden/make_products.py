"""Writes products.json: what every input channel brings to one output channel of a convolution.

Run `python -m tests.golden.make_products` from the checkout. Torch convolves one channel at a time;
the maker makes sure that the products and the bias add up to what it makes of all of them.
"""

from __future__ import annotations

import random
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.golden.ask import Json, conv
from tests.golden.make import HERE, dump
from tests.golden.make_links import eighths, node, plain, sources

FILE = "products.json"
COUNT = 16


def alone(x: Tensor, weight: Tensor, of: Json, channel: int) -> list[tuple[int, Tensor]]:
    """Each input channel of an output channel with the map that it makes by itself."""
    groups, transposed = of["groups"], of["transposed"]
    each, outs = x.shape[1] // groups, of["out"] // groups
    group = channel // outs
    found = []
    for i in range(group * each, (group + 1) * each):
        plane = x[:, i : i + 1]
        if transposed:
            kernel = weight[i : i + 1, channel % outs : channel % outs + 1]
            made = F.conv_transpose2d(plane, kernel, **of["settings"])
        else:
            place = i - group * each
            kernel = weight[channel : channel + 1, place : place + 1]
            made = F.conv2d(plane, kernel, **of["settings"])
        found.append((i, made[0, 0]))
    return found


def case(name: str, size: tuple[int, int], kernel: tuple[int, int], **given: Any) -> Json:
    """One output channel of a random convolution of random maps."""
    groups, transposed = given.pop("groups", 1), given.pop("transposed", False)
    channel, (height, width) = given.pop("channel"), given.pop("maps", (7, 9))
    before, after = size
    order = (before, after // groups) if transposed else (after, before // groups)
    x, weight, bias = eighths(1, before, height, width), eighths(*order, *kernel), eighths(after)
    function = F.conv_transpose2d if transposed else F.conv2d
    whole = function(x, weight, bias, groups=groups, **given)
    of = {"groups": groups, "transposed": transposed, "out": after, "settings": given}
    maps = alone(x, weight, of, channel)
    total = torch.stack([made for _, made in maps]).sum(0) + bias[channel]
    torch.testing.assert_close(total, whole[0, channel])
    geometry = conv(1, groups, transposed) | {"kernel": list(kernel), "out": after}
    for key, standard in (("stride", 1), ("dilation", 1), ("padding", 0)):
        value = given.get(key, standard)
        geometry[key] = list(value) if isinstance(value, tuple) else [value, value]
    geometry["padding"] = [[each, each] for each in geometry["padding"]]
    made = node("conv", "conv", geometry, ["in0"], whole.shape[1:])
    made["weights"] = {"weight": "conv.weight", "bias": "conv.bias"}
    return {
        "name": name,
        "nodes": [*sources([[before, height, width]]), made],
        "weights": {"conv.weight": plain(weight), "conv.bias": plain(bias)},
        "values": plain(x[0]),
        "channel": channel,
        "expected": {
            "products": [{"input": i, **plain(made)} for i, made in maps],
            "whole": plain(whole[0, channel]),
        },
    }


def cases() -> list[Json]:
    """Every kind of convolution on maps, and random ones."""
    pick = random.Random(5)
    found = [
        case("valid", (3, 4), (3, 3), channel=2),
        case("same", (2, 2), (3, 3), channel=1, padding=1),
        case("far apart", (2, 3), (3, 2), channel=0, stride=(2, 3), padding=(1, 0)),
        case("dilated", (2, 2), (3, 3), channel=1, dilation=2, padding=2),
        case("pointwise", (5, 2), (1, 1), channel=1),
        case("wider padding than kernel", (1, 1), (2, 2), channel=0, padding=3),
        case("depthwise", (4, 4), (3, 3), channel=2, groups=4, padding=1),
        case("in two groups", (4, 6), (2, 2), channel=4, groups=2),
        case("transposed", (3, 4), (2, 3), channel=1, transposed=True, stride=2, padding=1),
        case("transposed, in groups", (4, 6), (3, 3), channel=5, transposed=True, groups=2),
    ]
    for i in range(COUNT):
        groups, transposed = pick.choice((1, 1, 2)), pick.random() < 0.3
        size = (groups * pick.randint(1, 3), groups * pick.randint(1, 3))
        kernel = (pick.randint(1, 4), pick.randint(1, 4))
        more = {name: (pick.randint(1, 3), pick.randint(1, 2)) for name in ("stride", "dilation")}
        most = [d * (k - 1) // 2 for d, k in zip(more["dilation"], kernel, strict=True)]
        padding = (pick.randint(0, most[0]), pick.randint(0, most[1]))
        channel = pick.randrange(size[1])
        settings: Json = {**more, "padding": padding, "maps": (pick.randint(8, 11), 9)}
        settings |= {"channel": channel, "groups": groups, "transposed": transposed}
        found.append(case(f"random {i}", size, kernel, **settings))
    return found


def files() -> dict[str, bytes]:
    """File name -> bytes."""
    torch.manual_seed(5)
    return {FILE: dump(cases())}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)
