"""The cases of geometry.json: every expected number is asked of torch."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import torch
from torch import Tensor

from tests.golden.ask import (
    Json,
    apply,
    box,
    candidate_support,
    conv,
    gradient_support,
    pool,
)


def size_case(size: int, geometry: Json) -> Json:
    """One axis of a window: torch's output size, 0 where torch refuses it."""
    keys = ("kernel", "stride", "padding", "dilation")
    case: Json = {"kind": "output_size", "size": size} | {k: geometry[k][0] for k in keys}
    case |= {"ceil": geometry.get("ceil", False), "transposed": geometry.get("transposed", False)}
    try:
        out = apply(geometry, (1, 1))(torch.zeros(1, 1, size, size).double())
        return case | {"expected": out.shape[-1]}
    except RuntimeError:
        return case | {"expected": 0}


def size_cases() -> list[Json]:
    """Random windows of every kind, and the remainders that ceil mode drops."""
    pick = random.Random(2)
    cases = []
    for _ in range(40):
        k, s, d, size = (
            pick.randint(1, 5),
            pick.randint(1, 4),
            pick.randint(1, 3),
            pick.randint(1, 14),
        )
        pads = (pick.randint(0, 3), pick.randint(0, 3))
        cases.append(size_case(size, conv(k, stride=s, padding=pads, dilation=d)))
        half, ceil = pick.randint(0, k // 2), pick.random() < 0.5
        cases.append(size_case(size, pool(k, "max", ceil, stride=s, padding=half, dilation=d)))
    for s, d in itertools.product((1, 2, 3), (1, 2)):
        cases.append(size_case(5, conv(3, transposed=True, stride=s, dilation=d, padding=1)))
    cases.append(size_case(5, conv(3, transposed=True, stride=2, padding=(1, 0))))
    cases += [size_case(n, pool(2, "max", True, stride=3, padding=1)) for n in range(2, 9)]
    return cases


def source_case(
    name: str, geometry: Json, cell: Sequence[int], shapes: Sequence[Sequence[int]], out: int = 0
) -> Json:
    """One output cell and the input cells that torch says it is made of."""
    function = apply(geometry, (shapes[0][0], out or shapes[0][0]))
    geometry = geometry | ({"out": out} if geometry.get("mixes") else {})
    if geometry.get("mode") == "max" and geometry["kind"] == "window":
        masks = [candidate_support(function, shapes[0], cell)]
    else:
        masks = gradient_support(function, shapes, cell)
    boxes = [box(i, mask) for i, mask in enumerate(masks)]
    case: Json = {"kind": "sources", "name": name, "geometry": geometry, "cell": list(cell)}
    return case | {"input_shapes": [list(s) for s in shapes], "expected": [b for b in boxes if b]}


Cells = list[tuple[int, ...]]
MAPS = (4, 7, 9)
# Name, geometry, output channels, output cells, all on maps of MAPS.
WINDOWS: list[tuple[str, Json, int, Cells]] = [
    ("conv 3x3", conv(3), 6, [(0, 0, 0), (5, 4, 6)]),
    ("conv 1x1", conv(1), 6, [(2, 3, 4)]),
    (
        "conv strided and padded",
        conv(3, stride=2, padding=1),
        6,
        [(0, 0, 0), (1, 3, 4), (5, 2, 1)],
    ),
    ("conv padded on one side", conv(2, padding=(0, 1)), 6, [(0, 6, 8), (0, 0, 0)]),
    ("conv dilated", conv(3, dilation=2, padding=1), 6, [(0, 0, 0), (0, 1, 1), (3, 4, 6)]),
    ("conv dilated to one cell", conv(2, dilation=4, padding=2), 6, [(0, 0, 0), (0, 5, 5)]),
    ("conv in padding alone", conv(1, padding=1), 6, [(0, 0, 3), (0, 3, 3)]),
    ("conv in two groups", conv(3, groups=2), 6, [(0, 0, 0), (2, 1, 1), (3, 1, 1), (5, 4, 6)]),
    ("conv depthwise", conv(3, groups=4, padding=1), 4, [(0, 0, 0), (3, 6, 8)]),
    (
        "conv depthwise, two kernels each",
        conv(3, groups=4),
        8,
        [(0, 0, 0), (3, 2, 2), (7, 4, 6)],
    ),
    ("transposed", conv(3, transposed=True), 6, [(0, 0, 0), (0, 4, 4), (5, 8, 10)]),
    (
        "transposed, stride 2",
        conv(3, transposed=True, stride=2, padding=1),
        6,
        [(0, 0, 0), (0, 1, 2), (0, 12, 16)],
    ),
    (
        "transposed, output padding",
        conv(3, transposed=True, stride=2, padding=(1, 0)),
        6,
        [(0, 13, 17), (1, 6, 7)],
    ),
    (
        "transposed, stride 2, kernel 1",
        conv(1, transposed=True, stride=2),
        6,
        [(0, 0, 2), (0, 1, 2)],
    ),
    (
        "transposed, dilated",
        conv(3, transposed=True, stride=2, dilation=3),
        6,
        [(0, 6, 9), (0, 3, 8)],
    ),
    (
        "transposed, grouped",
        conv(2, transposed=True, stride=2, groups=2),
        6,
        [(1, 3, 3), (4, 3, 3)],
    ),
    ("max pool", pool(2, "max"), 4, [(0, 0, 0), (3, 2, 3)]),
    (
        "max pool, overlap and padding",
        pool(3, "max", stride=2, padding=1),
        4,
        [(0, 0, 0), (2, 3, 4)],
    ),
    ("max pool, ceil", pool(2, "max", True), 4, [(1, 3, 4), (1, 0, 4)]),
    ("max pool, dilated", pool(2, "max", stride=1, dilation=2), 4, [(1, 3, 4)]),
    ("average pool", pool(3, "average", stride=2, padding=1), 4, [(0, 0, 0), (2, 3, 4)]),
    ("average pool, ceil", pool(2, "average", True), 4, [(1, 3, 4)]),
]
BINS = {"adaptive pool": [3, 4], "adaptive pool, larger": [9, 12], "global pool": [1, 1]}


def source_cases() -> list[Json]:
    """Every kind of geometry that torch can state, at corners and inside."""
    made = [
        source_case(name, geometry, cell, [MAPS], out)
        for name, geometry, out, cells in WINDOWS
        for cell in cells
    ]
    for name, (height, width) in BINS.items():
        adaptive: Json = {"kind": "adaptive", "output": [height, width]}
        adaptive |= {"mode": "average", "mixes": False}
        for cell in ((0, 0, 0), (3, height - 1, width - 1), (2, height // 2, width // 2)):
            made.append(source_case(name, adaptive, cell, [MAPS]))
    return made + other_source_cases()


def other_source_cases() -> list[Json]:
    """Geometries without a window."""
    relu, add = {"kind": "cell", "function": "relu"}, {"kind": "cell", "function": "add"}
    flatten, dense = {"kind": "flatten", "from": [4, 7, 9]}, {"kind": "dense", "in": 12, "out": 5}
    cat: Json = {"kind": "concat", "axis": 0, "sizes": [2, 3, 1]}
    wide: Json = {"kind": "concat", "axis": 2, "sizes": [2, 3]}
    three = [(2, 4, 5), (3, 4, 5), (1, 4, 5)]
    soft = {"kind": "softmax", "axis": 0}
    return [
        source_case("cell", relu, (2, 3, 4), [(4, 7, 9)]),
        source_case("cell of a vector", relu, (7,), [(12,)]),
        source_case("add", add, (2, 3, 4), [(4, 7, 9), (4, 7, 9)]),
        source_case("add, broadcast", add, (2, 3, 4), [(4, 7, 9), (4, 1, 1)]),
        *[source_case("flatten", flatten, (i,), [(4, 7, 9)]) for i in (0, 62, 63, 100, 251)],
        source_case("dense", dense, (3,), [(12,)]),
        *[source_case("concat", cat, (c, 1, 2), three) for c in (0, 1, 2, 4, 5)],
        *[source_case("concat, wide", wide, (1, 2, x), [(3, 4, 2), (3, 4, 3)]) for x in (1, 2)],
        source_case("softmax", soft, (3,), [(10,)]),
    ]


# --- receptive fields ---

Node = tuple[str, Json, tuple[str, ...], int]  # id, geometry, inputs, output channels


def run(net: Sequence[Node], shape: tuple[int, ...]) -> tuple[Tensor, dict[str, Tensor]]:
    """The net's input and every node's output, as torch computes them from ones."""
    x = torch.ones(1, *shape).double().requires_grad_()
    out = {"input": x}
    for name, geometry, inputs, channels in net:
        given = [out[i] for i in inputs]
        mode = geometry | {"mode": "average"} if geometry.get("mode") else geometry
        out[name] = apply(mode, (given[0].shape[1], channels))(*given)
    return x, out


def field(x: Tensor, cell: Tensor) -> list[int]:
    """[y0, y1, x0, x1] of the input cells that a cell's gradient reaches."""
    (grad,) = torch.autograd.grad(cell, x, retain_graph=True)
    ys, xs = grad[0].sum(0).abs().nonzero(as_tuple=True)
    return [int(ys.min()), int(ys.max()) + 1, int(xs.min()), int(xs.max()) + 1]


def field_case(
    name: str, net: Sequence[Node], shape: tuple[int, ...], node: str, cell: Sequence[int]
) -> Json:
    """The field that torch's gradient reaches, and the one it would reach far from every border.

    The second comes from the same net on a larger picture: `far` total strides more on each side.
    """
    x, out = run(net, shape)
    clipped = field(x, out[node][0][tuple(cell)])
    nodes: list[Json] = [
        {"id": "input", "geometry": {"kind": "input"}, "inputs": [], "shape": list(shape)}
    ]
    for name_, geometry, inputs, channels in net:
        known = geometry | ({"out": channels} if geometry.get("mixes") else {})
        made = {"id": name_, "geometry": known, "inputs": list(inputs)}
        nodes.append(made | {"shape": list(out[name_].shape[1:])})
    case: Json = {
        "kind": "receptive_field",
        "name": name,
        "nodes": nodes,
        "id": node,
        "cell": list(cell),
    }
    return case | {"expected": {"clipped": clipped, "unclipped": unclipped(net, shape, node, cell)}}


def unclipped(
    net: Sequence[Node], shape: tuple[int, ...], node: str, cell: Sequence[int]
) -> list[int]:
    """The field on a picture without borders, in the coordinates of the small one."""
    kinds = [n[1]["kind"] for n in net]
    body = net[: kinds.index("flatten")] if "flatten" in kinds else net
    stride, far = total_stride(body), 12
    x, out = run(body, (shape[0], *[n + 2 * far * stride for n in shape[1:]]))
    cells: list[Sequence[int]] = [cell]
    if body is not net:  # a vector's cell sees every cell of the maps that were flattened
        node = body[-1][0]
        _, y_size, x_size = run(body, shape)[1][node].shape[1:]
        cells = [(0, y, x) for y in (0, y_size - 1) for x in (0, x_size - 1)]
    found = [field(x, out[node][0, c, y + far, x_ + far]) for c, y, x_ in cells]
    low, high = [[f[i] for f in found] for i in (0, 2)], [[f[i] for f in found] for i in (1, 3)]
    shift = far * stride
    return [min(low[0]) - shift, max(high[0]) - shift, min(low[1]) - shift, max(high[1]) - shift]


def total_stride(net: Sequence[Node]) -> int:
    """The product of strides along the first path to the last node."""
    by_id, at, stride = {n[0]: n for n in net}, net[-1][0], 1
    while at != "input":
        _, geometry, inputs, _ = by_id[at]
        stride, at = stride * geometry.get("stride", [1])[0], inputs[0]
    return stride


def chain(*steps: tuple[Json, int]) -> list[Node]:
    """Nodes n1, n2, ... one after another."""
    names = ["input", *[f"n{i + 1}" for i in range(len(steps))]]
    return [(names[i + 1], g, (names[i],), c) for i, (g, c) in enumerate(steps)]


RELU: Json = {"kind": "cell", "function": "relu"}
ADD: Json = {"kind": "cell", "function": "add"}
HALVE = pool(2, "max")
VGG = chain(
    *[(conv(3), 4), (RELU, 4), (conv(3), 4), (HALVE, 4), (conv(3), 4), (conv(3), 4), (HALVE, 4)]
)
STRIDED = chain(
    (conv(7, stride=2, padding=3), 4),
    (pool(3, "max", stride=2, padding=1), 4),
    (conv(3, padding=1), 4),
)
DILATED = chain(
    (conv(3, dilation=2, padding=1), 2),
    (conv(2, dilation=2), 2),
    (conv(3, dilation=3, padding=3), 2),
)
REMAINDER = chain((conv(3, stride=2), 2), (conv(3, padding=1), 2))
SEPARABLE = chain(
    (conv(3, groups=3, padding=1), 3), (conv(1), 6), (pool(3, "average", stride=2), 6)
)
HEAD = chain((conv(3, padding=1), 2), (HALVE, 2), ({"kind": "flatten", "from": [2, 5, 5]}, 50))
HEAD += [("n4", {"kind": "dense", "in": 50, "out": 7}, ("n3",), 7)]
RESIDUAL: list[Node] = [
    ("a", conv(3, padding=1, stride=2), ("input",), 3),
    ("b", conv(3, padding=1), ("a",), 3),
    ("skip", conv(1, stride=2), ("input",), 3),
    ("sum", ADD, ("b", "skip"), 3),
]
INCEPTION: list[Node] = [
    ("one", conv(1), ("input",), 2),
    ("three", conv(3, padding=1), ("input",), 3),
    ("five", conv(5, padding=2), ("input",), 1),
    ("cat", {"kind": "concat", "axis": 0, "sizes": [2, 3, 1]}, ("one", "three", "five"), 6),
    ("each", conv(3, groups=6, padding=1), ("cat",), 6),
]
# Name, net, input shape, node, cells.
FIELDS: list[tuple[str, list[Node], tuple[int, int, int], str, Cells]] = [
    ("vgg", VGG, (3, 20, 24), "n7", [(0, 0, 0), (3, 1, 2)]),
    ("strided stem", STRIDED, (3, 33, 29), "n3", [(0, 0, 0), (1, 4, 4), (1, 8, 7)]),
    ("dilated", DILATED, (1, 9, 12), "n3", [(0, 0, 0), (0, 2, 5)]),
    ("remainder", REMAINDER, (1, 6, 8), "n2", [(0, 1, 2), (0, 0, 0)]),
    ("separable", SEPARABLE, (3, 11, 10), "n3", [(4, 0, 0), (5, 4, 3)]),
    ("residual", RESIDUAL, (3, 11, 11), "sum", [(0, 0, 0), (2, 3, 5)]),
    ("inception", INCEPTION, (3, 9, 9), "cat", [(1, 4, 4), (2, 4, 4), (5, 4, 4), (5, 0, 8)]),
    ("inception, depthwise after", INCEPTION, (3, 9, 9), "each", [(0, 4, 4), (5, 4, 4)]),
    ("head", HEAD, (1, 10, 10), "n4", [(3,)]),
]


def field_cases() -> list[Json]:
    """Chains, a residual block, an inception block, a classifier's head."""
    return [
        field_case(name, net, shape, node, cell)
        for name, net, shape, node, cells in FIELDS
        for cell in cells
    ]


def geometry() -> list[Json]:
    """All cases of geometry.json."""
    return size_cases() + source_cases() + field_cases()
