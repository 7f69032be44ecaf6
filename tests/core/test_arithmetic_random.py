"""Random layers in float64: the parts come to torch's value to the last digits, and back again."""

from __future__ import annotations

import math
from collections.abc import Callable
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
from tests.core.test_geometry import conv_geometry, pairs, unless_refused

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


def check_sum(pick: Any, x: Tensor, function: Callable[[], Tensor], layer: Any) -> None:
    """A random cell's parts add up to torch's value, and torch's gradient is their terms'."""
    op, geometry, weights = layer
    out = unless_refused(function)
    assume(out.numel())
    made = cell_arithmetic(made_of(op, geometry, (x, out), weights), "n", drawn(pick, out))
    assert made.reason == ""
    assert made.additive
    assert near(math.fsum(part.value for part in made.parts), made.value)
    check_back(made, out, x)


@given(
    pick=st.data(), size=pairs(1, 8), kernel=pairs(1, 4), stride=pairs(1, 3), dilation=pairs(1, 3)
)
@few
def test_a_convolution_is_the_sum_of_its_products(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> None:
    top, bottom, left, right = (pick.draw(st.integers(0, 3)) for _ in range(4))
    groups, each_in, each_out = (pick.draw(st.integers(1, 3)) for _ in range(3))
    channels, count = groups * each_in, groups * each_out
    x = random(pick, 1, channels, *size).requires_grad_()
    weight, bias = random(pick, count, each_in, *kernel), random(pick, count)
    padding = [[top, bottom], [left, right]]
    geometry = conv_geometry(kernel, stride, padding, dilation, groups=groups, out=count)

    def function() -> Tensor:
        padded = F.pad(x, (left, right, top, bottom))
        return F.conv2d(padded, weight, bias, stride, 0, dilation, groups)

    check_sum(pick, x, function, (Op.CONV, geometry, {"weight": weight, "bias": bias}))


@given(
    pick=st.data(),
    size=pairs(1, 5),
    kernel=pairs(1, 4),
    stride=pairs(1, 3),
    dilation=pairs(1, 3),
    pad=pairs(0, 2),
)
@few
def test_a_transposed_convolution_is_the_sum_of_its_products(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    pad: tuple[int, int],
) -> None:
    extra = [
        pick.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
    ]
    groups, each_in, each_out = (pick.draw(st.integers(1, 2)) for _ in range(3))
    channels, count = groups * each_in, groups * each_out
    x = random(pick, 1, channels, *size).requires_grad_()
    weight, bias = random(pick, channels, each_out, *kernel), random(pick, count)
    padding = [[p, p - e] for p, e in zip(pad, extra, strict=True)]
    geometry = conv_geometry(
        kernel, stride, padding, dilation, groups=groups, out=count, transposed=True
    )

    def function() -> Tensor:
        return F.conv_transpose2d(x, weight, bias, stride, pad, extra, groups, dilation)

    check_sum(pick, x, function, (Op.CONV, geometry, {"weight": weight, "bias": bias}))


def pool_geometry(
    kernel: tuple[int, int], stride: tuple[int, int], pad: list[int], **more: Any
) -> Json:
    window = {"kernel": kernel, "stride": stride, "padding": [[p, p] for p in pad]}
    return {"kind": "window", **window, "dilation": [1, 1], "mixes": False, **more}


@given(
    pick=st.data(),
    size=pairs(1, 9),
    kernel=pairs(1, 4),
    stride=pairs(1, 4),
    ceil=st.booleans(),
    ring=st.booleans(),
    divisor=st.sampled_from([None, 1, 5]),
)
@few
def test_an_average_is_the_sum_of_its_shares(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    ceil: bool,
    ring: bool,
    divisor: int | None,
) -> None:
    pad = [pick.draw(st.integers(0, k // 2)) for k in kernel]
    more: Json = {"mode": "average", "ceil": ceil, "count_include_pad": ring}
    geometry = pool_geometry(kernel, stride, pad, **more)
    geometry |= {"divisor": divisor} if divisor else {}
    x = random(pick, 1, 2, *size).requires_grad_()

    def function() -> Tensor:
        return F.avg_pool2d(x, kernel, stride, pad, ceil, ring, divisor)

    check_sum(pick, x, function, (Op.POOL, geometry, {}))


@given(pick=st.data(), size=pairs(1, 9), output=pairs(1, 11), mode=st.sampled_from(["max", "mean"]))
@few
def test_adaptive_pooling_shares_out_its_input(
    pick: Any, size: tuple[int, int], output: tuple[int, int], mode: str
) -> None:
    x = random(pick, 1, 2, *size).requires_grad_()
    geometry: Json = {"kind": "adaptive", "output": output, "mixes": False}
    if mode == "mean":
        average = geometry | {"mode": "average"}
        layer: Any = (Op.POOL, average, {})
        check_sum(pick, x, lambda: F.adaptive_avg_pool2d(x, output), layer)
    else:
        out, indices = F.adaptive_max_pool2d(x, output, return_indices=True)
        check_winner(pick, x, (out, indices), geometry | {"mode": "max"})


@given(
    pick=st.data(),
    size=pairs(1, 7),
    kernel=pairs(1, 3),
    stride=pairs(1, 3),
    dilation=pairs(1, 2),
    ceil=st.booleans(),
    ties=st.booleans(),
)
@few
def test_a_maximum_names_torchs_winner_and_its_size(
    pick: Any,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    ceil: bool,
    ties: bool,
) -> None:
    pad = [pick.draw(st.integers(0, k // 2)) for k in kernel]
    x = random(pick, 1, 2, *size)
    x = (x.round() if ties else x).requires_grad_()
    geometry = pool_geometry(kernel, stride, pad, mode="max", ceil=ceil) | {"dilation": dilation}
    sizes = [
        output_size(n, kernel=k, stride=s, padding=p, dilation=d, ceil=ceil)
        for n, k, s, p, d in zip(size, kernel, stride, pad, dilation, strict=True)
    ]
    try:
        found = F.max_pool2d(x, kernel, stride, pad, dilation, ceil, return_indices=True)
    except RuntimeError:
        assert 0 in sizes
        return
    assert sizes == list(found[0].shape[2:])
    check_winner(pick, x, found, geometry)


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
