"""The program that a cell comes with runs by itself and prints the cell's number."""

from __future__ import annotations

import contextlib
import io
import random
from typing import Any

import pytest

from convlens.core.arithmetic import Arithmetic, Source, cell_arithmetic
from convlens.core.geometry import as_map
from convlens.core.snippet import INLINE, WRITERS, Where, snippet
from tests.core.test_arithmetic import CASES, Json, source_of
from tests.core.test_arithmetic_zoo import FORMULAS, places, size_of

NOWHERE = Where("", "", "")


def printed(code: str) -> float:
    """What the program prints, run in a namespace of its own."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "snippet", "exec"), {"__name__": "__main__"})
    (line,) = said.getvalue().splitlines()
    return float(line)


def golden(case: Json) -> tuple[Source, Arithmetic]:
    source, cell = source_of(case), case["cell"]
    return source, cell_arithmetic(source, "n", (cell["c"], cell["y"], cell["x"]))


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{c['name']}" for i, c in enumerate(CASES)])
def test_the_program_of_a_golden_cell_prints_torchs_number(case: Json) -> None:
    source, made = golden(case)
    code = snippet(source, made, NOWHERE)
    if made.reason:
        assert code == ""
    else:
        assert printed(code) == pytest.approx(case["expected"]["value"], rel=1e-5, abs=1e-6)


def test_every_kind_that_has_parts_has_a_program() -> None:
    kinds = {case["expected"]["kind"] for case in CASES if not case["expected"]["reason"]}
    assert kinds == WRITERS.keys()
    assert FORMULAS.keys() <= kinds


@pytest.mark.parametrize("kind", FORMULAS)
def test_programs_of_real_networks_print_the_stored_number(kind: str) -> None:
    pick = random.Random(kind)
    for _ in range(5):
        source, record = pick.choice(places()[kind])
        c, y, x = (pick.randrange(size) for size in as_map(record.shape))
        made = cell_arithmetic(source, record.id, (c, y, x))
        code = snippet(source, made, NOWHERE)
        assert abs(printed(code) - made.value) <= 1e-4 * max(abs(made.value), size_of(made))


def test_a_large_layer_is_read_from_the_server() -> None:
    source, record = next(p for p in places()["dense"] if p.record.geometry["in"] > INLINE)
    made = cell_arithmetic(source, record.id, (1, 0, 0))
    code = snippet(source, made, Where("http://127.0.0.1:8000", "f" * 32, "tiny-vgg"))
    assert f"/api/traces/{'f' * 32}/nodes/" in code
    assert "/api/models/tiny-vgg/weights?nodes=" in code
    assert len(code) < 1000
    assert "urlopen" not in snippet(source, made, NOWHERE)


def test_a_small_layer_needs_torch_alone() -> None:
    source, record = next(p for p in places()["dense"] if p.record.geometry["in"] < INLINE)
    made = cell_arithmetic(source, record.id, (1, 0, 0))
    small: Any = Where("http://127.0.0.1:8000", "f" * 32, "lenet-5")
    lines = snippet(source, made, small).splitlines()
    assert [line for line in lines if "import" in line] == [
        "import torch",
        "import torch.nn.functional as F",
    ]
    assert "torch.manual_seed(0)" in lines
