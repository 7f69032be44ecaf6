"""Every refusal of options and networks is said in both languages, each one provoked here.

Python's tracing tells which `raise` was reached; one without a case fails the test.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from torch import nn

from convlens.data import words as data_words
from convlens.errors import Refused
from convlens.nets import build, examine, kinds, plan, presets, transfer
from convlens.nets.problem import Impossible
from convlens.store.problems import WORDS, StoreError
from convlens.train import options

PICTURE = [1, 8, 8]
CONV = {"kind": "conv", "padding": 1}
BLOCK = {"kind": "residual", "layers": [CONV]}
Place = tuple[str, int]


def network(*layers: Any, shape: Any = PICTURE) -> Callable[[], Any]:
    """Reads and examines a network of these layers."""
    given = {"input": shape, "layers": list(layers)}
    return lambda: plan.first_problem(plan.read_plan(given), 10, parameters=1000)


def deep(depth: int) -> Any:
    layer: Any = CONV
    for _ in range(depth):
        layer = {"kind": "residual", "layers": [layer]}
    return layer


def small() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))


def built() -> Any:
    return build.build(plan.read_plan({"input": PICTURE, "layers": []}), 10)


OPTIONS: tuple[dict[str, Any], ...] = (
    {"labelnoise": 1},
    {"qqqqqq": 1},
    {"lr": "fast"},
    {"lr": 99},
    {"batch": 1.5},
    {"flip": 1},
    {"optimiser": "lion"},
    {"name": "two\nlines"},
    {"layers": "conv"},
    {"layers": [{}] * 1001},
    {"validation_share": 0.6, "test_share": 0.6},
    {"folds": 1},
    {"folds": 3, "fold": 3},
)
CASES: tuple[Callable[[], Any], ...] = (
    *(lambda asked=each: options.read(asked) for each in OPTIONS),
    lambda: options.check("qqqqqq", 1),
    lambda: plan.read_plan("conv"),
    lambda: plan.read_input([1, 8]),
    lambda: plan.read_plan({"input": PICTURE, "layers": "conv"}),
    network(*[CONV] * 401),
    network({"kind": "residual", "layers": [CONV] * 399}, CONV, CONV),
    network(deep(3)),
    network({"kind": "residual"}),
    network({**CONV, "name": "a"}, {**CONV, "name": "a"}),
    network({"kind": "eval"}),
    network({**CONV, "code": "import os"}),
    network({**CONV, "kernel": 99}),
    network({**CONV, "bias": 1}),
    network({"kind": "dense", "out": 0}),
    network({"kind": "dropout", "p": 2}),
    network({"kind": "pool", "mode": "min"}),
    network({**CONV, "name": "a.b"}),
    network({"kind": "conv", "out": 1024, "padding": 15}, shape=[1, 512, 512]),
    network({"kind": "flatten"}, CONV),
    network({"kind": "conv", "kernel": 9}),
    network({**CONV, "groups": 3}),
    network({"kind": "pool", "padding": 2}),
    network({"kind": "dense"}),
    network({"kind": "residual", "layers": [{"kind": "conv", "kernel": 9}]}),
    network({"kind": "residual", "layers": [{"kind": "conv", "kernel": 2}]}),
    network({"kind": "flatten"}),
    network({"kind": "flatten"}, {"kind": "dense", "out": 100}, {"kind": "dense"}),
    network({"kind": "flatten"}, shape=[1, 2, 5]),
    lambda: presets.plan_of("spiral", PICTURE, 10),
    lambda: presets.plan_of("tiny8", [2], 10),
    lambda: presets.plan_of("tiny8", [1, 2, 2], 10),
    lambda: transfer.freeze(small(), "0,1"),
    lambda: transfer.freeze(small(), "head"),
    built,
)
MODULES = (options, plan, kinds, examine, presets, transfer, build)


def statements(module: ModuleType) -> Iterator[tuple[Place, int]]:
    """Where each refusal begins, and the line that it ends in."""
    file = str(module.__file__)
    for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
        is_whole = isinstance(node, ast.Return) and "Words(" in ast.unparse(node)
        if isinstance(node, ast.Raise) or is_whole:
            assert isinstance(node, ast.stmt)
            yield (file, node.lineno), node.end_lineno or node.lineno


@contextmanager
def watched() -> Iterator[dict[Place, Any]]:
    """What was raised or returned at each line of the modules that is a refusal."""
    found: dict[Place, Any] = {}
    files = {str(module.__file__) for module in MODULES}

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        place = frame.f_code.co_filename, frame.f_lineno
        if event == "exception":
            found.setdefault(place, arg[1])
        elif event == "return" and isinstance(arg, dict) and arg.keys() == {"en", "zh"}:
            found.setdefault(place, arg)
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename in files else None)
    try:
        yield found
    finally:
        sys.settrace(before)


@pytest.fixture(scope="module")
def refusals() -> dict[Place, Any]:
    """The refusals by the line they begin in, as far as the cases reach them."""
    with watched() as found:
        for case in CASES:
            with suppress(Refused):
                case()
    reached: dict[Place, Any] = {}
    for module in MODULES:
        for place, end in statements(module):
            said = [found[place[0], n] for n in range(place[1], end + 1) if (place[0], n) in found]
            if said:
                reached[place] = said[0]
    return reached


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_refusal_has_a_case(module: ModuleType, refusals: dict[Place, Any]) -> None:
    missing = [place[1] for place, _ in statements(module) if place not in refusals]
    assert missing == [], f"{module.__file__} refuses in these lines, and no case gets there"


def test_every_refusal_says_the_same_in_both_languages(refusals: dict[Place, Any]) -> None:
    for place, said in refusals.items():
        words = said if isinstance(said, dict) else said.words
        assert is_chinese(words["zh"]), (place, words)
        assert numbers(words["en"]) == numbers(words["zh"]), (place, words)
        if not isinstance(said, dict | Impossible):
            assert is_chinese(said.hints["zh"]), (place, said.hints)
            assert numbers(said.hints["en"]) == numbers(said.hints["zh"]), (place, said.hints)


def is_chinese(text: str) -> bool:
    """Whether it is a sentence in Chinese with all of its places filled."""
    has_places = re.search(r"\{\w*\}", text)
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and text[-1] in "。？" and not has_places


def numbers(text: str) -> list[str]:
    """The numbers in a sentence, whatever their order."""
    return sorted(re.findall(r"\d[\d,.]*\d|\d", text))


@pytest.mark.parametrize("code", list(data_words.REFUSALS))
def test_what_is_wrong_with_data_has_its_hint_in_both_languages(code: str) -> None:
    refusal = data_words.REFUSALS[code]
    places = [set(re.findall(r"\{(\w+)", text)) for text in (refusal.en, refusal.zh)]
    assert {name.removesuffix("_zh") for name in places[1]} == places[0]
    assert re.search(r"[\u4e00-\u9fff].*。$", refusal.hint_zh)


@pytest.mark.parametrize("code", list(WORDS))
def test_a_store_that_cannot_write_says_so_in_both_languages(code: str) -> None:
    error = StoreError(code, Path("/data"), "No space left on device")
    assert all("/data" in text for text in error.words.values())
    assert is_chinese(error.words["zh"]) and is_chinese(error.hints["zh"])
