"""A plan becomes a network: one module a layer, readable names, ReLU never in place."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Self

from torch import Tensor, nn

from .examine import MAX_PARAMETERS, Row, examine, first_problem, has_norm, stride_between
from .kinds import CLASSES, PlanError, names_of
from .problem import Shape

Plan = dict[str, Any]
Rows = Mapping[tuple[int, ...], Row]
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)

FUNCTIONS: Mapping[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "prelu": nn.PReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "none": nn.Identity,
}


class Add(nn.Module):
    """The sum of two tensors, as a module so that it has a name."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Return a + b."""
        return a + b


class GlobalPool(nn.Module):
    """The mean (N, C) of each map (N, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the means of x over its last two axes."""
        return x.mean((2, 3))


class Residual(nn.Module):
    """The sum of its layers' output and its input: F(x) + x (He et al., 2016, section 3.2).

    Where the shapes differ, a 1×1 convolution (a dense layer, for vectors) makes the input fit,
    normalised when a layer inside normalises.
    """

    def __init__(self, layers: Mapping[str, nn.Module], projection: nn.Module | None) -> None:
        super().__init__()
        self._names = list(layers)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.project = projection
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        """Return F(x) + x."""
        y = x
        for name in self._names:
            y = self.get_submodule(name)(y)
        added: Tensor = self.add(y, x if self.project is None else self.project(x))
        return added


class PlanNet(nn.Sequential):
    """The network of a plan: logits (N, classes) for x (N, C, H, W), or (N, F) for points.

    Batch normalisation whose parameters are frozen stays in evaluation mode when the rest trains:
    its running statistics belong to what was learned before.
    """

    def __init__(self, layers: OrderedDict[str, nn.Module], plan: Plan) -> None:
        super().__init__(layers)
        self.plan = plan

    def train(self, mode: bool = True) -> Self:
        """Return the network in training or evaluation mode."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, NORMS) and not module.weight.requires_grad:
                module.eval()
        return self


def build(plan: Plan, classes: int, *, parameters: int = MAX_PARAMETERS) -> PlanNet:
    """Returns the network of a plan, with PyTorch's own start of the weights.

    Args:
        plan: as `read_plan` returns it.
        classes: of the data.
        parameters: how many learned numbers it may have.

    Raises:
        PlanError: a layer cannot be, the end does not fit the classes, or it is too large.
    """
    problem = first_problem(plan, classes, parameters=parameters)
    if problem:
        path, words = problem
        raise PlanError(
            path,
            (words["en"], words["zh"]),
            hint=(
                "GET /api/presets lists networks that fit.",
                "GET /api/presets 列出了合适的网络。",
            ),
        )
    rows = {row.path: row for row in examine(plan, classes)}
    layers = _modules(plan["layers"], tuple(plan["input"]), (), rows)
    return PlanNet(layers, plan)


def _modules(
    layers: list[dict[str, Any]], shape: Shape, path: tuple[int, ...], rows: Rows
) -> OrderedDict[str, nn.Module]:
    made: OrderedDict[str, nn.Module] = OrderedDict()
    for index, (layer, name) in enumerate(zip(layers, names_of(layers), strict=True)):
        row = rows[(*path, index)]
        after = row.shape
        assert after is not None
        if layer["kind"] == "residual":
            made[name] = _residual(layer, shape, row, rows)
        else:
            made[name] = MAKERS[layer["kind"]](layer, shape, after)
        shape = after
    return made


def _residual(layer: dict[str, Any], shape: Shape, row: Row, rows: Rows) -> Residual:
    assert row.shape is not None
    inner = _modules(layer["layers"], shape, row.path, rows)
    return Residual(inner, _projection(layer["layers"], shape, row.shape))


def _projection(layers: list[dict[str, Any]], before: Shape, after: Shape) -> nn.Module | None:
    if before == after:
        return None
    norm = has_norm(layers)
    if len(after) == 1:
        made: nn.Module = nn.Linear(before[0], after[0], bias=not norm)
    else:
        stride = stride_between(before, after)
        made = nn.Conv2d(before[0], after[0], 1, stride, bias=not norm)
    return nn.Sequential(OrderedDict(conv=made, norm=_norm({}, after, after))) if norm else made


def _conv(layer: dict[str, Any], before: Shape, after: Shape) -> nn.Module:
    return nn.Conv2d(
        before[0],
        after[0],
        layer["kernel"],
        layer["stride"],
        layer["padding"],
        groups=layer["groups"],
        bias=layer["bias"],
    )


def _pool(layer: dict[str, Any], _: Shape, __: Shape) -> nn.Module:
    kind = nn.MaxPool2d if layer["mode"] == "max" else nn.AvgPool2d
    return kind(layer["kernel"], layer["stride"] or layer["kernel"], layer["padding"])


def _norm(_: dict[str, Any], __: Shape, after: Shape) -> nn.Module:
    return nn.BatchNorm2d(after[0]) if len(after) == 3 else nn.BatchNorm1d(after[0])


def _dense(layer: dict[str, Any], before: Shape, after: Shape) -> nn.Module:
    assert layer["out"] in (CLASSES, after[0])
    return nn.Linear(before[0], after[0], bias=layer["bias"])


MAKERS: Mapping[str, Callable[[dict[str, Any], Shape, Shape], nn.Module]] = {
    "conv": _conv,
    "activation": lambda layer, _, __: FUNCTIONS[layer["function"]](),
    "pool": _pool,
    "global_pool": lambda _, __, ___: GlobalPool(),
    "norm": _norm,
    "dropout": lambda layer, _, __: nn.Dropout(layer["p"]),
    "spatial_dropout": lambda layer, _, __: nn.Dropout2d(layer["p"]),
    "flatten": lambda _, __, ___: nn.Flatten(),
    "dense": _dense,
}
