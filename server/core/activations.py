"""Activation functions with their slopes, in float64, by torch's names and settings.

At a kink the slope is the one that torch's backward takes. Twin of static/src/core/activations.ts;
both answer tests/golden/activations.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import copysign, erf, exp, expm1, log1p, pi, sqrt, tanh
from typing import Any

Settings = Mapping[str, Any]
Function = Callable[[float, Settings], float]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
GELU_SCALE, GELU_CUBIC = sqrt(2 / pi), 0.044715


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def softplus(x: float) -> float:
    """log(1 + exp(x)), without overflow."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


def _clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _exponential(x: float, scale: float, alpha: float, width: float = 1.0) -> float:
    """ELU, SELU and CELU: linear above 0, an exponential to -alpha below."""
    return scale * (x if x > 0 else alpha * expm1(x / width))


def _exponential_slope(x: float, scale: float, alpha: float, width: float = 1.0) -> float:
    return scale * (1.0 if x > 0 else alpha / width * exp(x / width))


def _gelu(x: float, s: Settings) -> float:
    if s.get("approximate") == "tanh":
        return x / 2 * (1 + tanh(GELU_SCALE * (x + GELU_CUBIC * x**3)))
    return x / 2 * (1 + erf(x / sqrt(2)))


def _gelu_slope(x: float, s: Settings) -> float:
    if s.get("approximate") != "tanh":
        return (1 + erf(x / sqrt(2))) / 2 + x * exp(-x * x / 2) / sqrt(2 * pi)
    t = tanh(GELU_SCALE * (x + GELU_CUBIC * x**3))
    return (1 + t) / 2 + x / 2 * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * x * x)


def _softplus(x: float, s: Settings) -> float:
    beta = float(s.get("beta", 1))
    return x if x * beta > s.get("threshold", 20) else softplus(beta * x) / beta


def _softplus_slope(x: float, s: Settings) -> float:
    beta = float(s.get("beta", 1))
    return 1.0 if x * beta > s.get("threshold", 20) else sigmoid(beta * x)


def _mish_slope(x: float, s: Settings) -> float:
    t = tanh(softplus(x))
    return t + x * (1 - t * t) * sigmoid(x)


def _leaky(name: str, usual: float) -> tuple[Function, Function]:
    """One slope below or at 0, slope 1 above."""
    return (
        lambda x, s: x if x > 0 else x * float(s.get(name, usual)),
        lambda x, s: 1.0 if x > 0 else float(s.get(name, usual)),
    )


def _middle(s: Settings) -> float:
    """In evaluation the random slope is the middle of its bounds."""
    return float(s.get("lower", 1 / 8) + s.get("upper", 1 / 3)) / 2


def _hardswish_slope(x: float, s: Settings) -> float:
    return x / 3 + 0.5 if -3 < x < 3 else float(x >= 3)


# Name -> value and slope.
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "relu": (lambda x, s: max(x, 0.0), lambda x, s: float(x > 0)),
    "relu6": (lambda x, s: _clip(x, 0, 6), lambda x, s: float(0 < x < 6)),
    "hardtanh": (
        lambda x, s: _clip(x, s.get("min_val", -1.0), s.get("max_val", 1.0)),
        lambda x, s: float(s.get("min_val", -1.0) < x < s.get("max_val", 1.0)),
    ),
    "hardswish": (lambda x, s: x * _clip(x + 3, 0, 6) / 6, _hardswish_slope),
    "hardsigmoid": (
        lambda x, s: _clip(x + 3, 0, 6) / 6,
        lambda x, s: 1 / 6 if -3 < x < 3 else 0.0,
    ),
    "leaky_relu": _leaky("negative_slope", 0.01),
    "prelu": _leaky("weight", 0.25),
    "rrelu": (
        lambda x, s: x if x > 0 else x * _middle(s),
        lambda x, s: 1.0 if x > 0 else _middle(s),
    ),
    "elu": (
        lambda x, s: _exponential(x, 1, s.get("alpha", 1.0)),
        lambda x, s: _exponential_slope(x, 1, s.get("alpha", 1.0)),
    ),
    "selu": (
        lambda x, s: _exponential(x, SELU_SCALE, SELU_ALPHA),
        lambda x, s: _exponential_slope(x, SELU_SCALE, SELU_ALPHA),
    ),
    "celu": (
        lambda x, s: _exponential(x, 1, s.get("alpha", 1.0), s.get("alpha", 1.0)),
        lambda x, s: _exponential_slope(x, 1, s.get("alpha", 1.0), s.get("alpha", 1.0)),
    ),
    "silu": (
        lambda x, s: x * sigmoid(x),
        lambda x, s: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    ),
    "mish": (lambda x, s: x * tanh(softplus(x)), _mish_slope),
    "sigmoid": (lambda x, s: sigmoid(x), lambda x, s: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": (lambda x, s: tanh(x), lambda x, s: 1 - tanh(x) ** 2),
    "logsigmoid": (lambda x, s: -softplus(-x), lambda x, s: sigmoid(-x)),
    "softsign": (lambda x, s: x / (1 + abs(x)), lambda x, s: 1 / (1 + abs(x)) ** 2),
    "tanhshrink": (lambda x, s: x - tanh(x), lambda x, s: tanh(x) ** 2),
    "threshold": (
        lambda x, s: x if x > s["threshold"] else float(s["value"]),
        lambda x, s: float(x > s["threshold"]),
    ),
    "gelu": (_gelu, _gelu_slope),
    "softplus": (_softplus, _softplus_slope),
    "hardshrink": (
        lambda x, s: x if abs(x) > s.get("lambd", 0.5) else 0.0,
        lambda x, s: float(abs(x) > s.get("lambd", 0.5)),
    ),
    "softshrink": (
        lambda x, s: copysign(max(abs(x) - s.get("lambd", 0.5), 0.0), x),
        lambda x, s: float(abs(x) > s.get("lambd", 0.5)),
    ),
}
