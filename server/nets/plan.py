"""A network as data: `{"input": [C, H, W] | [N], "layers": [{"kind": ..., ...}]}`, never code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Pair
from .build import Plan, PlanNet, build
from .examine import MAX_PARAMETERS, Row, Totals, examine, first_problem, totals
from .kinds import PlanError, is_number, names_of, read_settings, shown, wrong
from .problem import Words

__all__ = [
    "MAX_LAYERS",
    "MAX_PARAMETERS",
    "Plan",
    "PlanError",
    "PlanNet",
    "Row",
    "Totals",
    "Words",
    "build",
    "examine",
    "first_problem",
    "read_plan",
    "totals",
]

MAX_LAYERS = 400  # those inside residual blocks counted; 100 convolutions with all they need
MAX_CHANNELS, MAX_SIDE, MAX_VECTOR = 64, 512, 4096
MAX_NESTING = 2  # residual blocks inside residual blocks


def read_plan(given: Any) -> Plan:
    """Returns the plan of a JSON value, every setting filled in, so that equal plans are equal.

    Whether the layers fit together is another question: `examine` answers it layer by layer.

    Raises:
        PlanError: it is no plan, a layer is none of the allow-list, or a setting is out of bounds.
    """
    if not isinstance(given, Mapping) or given.keys() != {"input", "layers"}:
        raise PlanError(
            "plan",
            (
                f"A plan is {shown(given)}; it must be an object with input and layers.",
                f"网络方案为 {shown(given)}；应为含有 input 和 layers 的对象。",
            ),
            hint=_example('{"input": [1, 28, 28], "layers": [{"kind": "flatten"}]}'),
        )
    layers = _layers(given["layers"], "layers", 0)
    if _count(layers) > MAX_LAYERS:
        raise _too_many("layers", _count(layers))
    return {"input": read_input(given["input"]), "layers": layers}


def read_input(given: Any) -> list[int]:
    """Returns the shape of a picture [C, H, W] or a point [N].

    Raises:
        PlanError: it is neither, or too large.
    """
    most = {3: (MAX_CHANNELS, MAX_SIDE, MAX_SIDE), 1: (MAX_VECTOR,)}
    bounds = most.get(len(given)) if isinstance(given, Sequence) else None
    whole = bounds is not None and all(
        is_number(size, 1, bound) and size == int(size)
        for size, bound in zip(given, bounds, strict=True)
    )
    if not whole:
        raise PlanError(
            "input",
            wrong(
                "input",
                given,
                (
                    f"[channels, height, width] up to {list(most[3])}, or [numbers] up to "
                    f"{list(most[1])}",
                    f"[通道数, 高, 宽]，最大 {list(most[3])}；或 [个数]，最大 {list(most[1])}",
                ),
            ),
            hint=("For digits it is [1, 8, 8].", "手写数字为 [1, 8, 8]。"),
        )
    return [int(size) for size in given]


def _layers(given: Any, path: str, depth: int) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        raise PlanError(
            path,
            wrong(path, given, ("a list of layers", "由层组成的列表")),
            hint=(
                'A layer is an object such as {"kind": "conv", "out": 8}.',
                '层是一个对象，例如 {"kind": "conv", "out": 8}。',
            ),
        )
    if len(given) > MAX_LAYERS:
        raise _too_many(path, len(given))
    layers = [_layer(each, f"{path}[{index}]", depth) for index, each in enumerate(given)]
    _check_names(layers, path)
    return layers


def _layer(given: Mapping[str, Any], path: str, depth: int) -> dict[str, Any]:
    layer = read_settings(given, path)
    if layer["kind"] != "residual":
        return layer
    if depth >= MAX_NESTING:
        raise PlanError(
            path,
            (
                f"{path} is a residual block inside {depth} others; at most {MAX_NESTING} may be "
                "inside each other.",
                f"{path} 是嵌在另外 {depth} 个残差块里的残差块；最多只能嵌套 {MAX_NESTING} 层。",
            ),
            hint=("Put the blocks one after another.", "请把残差块依次排列。"),
        )
    inner = given.get("layers")
    if not inner:
        raise PlanError(
            f"{path}.layers",
            (
                f"{path}.layers is {shown(inner)}; a residual block holds at least one layer.",
                f"{path}.layers 为 {shown(inner)}；残差块里至少要有一层。",
            ),
            hint=_example('"layers": [{"kind": "conv", "padding": 1}]'),
        )
    return {**layer, "layers": _layers(inner, f"{path}.layers", depth + 1)}


def _check_names(layers: list[dict[str, Any]], path: str) -> None:
    names = names_of(layers)
    reserved = {"project", "project_norm", "add"} if path != "layers" else set()
    for index, name in enumerate(names):
        if name in names[:index] or name in reserved:
            raise PlanError(
                f"{path}[{index}].name",
                (
                    f"{path}[{index}].name is {name!r}, which is already another layer's name.",
                    f"{path}[{index}].name 为 {name!r}，已是另一层的名称。",
                ),
                hint=("Leave the name out, or choose another.", "不写名称，或换一个。"),
            )


def _example(text: str) -> Pair:
    """Returns the hint that shows how it can look."""
    return f"For example {text}.", f"例如 {text}。"


def _too_many(path: str, count: int) -> PlanError:
    words = (
        f"{path} has {count} layers; at most {MAX_LAYERS} are allowed.",
        f"{path} 有 {count} 层；最多允许 {MAX_LAYERS} 层。",
    )
    return PlanError(path, words, hint=("Take some out.", "请去掉一些。"))


def _count(layers: list[dict[str, Any]]) -> int:
    return sum(1 + _count(layer.get("layers", [])) for layer in layers)
