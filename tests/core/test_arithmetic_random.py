"""Random layers in float64: the parts come to torch's value to the last digits, and back again."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from convlens.core.arithmetic import Arithmetic, Source, cell_arithmetic
from convlens.core.cell_gradient import cell_gradient
from convlens.core.geometry import output_size, receptive_field
from convlens.core.record import Op, Record
from tests.core.random_layers import (
    Drawn,
    adaptives,
    averages,
    convolutions,
    maxima,
    pairs,
    transposed,
    unless_refused,
)

Json = dict[str, Any]
Weights = dict[str, Tensor]
few = settings(deadline=None, max_examples=60)


def seeded(pick: Any) -> torch.Generator:
    """A generator that Hypothesis can bring back when it tells of a failure."""
    return torch.Generator().manual_seed(pick.draw(st.integers(0, 1 << 16)))


def random(pick: Any, *shape: int) -> Tensor:
    """Numbers around 0 in float64."""
    return torch.randn(*shape, dtype=torch.double, generator=seeded(pick))


def made_of(op: Op, geometry: Json, values: tuple[Tensor, Tensor], weights: Weights) -> Source:
    """A trace of one layer: its input and its value, both with a batch axis."""
    x, out = (value[0].detach() for value in values)
    roles = {role: role for role in weights}
    records = (
        Record("input", Op.INPUT, "", (), tuple(x.shape), {"kind": "input"}, 0, {}, x, ""),
        Record("n", op, "", ("input",), tuple(out.shape), geometry, 0, roles, out, ""),
    )
    return Source({r.id: r for r in records}, weights)


def drawn(pick: Any, out: Tensor) -> tuple[int, int, int]:
    """A random cell of a value."""
    c, y, x = (pick.draw(st.integers(0, n - 1)) for n in out.shape[1:])
    return c, y, x


def near(found: float, expected: float) -> bool:
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


def check_back(made: Arithmetic, out: Tensor, x: Tensor) -> None:
    """The shares of the input cells are autograd's gradient of this cell, all of it."""
    cell = tuple(made.cell.values())
    (expected,) = torch.autograd.grad(out[0][cell], x)
    found = torch.zeros_like(expected[0])
    for part, shares in zip(made.parts, cell_gradient(made, 1.0), strict=True):
        for term, share in zip(part.terms, shares.terms, strict=True):
            if share.value is not None:
                found[term.c, term.y, term.x] += share.value
    assert torch.allclose(found, expected[0], rtol=1e-9, atol=1e-12)


def check_sum(pick: Any, layer: Drawn, op: Op) -> None:
    """A random cell's parts add up to torch's value, and torch's gradient is their terms'."""
    x = random(pick, 1, *layer.shape).requires_grad_()
    weights = {}
    if layer.weight:
        weights = {"weight": random(pick, *layer.weight), "bias": random(pick, layer.outputs)}
    out = unless_refused(lambda: layer.function(x, **weights))
    assume(out.numel())
    source = made_of(op, layer.geometry, (x, out), weights)
    made = cell_arithmetic(source, "n", drawn(pick, out))
    assert made.reason == ""
    assert made.additive
    assert near(math.fsum(part.value for part in made.parts), made.value)
    check_back(made, out, x)


@given(pick=st.data(), layer=convolutions() | transposed())
@settings(few, max_examples=120)
def test_a_convolution_is_the_sum_of_its_products(pick: Any, layer: Drawn) -> None:
    check_sum(pick, layer, Op.CONV)


@given(pick=st.data(), layer=averages() | adaptives())
@settings(few, max_examples=120)
def test_an_average_is_the_sum_of_its_shares(pick: Any, layer: Drawn) -> None:
    check_sum(pick, layer, Op.POOL)


@given(pick=st.data(), layer=maxima(), ties=st.booleans())
@few
def test_a_maximum_names_torchs_winner_and_its_size(pick: Any, layer: Drawn, ties: bool) -> None:
    x = random(pick, 1, *layer.shape)
    x = (x.round() if ties else x).requires_grad_()
    window = [layer.geometry[key] for key in ("kernel", "stride", "padding", "dilation")]
    sizes = [
        output_size(
            n, kernel=k, stride=s, padding=(p[0], p[1]), dilation=d, ceil=layer.geometry["ceil"]
        )
        for n, k, s, p, d in zip(layer.shape[1:], *window, strict=True)
    ]
    try:
        found = layer.function(x)
    except RuntimeError:
        assert 0 in sizes
        return
    assert sizes == list(found[0].shape[2:])
    check_winner(pick, x, (found[0], found[1]), layer.geometry)


@given(pick=st.data(), layer=adaptives())
@few
def test_an_adaptive_maximum_names_torchs_winner(pick: Any, layer: Drawn) -> None:
    x = random(pick, 1, *layer.shape).requires_grad_()
    output = layer.geometry["output"]
    out, indices = F.adaptive_max_pool2d(x, output, return_indices=True)
    check_winner(pick, x, (out, indices), layer.geometry | {"mode": "max"})


