"""`python -m tests.bench [NAME ...]`: figures of speed as a table, and in `bench.json`.

Each module of this folder that has `rows()` is measured, or those named. A figure over its budget
makes the exit code 1.
"""

import importlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent.parent / "bench.json"
COLUMNS = ("figure", "value", "budget", "unit", "floor", "ratio", "ok")


def names() -> list[str]:
    """The modules that measure something."""
    found = sorted(path.stem for path in HERE.glob("*.py") if "def rows(" in path.read_text())
    return [name for name in found if name != "__main__"]


def measured(chosen: list[str]) -> Iterator[Mapping[str, Any]]:
    """The rows of the chosen modules, each said as soon as it is known."""
    for name in chosen:
        for row in importlib.import_module(f"tests.bench.{name}").rows():
            say(" | ".join(f"{shown(row.get(column)):<{width(column)}}" for column in COLUMNS))
            yield row


def shown(value: object) -> str:
    """A cell of the table: 4 significant digits, yes or NO, a dash for what there is none of."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def width(column: str) -> int:
    """The characters of a column."""
    return 58 if column == "figure" else 8


def say(text: str) -> None:
    """Prints one line at once."""
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


def main(chosen: list[str]) -> int:
    """Measures, prints, writes; returns 1 when a budget is not kept, 2 for an unknown name."""
    unknown = sorted(set(chosen) - set(names()))
    if unknown:
        say(f"There is no {unknown[0]}; there are {', '.join(names())}.")
        return 2
    say(" | ".join(f"{column:<{width(column)}}" for column in COLUMNS))
    rows = list(measured(chosen or names()))
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": version("torch"),
    }
    RESULT.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n", "utf-8")
    missed = [row["figure"] for row in rows if not row["ok"]]
    say(f"{len(rows) - len(missed)} of {len(rows)} figures keep to their budget; {RESULT.name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
