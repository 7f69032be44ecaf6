"""A thousand random cells of every kind: the terms come to what torch stored.

Torch adds in float32 and in an order of its own, so its value carries a rounding of about 6e-8 of
the sum of the absolute terms for each of a few additions on its longest way. Where terms cancel,
that is more than 1e-4 of what is left, so it is allowed 1e-6 of the absolute terms there.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
import torch

from convlens.core.arithmetic import Arithmetic, Part, Source, cell_arithmetic
from convlens.core.geometry import as_map
from convlens.core.record import Record
from tests.core.test_tap_zoo import run

NETS = ("tiny_vgg", "lenet", "resnet18", "googlenet", "mobilenet_v2")
CELLS = 1000
RELATIVE, OF_TERMS = 1e-4, 1e-6


class Place(NamedTuple):
    """A node of one of the networks."""

    source: Source
    record: Record


@cache
def places() -> dict[str, list[Place]]:
    """Every node of the five networks, by the kind of its arithmetic."""
    found: dict[str, list[Place]] = {}
    for name in NETS:
        traced = run(name)
        source = Source({r.id: r for r in traced.trace.records}, traced.model.state_dict())
        for record in traced.trace.records[1:]:
            found.setdefault(kind_of(record), []).append(Place(source, record))
    return found


def kind_of(record: Record) -> str:
    """The kind by the contract's op; pooling by its mode."""
    return str(record.geometry.get("mode", record.op.value))


def draw(kind: str, count: int) -> list[tuple[Place, Arithmetic]]:
    """Random cells of a kind, the same ones each time."""
    pick = random.Random(kind)
    drawn = []
    for _ in range(count):
        place = pick.choice(places()[kind])
        cell = [pick.randrange(size) for size in as_map(place.record.shape)]
        made = cell_arithmetic(place.source, place.record.id, (cell[0], cell[1], cell[2]))
        drawn.append((place, made))
    return drawn


def part(made: Arithmetic, name: str) -> float:
    """The number of the one part of that name."""
    (value,) = [p.value for p in made.parts if p.name == name]
    return value


def total(made: Arithmetic) -> float:
    return math.fsum(p.value for p in made.parts)


def normalised(made: Arithmetic) -> float:
    """Batch norm's formula."""
    spread = math.sqrt(part(made, "variance") + part(made, "eps"))
    plain = (part(made, "input") - part(made, "mean")) / spread
    return plain * part(made, "scale") + part(made, "shift")


def largest(made: Arithmetic) -> float:
    return max(term.value for term in made.parts[0].terms)


# Kind -> what its parts come to, by the formula that every textbook has.
FORMULAS: dict[str, Callable[[Arithmetic], float]] = {
    "conv": total,
    "dense": total,
    "average": total,
    "add": total,
    "max": largest,
    "activation": lambda made: part(made, "output"),
    "norm": normalised,
    "softmax": lambda made: part(made, "exp") / part(made, "sum"),
    "dropout": total,
    "flatten": total,
    "concat": total,
}
every_kind = pytest.mark.parametrize("kind", FORMULAS)


def size_of(made: Arithmetic) -> float:
    """The sum of the absolute terms, and of numbers that stand alone."""
    if made.kind == "norm":
        moved = abs(part(made, "input")) + abs(part(made, "mean"))
        spread = math.sqrt(part(made, "variance") + part(made, "eps"))
        return moved / spread * abs(part(made, "scale")) + abs(part(made, "shift"))
    sizes = [abs(t.product) for p in made.parts for t in p.terms]
    return math.fsum(sizes) + math.fsum(abs(p.value) for p in made.parts if not p.terms)


def test_the_five_networks_have_every_kind() -> None:
    assert places().keys() == FORMULAS.keys()


@every_kind
def test_the_terms_come_to_the_value_that_torch_stored(kind: str) -> None:
    wrong = [
        (place.record.id, made.cell, made.value, found)
        for place, made in draw(kind, CELLS)
        if abs((found := FORMULAS[kind](made)) - made.value)
        > max(RELATIVE * abs(made.value), OF_TERMS * size_of(made))
    ]
    assert wrong == []


@every_kind
def test_a_term_is_the_number_that_lies_where_it_says(kind: str) -> None:
    for place, made in draw(kind, 50):
        assert made.kind == kind
        assert made.value == place.source.values(made.node)[tuple(made.cell.values())]
        for each in made.parts:
            check(place, each)
        if made.winner:
            at = tuple(made.winner.values())
            assert place.source.values(place.record.inputs[0])[at] == made.value


def check(place: Place, each: Part) -> None:
    """The terms of a part are products of numbers that torch has, and its value is their sum."""
    for term in each.terms:
        values = place.source.values(term.node)
        assert term.value == (0 if term.padded else values[term.c, term.y, term.x])
        if term.weight is not None:
            assert term.product == pytest.approx(term.value * term.weight, rel=1e-12)
    if each.terms and each.name not in ("window", "maximum", "exp"):
        assert each.value == pytest.approx(math.fsum(t.product for t in each.terms), rel=1e-9)


def test_a_dense_cell_lists_its_largest_terms_and_the_rest_is_exact() -> None:
    source, record = places()["dense"][-1]
    made = cell_arithmetic(source, record.id, (7, 0, 0))
    weight = source.weights[record.weights["weight"]][7].double()
    products = weight * source.values(record.inputs[0]).flatten().double()
    listed, rest = made.parts[0], made.parts[1]
    top = products.abs().topk(32).values.tolist()
    assert [abs(term.product) for term in listed.terms] == pytest.approx(top)
    assert (listed.count, rest.count) == (32, len(products) - 32)
    assert listed.value + rest.value == pytest.approx(products.sum().item(), rel=1e-12)
    assert torch.count_nonzero(products) > 32
