"""Writes arithmetic.json: one output cell of every kind of layer as terms that torch names.

Run `python -m tests.golden.make_arithmetic` from the checkout.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.golden.arithmetic_cases import (
    SEED,
    Cell,
    Layer,
    case,
    conv_cases,
    part,
    pool_cases,
    term,
)
from tests.golden.ask import Json, conv, gradient_support
from tests.golden.make import HERE, dump
from tests.golden.make_links import eighths

FILE = "arithmetic.json"
LARGEST = 32
SHARES = (("scale", "weight"), ("shift", "bias"))


def one_cell(layer: Layer, cell: Cell, source: int) -> list[int]:
    """The one cell of an input that the gradient of an output cell reaches, as (c, y, x)."""
    through = partial(layer.function, **layer.weights)
    masks = gradient_support(through, [x.shape for x in layer.inputs], cell)
    (place,) = masks[source].nonzero().tolist()
    return place_of_axes(place)


def place_of_axes(place: list[int]) -> list[int]:
    """(c, y, x) of an index into maps, a line (c, x) or a vector (c)."""
    c, *rest = place
    return [c, *([0] * (2 - len(rest)) + rest if rest else [0, 0])]


def input_part(layer: Layer, cell: Cell, source: int, weight: float | None = None) -> Json:
    """The part that one input gives."""
    place = one_cell(layer, cell, source)
    x = layer.inputs[source]
    value = x[tuple(place) if x.ndim == 3 else tuple(place[: x.ndim])].item()
    read = term(place, value, weight, node=f"in{source}")
    return part("input", read[6], [read])


def activation_case(name: str, x: Tensor, cell: Cell, **settings: float | str) -> Json:
    """A function of torch with autograd's slope."""
    geometry = {"kind": "cell", "function": name, **settings}
    weights = {"weight": eighths(x.shape[0])} if name == "prelu" else {}

    def through(v: Tensor, **given: Tensor) -> Tensor:
        made: Tensor = getattr(F, name)(v, **given, **settings)
        return made

    free = x.double()[None].requires_grad_()
    out = through(free, **{role: tensor.double() for role, tensor in weights.items()})
    (slope,) = torch.autograd.grad(out.sum(), free)
    value, back = x[cell].item(), SEED * slope[0][cell].item()
    parts = [part("input", value, [term(cell, value)], by=back)]
    parts += [part("scale", w[cell[0]], by=(role, cell[0])) for role, w in weights.items()]
    parts += [part("slope", slope[0][cell]), part("output", out.detach()[0][cell], by=SEED)]
    return case(name, Layer("activation", geometry, through, [x], weights), cell, parts)


def norm_case(name: str, x: Tensor, cell: Cell, *, affine: bool = True) -> Json:
    """Batch norm as it is outside of training, its statistics being numbers like any other."""
    count, eps = x.shape[0], 1e-3
    weights = {"running_mean": eighths(count), "running_var": eighths(count).abs()}
    weights |= {"weight": eighths(count), "bias": eighths(count)} if affine else {}

    def through(v: Tensor, **given: Any) -> Tensor:
        made = [given[role][:, None, None] for role in weights]
        plain = (v - made[0]) / (made[1] + eps).sqrt()
        result: Tensor = plain * made[2] + made[3] if affine else plain
        return result

    double: Json = {role: tensor.double() for role, tensor in weights.items()}
    whole = F.batch_norm(x.double()[None], **double, eps=eps)
    torch.testing.assert_close(whole, through(x.double()[None], **double))
    without = {role: double[role] for role in ("running_mean", "running_var")}
    plain = F.batch_norm(x.double()[None], **without, eps=eps)[0][cell]
    value, c = x[cell].item(), cell[0]
    deviation = (double["running_var"][c].item() + eps) ** 0.5
    inside = SEED * (weights["weight"][c].item() if affine else 1)
    parts = [
        part("input", value, [term(cell, value)], by=inside / deviation),
        part("mean", weights["running_mean"][c], by=("running_mean", c)),
        part("variance", weights["running_var"][c], by=("running_var", c)),
        part("eps", eps),
        part("normalised", plain, by=inside),
        *(part(name, weights[role][c], by=(role, c)) for name, role in SHARES if affine),
    ]
    geometry = {"kind": "cell", "function": "batch_norm", "eps": eps}
    return case(name, Layer("norm", geometry, through, [x], weights), cell, parts)


def dense_case(name: str, x: Tensor, out: int, cell: Cell, *, bias: bool = True) -> Json:
    """A dense layer over the last axis; the largest products are torch's own top."""
    weight, biases = eighths(out, x.shape[-1]), eighths(out)
    weights = {"weight": weight} | ({"bias": biases} if bias else {})
    read, row = x[cell[:-1]], weight[cell[-1]]
    products = read * row
    order = products.abs().sort(descending=True, stable=True).indices
    first, rest = order[:LARGEST].tolist(), order[LARGEST:]
    terms = [
        term(place_of_axes([*cell[:-1], i]), read[i].item(), row[i].item(), index=(cell[-1], i))
        for i in first
    ]
    parts = [part("largest", products[first].sum(), terms)]
    if len(rest):
        parts.append(part("rest", products[rest].sum(), count=len(rest)))
    parts += [part("bias", biases[cell[-1]], by=("bias", cell[-1]))] if bias else []
    geometry = {"kind": "dense", "in": x.shape[-1], "out": out}
    return case(name, Layer("dense", geometry, F.linear, [x], weights), cell, parts, additive=True)


