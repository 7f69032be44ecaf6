"""One output cell backwards: what its derivative gives to each number that it was made of.

Twin of static/src/core/cellGradient.ts; both answer tests/golden/arithmetic.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

from .arithmetic import Arithmetic, Part, Term

LEARNED = {"conv", "dense"}  # kinds whose terms' weights are learned


@dataclass(slots=True)  # as many as there are terms
class TermGradient:
    """Derivatives through this cell alone.

    `value` is by the input cell (None in the padding, where nothing can change), `weight` by the
    learned number that it is multiplied with (None where there is none).
    """

    value: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class PartGradient:
    """The derivative by a part's own number, None where it is none to change, and by its terms."""

    name: str
    c: int | None
    value: float | None
    terms: Sequence[TermGradient]


def cell_gradient(made: Arithmetic, output: float) -> list[PartGradient]:
    """The shares of `output`, d(loss)/d(this cell), in the order of the parts and their terms.

    The sum of a number's shares over all output cells that it is part of is its gradient. Of
    softmax, a term's share counts all ways from that input cell to this output cell.
    """
    if made.scaled:
        output *= made.scaled.scale
    if made.additive:
        return [_summand(made, part, output) for part in made.parts]
    return WAYS.get(made.kind, _unknown)(made, output)


Way = Callable[[Arithmetic, float], list[PartGradient]]


def _summand(made: Arithmetic, part: Part, output: float) -> PartGradient:
    """A sum hands its derivative to every part, and a product each factor the other's."""
    learned = made.kind in LEARNED
    shares = [
        TermGradient(
            None if term.padded else output * (1.0 if term.weight is None else term.weight),
            output * term.value if learned else None,
        )
        for term in part.terms
    ]
    return PartGradient(part.name, part.c, output, shares)


def _by_name(
    made: Arithmetic, shares: Mapping[str, float], of_term: Callable[[Part, Term], float | None]
) -> list[PartGradient]:
    return [
        PartGradient(
            part.name,
            part.c,
            shares.get(part.name),
            [TermGradient(of_term(part, term), None) for term in part.terms],
        )
        for part in made.parts
    ]


def _maximum(made: Arithmetic, output: float) -> list[PartGradient]:
    """The winner gets all."""

    def share(part: Part, term: Term) -> float:
        return output if {"c": term.c, "y": term.y, "x": term.x} == made.winner else 0.0

    return _by_name(made, {"window": output}, share)


def _activation(made: Arithmetic, output: float) -> list[PartGradient]:
    """The slope is the gate; a learned slope has its own share below 0."""
    number = _numbers(made)
    back = output * number["slope"]
    shares = {"input": back, "output": output, "scale": output * min(number["input"], 0.0)}
    return _by_name(made, shares, lambda part, term: back)


def _norm(made: Arithmetic, output: float) -> list[PartGradient]:
    """Outside of training mean and variance are constants, not made of this batch."""
    number = _numbers(made)
    inside = output * number.get("scale", 1.0)
    spread = number["variance"] + number["eps"] or nan
    back = float(inside / spread**0.5)
    shares = {
        "input": back,
        "mean": -back,
        "variance": -inside * number["normalised"] / (2 * spread),
        "normalised": inside,
        "scale": output * number["normalised"],
        "shift": output,
    }
    return _by_name(made, shares, lambda part, term: back)


def _softmax(made: Arithmetic, output: float) -> list[PartGradient]:
    """p_i (own - p_j): one share can only grow at the cost of the others."""
    number, own = _numbers(made), made.parts[0].terms[0]
    total, share = number["sum"], number["exp"] / number["sum"]
    is_log = made.kind == "log_softmax"
    scale = output if is_log else output * share

    exps = {(t.c, t.y, t.x): t.product for t in made.parts[-1].terms}

    def back(part: Part, term: Term) -> float:
        place = (term.c, term.y, term.x)
        return scale * (float(place == (own.c, own.y, own.x)) - exps[place] / total)

    shares = {
        "input": back(made.parts[0], own),
        "maximum": 0.0,
        "exp": 0.0 if is_log else output / total,
        "sum": -scale / total,
    }
    return _by_name(made, shares, back)


def _unknown(made: Arithmetic, output: float) -> list[PartGradient]:
    return _by_name(made, {}, lambda part, term: None)


def _numbers(made: Arithmetic) -> dict[str, float]:
    return {part.name: part.value for part in made.parts}


WAYS: dict[str, Way] = {
    "max": _maximum,
    "activation": _activation,
    "norm": _norm,
    "softmax": _softmax,
    "log_softmax": _softmax,
}
