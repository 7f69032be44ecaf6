"""Networks that a person chooses or puts together: what there is, and what each would become."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from ..data import sets
from ..errors import Pair, Problem
from ..nets.examine import Field, Row
from ..nets.kinds import ACTIVATIONS, describe_kinds, wrong
from ..nets.plan import (
    MAX_LAYERS,
    MAX_PARAMETERS,
    Plan,
    PlanError,
    examine,
    first_problem,
    read_input,
    read_plan,
    totals,
)
from ..nets.presets import PRESETS, plan_of
from . import schema_plans as schema
from .here import Here, HereNow
from .jsonbody import DESCRIBED, JsonObject
from .openapi import problems
from .refusals import in_both

router = APIRouter(tags=["plans"], responses=problems(403))

DEFAULT_DATA = "digits"
MOST_CLASSES = 1000
# Setting of a preset -> the types of its values, and its choices or bounds.
STYLE: Mapping[str, tuple[tuple[type, ...], tuple[Any, ...]]] = {
    "activation": ((str,), ACTIVATIONS),
    "norm": ((str,), ("none", "batch")),
    "dropout": ((int, float), (0, 0.95)),
    "width": ((int,), (1, 256)),
    "depth": ((int,), (1, 100)),
}
KNOWN = {"plan", "layers", "preset", "data", "input", "classes", *STYLE}


@router.get("/api/presets")
async def presets() -> schema.PresetsBody:
    """Lists the networks to choose from, and the layers that others can be made of."""
    body = {
        "presets": [each.describe() for each in PRESETS.values()],
        "kinds": describe_kinds(),
        "limits": {"layers": MAX_LAYERS, "parameters": MAX_PARAMETERS},
    }
    return schema.PresetsBody.model_validate(body)


@router.post("/api/plans", responses=problems(408, 413, 422), openapi_extra=DESCRIBED)
def check(given: JsonObject, here: HereNow) -> schema.PlanBody:
    """Examines a network; a layer that cannot be has its sentence in its row.

    The body says `{plan}`, `{layers}` or `{preset, activation, norm, dropout, width, depth}`, for
    the data of `{data}` or of `{input, classes}`.
    """
    try:
        plan, classes = _asked(given, here)
        rows = examine(plan, classes)
    except PlanError as error:
        raise _problem(error) from error
    return schema.PlanBody.model_validate(_body(plan, classes, rows))


def _asked(given: Mapping[str, Any], here: Here) -> tuple[Plan, int]:
    """The plan and the number of classes that a body asks for."""
    unknown = [name for name in given if name not in KNOWN]
    if unknown:
        name, known = str(unknown[0])[:60], ", ".join(sorted(KNOWN))
        raise PlanError(
            name,
            (
                f"There is no {name!r} in the body of a network.",
                f"网络的请求中没有 {name!r} 这一项。",
            ),
            hint=(f"It may have: {known}.", f"可以有：{known}。"),
        )
    shape, classes = _sizes(given, here)
    if "plan" in given:
        return read_plan(given["plan"]), classes
    if "layers" in given:
        return read_plan({"input": shape, "layers": given["layers"]}), classes
    style = {name: _styled(name, given[name]) for name in STYLE if name in given}
    return plan_of(_text(given, "preset", "tiny8"), shape, classes, **style), classes


def _sizes(given: Mapping[str, Any], here: Here) -> tuple[list[int], int]:
    """Shape and number of classes: of the data set, unless the body says them itself."""
    shape = read_input(given["input"]) if "input" in given else None
    classes = given.get("classes")
    if classes is not None and (type(classes) is not int or not 2 <= classes <= MOST_CLASSES):
        raise _wrong(
            "classes",
            classes,
            (f"a whole number from 2 to {MOST_CLASSES}", f"2 到 {MOST_CLASSES} 的整数"),
        )
    if shape and classes:
        return shape, classes
    try:
        found = sets.listing(_text(given, "data", DEFAULT_DATA), here.roots)
    except sets.DataError as error:
        words = error.words["en"], error.words["zh"]
        raise PlanError("data", words, hint=(error.hints["en"], error.hints["zh"])) from error
    return shape or list(found.shape), classes or len(found.classes)


def _text(given: Mapping[str, Any], name: str, default: str) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise _wrong(name, value, ("a text", "文字"))
    return value


def _styled(name: str, value: Any) -> Any:
    kinds, allowed = STYLE[name]
    right = isinstance(value, kinds) and not isinstance(value, bool)
    if name in ("activation", "norm"):
        names = ", ".join(allowed)
        words = f"one of {names}", f"{names} 之一"
        right = right and value in allowed
    else:
        ends = f"{allowed[0]}", f"{allowed[1]}"
        words = f"a number from {ends[0]} to {ends[1]}", f"{ends[0]} 到 {ends[1]} 的数"
        right = right and allowed[0] <= value <= allowed[1]
    if not right:
        raise _wrong(name, value, words)
    return value


def _wrong(name: str, value: Any, allowed: Pair) -> PlanError:
    hint = "GET /api/presets says what there is.", "GET /api/presets 列出了可用的选项。"
    return PlanError(name, wrong(name, value, allowed), hint=hint)


def _problem(error: PlanError) -> Problem:
    return Problem(
        422,
        error.sentence,
        hint=error.hint,
        title="Not a network",
        values={"path": error.path, **in_both(error.words, error.hints)},
    )


def _body(plan: Plan, classes: int, rows: list[Row]) -> dict[str, Any]:
    sums = totals(plan, rows, classes)
    first = first_problem(plan, classes)
    return {
        "plan": plan,
        "classes": classes,
        "rows": [_row(row) for row in rows],
        "totals": {
            "layers": sums.layers,
            "parameters": sums.parameters,
            "macs": sums.macs,
            "receptive_field": _field(sums.field),
        },
        "problem": first and first[1],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "name": row.name,
        "kind": row.kind,
        "shape": row.shape,
        "parameters": row.parameters,
        "macs": row.macs,
        "receptive_field": _field(row.field),
        "problem": row.problem,
    }


def _field(seen: Field | None) -> dict[str, int] | None:
    return {"size": seen.size, "jump": seen.jump} if seen else None