def softmax_case(name: str, x: Tensor, cell: Cell, op: str = "softmax") -> Json:
    """Shares of the channel axis, or their logarithms."""
    function = torch.softmax if op == "softmax" else torch.log_softmax

    def through(v: Tensor) -> Tensor:
        return function(v, 1)

    column = x.double().movedim(0, -1)[cell[1:]]
    top = int(column.argmax())
    exps = (column - column.max()).exp()
    places = [place_of_axes([c, *cell[1:]]) for c in range(len(column))]
    terms = [
        term(place, value, product=e)
        for place, value, e in zip(places, column.tolist(), exps.tolist(), strict=True)
    ]
    own = term(places[cell[0]], column[cell[0]].item())
    largest = term(places[top], column[top].item())
    by = quotient(exps[cell[0]], exps.sum(), is_log=op != "softmax")
    free = x.double().requires_grad_()
    (back,) = torch.autograd.grad(function(free, 0)[cell], free)
    parts = [
        part("input", column[cell[0]], [own], by=SEED * back[cell].item()),
        part("maximum", column[top], [largest], by=0.0),
        part("exp", exps[cell[0]], [terms[cell[0]]], by=by[0]),
        part("sum", exps.sum(), terms, by=by[1]),
    ]
    layer = Layer(op, {"kind": "softmax", "axis": 0}, through, [x])
    return case(name, layer, cell, parts, kind="softmax" if op == "softmax" else "log_softmax")


def quotient(exp: Tensor, total: Tensor, *, is_log: bool) -> list[float]:
    """The shares of a softmax's last step, exp / sum, or of -log(sum), which has no exp in it."""
    free = [exp.clone().requires_grad_(), total.clone().requires_grad_()]
    value = -free[1].log() + 0 * free[0] if is_log else free[0] / free[1]
    return [SEED * grad.item() for grad in torch.autograd.grad(value, free)]


def softmax_cases() -> list[Json]:
    """Vectors, maps, and numbers whose exponentials are too large for float64."""
    huge = torch.tensor([1000.0, 999.0, -1000.0])
    return [
        softmax_case("softmax", eighths(5), (3,)),
        softmax_case("softmax of large numbers", huge, (1,)),
        softmax_case("softmax of maps", eighths(3, 2, 2), (1, 1, 0)),
        softmax_case("log_softmax", eighths(5), (3,), "other"),
    ]


def add_case(name: str, shapes: list[tuple[int, ...]], cell: Cell, alpha: float = 1) -> Json:
    """A sum of two inputs, one of which may be broadcast."""
    settings = {} if alpha == 1 else {"alpha": alpha}
    inputs = [eighths(*shape) for shape in shapes]
    geometry = {"kind": "cell", "function": "add", **settings}
    layer = Layer("add", geometry, lambda a, b: torch.add(a, b, alpha=alpha), inputs)
    weights = [None, None if alpha == 1 else alpha]
    parts = [input_part(layer, cell, i, weight) for i, weight in enumerate(weights)]
    return case(name, layer, cell, parts, additive=True)


def sum_cases() -> list[Json]:
    """Additions of nodes, of a number and of a parameter."""
    maps, x, position = (3, 4, 5), eighths(3, 4, 5), eighths(1, 3, 1, 1)
    number = Layer("add", {"kind": "cell", "function": "add", "other": 0.5}, lambda v: v + 0.5, [x])
    learned = Layer(
        "add",
        {"kind": "cell", "function": "add"},
        torch.add,
        [x],
        {"other": position},
    )
    cell, place = (2, 1, 3), (0, 2, 0, 0)
    return [
        add_case("add", [maps, maps], cell),
        add_case("add, broadcast", [maps, (3, 1, 1)], cell),
        add_case("add, alpha", [maps, maps], cell, alpha=-0.5),
        case(
            "add a number",
            number,
            cell,
            [input_part(number, cell, 0), part("constant", 0.5)],
            additive=True,
        ),
        case(
            "add a parameter",
            learned,
            cell,
            [
                input_part(learned, cell, 0),
                part("parameter", position[place], by=("other", place)),
            ],
            additive=True,
        ),
    ]


def passed_case(name: str, layer: Layer, cell: Cell, source: int = 0) -> Json:
    """A cell that one input gives as it is."""
    kind = name if name == "identity" else layer.op
    return case(name, layer, cell, [input_part(layer, cell, source)], kind=kind, additive=True)


