"""The page's types name exactly the fields that the API's schema has."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from convlens.web import schema

SOURCES = Path(__file__).parents[2] / "static" / "src"
INTERFACE = re.compile(r"export interface (\w+)(?: extends ([\w, ]+))? \{\n(.*?)\n\}", re.DOTALL)
FIELD = re.compile(r"^  (\w+)\??:", re.MULTILINE)
PAIRS = [
    ("Problem", schema.ProblemBody),
    ("NodeInfo", schema.Node),
    ("Card", schema.ModelCard),
    ("TraceHeader", schema.TraceHeader),
    ("TraceRanges", schema.Ranges),
    ("Bundled", schema.PictureSummary),
    ("ClassName", schema.Label),
    ("InputSize", schema.InputShape),
]


def interfaces() -> dict[str, tuple[list[str], set[str]]]:
    """Name -> the interfaces it extends and its own fields."""
    text = "".join((SOURCES / name).read_text("utf-8") for name in ("core/types.ts", "io/api.ts"))
    return {
        name: ([each.strip() for each in parents.split(",") if each], set(FIELD.findall(body)))
        for name, parents, body in INTERFACE.findall(text)
    }


def fields(name: str) -> set[str]:
    """All fields of an interface, inherited ones included."""
    parents, own = interfaces()[name]
    return own.union(*(fields(parent) for parent in parents))


@pytest.mark.parametrize(("name", "model"), PAIRS)
def test_an_interface_of_the_page_has_the_fields_of_the_schema(
    name: str, model: type[BaseModel]
) -> None:
    assert fields(name) == set(model.model_fields)
