"""How the weights begin: PyTorch's default, He, Xavier, normal, one constant, zeros."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Generator, nn

WEIGHTED = (nn.Conv2d, nn.Linear)
Weighted = nn.Conv2d | nn.Linear


def initialise(
    network: nn.Module, method: str = "default", *, scale: float = 0.1, generator: Generator
) -> None:
    """Draws all weights of convolutions and dense layers anew; batch norm begins at 1 and 0.

    Args:
        network: changed in place.
        method: "default" is bit for bit what PyTorch draws when it makes the layers from the same
            seed; "he" is normal with deviation sqrt(2 / fan in) (He et al., 2015); "xavier" is
            uniform within sqrt(6 / (fan in + fan out)) (Glorot and Bengio, 2010); "normal" has
            deviation `scale`; "constant" gives every weight of the convolutions (of all dense
            layers but the last, where there are none) the value `scale` and leaves the rest to
            chance, so that only symmetry is broken or not; "zeros" has no chance in it at all.
        scale: see there.
        generator: where chance comes from.
    """
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.reset_parameters()
            elif isinstance(module, nn.PReLU):
                module.weight.fill_(0.25)
            elif isinstance(module, WEIGHTED):
                METHODS.get(method, _default)(module, scale, generator)
        if method == "constant":
            for module in _hidden(network):
                _fill(module, scale, generator)


def _hidden(network: nn.Module) -> list[Weighted]:
    convs: list[Weighted] = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    dense: list[Weighted] = [m for m in network.modules() if isinstance(m, nn.Linear)]
    return convs or dense[:-1]


def _default(module: Weighted, _: float, generator: Generator) -> None:
    nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
    if module.bias is not None:
        bound = 1 / math.sqrt(module.weight[0].numel())
        nn.init.uniform_(module.bias, -bound, bound, generator=generator)


def _zero_bias(module: Weighted) -> None:
    if module.bias is not None:
        nn.init.zeros_(module.bias)


def _he(module: Weighted, _: float, generator: Generator) -> None:
    nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
    _zero_bias(module)


def _xavier(module: Weighted, _: float, generator: Generator) -> None:
    nn.init.xavier_uniform_(module.weight, generator=generator)
    _zero_bias(module)


def _normal(module: Weighted, scale: float, generator: Generator) -> None:
    nn.init.normal_(module.weight, 0.0, scale, generator=generator)
    _zero_bias(module)


def _fill(module: Weighted, scale: float, _: Generator) -> None:
    nn.init.constant_(module.weight, scale)
    _zero_bias(module)


def _zeros(module: Weighted, _: float, generator: Generator) -> None:
    _fill(module, 0.0, generator)


METHODS: Mapping[str, Callable[[Weighted, float, Generator], None]] = {
    "default": _default,
    "he": _he,
    "xavier": _xavier,
    "normal": _normal,
    "zeros": _zeros,
}
