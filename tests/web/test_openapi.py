"""The OpenAPI document is true and complete: what it says is what is answered, and nothing else."""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from convlens.web import api, tracing
from tests.web.cases import ASKS_JSON as JSON
from tests.web.cases import BINARY, BOX, PROBLEM, Case, get

TRACE = "/api/models/{model_id}/trace"
EVIL = {"host": "evil.example"}
GONE = "0" * 32
MODEL, WEIGHTS = "/api/models/{model_id}", "/api/models/{model_id}/weights"
PICTURE, KEPT = "/api/pictures/{picture_id}", "/api/traces/{trace_id}"
NODE = KEPT + "/nodes/{node}"
EDITING = {"content-type": "application/json"}
OVER = {"content-length": "20000001"}


def post(query: str, status: int, kind: str, **more: Any) -> Case:
    name = more.pop("name", "tiny-vgg")
    return Case("post", TRACE, f"/api/models/{name}/trace?{query}", status, kind, **more)


def forbidden(method: str, path: str) -> Case:
    """The refusal that every operation shares."""
    address = re.sub(r"\{\w+\}", "x", path)
    return Case(method, path, address, 403, PROBLEM, EVIL)


# Each part of the API brings its own: CASES, ELSEWHERE, and PLACES that make what they ask for.
PARTS = [
    import_module(f"tests.web.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("cases_*.py"))
]

CASES = [
    *(case for part in PARTS for case in part.CASES),
    get("/healthz", "/healthz", 200, "application/json"),
    get("/api/models", "/api/models", 200, "application/json"),
    get(MODEL, "/api/models/lenet-5", 200, "application/json"),
    get(MODEL, "/api/models/nope", 404, PROBLEM),
    get(WEIGHTS, "/api/models/lenet-5/weights", 200, BINARY),
    get(WEIGHTS, "/api/models/nope/weights", 404, PROBLEM),
    get(WEIGHTS, "/api/models/lenet-5/weights?nodes=nope", 422, PROBLEM),
    get("/api/pictures", "/api/pictures", 200, "application/json"),
    get(PICTURE, "/api/pictures/coffee", 200, "image/jpeg"),
    get(PICTURE, "/api/pictures/nope", 404, PROBLEM),
    get(PICTURE, "/api/pictures/coffee?size=0", 422, PROBLEM),
    get(PICTURE, "/api/pictures/coffee", 503, PROBLEM, busy=True),
    post("picture=coffee", 200, BINARY),
    post("picture=coffee", 200, "application/json", headers=JSON),
    post("picture=coffee", 404, PROBLEM, name="nope"),
    post("", 200, BINARY, headers=EDITING, body=b'{"picture": "coffee", "edits": []}'),
    post("", 410, PROBLEM, headers=EDITING, body=b'{"trace_id": "%s", "edits": []}' % (b"0" * 32)),
    post("", 413, PROBLEM, headers=OVER),
    post("", 415, PROBLEM, headers={"content-type": "text/plain"}),
    post("", 422, PROBLEM),
    post("picture=coffee", 503, PROBLEM, busy=True),
    get(KEPT, "/api/traces/{kept}", 200, BINARY),
    get(KEPT, "/api/traces/nope", 404, PROBLEM),
    get(KEPT, f"/api/traces/{GONE}", 410, PROBLEM),
    get(KEPT, "/api/traces/{kept}?precision=float16", 422, PROBLEM),
    get(KEPT, "/api/traces/{kept}", 503, PROBLEM, busy=True),
    get(NODE, "/api/traces/{kept}/nodes/conv_1_1", 200, BINARY),
    get(NODE, "/api/traces/{kept}/nodes/nope", 404, PROBLEM),
    get(NODE, f"/api/traces/{GONE}/nodes/conv_1_1", 410, PROBLEM),
    get(NODE, "/api/traces/{kept}/nodes/conv_1_1", 503, PROBLEM, busy=True),
]
# Answered only to a sender that is slow: tests/web/test_body.py and test_wire.py send one.
ELSEWHERE = {("post", TRACE, 408)}.union(*(part.ELSEWHERE for part in PARTS))


@pytest.fixture(scope="module")
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def documented(document: Any) -> dict[tuple[str, str, int], dict[str, Any]]:
    return {
        (method, path, int(status)): answer
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status, answer in operation["responses"].items()
    }


def test_every_documented_answer_has_a_case_and_every_case_is_documented(document: Any) -> None:
    said = {
        (*place, kind)
        for place, answer in documented(document).items()
        for kind in answer.get("content", {"": None})
    }
    shared = {(each.method, each.path, 403, PROBLEM) for each in CASES}
    known = {(each.method, each.path, each.status, each.kind) for each in CASES} | shared
    assert said == known | {(*place, PROBLEM) for place in ELSEWHERE}


@pytest.mark.parametrize(
    "case",
    [*CASES, *(forbidden(*place) for place in sorted({(c.method, c.path) for c in CASES}))],
    ids=lambda case: f"{case.method} {case.path} {case.status} {case.kind}",
)
def test_what_is_documented_is_answered(
    case: Case, app: FastAPI, client: TestClient, document: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: dict[str, Callable[[TestClient], str]] = {"kept": kept}
    for part in PARTS:
        places.update(part.PLACES)
    address = re.sub(r"\{(\w+)\}", lambda match: places[match[1]](client), case.address)
    if case.busy:
        monkeypatch.setattr(app.state.here.workbench, "limit", 0)
    answer = client.request(
        case.method.upper(), address, headers={**BOX, **case.headers}, content=case.body
    )
    kind = answer.headers.get("content-type", "")
    assert (answer.status_code, kind) == (case.status, case.kind), answer.text[:500]
    content = documented(document)[case.method, case.path, case.status].get("content", {})
    if not case.kind:
        assert (answer.content, content) == (b"", {})
        return
    if case.kind in ("application/json", PROBLEM):
        check(answer.json(), content[case.kind]["schema"], document)
    else:
        assert content[case.kind]["schema"] == {"type": "string", "format": "binary"}


def kept(client: TestClient) -> str:
    answer = client.post("/api/models/tiny-vgg/trace?picture=coffee", headers=JSON)
    return str(answer.json()["trace_id"])


# The schemas of alternatives that lead elsewhere are objects.
KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def check(value: Any, schema: Any, document: Any) -> None:
    """Asserts that a value keeps to the part of JSON Schema that the document uses."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        fits = [each for each in schema["anyOf"] if KINDS[each.get("type", "object")](value)]
        check(value, fits[0], document)
        return
    if "type" not in schema:  # Anything.
        return
    assert KINDS[schema["type"]](value), (value, schema)
    for part, its_schema in parts(value, schema):
        check(part, its_schema, document)


def parts(value: Any, schema: Any) -> Iterator[tuple[Any, Any]]:
    """What a list or an object holds, each with its own schema."""
    if "prefixItems" in schema:
        assert len(value) == schema["minItems"] == schema["maxItems"]
        yield from zip(value, schema["prefixItems"], strict=True)
    elif schema["type"] == "array":
        yield from ((each, schema["items"]) for each in value)
    elif "properties" in schema:
        assert value.keys() == schema["properties"].keys() == set(schema["required"])
        yield from ((value[name], part) for name, part in schema["properties"].items())
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from ((each, schema["additionalProperties"]) for each in value.values())


def test_every_route_of_the_api_is_in_the_document(document: Any) -> None:
    routers = [api.router, tracing.router, *(part.ROUTER for part in PARTS)]
    routes = {
        (method.lower(), route.path)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert {(method, path) for method, path, _ in documented(document)} == routes


def test_every_operation_answer_and_parameter_is_said_in_words(document: Any) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["description"]
            assert all(answer["description"] for answer in operation["responses"].values())
            for parameter in operation.get("parameters", []):
                spoken = parameter["in"] == "path" or parameter["name"] == "precision"
                assert spoken or parameter["description"]


def test_a_reference_in_the_document_leads_somewhere(document: Any) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named == document["components"]["schemas"].keys()


def test_the_page_of_the_api_shows_every_answer(client: TestClient, document: Any) -> None:
    html = client.get("/docs").text
    for _, _, status in documented(document):
        assert f"<strong>{status}</strong>" in html
