"""The pages: the app's shell, the API's page, and the built files that they name."""

import json
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from .. import __version__, paths
from ..errors import Problem, StartError
from . import api

router = APIRouter(include_in_schema=False)
ENTRY = "src/main.ts"
IMMUTABLE = {"cache-control": "public, max-age=31536000, immutable"}
NO_CACHE = {"cache-control": "no-cache"}


@cache
def templates() -> Jinja2Templates:
    """Returns the templates, read once."""
    return Jinja2Templates(directory=paths.templates())


def bundle() -> dict[str, Any]:
    """Returns the entry of Vite's manifest: `file`, `css` and the modules it imports at once.

    Raises:
        StartError: the page has not been built.
    """
    manifest = paths.page() / ".vite" / "manifest.json"
    try:
        entries = json.loads(manifest.read_text("utf-8"))
        entry = entries[ENTRY]
    except (OSError, ValueError, KeyError) as error:
        raise StartError(
            f"The page has not been built: {manifest} is missing or broken.",
            hint="Run pip install -e . in the checkout, or pip install --force-reinstall convlens.",
        ) from error
    imports = [entries[name]["file"] for name in entry.get("imports", [])]
    return {"file": entry["file"], "css": entry.get("css", []), "imports": imports}


@router.get("/")
@router.get("/lab")
def index(request: Request) -> HTMLResponse:
    """The app's one page."""
    return shell(request)


def shell(request: Request, *, article: str = "", language: str = "en") -> HTMLResponse:
    """Returns the page; its data are one JSON element, so that it draws without waiting.

    `article` is HTML that stands there where JavaScript is off, in the language given.
    """
    tracer = request.app.state.here.tracer
    cards = [tracer.zoo.card(name) for name in tracer.zoo.ids()]
    data = {
        "version": __version__,
        "models": [api.summary(card) for card in cards],
        "pictures": api.pictures_json(),
        "card": api.full(cards[0], tracer),
    }
    return templates().TemplateResponse(
        request,
        "index.html",
        {
            "bundle": bundle(),
            "data": json_for_html(data),
            "article": article,
            "language": language,
        },
        headers=NO_CACHE,
    )


def json_for_html(data: Any) -> str:
    """Returns JSON that cannot end the script element that holds it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The API in words, made from its OpenAPI document."""
    return templates().TemplateResponse(
        request,
        "docs.html",
        {"spec": request.app.openapi(), "bundle": bundle()},
        headers=NO_CACHE,
    )


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """Returns a problem in words, for a person whose browser asked for a page."""
    return templates().TemplateResponse(
        request,
        "error.html",
        {"problem": problem, "bundle": bundle()},
        status_code=problem.status,
        headers={**NO_CACHE, **problem.headers},
    )


@router.get("/favicon.ico")
def favicon() -> Response:
    """The icon, drawn by hand."""
    return asset("favicon.svg", "")


@router.get("/static/{name:path}")
def built(name: str, request: Request) -> Response:
    """A built file; names hold a hash of the content, so it never changes."""
    return asset(name, request.headers.get("accept-encoding", ""))


def _file(name: str) -> Path | None:
    root = paths.page().resolve()
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):  # Too long, or with a NUL.
        return None


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()


def asset(name: str, encodings: str) -> Response:
    """Returns a file of the built page, its gzip twin when there is one and it is accepted."""
    path = _file(name)
    if path is None:
        raise Problem(404, f"There is no file {name[:80]!r}.", hint="Reload the page.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = IMMUTABLE if path.parent.name == "assets" else NO_CACHE
    headers = {**headers, "vary": "accept-encoding"}
    twin = path.with_name(path.name + ".gz")
    if "gzip" in encodings and twin.is_file():
        return Response(
            _read(twin), media_type=kind, headers={**headers, "content-encoding": "gzip"}
        )
    return Response(_read(path), media_type=kind, headers=headers)
