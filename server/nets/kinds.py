"""The allow-list of layers: which kinds there are, what can be set, and within which bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import nn

from ..errors import Pair, Refused

ACTIVATIONS = ("relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "sigmoid", "tanh", "none")
CLASSES = "classes"  # a dense layer's `out`: as many as the data have classes
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
# What every module has already; a layer of that name would hide it.
TAKEN = frozenset({*dir(nn.Sequential()), "plan"})


class PlanError(Refused):
    """A network that cannot be: where in the plan, and in words what is wrong and what to do.

    `path` is the place, such as `layers[3].kernel`, or the name of an option.
    """

    def __init__(self, path: str, words: Pair, *, hint: Pair) -> None:
        super().__init__(words, hint=hint)
        self.path = path


@dataclass(frozen=True)
class Setting:
    """One thing that can be set of a layer: its bounds, its default, its name in both languages."""

    name: str
    type: Literal["integer", "number", "flag", "choice"]
    default: Any
    label: tuple[str, str]
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Returns the setting as JSON."""
        return {
            "name": self.name,
            "type": self.type,
            "default": self.default,
            "low": self.low,
            "high": self.high,
            "choices": list(self.choices) or None,
            "label": {"en": self.label[0], "zh": self.label[1]},
        }

    @property
    def allowed(self) -> Pair:
        """The values that are allowed, in words."""
        if self.type == "flag":
            return "true or false", "true 或 false"
        if self.type == "choice":
            choices = ", ".join(self.choices)
            return f"one of {choices}", f"{choices} 之一"
        what = ("a whole number", "整数") if self.type == "integer" else ("a number", "数")
        ends = f"{self.low:g}", f"{self.high:g}"
        also = (f" or {CLASSES!r}", f"，或 {CLASSES!r}") if self.default == CLASSES else ("", "")
        return (
            f"{what[0]} from {ends[0]} to {ends[1]}{also[0]}",
            f"{ends[0]} 到 {ends[1]} 的{what[1]}{also[1]}",
        )


@dataclass(frozen=True)
class Kind:
    """A kind of layer: its name in both languages, and what can be set."""

    label: tuple[str, str]
    settings: tuple[Setting, ...] = ()
    inner: bool = False  # whether it holds layers itself


def _integer(name: str, default: Any, bounds: tuple[int, int], label: tuple[str, str]) -> Setting:
    return Setting(name, "integer", default, label, *bounds)


KERNEL = (1, 31)
PADDING = (0, 15)
BIAS = Setting("bias", "flag", True, ("bias", "偏置"))
CHANCE = Setting("p", "number", 0.5, ("chance", "概率"), 0.0, 0.95)

KINDS: Mapping[str, Kind] = {
    "conv": Kind(
        ("convolution", "卷积"),
        (
            _integer("out", 8, (1, 1024), ("kernels", "卷积核数")),
            _integer("kernel", 3, KERNEL, ("kernel size", "卷积核大小")),
            _integer("stride", 1, (1, 16), ("stride", "步幅")),
            _integer("padding", 0, PADDING, ("padding per side", "每侧填充")),
            _integer("groups", 1, (1, 1024), ("groups", "分组")),
            BIAS,
        ),
    ),
    "activation": Kind(
        ("activation", "激活函数"),
        (Setting("function", "choice", "relu", ("function", "函数"), choices=ACTIVATIONS),),
    ),
    "pool": Kind(
        ("pooling", "池化"),
        (
            Setting("mode", "choice", "max", ("kind", "方式"), choices=("max", "average")),
            _integer("kernel", 2, KERNEL, ("window", "窗口大小")),
            _integer("stride", 0, (0, 16), ("stride (0 = window)", "步幅（0 = 窗口大小）")),
            _integer("padding", 0, PADDING, ("padding per side", "每侧填充")),
        ),
    ),
    "global_pool": Kind(("global average pooling", "全局平均池化")),
    "norm": Kind(("batch normalisation", "批量规范化")),
    "dropout": Kind(("dropout", "暂退法"), (CHANCE,)),
    "spatial_dropout": Kind(("dropout of whole maps", "整张特征图暂退"), (CHANCE,)),
    "flatten": Kind(("flatten", "展平")),
    "dense": Kind(
        ("dense", "全连接"),
        (_integer("out", CLASSES, (1, 8192), ("outputs", "输出数")), BIAS),
    ),
    "residual": Kind(("residual block", "残差块"), inner=True),
}


