"""The cases of arithmetic.json: which terms make an output cell, asked of torch.

Where a window lies is told by `unfold` over planes that hold their own coordinates; which input
meets which weight by the gradient of a convolution over such codes with respect to its weights.
Values and weights are eighths, so that float32 adds them without rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.golden.ask import Function, Json, conv, pool
from tests.golden.make_links import CONVS, TRANSPOSED, eighths, node, plain, reads, sources

Cell = tuple[int, ...]
SEED = 0.75  # d(loss) / d(output cell)


class Layer(NamedTuple):
    """A node over inputs in0, in1, ..., and the torch function of these and its weights by role."""

    op: str
    geometry: Json
    function: Function
    inputs: Sequence[Tensor]
    weights: dict[str, Tensor] = {}  # noqa: RUF012 (never written)


def case(name: str, layer: Layer, cell: Cell, parts: list[Json], **more: Any) -> Json:
    """One output cell of a layer with the parts that torch says it is made of."""
    out = layer.function(*[x[None] for x in layer.inputs], **layer.weights)[0]
    own = node("n", layer.op, layer.geometry, [], out.shape)
    own["inputs"] = [f"in{i}" for i in range(len(layer.inputs))]
    own["weights"] = {role: f"n.{role}" for role in layer.weights}
    expected = {
        "kind": more.pop("kind", layer.op),
        "value": out[cell].item(),
        "parts": [{k: v for k, v in each.items() if k != "by"} for each in parts],
        "winner": more.pop("winner", None),
        "additive": more.pop("additive", False),
        "reason": more.pop("reason", ""),
    }
    back = backwards(layer, cell, parts, expected)
    for each in expected["parts"]:
        each["terms"] = [row[:-1] for row in each["terms"]]
    return {
        "name": name,
        "nodes": [*sources([x.shape for x in layer.inputs]), own],
        "values": {
            **{f"in{i}": numbers(x) for i, x in enumerate(layer.inputs)},
            "n": numbers(out),
        },
        "weights": {f"n.{role}": plain(each) for role, each in layer.weights.items()},
        "cell": named(cell, out.ndim),
        "expected": expected,
        "gradient": back,
    }


def backwards(layer: Layer, cell: Cell, parts: list[Json], expected: Json) -> Json:
    """What torch's backward gives from one cell: [part's share, [[value's, weight's], ...]].

    A part says by what it is differentiated: a role with an index, or a number that is known; the
    parts of a sum have the cell's own.
    """
    inputs = [x.double()[None].requires_grad_() for x in layer.inputs]
    weights = {role: w.double().requires_grad_() for role, w in layer.weights.items()}
    out = layer.function(*inputs, **weights)[0][cell] * SEED
    leaves = [*inputs, *weights.values()]
    found = torch.autograd.grad(out, leaves, allow_unused=True)
    grads = [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, found, strict=True)]
    by_id = {f"in{i}": g[0] for i, g in enumerate(grads[: len(inputs)])}
    by_role = dict(zip(weights, grads[len(inputs) :], strict=True))
    unknown = bool(expected["reason"])

    def share(each: Json) -> float | None:
        by = each.get("by", SEED if expected["additive"] else None)
        return by_role[by[0]][by[1]].item() if isinstance(by, tuple) else by

    def shares(row: list[Any]) -> list[float | None]:
        source, c, y, x, *_, padded, _, index = row
        grad = by_id[source]
        place = (c, y, x) if grad.ndim == 3 else (c, x)[: grad.ndim]
        value = None if padded or unknown else grad[place].item()
        return [value, None if index is None else by_role["weight"][index].item()]

    listed = [[share(each), [shares(row) for row in each["terms"]]] for each in parts]
    return {"output": SEED, "parts": listed}


def numbers(values: Tensor) -> list[float | None]:
    """Flat numbers, null for what is none."""
    return [None if v != v else v for v in values.flatten().tolist()]


def named(cell: Cell, axes: int) -> Json:
    """{c, y, x} of a cell of maps, a line or a vector."""
    c, *rest = cell
    y, x = rest if axes == 3 else (0, *rest) if axes == 2 else (0, 0)
    return {"c": c, "y": y, "x": x}


def part(name: str, value: float | Tensor, terms: list[Any] | None = None, **more: Any) -> Json:
    """A part; `count` is the number of its terms unless told."""
    terms = terms or []
    return {"name": name, "value": float(value), "terms": terms, "c": None} | {
        "count": len(terms),
        **more,
    }


def term(place: Sequence[int], value: float, weight: float | None = None, **more: Any) -> list[Any]:
    """[node, c, y, x, value, weight, product, padded, at] and the learned weight's index."""
    c, y, x = (*place, 0, 0)[:3]
    product = more.get("product", value if weight is None else value * weight)
    source, padded, at = more.get("node", "in0"), more.get("padded", False), more.get("at")
    return [source, c, y, x, value, weight, product, padded, at, more.get("index")]


