"""The API of the contract: health, networks, weights, bundled pictures."""

from dataclasses import asdict
from functools import lru_cache
from typing import Annotated, Any

import safetensors.torch
from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from .. import __version__
from ..card import Card
from ..core import image
from ..data import pictures
from ..errors import Problem
from . import schema
from .here import CardHere, HereNow, Nodes
from .inference import Tracer, describe
from .openapi import BINARY, binary, problems
from .shelf import is_run
from .traces import chosen

router = APIRouter(responses=problems(403))


@router.get("/healthz", tags=["server"])
async def health() -> schema.Health:
    """Answers as soon as the server can."""
    return schema.Health(status="ok", version=__version__)


@router.get("/api/models", tags=["networks"])
async def models(here: HereNow) -> list[schema.ModelSummary]:
    """Lists the networks; the first is the page's default."""
    cards = map(here.tracer.zoo.card, here.tracer.zoo.ids())
    return [schema.ModelSummary.model_validate(summary(card)) for card in cards]


def summary(card: Card) -> dict[str, Any]:
    """Returns the list entry of a network."""
    return {
        "id": card.id,
        "name": card.name,
        "input": card.input,
        "classes": [each["id"] for each in card.classes],
        "parameters": card.parameters,
        "fit": card.fit,
    }


def full(card: Card, tracer: Tracer) -> dict[str, Any]:
    """Returns the card and graph of a network."""
    return {
        **summary(card),
        "labels": card.classes,
        "about": card.about,
        "mean": card.mean,
        "std": card.std,
        "data": card.data,
        "metrics": card.metrics,
        "recipe": card.recipe,
        "licence": card.licence,
        "nodes": describe(tracer.zoo.graph(card.id)),
    }


@router.get("/api/models/{model_id}", tags=["networks"], responses=problems(404))
def model(model_id: str, card: CardHere, here: HereNow) -> schema.ModelCard:
    """Returns a network's card and graph: every operation it performs is a node.

    Besides the networks that ship, `run-<id>` is the last checkpoint of a training run, and
    `run-<id>@<step>` its last one up to that step.
    """
    return schema.ModelCard.model_validate({**full(card, here.tracer), "id": model_id})


@router.get(
    "/api/models/{model_id}/weights",
    tags=["networks"],
    response_class=Response,
    responses={**binary("safetensors, PyTorch's state_dict names"), **problems(404, 422)},
)
def weights(card: CardHere, here: HereNow, nodes: Nodes = "") -> Response:
    """Returns a network's weights, or those of some nodes, as a safetensors file."""
    zoo = here.tracer.zoo
    if not nodes and not is_run(card.id):  # A checkpoint's file holds more than the weights.
        path = zoo.weights_path(card.id)
        return FileResponse(path, media_type=BINARY, filename=f"{card.id}.safetensors")
    state = zoo.network(card.id).state_dict()
    wanted = chosen(zoo.graph(card.id), nodes)
    names = {name for record in wanted for name in record.weights.values()} if nodes else state
    tensors = {name: state[name].contiguous() for name in sorted(names)}
    return Response(safetensors.torch.save(tensors), media_type=BINARY)


@router.get("/api/pictures", tags=["pictures"])
async def bundled() -> list[schema.PictureSummary]:
    """Lists the bundled pictures."""
    return [schema.PictureSummary.model_validate(each) for each in pictures_json()]


def pictures_json() -> list[dict[str, str]]:
    """Returns the bundled pictures as the page gets them."""
    listed = [asdict(each) for each in pictures.catalogue()]
    return [{key: value for key, value in each.items() if key != "frame"} for each in listed]


# For a class that opens the page at once: a few sizes of two dozen pictures, some kB each.
@lru_cache(maxsize=256)
def small_bundled(picture: str, size: int) -> bytes:
    """Returns a small copy of a bundled picture; an unknown one is a 404 problem."""
    return image.preview(read_bundled(picture), size)


def no_picture(picture: str) -> Problem:
    """Returns the 404 problem of an unknown bundled picture."""
    return Problem(
        404,
        f"There is no bundled picture {picture[:80]!r}.",
        hint="Take an id from GET /api/pictures.",
        title="No such picture",
    )


def read_bundled(picture: str) -> bytes:
    """Returns the bytes of a bundled picture; an unknown one is a 404 problem."""
    try:
        return pictures.read(picture)
    except pictures.UnknownPictureError as error:
        raise no_picture(picture) from error


def framing(picture: str) -> image.Crop | None:
    """Returns the square of a bundled picture that is shown first; None without a picture."""
    if not picture:
        return None
    try:
        square = pictures.frame(picture)
    except pictures.UnknownPictureError as error:
        raise no_picture(picture) from error
    return image.Crop(*square) if square else None


@router.get(
    "/api/pictures/{picture_id}",
    tags=["pictures"],
    response_class=Response,
    responses={**binary("a small copy", "image/jpeg"), **problems(404, 422, 503)},
)
async def picture(
    picture_id: str,
    here: HereNow,
    size: Annotated[int, Query(ge=8, le=1024, description="longest side in pixels")] = 320,
) -> Response:
    """Returns a bundled picture, upright, its longest side at most `size`."""
    small = await here.workbench.do(lambda: small_bundled(picture_id, size))
    return Response(small, media_type="image/jpeg", headers={"cache-control": "max-age=86400"})