def describe_kinds() -> list[dict[str, Any]]:
    """Returns the kinds as JSON: `{kind, name: {en, zh}, settings: [...]}` each."""
    return [
        {
            "kind": key,
            "name": {"en": kind.label[0], "zh": kind.label[1]},
            "settings": [each.describe() for each in kind.settings],
        }
        for key, kind in KINDS.items()
    ]


def read_settings(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Returns a layer with every setting of its kind, defaults where it says nothing.

    Inner layers are left out.

    Raises:
        PlanError: the kind, a setting or the name is unknown or out of bounds.
    """
    key = given.get("kind")
    if not isinstance(key, str) or key not in KINDS:
        raise PlanError(
            f"{path}.kind",
            wrong(f"{path}.kind", key, (f"one of {', '.join(KINDS)}", f"{', '.join(KINDS)} 之一")),
            hint=("A network is a list of layers of these kinds.", "网络由这些种类的层依次组成。"),
        )
    kind = KINDS[key]
    known = {"kind", "name", *(each.name for each in kind.settings)} | {"layers"} & _inner(kind)
    for name in given:
        if name not in known:
            raise _unknown(path, str(name)[:60], key, known)
    layer: dict[str, Any] = {"kind": key}
    for each in kind.settings:
        layer[each.name] = _value(each, given.get(each.name, each.default), f"{path}.{each.name}")
    if "name" in given:
        layer["name"] = _name(given["name"], f"{path}.name")
    return layer


def shown(value: Any) -> str:
    """Returns a value as a sentence quotes it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def wrong(name: str, value: Any, allowed: Pair) -> Pair:
    """Returns what is said of a value that is not allowed."""
    return (
        f"{name} is {shown(value)}; it must be {allowed[0]}.",
        f"{name} 为 {shown(value)}；应为{_spaced(allowed[1])}。",
    )


def _spaced(text: str) -> str:
    """A blank before what is not Chinese, as good setting wants it."""
    return f" {text}" if text[0].isascii() else text


def _inner(kind: Kind) -> set[str]:
    return {"layers"} if kind.inner else set()


def _unknown(path: str, name: str, kind: str, known: set[str]) -> PlanError:
    names = ", ".join(sorted(known))
    words = (
        f"{path} has {name!r}, which a {kind} layer does not know.",
        f"{path} 含有 {name!r}，而 {kind} 层没有这一项。",
    )
    return PlanError(f"{path}.{name}", words, hint=(f"It knows: {names}.", f"它有：{names}。"))


def _value(setting: Setting, value: Any, path: str) -> Any:
    if not _fits(setting, value):
        usual = shown(setting.default)
        raise PlanError(
            path,
            wrong(path, value, setting.allowed),
            hint=(f"Leave it out for {usual}.", f"不写则为 {usual}。"),
        )
    if setting.type == "integer" and value != CLASSES:
        return int(value)
    return float(value) if setting.type == "number" else value


def _fits(setting: Setting, value: Any) -> bool:
    if setting.type == "flag":
        return isinstance(value, bool)
    if setting.type == "choice":
        return isinstance(value, str) and value in setting.choices
    if value == CLASSES and setting.default == CLASSES:
        return True
    return is_number(value, setting.low or 0, setting.high or 0) and (
        setting.type == "number" or value == int(value)
    )


def is_number(value: Any, low: float, high: float) -> bool:
    """Returns whether the value is a number within the bounds; not-a-number is in none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _name(value: Any, path: str) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value) or value in TAKEN:
        raise PlanError(
            path,
            wrong(
                path,
                value,
                (
                    "1 to 32 of a-z, 0-9 and _, a letter first, and no word that PyTorch uses",
                    "1 到 32 个字符（a-z、0-9 和 _），以字母开头，且不是 PyTorch 已用的词",
                ),
            ),
            hint=("Leave it out for a name such as conv1.", "不写则自动命名，例如 conv1。"),
        )
    return value


def names_of(layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the layers' names, in order: their own, else kind (or function) and a number.

    They are unique within the list: conv1, relu1, pool1, conv2, ...; residual blocks are block1.
    """
    taken = {layer["name"] for layer in layers if "name" in layer}
    counts: dict[str, int] = {}
    names = []
    for layer in layers:
        name = layer.get("name", "")
        stem = STEMS.get(layer["kind"], layer["kind"])
        if layer["kind"] == "activation":
            stem = layer["function"]
        while not name or (name in taken and "name" not in layer):
            counts[stem] = counts.get(stem, 0) + 1
            name = f"{stem}{counts[stem]}"
        names.append(name)
    return names


STEMS = {"residual": "block", "spatial_dropout": "dropout", "global_pool": "pool"}