# --- convolutions ---


def codes(size: Sequence[int], padding: Sequence[Sequence[int]]) -> Tensor:
    """(1, C, H, W) of whole numbers from 1, the ring included: each cell's own name."""
    sizes = [size[0], *(n + sum(p) for n, p in zip(size[1:], padding, strict=True))]
    count = torch.Size(sizes).numel()
    return torch.arange(1, count + 1).double().reshape(1, *sizes)


def place_of(code: int, sizes: Sequence[int], padding: Sequence[Sequence[int]]) -> list[int]:
    """The cell of a code; in the ring it lies outside of the input."""
    place = [int(i) for i in torch.unravel_index(torch.tensor(code - 1), torch.Size(sizes))]
    return [place[0], *(i - p[0] for i, p in zip(place[1:], padding, strict=True))]


def moved(geometry: Json) -> Callable[[Tensor, Tensor, Tensor | None], Tensor]:
    """Torch's convolution of a geometry; the ring is already around its input."""
    axes, groups = len(geometry["kernel"]), geometry["groups"]
    stride, dilation = geometry["stride"], geometry["dilation"]
    if not geometry["transposed"]:
        return lambda x, w, b: CONVS[axes](x, w, b, stride, 0, dilation, groups)
    before = [pair[0] for pair in geometry["padding"]]
    extra = [pair[0] - pair[1] for pair in geometry["padding"]]
    return lambda x, w, b: TRANSPOSED[axes](x, w, b, stride, before, extra, groups, dilation)


