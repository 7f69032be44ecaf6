"""Errors on their way out: `application/problem+json`, or a page when a browser asks for one."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ..errors import Problem
from . import pages
from .guard import HEADERS, problem_response

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]


def answer(request: Request, problem: Problem) -> Response:
    """Returns the problem as a page to a person who navigates, as JSON to everyone else."""
    is_api = request.url.path.startswith("/api/")
    if not is_api and "text/html" in request.headers.get("accept", ""):
        return pages.error_page(request, problem)
    return problem_response(problem)


async def _problem(request: Request, error: Problem) -> Response:
    return answer(request, error)


async def _http(request: Request, error: HTTPException) -> Response:
    """What the router refuses: 404 for a path that it does not know, 405 for a method."""
    asked = f"{request.method} {request.url.path[:80]}"
    problem = Problem(
        error.status_code,
        f"{asked} is not something this server answers.",
        hint="See /docs for what it does answer.",
        headers=error.headers,
    )
    return answer(request, problem)


async def _validation(request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    problem = Problem(
        422,
        f"{name} cannot be {str(first.get('input'))[:80]!r}: {first['msg']}.",
        hint="See /docs for what is allowed.",
        title="Value not allowed",
    )
    return answer(request, problem)


async def _unexpected(request: Request, error: Exception) -> Response:
    problem = Problem(
        500,
        f"The server met an error it does not know ({type(error).__name__}).",
        hint="Try again; the terminal of the server shows the details.",
        headers=HEADERS,  # This answer is made outside the guard that adds them.
    )
    return answer(request, problem)


HANDLERS: dict[int | type[Exception], Handler] = {
    Problem: _problem,
    HTTPException: _http,
    RequestValidationError: _validation,
    Exception: _unexpected,
}
