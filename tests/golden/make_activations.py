"""Writes activations.json: values and slopes of activation functions, as torch computes them.

Run `python -m tests.golden.make_activations` from the checkout. The slope is autograd's, at kinks
too. Double precision, so that the page's own doubles are compared closely.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from tests.golden.ask import Json
from tests.golden.make import HERE, dump

FILE = "activations.json"
# Every kink of every function, both ends of saturation, and what lies between.
INPUTS = [-30, -8, -6, -3.5, -3, -2, -1.5, -1, -0.75, -0.5, -0.3, -0.25, -0.1, 0]
INPUTS += [0.1, 0.25, 0.3, 0.5, 1, 1.5, 2, 3, 3.5, 6, 8, 25, 30]
PLAIN = (
    "relu relu6 hardtanh hardswish hardsigmoid leaky_relu elu selu celu silu mish sigmoid tanh "
    "logsigmoid softsign tanhshrink gelu softplus hardshrink softshrink rrelu"
)
SET: tuple[tuple[str, Json], ...] = (
    ("leaky_relu", {"negative_slope": 0.2}),
    ("prelu", {"weight": 0.25}),
    ("prelu", {"weight": -0.3}),
    ("rrelu", {"lower": 0.1, "upper": 0.3}),
    ("hardtanh", {"min_val": -2.0, "max_val": 3.5}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2.0}),
    ("gelu", {"approximate": "tanh"}),
    ("softplus", {"beta": 2.0, "threshold": 5.0}),
    ("hardshrink", {"lambd": 0.25}),
    ("softshrink", {"lambd": 0.25}),
    ("threshold", {"threshold": 0.3, "value": -1.0}),
)


def apply(name: str, x: torch.Tensor, settings: Json) -> torch.Tensor:
    """The function of torch, with what it wants as a tensor made one."""
    function: Any = getattr(F, name)
    given = dict(settings)
    if "weight" in given:
        given["weight"] = torch.tensor([given["weight"]], dtype=torch.double)
    result: torch.Tensor = function(x, **given)
    return result


def case(name: str, settings: Json) -> Json:
    """Values and slopes at every input."""
    x = torch.tensor(INPUTS, dtype=torch.double, requires_grad=True)
    y = apply(name, x, settings)
    (slope,) = torch.autograd.grad(y.sum(), x)
    return {
        "name": name,
        "settings": settings,
        "x": x.tolist(),
        "value": y.tolist(),
        "slope": slope.tolist(),
    }


def files() -> dict[str, bytes]:
    """File name -> bytes."""
    plain = [(name, dict[str, Any]()) for name in PLAIN.split()]
    return {FILE: dump([case(name, settings) for name, settings in (*plain, *SET)])}


if __name__ == "__main__":
    for file_name, content in files().items():
        (HERE / file_name).write_bytes(content)
