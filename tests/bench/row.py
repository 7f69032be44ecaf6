"""One line of the table of figures."""

from typing import TypedDict


class Row(TypedDict):
    """A figure with its budget; `ratio` is value over floor, and the floor is of the same run."""

    figure: str
    unit: str
    value: float
    budget: float
    floor: float | None
    ratio: float | None
    ok: bool


def row(
    figure: str,
    value: float,
    *,
    budget: float,
    unit: str,
    floor: float | None = None,
    at_least: bool = False,
) -> Row:
    """A figure that keeps to its budget when it is at most that, or at least that."""
    return {
        "figure": figure,
        "unit": unit,
        "value": round(value, 4),
        "budget": round(budget, 4),
        "floor": None if floor is None else round(floor, 4),
        "ratio": None if not floor else round(value / floor, 3),
        "ok": value >= budget if at_least else value <= budget,
    }


def times_floor(figure: str, value: float, *, floor: float, at_most: float, unit: str) -> Row:
    """A figure whose budget is a multiple of its floor."""
    return row(figure, value, budget=at_most * floor, unit=unit, floor=floor)
