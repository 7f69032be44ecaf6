"""An output cell's arithmetic is what torch says, on the shared golden cases."""

from __future__ import annotations

import json
import math
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from convlens.core.activations import ACTIVATIONS as CURVES
from convlens.core.arithmetic import MissingError, Part, Source, cell_arithmetic
from convlens.core.cell_gradient import cell_gradient
from convlens.core.record import Op, Record

Json = dict[str, Any]
CASES: list[Json] = json.loads(
    (Path(__file__).parents[1] / "golden" / "arithmetic.json").read_text()
)


def tensor(shape: list[int], data: list[float | None]) -> Tensor:
    return torch.tensor([torch.nan if v is None else v for v in data]).reshape(shape)


def source_of(case: Json) -> Source:
    """The records and weights of a case."""
    records = {
        n["id"]: Record(
            n["id"],
            Op(n["op"]),
            n["id"],
            tuple(n["inputs"]),
            tuple(n["shape"]),
            n["geometry"],
            0,
            n["weights"],
            tensor(n["shape"], case["values"][n["id"]]),
            "",
        )
        for n in case["nodes"]
    }
    return Source(records, {k: tensor(w["shape"], w["data"]) for k, w in case["weights"].items()})


def plain(part: Part) -> Json:
    """A part as the golden file has it."""
    terms = [[*astuple(t)[:-1], None if t.at is None else list(t.at)] for t in part.terms]
    return {
        "name": part.name,
        "value": part.value,
        "terms": terms,
        "c": part.c,
        "count": part.count,
    }


def close(found: Any, expected: Any) -> bool:
    """Equal; numbers to 12 digits, relative to 1 where they are small."""
    if isinstance(expected, float) or isinstance(found, float):
        return bool(found == pytest.approx(expected, rel=1e-12, abs=1e-12))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(close(found[k], expected[k]) for k in found)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    return bool(found == expected)


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{c['name']}" for i, c in enumerate(CASES)])
def test_a_cell_is_made_of_the_golden_terms(case: Json) -> None:
    cell = case["cell"]
    made = cell_arithmetic(source_of(case), "n", (cell["c"], cell["y"], cell["x"]))
    expected = case["expected"]
    assert made.node == "n"
    assert made.op == case["nodes"][-1]["op"]
    assert made.cell == cell
    assert [p.name for p in made.parts] == [p["name"] for p in expected["parts"]]
    for part, wanted in zip(made.parts, expected["parts"], strict=True):
        assert close(plain(part), wanted), (plain(part), wanted)
    for key in ("kind", "value", "winner", "additive", "reason"):
        assert getattr(made, key) == expected[key]


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{c['name']}" for i, c in enumerate(CASES)])
def test_a_cell_goes_back_as_autograd_says(case: Json) -> None:
    cell = case["cell"]
    made = cell_arithmetic(source_of(case), "n", (cell["c"], cell["y"], cell["x"]))
    found = cell_gradient(made, case["gradient"]["output"])
    shares = [[p.value, [list(astuple(t)) for t in p.terms]] for p in found]
    assert close(shares, case["gradient"]["parts"])
    assert [(p.name, p.c) for p in found] == [(p.name, p.c) for p in made.parts]


def relu_source(value: Tensor | None) -> Source:
    """A network of one ReLU on a picture."""
    shape = (1, 2, 2)
    picture = Record("input", Op.INPUT, "input", (), shape, {"kind": "input"}, 0, {}, value, "")
    geometry = {"kind": "cell", "function": "relu"}
    out = torch.zeros(shape)
    relu = Record("relu", Op.ACTIVATION, "relu", ("input",), shape, geometry, 0, {}, out, "")
    return Source({"input": picture, "relu": relu}, {})


def test_values_that_were_not_kept_are_named() -> None:
    with pytest.raises(MissingError, match="input"):
        cell_arithmetic(relu_source(None), "relu", (0, 1, 1))


@pytest.mark.parametrize("cell", [(1, 0, 0), (0, -1, 0), (0, 0, 2)])
def test_a_cell_outside_of_the_node_is_refused(cell: tuple[int, int, int]) -> None:
    with pytest.raises(IndexError):
        cell_arithmetic(relu_source(torch.zeros(1, 2, 2)), "relu", cell)


def test_a_number_that_is_none_is_passed_on() -> None:
    source = relu_source(torch.full((1, 2, 2), torch.nan))
    made = cell_arithmetic(source, "relu", (0, 1, 1))
    assert made.reason == ""
    assert made.parts[0].value != made.parts[0].value


def test_a_number_that_is_none_wins_a_maximum_as_in_torch() -> None:
    x = torch.randn(1, 1, 4, 4)
    x[0, 0, 0, 1] = torch.nan
    out, indices = F.max_pool2d(x, 2, return_indices=True)
    window: Json = {"kernel": [2, 2], "stride": [2, 2], "padding": [[0, 0]] * 2}
    geometry = {"kind": "window", **window, "dilation": [1, 1], "mixes": False, "mode": "max"}
    picture = Record("input", Op.INPUT, "", (), (1, 4, 4), {"kind": "input"}, 0, {}, x[0], "")
    pool = Record("pool", Op.POOL, "", ("input",), (1, 2, 2), geometry, 0, {}, out[0], "")
    made = cell_arithmetic(Source({"input": picture, "pool": pool}, {}), "pool", (0, 0, 0))
    y, column = divmod(int(indices[0, 0, 0, 0]), 4)
    assert made.winner == {"c": 0, "y": y, "x": column} == {"c": 0, "y": 0, "x": 1}


ACTIVATIONS: list[Json] = json.loads(
    (Path(__file__).parents[1] / "golden" / "activations.json").read_text()
)


@pytest.mark.parametrize("case", ACTIVATIONS, ids=lambda c: c["name"])
def test_an_activation_has_torchs_value_and_slope(case: Json) -> None:
    for part, curve in zip(("value", "slope"), CURVES[case["name"]], strict=True):
        found = [curve(x, case["settings"]) for x in case["x"]]
        # Torch's hardsigmoid takes 1/6 in float32 for its slope, in double too.
        assert found == pytest.approx(case[part], rel=1e-7, abs=1e-15)


def test_a_norm_of_no_spread_is_no_error() -> None:
    x, zeros = torch.ones(1, 1, 1), torch.zeros(1)
    picture = Record("input", Op.INPUT, "", (), (1, 1, 1), {"kind": "input"}, 0, {}, x, "")
    geometry = {"kind": "cell", "function": "batch_norm", "eps": 0.0}
    out = F.batch_norm(x[None], zeros, zeros, eps=0.0)[0]
    weights = {"running_mean": zeros, "running_var": zeros}
    names = {role: role for role in weights}
    norm = Record("n", Op.NORM, "", ("input",), (1, 1, 1), geometry, 0, names, out, "")
    made = cell_arithmetic(Source({"input": picture, "n": norm}, weights), "n", (0, 0, 0))
    assert not math.isfinite(made.value)
    assert made.reason == ""
    assert len(cell_gradient(made, 1.0)) == len(made.parts)