def conv_case(name: str, shape: Sequence[int], out: int, cell: Cell, **settings: Any) -> Json:
    """A random convolution; `padding` is a number or (before, after), alike on every axis."""
    kernel, bias = settings.pop("kernel", 3), settings.pop("bias", True)
    groups, axes = settings.pop("groups", 1), len(shape) - 1
    geometry = conv(kernel, groups, settings.pop("transposed", False), **settings) | {"out": out}
    for key in ("kernel", "stride", "padding", "dilation"):
        geometry[key] = geometry[key][:axes]
    order = (shape[0], out // groups) if geometry["transposed"] else (out, shape[0] // groups)
    x, weight, biases = eighths(*shape), eighths(*order, *[kernel] * axes), eighths(out)
    ring = [[0, 0]] * axes if geometry["transposed"] else geometry["padding"]
    run, sides = moved(geometry), [side for pair in reversed(ring) for side in pair]

    weights = {"weight": weight} | ({"bias": biases} if bias else {})

    def through(v: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return run(F.pad(v, sides), weight, bias)

    def plainly(v: Tensor) -> Tensor:
        return through(v, weight.to(v))

    met = meetings(run, weight, codes(shape, ring), cell)
    channels: dict[int, list[Any]] = {c: [] for c in reads(plainly, [shape], cell[0])[0]}
    for index, code in met:
        sizes = [shape[0], *(n + sum(p) for n, p in zip(shape[1:], ring, strict=True))]
        c, *at = place_of(code, sizes, ring)
        inside = all(0 <= i < n for i, n in zip(at, shape[1:], strict=True))
        more: Json = {"padded": not inside, "at": [*[0] * (2 - axes), *index[2:]]}
        more["index"] = tuple(index)
        place = [c, *[0] * (2 - axes), *at]
        value = x[(c, *at)].item() if inside else 0.0
        channels[c].append(term(place, value, weight[tuple(index)].item(), **more))
    parts = [part("channel", sum(t[6] for t in each), each, c=c) for c, each in channels.items()]
    parts += [part("bias", biases[cell[0]], by=("bias", cell[0]))] if bias else []
    return case(name, Layer("conv", geometry, through, [x], weights), cell, parts, additive=True)


def meetings(run: Any, weight: Tensor, coded: Tensor, cell: Cell) -> list[tuple[list[int], int]]:
    """(place in the weights, code of the input cell that it is multiplied with), in order."""
    free = weight.double().requires_grad_()
    (found,) = torch.autograd.grad(run(coded, free, None)[(0, *cell)], free)
    return [(index, int(found[tuple(index)])) for index in found.nonzero().tolist()]


def conv_cases() -> list[Json]:
    """Every setting, at borders and inside."""
    strided = {"stride": 2, "padding": 1}
    return [
        conv_case("conv 3x3", (3, 6, 7), 4, (2, 1, 3)),
        conv_case("conv without a bias", (2, 5, 5), 3, (1, 0, 0), bias=False),
        conv_case("conv 1x1", (5, 4, 4), 6, (5, 3, 2), kernel=1),
        conv_case("conv in the corner of its padding", (2, 5, 6), 3, (0, 0, 5), padding=1),
        conv_case("conv strided", (2, 7, 7), 3, (2, 3, 3), **strided),
        conv_case("conv padded on one side", (2, 5, 5), 2, (1, 4, 4), kernel=2, padding=(0, 1)),
        conv_case("conv dilated", (2, 9, 8), 2, (0, 0, 1), dilation=2, padding=2),
        conv_case("conv in two groups", (4, 5, 5), 6, (4, 1, 1), groups=2),
        conv_case("conv depthwise", (4, 6, 6), 4, (3, 5, 5), groups=4, padding=1),
        conv_case("conv depthwise, two kernels each", (3, 5, 5), 6, (3, 2, 0), groups=3),
        conv_case("conv of a line", (2, 9), 3, (1, 4), padding=1, stride=2),
        conv_case("conv in the padding alone", (2, 3, 3), 2, (0, 0, 0), kernel=1, padding=1),
        conv_case("transposed", (3, 4, 4), 4, (1, 2, 3), transposed=True),
        conv_case("transposed, stride 2", (3, 4, 4), 2, (1, 3, 4), transposed=True, **strided),
        conv_case(
            "transposed, output padding",
            (2, 4, 4),
            2,
            (0, 7, 7),
            transposed=True,
            stride=2,
            padding=(1, 0),
        ),
        conv_case("transposed in groups", (4, 3, 3), 6, (4, 1, 2), transposed=True, groups=2),
        conv_case("transposed, dilated", (2, 4, 4), 2, (1, 3, 5), transposed=True, dilation=2),
        conv_case("a hole", (2, 3, 3), 2, (1, 1, 2), transposed=True, kernel=1, stride=2),
    ]


# --- pooling ---


def window_places(geometry: Json, shape: Sequence[int], cell: Cell) -> list[list[int]]:
    """[ky, kx, y, x] of every place of a window that lies on the input or in its ring."""
    (before, after), _ = geometry["padding"]
    k, d, s = geometry["kernel"], geometry["dilation"], geometry["stride"]
    extra = k[0] * d[0]  # room for a last window in ceil mode
    sizes = [n + before + after + extra for n in shape[1:]]
    planes = torch.meshgrid(*[torch.arange(n).double() - before for n in sizes], indexing="ij")
    found = F.unfold(torch.stack(planes)[None], k, d, 0, s)[0]
    columns = (sizes[1] - d[1] * (k[1] - 1) - 1) // s[1] + 1
    ys, xs = found[:, cell[1] * columns + cell[2]].reshape(2, -1).long().tolist()
    ats = [(ky, kx) for ky in range(k[0]) for kx in range(k[1])]
    ends = [n + after for n in shape[1:]]
    listed = [[ky, kx, y, x] for (ky, kx), y, x in zip(ats, ys, xs, strict=True)]
    return [row for row in listed if row[2] < ends[0] and row[3] < ends[1]]


def is_inside(place: Sequence[int], shape: Sequence[int]) -> bool:
    """Whether [ky, kx, y, x] lies on the input."""
    return 0 <= place[2] < shape[1] and 0 <= place[3] < shape[2]


def max_case(name: str, geometry: Json, x: Tensor, cell: Cell) -> Json:
    """Max pooling; the winner is that of torch's indices."""
    (before, _), _ = geometry["padding"]
    k, s, d = geometry["kernel"], geometry["stride"], geometry["dilation"]

    def through(v: Tensor) -> Tensor:
        return F.max_pool2d(v, k, s, before, d, geometry["ceil"])

    _, indices = F.max_pool2d(x[None], k, s, before, d, geometry["ceil"], return_indices=True)
    y, column = divmod(int(indices[(0, *cell)]), x.shape[2])
    places = [p for p in window_places(geometry, x.shape, cell) if is_inside(p, x.shape)]
    terms = [term([cell[0], *p[2:]], x[(cell[0], *p[2:])].item(), at=p[:2]) for p in places]
    winner = {"c": cell[0], "y": y, "x": column}
    value = x[cell[0], y, column].item()
    parts = [part("window", value, terms, by=SEED)]
    layer = Layer("pool", geometry, through, [x])
    return case(name, layer, cell, parts, kind="max", winner=winner)


def average_case(name: str, geometry: Json, x: Tensor, cell: Cell) -> Json:
    """Average pooling; each cell's share is torch's gradient."""
    (before, _), _ = geometry["padding"]
    settings = (geometry["ceil"], geometry["count_include_pad"], geometry.get("divisor"))

    def through(v: Tensor) -> Tensor:
        return F.avg_pool2d(v, geometry["kernel"], geometry["stride"], before, *settings)

    share = next(g for g in gradients(through, x, cell) if g)
    places = window_places(geometry, x.shape, cell)
    if not geometry["count_include_pad"]:
        places = [p for p in places if is_inside(p, x.shape)]
    terms = []
    for p in places:
        inside = is_inside(p, x.shape)
        value = x[(cell[0], *p[2:])].item() if inside else 0.0
        terms.append(term([cell[0], *p[2:]], value, share, padded=not inside, at=p[:2]))
    parts = [part("window", sum(t[6] for t in terms), terms)]
    layer = Layer("pool", geometry, through, [x])
    return case(name, layer, cell, parts, kind="average", additive=True)


def gradients(function: Function, x: Tensor, cell: Cell) -> list[float]:
    """d(output cell) / d(each input cell), flat."""
    free = x.double()[None].requires_grad_()
    (found,) = torch.autograd.grad(function(free)[0][cell], free)
    listed: list[float] = found.flatten().tolist()
    return listed


def adaptive_case(name: str, mode: str, output: tuple[int, int], x: Tensor, cell: Cell) -> Json:
    """Adaptive pooling of either kind; with an output of [1, 1], global pooling."""
    geometry = {"kind": "adaptive", "output": list(output), "mode": mode, "mixes": False}
    pooled: Function = F.adaptive_max_pool2d if mode == "max" else F.adaptive_avg_pool2d

    def through(v: Tensor) -> Tensor:
        return pooled(v, output)

    def average(v: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(v, output)

    weights = torch.tensor(gradients(average, x, cell)).reshape(x.shape)
    places = weights.nonzero().tolist()
    first = places[0]
    share = None if mode == "max" else 1 / len(places)
    terms = [
        term(p, x[tuple(p)].item(), share, at=[p[1] - first[1], p[2] - first[2]]) for p in places
    ]
    layer = Layer("pool", geometry, through, [x])
    if mode == "average":
        parts = [part("window", sum(t[6] for t in terms), terms)]
        return case(name, layer, cell, parts, kind="average", additive=True)
    values, indices = F.adaptive_max_pool2d(x[None], output, return_indices=True)
    y, column = divmod(int(indices[(0, *cell)]), x.shape[2])
    parts = [part("window", values[(0, *cell)], terms, by=SEED)]
    winner = {"c": cell[0], "y": y, "x": column}
    return case(name, layer, cell, parts, kind="max", winner=winner)


def pool_cases() -> list[Json]:
    """Windows that overlap, reach over the border or have ties."""
    x, few = eighths(2, 7, 8), torch.randint(-2, 2, (2, 7, 8)).float()
    ceil = pool(3, "average", True, stride=2, padding=1)
    mean = pool(3, "average", stride=2, padding=1)
    alone = {"count_include_pad": False}
    return [
        max_case("max 2x2", pool(2, "max"), x, (1, 2, 3)),
        max_case("max of equal numbers", pool(3, "max", stride=1), few, (0, 2, 2)),
        max_case("max at the border", pool(3, "max", padding=1, stride=2), x - 2, (1, 0, 0)),
        max_case("max dilated", pool(2, "max", dilation=2, stride=1), x, (0, 3, 4)),
        max_case("max in ceil mode", pool(3, "max", True, stride=2), x, (1, 2, 3)),
        average_case("average 2x2", pool(2, "average"), x, (1, 2, 3)),
        average_case("average with its ring", mean, x, (0, 0, 0)),
        average_case("average without its ring", mean | alone, x, (0, 0, 0)),
        average_case("average in ceil mode", ceil, x, (1, 3, 4)),
        average_case("average in ceil mode, without its ring", ceil | alone, x, (1, 3, 4)),
        average_case(
            "average by another divisor", pool(2, "average") | {"divisor": 3}, x, (0, 1, 1)
        ),
        adaptive_case("adaptive average", "average", (3, 3), x, (1, 1, 2)),
        adaptive_case("global average", "average", (1, 1), x, (0, 0, 0)),
        adaptive_case("adaptive max", "max", (3, 2), few, (1, 2, 1)),
    ]