def check_winner(pick: Any, x: Tensor, found: tuple[Tensor, Tensor], geometry: Json) -> None:
    """A random cell's winner is where torch's index says, and it alone gets a gradient."""
    out, indices = found
    source = made_of(Op.POOL, geometry, (x, out), {})
    made = cell_arithmetic(source, "n", drawn(pick, out))
    if made.value == -math.inf:  # a window in the ring alone, where torch's index means nothing
        assert (made.winner, made.parts[0].terms) == (None, [])
        return
    y, column = divmod(int(indices[0][tuple(made.cell.values())]), x.shape[-1])
    assert made.winner == {"c": made.cell["c"], "y": y, "x": column}
    assert max(term.value for term in made.parts[0].terms) == made.value
    check_back(made, out, x)


@given(pick=st.data(), count=st.integers(2, 40), scale=st.sampled_from([0.1, 10.0, 1000.0]))
@few
def test_a_softmax_is_a_stable_share_and_goes_back_as_one(
    pick: Any, count: int, scale: float
) -> None:
    x = (scale * random(pick, 1, count)).requires_grad_()
    out = x.softmax(1)
    source = made_of(Op.SOFTMAX, {"kind": "softmax", "axis": 0}, (x, out), {})
    made = cell_arithmetic(source, "n", (pick.draw(st.integers(0, count - 1)), 0, 0))
    _, maximum, exp, total = (part.value for part in made.parts)
    assert maximum == x.max().item()
    assert near(exp / total, made.value)
    assert all(0 <= term.product <= 1 for term in made.parts[-1].terms)
    shares = [share.value for share in cell_gradient(made, 1.0)[-1].terms]
    (expected,) = torch.autograd.grad(out[0, made.cell["c"]], x)
    assert torch.allclose(
        torch.tensor(shares, dtype=torch.double), expected[0], rtol=1e-9, atol=1e-12
    )


# --- receptive fields through every kind ---


def random_step(pick: Any, x: Tensor) -> tuple[Json, Tensor]:
    """One more layer of a random kind with positive numbers, so that nothing cancels."""
    kind = pick.draw(st.sampled_from(["conv", "transposed", "pool", "adaptive", "cell", "softmax"]))
    channels, k = x.shape[1], pick.draw(st.integers(1, 3))
    s, d, p = (pick.draw(st.integers(low, 2)) for low in (1, 1, 0))
    ones = {"kernel": [k, k], "stride": [s, s], "dilation": [d, d]}
    window = {"kind": "window", **ones, "padding": [[p, p], [p, p]]}
    mixes = {"mixes": True, "groups": 1, "out": channels, "transposed": kind == "transposed"}
    weight = random(pick, channels, channels, k, k).abs() + 0.1
    if kind == "conv":
        return window | mixes, F.conv2d(x, weight, None, s, p, d)
    if kind == "transposed":
        return window | mixes, F.conv_transpose2d(x, weight, None, s, p, 0, 1, d)
    if kind == "pool":
        half = k // 2
        plain = {"dilation": [1, 1], "padding": [[half, half]] * 2, "mixes": False}
        return window | plain | {"mode": "average"}, F.avg_pool2d(x, k, s, half)
    if kind == "adaptive":
        output = (pick.draw(st.integers(1, 4)), pick.draw(st.integers(1, 4)))
        return {"kind": "adaptive", "output": output}, F.adaptive_avg_pool2d(x, output)
    if kind == "softmax":
        return {"kind": "softmax", "axis": 0}, x.softmax(1)
    return {"kind": "cell", "function": "silu"}, F.silu(x)


@given(pick=st.data(), size=pairs(6, 12), depth=st.integers(1, 4), dense=st.booleans())
@few
def test_a_receptive_field_through_any_kinds_is_where_the_gradient_ends(
    pick: Any, size: tuple[int, int], depth: int, dense: bool
) -> None:
    x = (random(pick, 1, 2, *size).abs() + 0.1).requires_grad_()
    nodes: dict[str, Any] = {"input": ({"kind": "input"}, (), (2, *size))}
    out, name = x, "input"
    for i in range(depth):
        geometry, after = random_or_nothing(pick, out)
        if after.numel():
            nodes[f"n{i}"] = (geometry, (name,), tuple(after.shape[1:]))
            out, name = after, f"n{i}"
    if dense:
        shape = tuple(out.shape[1:])
        nodes["flat"] = ({"kind": "flatten", "from": list(shape)}, (name,), (math.prod(shape),))
        weight = random(pick, 3, math.prod(shape)).abs()
        nodes["dense"] = ({"kind": "dense", "in": math.prod(shape), "out": 3}, ("flat",), (3,))
        out, name = F.linear(out.flatten(1), weight), "dense"
    cell = [pick.draw(st.integers(0, n - 1)) for n in out.shape[1:]]
    (grad,) = torch.autograd.grad(out[0][tuple(cell)], x)
    rows, columns = (grad[0].abs().sum((0, axis)).nonzero()[:, 0].tolist() for axis in (2, 1))
    found = receptive_field(nodes, name, cell)
    expected = (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) if rows else (0, 0, 0, 0)
    assert (found.y0, found.y1, found.x0, found.x1) == expected


def random_or_nothing(pick: Any, x: Tensor) -> tuple[Json, Tensor]:
    """A random step, or nothing where torch says that its window does not fit."""
    try:
        return random_step(pick, x)
    except RuntimeError:
        return {}, torch.empty(0)
