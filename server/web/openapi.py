"""What the OpenAPI document says beyond FastAPI's own words: problems and binary answers."""

from typing import Any

from fastapi import FastAPI

from .schema import ProblemBody
from .schema_edits import EditedBody

BINARY = "application/octet-stream"
PROBLEM = "application/problem+json"
MEANINGS = {
    403: "the Host or the Origin is not allowed",
    404: "there is nothing of that id",
    408: "the body took too long to arrive",
    409: "the run cannot do that in the state it is in",
    410: "the trace is no longer in memory: send the picture again",
    413: "the body has too many bytes, or the picture too many pixels",
    415: "the body is not a picture of a kind that is read, nor JSON",
    422: "a value or the picture is not allowed",
    503: "too many pictures or runs wait: try again after `Retry-After`",
    507: "the data directory is full or cannot be written",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Returns the entries of the errors that an operation answers with."""
    return {status: {"description": MEANINGS[status]} for status in statuses}


def binary(what: str, *kinds: str) -> dict[int | str, dict[str, Any]]:
    """Returns the entry of a binary answer."""
    shape = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"description": what, "content": dict.fromkeys(kinds or (BINARY,), shape)}}


def correct(app: FastAPI) -> None:
    """Gives every error its real media type and schema, and drops the 422 that FastAPI assumes."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    schemas["ProblemBody"] = ProblemBody.model_json_schema()
    edited = EditedBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(edited.pop("$defs"))
    schemas["EditedBody"] = edited
    for assumed in ("HTTPValidationError", "ValidationError"):
        schemas.pop(assumed, None)
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            if "content" in answers.get("422", {}):
                del answers["422"]
            for status in answers:
                if int(status) >= 400:
                    answers[status]["content"] = content
