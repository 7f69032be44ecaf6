"""Writes links.json: which channels feed a channel and how strongly, and which cells win.

Run `python -m tests.golden.make_links` from the checkout. Torch is asked from outside, by
gradients, impulses and its own pooling indices, so that no rule about the order of weights is
stated twice. Weights are eighths: every sum is exact in float32.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.golden.ask import Function, Json, conv, pool
from tests.golden.make import HERE, dump

FILE = "links.json"
CONVS: dict[int, Function] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED: dict[int, Function] = {
    1: F.conv_transpose1d,
    2: F.conv_transpose2d,
    3: F.conv_transpose3d,
}


def eighths(*shape: int) -> Tensor:
    """Random numbers from -1 to 1 in steps of an eighth, none of them 0."""
    size = torch.randint(1, 9, shape) / 8
    return torch.where(torch.rand(shape) < 0.5, -size, size)


def plain(tensor: Tensor) -> Json:
    """A tensor as JSON."""
    return {"shape": list(tensor.shape), "data": tensor.flatten().tolist()}


def node(id: str, op: str, geometry: Json, inputs: Sequence[str], shape: Sequence[int]) -> Json:
    """A node as the page knows it, without what no link depends on."""
    given = {"id": id, "op": op, "inputs": list(inputs), "shape": list(shape)}
    return given | {"geometry": geometry, "weights": {}}


def sources(shapes: Sequence[Sequence[int]]) -> list[Json]:
    """Input nodes in0, in1, ... of these shapes."""
    return [node(f"in{i}", "input", {"kind": "input"}, [], s) for i, s in enumerate(shapes)]


def lit(shape: Sequence[int], channel: int) -> Tensor:
    """Ones on one channel, zeros elsewhere, with a batch axis."""
    x = torch.zeros(1, *shape)
    x[0, channel] = 1
    return x


def reads(function: Function, shapes: Sequence[Sequence[int]], channel: int) -> list[list[int]]:
    """For each input the channels that the gradient of an output channel reaches."""
    inputs = [torch.rand(1, *s).double().requires_grad_() for s in shapes]
    total = function(*inputs)[0, channel].sum()
    grads = torch.autograd.grad(total, inputs, allow_unused=True)
    found = [torch.zeros(1) if g is None else g[0].abs() for g in grads]
    return [g.reshape(len(g), -1).sum(1).nonzero()[:, 0].tolist() for g in found]


# --- convolutions -----------------------------------------------------------------------------


def kernel_between(weight: Tensor, groups: int, transposed: bool, ends: tuple[int, int]) -> Tensor:
    """The kernel from an input to an output channel: what an impulse leaves behind.

    A convolution of torch is a correlation, which leaves the kernel turned around.
    """
    start, end = ends
    axes = weight.ndim - 2
    sizes, count = weight.shape[2:], weight.shape[0 if transposed else 1]
    channels = count if transposed else count * groups
    room = [1] * axes if transposed else [2 * k - 1 for k in sizes]
    x = torch.zeros(1, channels, *room)
    x[(0, start, *[(r - 1) // 2 for r in room])] = 1
    function = TRANSPOSED[axes] if transposed else CONVS[axes]
    left = function(x, weight, groups=groups)[0, end]
    return left if transposed else left.flip(list(range(axes)))


def conv_case(name: str, size: tuple[int, int], kernel: Sequence[int], **settings: Any) -> Json:
    """One output channel of a random convolution."""
    groups, transposed = settings.pop("groups", 1), settings.pop("transposed", False)
    channel, bias = settings.pop("channel"), settings.pop("bias", True)
    before, after = size
    order = (before, after // groups) if transposed else (after, before // groups)
    weight, biases = eighths(*order, *kernel), eighths(after)
    axes = len(kernel)
    geometry = conv(1, groups, transposed) | {"kernel": list(kernel), "out": after}
    for key in ("stride", "dilation"):
        geometry[key] = [settings.get(key, 1)] * axes
    geometry["padding"] = [[0, 0]] * axes
    function = (TRANSPOSED if transposed else CONVS)[axes]

    def make(x: Tensor) -> Tensor:
        return function(x, weight.to(x), groups=groups, **settings)

    shape = [before, *[9] * axes]
    found = reads(make, [shape], channel)[0]
    kernels = [kernel_between(weight, groups, transposed, (i, channel)) for i in found]
    own = node("conv", "conv", geometry, ["in0"], make(torch.zeros(1, *shape)).shape[1:])
    own["weights"] = {"weight": "conv.weight"} | ({"bias": "conv.bias"} if bias else {})
    return {
        "kind": "filter",
        "name": name,
        "nodes": [*sources([shape]), own],
        "weights": {"conv.weight": plain(weight), "conv.bias": plain(biases)},
        "channel": channel,
        "expected": {
            "bias": biases[channel].item() if bias else None,
            "kernels": [
                {"input": i, "sum": k.sum().item(), "strength": k.abs().sum().item(), **plain(k)}
                for i, k in zip(found, kernels, strict=True)
            ],
        },
    }


def conv_cases() -> list[Json]:
    """Every kind of convolution, and random ones."""
    pick = random.Random(3)
    cases = [
        conv_case("whole", (3, 4), (3, 3), channel=2),
        conv_case("without bias", (2, 2), (3, 3), channel=1, bias=False),
        conv_case("not square", (2, 3), (1, 4), channel=0),
        conv_case("in two groups", (4, 6), (2, 2), channel=3, groups=2),
        conv_case("depthwise", (4, 4), (3, 3), channel=2, groups=4),
        conv_case("depthwise, two kernels each", (3, 6), (2, 2), channel=3, groups=3),
        conv_case("transposed", (3, 4), (2, 3), channel=1, transposed=True),
        conv_case(
            "transposed, in two groups", (4, 6), (2, 2), channel=4, transposed=True, groups=2
        ),
        conv_case("on a line", (3, 4), (5,), channel=3),
        conv_case("in a volume", (2, 3), (2, 3, 2), channel=1),
    ]
    for i in range(20):
        groups, transposed = pick.choice((1, 1, 2, 3)), pick.random() < 0.4
        size = (groups * pick.randint(1, 3), groups * pick.randint(1, 3))
        kernel = (pick.randint(1, 3), pick.randint(1, 3))
        more = {"stride": pick.randint(1, 2), "dilation": pick.randint(1, 2)}
        channel = pick.randrange(size[1])
        more |= {"channel": channel, "groups": groups, "transposed": transposed}
        cases.append(conv_case(f"random {i}", size, kernel, **more))
    return cases


# --- everything else that makes channels of channels --------------------------------------------


def flattened(shapes: Sequence[Sequence[int]]) -> list[Json]:
    """Nodes in0, in1, ... of maps that were flattened: drawn as one segment for each channel."""
    return [
        node(f"in{i}", "flatten", {"kind": "flatten", "from": list(s)}, [], [torch.Size(s).numel()])
        for i, s in enumerate(shapes)
    ]


def link_case(
    name: str,
    function: Function,
    made: Json,
    shapes: Sequence[Sequence[int]],
    channel: int,
    draw: Callable[[Sequence[Sequence[int]]], list[Json]] = sources,
) -> Json:
    """The channels that make one drawn channel of `made`: axis 1 of what the function gives."""
    found = reads(function, shapes, channel)
    expected = [[f"in{i}", c] for i, channels in enumerate(found) for c in channels]
    case: Json = {"kind": "links", "name": name, "nodes": [*draw(shapes), made]}
    return case | {"channel": channel, "expected": expected}


def concat_cases() -> list[Json]:
    """Every channel of three inputs side by side."""
    shapes = [[2, 4, 4], [3, 4, 4], [1, 4, 4]]
    cat = {"kind": "concat", "axis": 0, "sizes": [2, 3, 1]}
    made = node("n", "concat", cat, ["in0", "in1", "in2"], [6, 4, 4])
    return [
        link_case("concat", lambda *x: torch.cat(x, 1), made, shapes, channel)
        for channel in range(6)
    ]


def plain_cases() -> list[Json]:
    """Operations that keep the channels apart, and softmax, which does not."""
    maps, small = [4, 6, 6], [4, 3, 3]
    relu, add = {"kind": "cell", "function": "relu"}, {"kind": "cell", "function": "add"}
    adaptive = {"kind": "adaptive", "output": [2, 2], "mode": "average", "mixes": False}
    flatten, soft = {"kind": "flatten", "from": maps}, {"kind": "softmax", "axis": 0}
    max_pool = node("n", "pool", pool(2, "max"), ["in0"], small)
    average = node("n", "pool", adaptive, ["in0"], [4, 2, 2])
    both = node("n", "add", add, ["in0", "in1"], maps)
    flat = node("n", "flatten", flatten, ["in0"], [144])
    activation = node("n", "activation", relu, ["in0"], maps)

    def segments(x: Tensor) -> Tensor:
        return x.flatten(1).reshape(1, 4, 36)

    return [
        link_case("max pool", lambda x: F.max_pool2d(x, 2), max_pool, [maps], 3),
        link_case("adaptive pool", lambda x: F.adaptive_avg_pool2d(x, 2), average, [maps], 1),
        link_case("relu", torch.relu, activation, [maps], 2),
        link_case("add", torch.add, both, [maps, maps], 2),
        link_case("add, broadcast", torch.add, both, [maps, [1, 6, 6]], 2),
        link_case("flatten", segments, flat, [maps], 3),
        link_case(
            "softmax",
            lambda x: x.softmax(1),
            node("n", "softmax", soft, ["in0"], [5]),
            [[5]],
            1,
        ),
    ]


def flat_cases() -> list[Json]:
    """Single numbers of vectors whose inputs are drawn as segments."""
    drop = node("n", "dropout", {"kind": "cell", "function": "dropout"}, ["in0"], [36])
    sizes = {"kind": "concat", "axis": 0, "sizes": [8, 12]}
    cat = node("n", "concat", sizes, ["in0", "in1"], [20])
    two = [[2, 2, 2], [3, 2, 2]]

    def joined(*x: Tensor) -> Tensor:
        return torch.cat([each.flatten(1) for each in x], 1)

    return [
        link_case("dropout after flatten", joined, drop, [[4, 3, 3]], 17, flattened),
        link_case("concat of flattened", joined, cat, two, 7, flattened),
        link_case("concat of flattened", joined, cat, two, 15, flattened),
    ]


def dense_case(name: str, shape: Sequence[int], out: int, channel: int) -> Json:
    """A dense layer over flattened maps, or a vector: all weights of a channel are one link."""
    count = torch.Size(shape).numel()
    weight = eighths(out, count)
    dense = node("dense", "dense", {"kind": "dense", "in": count, "out": out}, ["in0"], [out])
    dense["weights"] = {"weight": "dense.weight"}
    given = sources([shape])
    if len(shape) > 1:
        flat = {"kind": "flatten", "from": list(shape)}
        given.append(node("flat", "flatten", flat, ["in0"], [count]))
        dense["inputs"] = ["flat"]

    def through(x: Tensor, kernel: Tensor) -> float:
        return F.linear(x.flatten(1), kernel)[0, channel].item()

    start = dense["inputs"][0]
    links = [
        [start, c, through(lit(shape, c), weight), through(lit(shape, c), weight.abs())]
        for c in range(shape[0])
    ]
    case: Json = {"kind": "dense", "name": name, "nodes": [*given, dense], "channel": channel}
    return case | {"weights": {"dense.weight": plain(weight)}, "expected": links}


# --- the winners of a pooling -------------------------------------------------------------------


def winner_case(name: str, geometry: Json, values: Tensor, channel: int) -> Json:
    """The cells of an input's channel that torch's own indices name; nan is written as null."""
    x, width = values[None], values.shape[-1]
    if geometry["kind"] == "adaptive":
        out, indices = F.adaptive_max_pool2d(x, geometry["output"], return_indices=True)
    else:
        out, indices = F.max_pool2d(
            x,
            geometry["kernel"],
            geometry["stride"],
            [before for before, _ in geometry["padding"]],
            geometry["dilation"],
            geometry["ceil"],
            return_indices=True,
        )
    cells = sorted(set(indices[0, channel].flatten().tolist()))
    numbers = [None if v != v else v for v in values.flatten().tolist()]
    return {
        "kind": "winners",
        "name": name,
        "nodes": [
            *sources([[*values.shape]]),
            node("pool", "pool", geometry, ["in0"], out.shape[1:]),
        ],
        "values": numbers,
        "channel": channel,
        "expected": [[cell // width, cell % width] for cell in cells],
    }


def winner_cases() -> list[Json]:
    """Windows that overlap, leave gaps or reach over the border, on values with many ties."""
    few = torch.randint(-3, 3, (2, 7, 8)).float()
    broken = few.clone()
    broken[1, 2:4, 3:5] = torch.nan
    adaptive: Json = {"kind": "adaptive", "output": [3, 3], "mode": "max", "mixes": False}
    cases = [
        winner_case("one value everywhere", pool(2, "max"), torch.full((1, 4, 6), -2.0), 0),
        winner_case("numbers that are none", pool(2, "max"), broken, 1),
        winner_case("negative at the border", pool(3, "max", padding=1, stride=2), few - 5, 1),
        winner_case("adaptive", adaptive, few, 1),
    ]
    pick = random.Random(5)
    for i in range(16):
        kernel = pick.randint(1, 3)
        more = {"stride": pick.randint(1, 3), "dilation": pick.randint(1, 2)}
        more["padding"] = pick.randint(0, kernel // 2)
        made = pool(kernel, "max", pick.random() < 0.5, **more)
        values = torch.randint(-3, 4, (3, pick.randint(6, 9), pick.randint(6, 9))).float()
        cases.append(winner_case(f"random {i}", made, values, pick.randrange(3)))
    return cases


def links() -> list[Json]:
    """All cases of links.json."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        return [
            *conv_cases(),
            *concat_cases(),
            *plain_cases(),
            *flat_cases(),
            dense_case("dense after flatten", (3, 2, 4), 5, 4),
            dense_case("dense after one cell a map", (6, 1, 1), 3, 1),
            dense_case("dense after a vector", (7,), 4, 2),
            *winner_cases(),
        ]


def files() -> dict[str, bytes]:
    """File name -> bytes of every golden file that is made here."""
    return {FILE: dump(links())}


if __name__ == "__main__":
    for file_name, content in files().items():
        (HERE / file_name).write_bytes(content)
