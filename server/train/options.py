"""Every choice a person can make about a run: one dataclass that page, API and CLI are built from.

The words in both languages stand in `wording.py`; they are found by the field's name.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from ..errors import Pair, Refused
from .wording import CHOICES, WORDS

ACTIVATIONS = ("relu", "leaky_relu", "prelu", "elu", "gelu", "silu", "sigmoid", "tanh", "none")
INITS = ("default", "he", "xavier", "normal", "constant", "zeros")
OPTIMISERS = ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
LOSSES = ("cross-entropy", "mse", "bce")
SCHEDULES = ("constant", "step", "cosine", "one-cycle", "plateau", "warm-up")
GROUPS = ("data", "augment", "network", "optimiser", "running")
TEXT_LENGTH = 200
LIST_LENGTH = 1000


class OptionError(Refused):
    """An option that cannot be used: its name, what is wrong with the value in it, and a hint."""

    def __init__(self, name: str, words: Pair, *, hint: Pair) -> None:
        super().__init__(words, hint=hint)
        self.name = name


def _number(group: str, default: float, low: float, high: float, **more: Any) -> Any:
    kind = "integer" if isinstance(default, int) else "number"
    data = {"kind": kind, "group": group, "low": low, "high": high, **more}
    return dataclasses.field(default=default, metadata=data)


def _flag(group: str, default: bool) -> Any:
    return dataclasses.field(default=default, metadata={"kind": "flag", "group": group})


def _choice(group: str, default: str, choices: tuple[str, ...]) -> Any:
    data = {"kind": "choice", "group": group, "choices": choices}
    return dataclasses.field(default=default, metadata=data)


def _text(group: str, default: str) -> Any:
    return dataclasses.field(default=default, metadata={"kind": "text", "group": group})


@dataclass(frozen=True)
class Options:
    """One run, as it was asked for; every field has a default, and 0 mostly means "off" or "all".

    `unit`, `scale` ("lin" or "log") and `step` (the smallest change; on a log scale that begins at
    0 the smallest value above it) are for controls; `live` fields may change while a run goes on.
    """

    data: str = _text("data", "digits")
    samples: int = _number("data", 0, 0, 1_000_000, unit="pictures/class")
    pictures: int = _number("data", 1200, 12, 100_000, unit="pictures", scale="log")
    noise: float = _number("data", 0.15, 0.0, 1.0, step=0.01)
    mark: bool = _flag("data", False)
    validation_share: float = _number("data", 0.15, 0.0, 0.9, step=0.01)
    test_share: float = _number("data", 0.15, 0.0, 0.9, step=0.01)
    folds: int = _number("data", 0, 0, 20)
    fold: int = _number("data", 0, 0, 19)
    label_noise: float = _number("data", 0.0, 0.0, 1.0, step=0.01)
    imbalance: float = _number("data", 1.0, 1.0, 100.0, scale="log")
    shuffle: bool = _flag("data", True)
    normalise: bool = _flag("data", True)

    flip: bool = _flag("augment", False)
    shift: float = _number("augment", 0.0, 0.0, 0.5, unit="of the side", step=0.01)
    rotate: float = _number("augment", 0.0, 0.0, 180.0, unit="degrees", step=1)
    crop: float = _number("augment", 0.0, 0.0, 0.9, unit="of the side", step=0.01)
    colour: float = _number("augment", 0.0, 0.0, 1.0, step=0.01)
    blur_noise: float = _number("augment", 0.0, 0.0, 1.0, step=0.01)
    cutout: float = _number("augment", 0.0, 0.0, 1.0, step=0.01)

    net: str = _text("network", "tiny8")
    layers: list[dict[str, Any]] | None = dataclasses.field(
        default=None, metadata={"kind": "list", "group": "network"}
    )
    start: str = _text("network", "")
    freeze: str = _text("network", "none")
    activation: str = _choice("network", "relu", ACTIVATIONS)
    norm: str = _choice("network", "none", ("none", "batch"))
    dropout: float = _number("network", 0.0, 0.0, 0.95, step=0.05)
    width: int = _number("network", 8, 1, 256, unit="channels", scale="log")
    depth: int = _number("network", 4, 1, 100, unit="layers")
    init: str = _choice("network", "default", INITS)
    init_scale: float = _number("network", 0.1, 0.0, 10.0, scale="log", step=1e-4)

    optimiser: str = _choice("optimiser", "adam", OPTIMISERS)
    lr: float = _number("optimiser", 0.005, 1e-7, 10.0, scale="log", live=True)
    momentum: float = _number("optimiser", 0.9, 0.0, 0.999, step=0.001)
    weight_decay: float = _number("optimiser", 0.0, 0.0, 10.0, scale="log", step=1e-6)
    batch: int = _number("optimiser", 32, 0, 100_000, unit="pictures", scale="log")
    loss: str = _choice("optimiser", "cross-entropy", LOSSES)
    label_smoothing: float = _number("optimiser", 0.0, 0.0, 0.9, step=0.01)
    clip: float = _number("optimiser", 0.0, 0.0, 1000.0, scale="log", step=1e-3)
    schedule: str = _choice("optimiser", "constant", SCHEDULES)
    warmup: int = _number("optimiser", 0, 0, 1_000_000, unit="steps", scale="log")
    schedule_steps: int = _number("optimiser", 0, 0, 10_000_000, unit="steps", scale="log")
    schedule_factor: float = _number("optimiser", 0.1, 1e-4, 1.0, scale="log")
    seed: int = _number("optimiser", 0, 0, 2**31 - 1)

    epochs: int = _number("running", 10, 1, 100_000, unit="epochs", scale="log")
    until_accuracy: float = _number("running", 0.0, 0.0, 1.0, step=0.01)
    patience: int = _number("running", 0, 0, 1000, unit="evaluations")
    speed: float = _number(
        "running", 30.0, 0.0, 10_000.0, unit="steps/s", scale="log", step=0.05, live=True
    )
    evaluate_every: int = _number("running", 0, 0, 1_000_000, unit="steps", scale="log")
    paused: bool = _flag("running", False)
    name: str = _text("running", "")


TABLE: Mapping[str, Field[Any]] = {each.name: each for each in fields(Options)}
LIVE = tuple(name for name, each in TABLE.items() if each.metadata.get("live"))


def read(given: Mapping[str, Any]) -> Options:
    """Returns the options of a JSON object; what it does not name has its default.

    Raises:
        OptionError: an unknown name, a value of the wrong kind or out of bounds, or two values
            that do not go together.
    """
    unknown = [name for name in given if name not in TABLE]
    if unknown:
        raise _unknown(str(unknown[0]))
    options = Options(**{name: check(name, value) for name, value in given.items()})
    _check_together(options)
    return options


def check(name: str, value: Any) -> Any:
    """Returns the value of one option as its kind has it, such as 3 for 3.0.

    Raises:
        OptionError: there is no such option, or the value is of another kind or out of bounds.
    """
    if name not in TABLE:
        raise _unknown(name)
    return CHECKS[TABLE[name].metadata["kind"]](name, value)


def as_json(options: Options) -> dict[str, Any]:
    """Returns every option by name; `read` makes the same options of it."""
    return {name: getattr(options, name) for name in TABLE}


def differing(options: Options) -> dict[str, Any]:
    """Returns the options that are not at their default."""
    return {n: v for n, v in as_json(options).items() if v != TABLE[n].default}


def describe() -> list[dict[str, Any]]:
    """Returns a JSON-able row for each option, in the order of the groups.

    `{name, kind, group, default, low, high, step, scale, unit, live, choices: [{id, en, zh}],
    label: {en, zh}, help: {en, zh}}`; null where a kind has no such thing.
    """
    return [_row(name, each) for name, each in TABLE.items()]


def flags(parser: ArgumentParser, *, without: Collection[str] = ()) -> None:
    """Adds a flag for each option, such as `--label-noise 0.2` and `--no-shuffle`."""
    for name, each in TABLE.items():
        if name in without:
            continue
        flag, kind = f"--{name.replace('_', '-')}", each.metadata["kind"]
        more: dict[str, Any] = {"default": None, "help": WORDS[name][2].replace("%", "%%")}
        if kind == "flag":
            more["action"] = BooleanOptionalAction
        elif kind == "choice":
            more["choices"] = each.metadata["choices"]
        else:
            more["type"] = _of_text(name)
            more["metavar"] = {"number": "NUMBER", "integer": "N"}.get(kind, kind.upper())
        parser.add_argument(flag, dest=name, **more)


def _of_text(name: str) -> Callable[[str], Any]:
    """How the command line reads an option's value; its name is what argparse says of a wrong one.

    A whole number stays exact however long it is.
    """
    kind = TABLE[name].metadata["kind"]
    numbers: dict[str, Callable[[str], Any]] = {
        "number": float,
        "integer": lambda text: int(text) if text.strip("-").isdecimal() else float(text),
        "list": json.loads,
    }

    def value(text: str) -> Any:
        return check(name, numbers.get(kind, str)(text))

    value.__name__ = kind
    return value


def _row(name: str, each: Field[Any]) -> dict[str, Any]:
    data = each.metadata
    label_en, label_zh, help_en, help_zh = WORDS[name]
    choices = [
        {"id": choice, "en": CHOICES[choice][0], "zh": CHOICES[choice][1]}
        for choice in data.get("choices", ())
    ]
    return {
        "name": name,
        "kind": data["kind"],
        "group": data["group"],
        "default": each.default,
        "low": data.get("low"),
        "high": data.get("high"),
        "step": data.get("step"),
        "scale": data.get("scale", "lin") if "low" in data else None,
        "unit": data.get("unit", ""),
        "live": data.get("live", False),
        "choices": choices or None,
        "label": {"en": label_en, "zh": label_zh},
        "help": {"en": help_en, "zh": help_zh},
    }


# --- checks ---


def _shown(value: Any) -> str:
    """The value as a sentence quotes it: JSON, shortened."""
    if isinstance(value, float):
        return f"{value:.12g}"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unknown(name: str) -> OptionError:
    near = difflib.get_close_matches(name, TABLE, 1)
    words = f"There is no option {name[:60]!r}.", f"没有名为 {name[:60]!r} 的选项。"
    if near:
        return OptionError(
            name[:60], words, hint=(f"Did you mean {near[0]!r}?", f"是否想写 {near[0]!r}？")
        )
    names = ", ".join(TABLE)
    return OptionError(name[:60], words, hint=(f"There are: {names}.", f"可用的有：{names}。"))


def _wrong(name: str, value: Any, allowed: Pair) -> OptionError:
    usual = _shown(TABLE[name].default)
    return OptionError(
        name,
        (
            f"{name} is {_shown(value)}; it must be {allowed[0]}.",
            f"{_called(name)}为 {_shown(value)}；应为{allowed[1]}。",
        ),
        hint=(
            f"Leave {name} out for its default, {usual}.",
            f"不设置则用默认值 {usual}。",
        ),
    )


def _called(name: str) -> str:
    """The option in Chinese, by the name on the page and the name in the API."""
    return f"“{WORDS[name][1]}”（{name}）"


def _bounds(name: str) -> Pair:
    data = TABLE[name].metadata
    what = ("a whole number", "整数") if data["kind"] == "integer" else ("a number", "数")
    low, high = f"{data['low']:.12g}", f"{data['high']:.12g}"
    return f"{what[0]} from {low} to {high}", f" {low} 到 {high} 的{what[1]}"


def _check_number(name: str, value: Any) -> float:
    data = TABLE[name].metadata
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, value, _bounds(name))
    if not (math.isfinite(value) and data["low"] <= value <= data["high"]):
        raise _wrong(name, value, _bounds(name))
    return float(value)


def _check_integer(name: str, value: Any) -> int:
    number = _check_number(name, value)
    if number != int(number):
        raise _wrong(name, value, _bounds(name))
    return int(number)


def _check_flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, value, ("true or false", " true 或 false"))
    return value


def _check_choice(name: str, value: Any) -> str:
    choices = TABLE[name].metadata["choices"]
    if not isinstance(value, str) or value not in choices:
        names = ", ".join(choices)
        raise _wrong(name, value, (f"one of {names}", f" {names} 之一"))
    return value


def _check_text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LENGTH or not value.isprintable():
        allowed = (
            f"one line of at most {TEXT_LENGTH} characters",
            f"一行文字，最多 {TEXT_LENGTH} 个字符",
        )
        raise _wrong(name, value, allowed)
    return value


def _check_list(name: str, value: Any) -> list[dict[str, Any]] | None:
    """The layers themselves are checked where the network is planned."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise _wrong(name, value, ("a list of layers, or null", "由层组成的列表，或 null"))
    if len(value) > LIST_LENGTH:
        count, most = len(value), LIST_LENGTH
        words = (
            f"{name} has {count} layers; at most {most} are allowed.",
            f"{_called(name)}有 {count} 层；最多允许 {most} 层。",
        )
        raise OptionError(name, words, hint=("Take some out.", "请去掉一些。"))
    return value


CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "number": _check_number,
    "integer": _check_integer,
    "flag": _check_flag,
    "choice": _check_choice,
    "text": _check_text,
    "list": _check_list,
}


def _check_together(options: Options) -> None:
    """Values that are fine alone and impossible together."""
    held_out = options.validation_share + options.test_share
    if held_out > 0.95:
        raise OptionError(
            "validation_share",
            (
                f"validation_share and test_share are {held_out:.2f} together; "
                "at least 0.05 must be left to learn from.",
                f"{_called('validation_share')}与{_called('test_share')}合计 {held_out:.2f}；"
                "至少要留下 0.05 用来学习。",
            ),
            hint=("Make one of the two smaller.", "请减小其中一个。"),
        )
    if options.folds == 1:
        raise _wrong("folds", 1, ("0 (none) or from 2 to 20", " 0（不用）或 2 到 20"))
    if options.fold >= max(1, options.folds):
        last, folds = max(0, options.folds - 1), options.folds
        allowed = (
            f"from 0 to {last}, because folds is {folds}",
            f" 0 到 {last}，因为{_called('folds')}为 {folds}",
        )
        raise _wrong("fold", options.fold, allowed)