def passed_cases() -> list[Json]:
    """Dropout, flatten, concat, and an activation that was swapped for none."""
    maps = eighths(3, 4, 5)
    same = {"kind": "cell", "function": "identity"}
    none = Layer("activation", same, torch.clone, [maps])
    drop = Layer("dropout", {"kind": "cell", "function": "dropout", "p": 0.5}, torch.clone, [maps])
    flat = Layer("flatten", {"kind": "flatten", "from": [3, 4, 5]}, lambda x: x.flatten(1), [maps])
    channels = {"kind": "concat", "axis": 0, "sizes": [3, 2]}
    columns = {"kind": "concat", "axis": 2, "sizes": [5, 5]}
    more = [maps, eighths(2, 4, 5)]
    beside = Layer("concat", channels, lambda *x: torch.cat(x, 1), more)
    along = Layer("concat", columns, lambda *x: torch.cat(x, 3), [maps, eighths(3, 4, 5)])
    return [
        passed_case("dropout", drop, (1, 2, 3)),
        passed_case("flatten", flat, (33,)),
        passed_case("concat", beside, (4, 3, 2), 1),
        passed_case("concat of the first", beside, (2, 0, 0), 0),
        passed_case("concat of columns", along, (1, 2, 7), 1),
        passed_case("identity", none, (2, 3, 4)),
    ]


def pad_case(name: str, cell: Cell, inside: bool) -> Json:
    """A pad node with a ring of 0.25: one row above, two columns at the right."""
    x = eighths(2, 3, 3)
    ones = {"kernel": [1, 1], "stride": [1, 1], "dilation": [1, 1]}
    ring = {"padding": [[1, 0], [0, 2]], "mixes": False, "mode": "pad", "value": 0.25}

    def through(v: Tensor) -> Tensor:
        return F.pad(v, (0, 2, 1, 0), value=0.25)

    value = through(x)[cell].item()
    place = [cell[0], cell[1] - 1, cell[2]]
    parts = [part("input", value, [term(place, value, padded=not inside)])]
    layer = Layer("other", {"kind": "window", **ones, **ring}, through, [x])
    return case(name, layer, cell, parts, kind="pad", additive=True)


def unknown_cases() -> list[Json]:
    """What has no arithmetic says why, and never a wrong number."""
    x, volume, weight = eighths(2, 3, 4), eighths(2, 2, 3, 4), eighths(2, 2, 1, 1)
    turned = Layer("other", {"kind": "other", "function": "permute"}, lambda v: v.mT, [x])
    root = Layer("other", {"kind": "cell", "function": "square"}, torch.square, [x])
    flat = {"kind": "flatten", "from": [2, 2, 3, 4]}
    from_volume = Layer("flatten", flat, lambda v: v.flatten(1), [volume])
    wrong = Layer(
        "conv",
        conv(1) | {"out": 2},
        lambda v, weight: F.conv2d(v, weight) + 1,
        [x],
        {"weight": weight},
    )
    nameless = Layer("conv", conv(1) | {"out": 2}, lambda v: F.conv2d(v, weight.to(v)), [x])
    picture = Layer("input", {"kind": "input"}, torch.clone, [x])
    cell = (1, 2, 2)
    return [
        case("picture", picture, cell, [], reason="input"),
        case("permute", turned, cell, [], kind="other", reason="unknown"),
        case(
            "square",
            root,
            cell,
            [input_part(root, cell, 0)],
            kind="function",
            reason="function",
        ),
        case("flatten a volume", from_volume, (5,), [], kind="other", reason="axes"),
        case("conv with other weights", wrong, cell, [], kind="other", reason="differs"),
        case("conv without its weights", nameless, cell, [], kind="other", reason="weights"),
    ]


def activation_cases() -> list[Json]:
    """A few of the functions, all of which are in activations.json."""
    x = eighths(2, 3, 3) * 4
    return [
        activation_case("relu", x.abs(), (1, 2, 1)),
        activation_case("relu", -x.abs(), (1, 2, 1)),
        activation_case("leaky_relu", -x.abs(), (0, 0, 0), negative_slope=0.2),
        activation_case("prelu", -x.abs(), (1, 1, 1)),
        activation_case("gelu", x, (0, 1, 2)),
        activation_case("gelu", x, (1, 1, 2), approximate="tanh"),
        activation_case("silu", x, (0, 2, 2)),
        activation_case("tanh", x[:, 0, 0], (1,)),
    ]


def arithmetic() -> list[Json]:
    """All cases of arithmetic.json."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(6)
        return [
            *conv_cases(),
            *pool_cases(),
            *activation_cases(),
            norm_case("batch norm", eighths(3, 4, 4), (2, 1, 3)),
            norm_case("batch norm without scale", eighths(3, 4, 4), (1, 0, 0), affine=False),
            dense_case("dense", eighths(7), 4, (2,)),
            dense_case("dense with a rest", eighths(40), 3, (1,)),
            dense_case("dense of a row of tokens", eighths(5, 6), 4, (3, 2), bias=False),
            *softmax_cases(),
            *sum_cases(),
            *passed_cases(),
            pad_case("pad, inside", (1, 2, 1), True),
            pad_case("pad, in the ring", (0, 0, 1), False),
            *unknown_cases(),
        ]


def files() -> dict[str, bytes]:
    """File name -> bytes of the golden file that is made here."""
    return {FILE: dump(arithmetic())}


if __name__ == "__main__":
    for file_name, content in files().items():
        (HERE / file_name).write_bytes(content)
