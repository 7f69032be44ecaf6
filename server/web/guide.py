"""The guide: an article a language, with numbers counted from the network that the page opens."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from ..card import Card
from ..core.record import Op, Record
from . import pages

Language = Literal["en", "zh"]
router = APIRouter(include_in_schema=False)


@router.get("/guide")
def guide(
    request: Request, lang: Annotated[Language | None, Query(description="language")] = None
) -> HTMLResponse:
    """The page, opened at the guide; without JavaScript it is the article itself."""
    chosen = lang or preferred(request.headers.get("accept-language", ""))
    return pages.shell(request, article=article(request, chosen), language=chosen)


@router.get("/guide/{lang}")
def text(request: Request, lang: Language) -> HTMLResponse:
    """The article alone, for the page, which puts live figures into it."""
    return HTMLResponse(article(request, lang), headers=pages.NO_CACHE)


def preferred(accepted: str) -> Language:
    """Returns the first of our languages that a browser names, English where it names none."""
    for each in accepted.lower().split(","):
        if each.strip().startswith("zh"):
            return "zh"
        if each.strip().startswith("en"):
            return "en"
    return "en"


def article(request: Request, language: Language) -> str:
    """Returns the article as HTML."""
    zoo = request.app.state.here.tracer.zoo
    name = zoo.ids()[0]
    template = pages.templates().get_template(f"guide/{language}.html")
    return template.render(facts(zoo.card(name), zoo.graph(name)))


def facts(card: Card, graph: Sequence[Record]) -> dict[str, Any]:
    """Returns what the article says in numbers: of the network, its first layers, and links.

    A layer that the network does not have is None, and its link leads to the whole network.
    """
    convs = [record for record in graph if record.op is Op.CONV]
    return {
        "net": {
            "name": card.name,
            **card.input,
            "classes": len(card.classes),
            "nodes": sum(record.op is not Op.INPUT for record in graph),
            "parameters": f"{card.parameters:,}",
            "chance": f"{math.log(len(card.classes)):.3f}" if card.classes else "",
        },
        "conv": _window(convs[0], graph) if convs else None,
        "flatten": _flatten(graph),
        "dense": _dense(graph),
        "look": {**{op.value: _look(graph, op) for op in Op}, "late": _address(convs[-1:])},
    }


def _window(record: Record, graph: Sequence[Record]) -> dict[str, Any]:
    return {
        "id": record.id,
        "kernel": record.geometry["kernel"][-1],
        "in": _input(record, graph).shape[0],
        "out": record.shape[0],
        "parameters": record.parameters,
    }


def _flatten(graph: Sequence[Record]) -> dict[str, Any] | None:
    found = _first(graph, Op.FLATTEN)
    return {"length": found[0].shape[0]} if found else None


def _dense(graph: Sequence[Record]) -> dict[str, Any] | None:
    found = _first(graph, Op.DENSE)
    if not found:
        return None
    geometry = found[0].geometry
    return {
        "id": found[0].id,
        "in": geometry["in"],
        "out": geometry["out"],
        "parameters": f"{found[0].parameters:,}",
    }


def _look(graph: Sequence[Record], op: Op) -> str:
    return _address(_first(graph, op))


def _first(graph: Sequence[Record], op: Op) -> list[Record]:
    return [record for record in graph if record.op is op][:1]


def _address(found: Sequence[Record]) -> str:
    """Where the layer view shows the middle cell of a node's first map, or the whole network."""
    if not found:
        return "/#v=1"
    shape = found[0].shape
    middle = f"&cell={shape[1] // 2},{shape[2] // 2}" if len(shape) == 3 else ""
    return f"/#v=1&node={found[0].id}&c=0{middle}"


def _input(record: Record, graph: Sequence[Record]) -> Record:
    return next(each for each in graph if each.id == record.inputs[0])
