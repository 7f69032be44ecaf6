"""The API of data sets: what there is, own pictures, downloads, contact sheets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from ..data import intake, own, sets, sheet, vision
from ..data.augment import Augment
from ..data.task import Setup
from ..data.words import DataError, Words
from ..errors import Problem
from ..train.assemble import setup_of
from ..train.options import TABLE, Options, describe
from ..train.views import augment_of
from . import schema_data as schema
from .here import NO_STORE, Here, HereNow
from .openapi import binary, problems
from .refusals import in_both
from .schema import Text
from .tracing import check_content_type

router = APIRouter(tags=["data"], responses=problems(403))

DATA = "/api/data/{data_id}"
PNG, JSON, LINES = "image/png", "application/json", "application/x-ndjson"
MOST_CELLS = 32
MOST_VIEWS = 32
SETUP = {each.name for each in fields(Setup)} - {"data"}
AUGMENT = {name for name, each in TABLE.items() if each.metadata["group"] == "augment"} | {"seed"}
ZIP = {
    "requestBody": {
        "description": "a zip of folders, each of which holds the pictures of one class",
        "content": binary("", "application/zip")[200]["content"],
    }
}
PICTURE = {
    "requestBody": {
        "description": "a picture's bytes",
        "content": binary("", "image/*")[200]["content"],
    }
}
Name = Annotated[str, Query(description="what a person calls the data set")]


def _as_query(names: set[str]) -> dict[str, Any]:
    """What OpenAPI says of options that stand in the query."""
    kinds = {"integer": "integer", "number": "number", "flag": "boolean"}
    return {
        "parameters": [
            {
                "name": row["name"],
                "in": "query",
                "required": False,
                "description": row["help"]["en"],
                "schema": {"type": kinds.get(row["kind"], "string"), "default": row["default"]},
            }
            for row in describe()
            if row["name"] in names
        ]
    }


@contextmanager
def refusing() -> Iterator[None]:
    """Turns what is wrong with a data set into a problem with its sentence in both languages."""
    try:
        yield
    except DataError as error:
        raise problem_of(error) from error


def problem_of(error: DataError) -> Problem:
    """Returns the problem of a data set that cannot be used."""
    return Problem(
        error.status,
        error.sentence,
        hint=error.hint,
        title=error.title,
        code=f"data_{error.code}",
        values=in_both(error.words, error.hints),
    )


async def _options(request: Request, here: HereNow) -> Options:
    """The options in the query, checked; `data` is the set in the address."""
    known = SETUP | AUGMENT
    given = {n: _value(n, t) for n, t in request.query_params.items() if n in known}
    return here.specs.options({**given, "data": request.path_params["data_id"]})


def _value(name: str, text: str) -> Any:
    """An option as the query has it; what is no value of its kind is refused as text."""
    kind = TABLE[name].metadata["kind"]
    try:
        return float(text) if kind in ("number", "integer") else json.loads(text)
    except ValueError:
        return text


Asked = Annotated[Options, Depends(_options)]


def _listing(here: Here, name: str) -> schema.Listing:
    return schema.Listing.model_validate(sets.listing(name, here.roots).as_json())


def _texts(notes: list[Words]) -> list[Text]:
    return [Text(en=each["en"], zh=each["zh"]) for each in notes]


@router.get("/api/data")
def catalogue(here: HereNow) -> list[schema.Listing]:
    """Lists the data sets: bundled, downloadable, your own, and those of `--datasets`."""
    return [schema.Listing.model_validate(row.as_json()) for row in sets.catalogue(here.roots)]


@router.post(
    "/api/data",
    status_code=201,
    responses=problems(408, 413, 415, 422, 503, 507),
    openapi_extra=ZIP,
)
async def take(request: Request, here: HereNow, name: Name = "") -> schema.Taken:
    """Makes a data set of a zip of class folders; what can be read is kept."""

    def work() -> schema.Taken:
        with refusing():
            made = intake.take(stream, name or "my pictures", here.roots)
        return schema.Taken(listing=_listing(here, made.id), notes=_texts([*made.notes]))

    async with here.archives.file(request) as stream:
        return await run_in_threadpool(work)


@router.delete(DATA, status_code=204, response_class=Response, responses=problems(404, 409, 507))
def delete(data_id: str, here: HereNow) -> None:
    """Removes a data set of your own with all its pictures."""
    with refusing():
        sets.listing(data_id, here.roots)
        own.delete(data_id, here.roots)


@router.post(
    DATA + "/pictures",
    status_code=201,
    responses=problems(408, 409, 413, 415, 422, 503, 507),
    openapi_extra=PICTURE,
)
async def add(
    data_id: str,
    request: Request,
    here: HereNow,
    label: Annotated[str, Query(description="the class, as a person calls it")],
    name: Name = "",
) -> schema.TakenPicture:
    """Adds a picture to a data set of your own; set and class are made when they are missing."""
    check_content_type(request.headers.get("content-type", ""))

    def work() -> schema.TakenPicture:
        with refusing():
            known = {row.id: row for row in sets.catalogue(here.roots)}
            if data_id in known and known[data_id].kind != "own":
                raise DataError("not_own", id=data_id)
            made = own.add_picture(data_id, here.roots, body, label=label, called=name)
        return schema.TakenPicture(
            listing=_listing(here, data_id),
            index=len(made.y) - 1,
            notes=_texts(own.told(made)),
        )

    async with here.uploads.body(request) as body:
        return await run_in_threadpool(work)


@router.delete(DATA + "/pictures/{index}", responses=problems(404, 409, 422, 507))
def remove(data_id: str, index: int, here: HereNow) -> schema.Listing:
    """Takes a picture out of a data set of your own; the indices behind it move up."""
    with refusing():
        sets.listing(data_id, here.roots)
        own.remove_picture(data_id, here.roots, index)
        return _listing(here, data_id)


@router.get(
    DATA + "/pictures/{index}",
    response_class=Response,
    responses={**binary("the picture as the network takes it", PNG), **problems(404, 409, 422)},
    openapi_extra=_as_query({"pictures", "noise", "mark", "seed"}),
)
def picture(data_id: str, index: int, here: HereNow, asked: Asked) -> Response:
    """Returns one picture of a data set, by its place in it; generated ones by their options."""
    with refusing():
        return _png(sheet.png(here.recent.picture(setup_of(asked), index)))


@router.get(
    DATA + "/sheet",
    response_model=schema.Sheet,
    responses={
        200: {"content": binary("", PNG)[200]["content"]},
        **problems(404, 409, 422),
    },
    openapi_extra=_as_query(SETUP),
)
def contact(
    data_id: str,
    request: Request,
    here: HereNow,
    asked: Asked,
    per_class: Annotated[int, Query(ge=1, le=MOST_CELLS, description="pictures of a class")] = 8,
) -> Response:
    """Returns the first pictures of every class, one row each; the test pictures stay sealed.

    On `Accept: application/json` what they are instead, and how all pictures are divided.
    """
    with refusing():
        task = here.recent.task(setup_of(asked))
        laid = sheet.lay_out(task, per_class)
        if JSON in request.headers.get("accept", ""):
            said = {"mean": task.mean, "std": task.std, "notes": _texts([*task.notes])}
            body = schema.Sheet.model_validate({**laid.as_json(), **said})
            return Response(body.model_dump_json(), media_type=JSON, headers=NO_STORE)
        if laid.pixels is None:
            raise DataError("points", id=data_id)
        return _png(sheet.png(laid.pixels))


@router.get(
    DATA + "/augment",
    response_class=Response,
    responses={**binary("the views side by side", PNG), **problems(404, 409, 422)},
    openapi_extra=_as_query(AUGMENT | {"pictures", "noise", "mark"}),
)
def preview(
    data_id: str,
    here: HereNow,
    asked: Asked,
    index: Annotated[int, Query(ge=0, description="of the picture")] = 0,
    n: Annotated[int, Query(ge=1, le=MOST_VIEWS, description="views, the first unchanged")] = 8,
) -> Response:
    """Returns a picture and what augmentation makes of it: the first view is the picture itself."""
    with refusing():
        found = here.recent.picture(setup_of(asked), index)
    options = augment_of(asked) or Augment()
    return _png(sheet.png(sheet.views(found, options, count=n, seed=asked.seed)))


@router.post(
    DATA + "/download",
    response_class=Response,
    responses={**binary("lines of JSON: {done, total}, then {listing} or {problem}", LINES)}
    | problems(404, 409, 503),
)
def download(data_id: str, here: HereNow) -> StreamingResponse:
    """Downloads a data set of torchvision; the answer's lines say how many bytes have come."""
    with refusing():
        sets.listing(data_id, here.roots)
        fetch = vision.download(data_id, here.roots)
    return StreamingResponse(_told(fetch, data_id, here), media_type=LINES, headers=NO_STORE)


def _told(fetch: vision.Download, name: str, here: Here) -> Iterator[bytes]:
    try:
        for done, total in fetch:
            yield _line({"done": done, "total": total})
        yield _line({"listing": _listing(here, name).model_dump()})
    except DataError as error:
        yield _line({"problem": error.words, "hint": error.hints})
    finally:
        fetch.close()


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _png(content: bytes) -> Response:
    return Response(content, media_type=PNG, headers=NO_STORE)
