"""What a run can be taken away as: its points as CSV, its weights as a plain file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from safetensors.numpy import load_file, save

from ..train.events import POINT, Evaluation
from .store import Store

PARTS = ("validation", "test")
COLUMNS = (*POINT, *(f"{part}_{what}" for part in PARTS for what in ("loss", "accuracy")))


def points_csv(store: Store, id: str) -> Iterator[str]:
    """Yields the lines of a CSV file: a header, then a row for each step, with its evaluations.

    Columns are COLUMNS; what is not known is empty; step 0 has evaluations alone. Numbers are
    written so that reading them gives the same bits.
    """
    found: dict[int, dict[str, str]] = {}
    for _, event in store.events(id, types=(Evaluation.type,)):
        cells = found.setdefault(event["step"], {"epoch": _cell(event["epoch"])})
        for what in ("loss", "accuracy"):
            cells[f"{event['part']}_{what}"] = _cell(event[what])
    yield ",".join(COLUMNS) + "\n"
    rows = {int(row[0]): row for row in store.points(id).tolist()}
    for step in sorted(rows.keys() | found.keys()):
        row = rows.get(step)
        known = dict(zip(POINT[1:], map(_cell, row[1:]), strict=True)) if row else {}
        cells = {"step": str(step)} | known | found.get(step, {})
        yield ",".join(cells.get(name, "") for name in COLUMNS) + "\n"


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)


def weights(path: Path) -> bytes:
    """Returns the network of a checkpoint as a safetensors file with plain `state_dict` names.

    The optimiser's and the loop's own tensors, whose names have a slash in them, are left out.
    """
    kept = {name: value for name, value in load_file(path).items() if "/" not in name}
    return save(kept, {"format": "pt"})
