"""The body of a request that is a JSON object: small, in time, and without what JSON lacks."""

import asyncio
import json
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from ..errors import Problem

MAX_BYTES = 1 << 20
SECONDS = 20

# What OpenAPI says of it, for `openapi_extra`.
DESCRIBED = {
    "requestBody": {
        "description": "a JSON object; nothing is as good as {}",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


def read(text: bytes | str) -> dict[str, Any]:
    """Returns the JSON object of a text, an empty one of an empty text.

    Raises:
        ValueError: it is not JSON, not an object, nested too deep, or holds NaN or infinity.
    """
    if not text.strip():
        return {}
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError(f"it is {json.dumps(value)[:40]}, not an object")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


async def _arrived(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise Problem(
                413,
                f"The body has more than {MAX_BYTES:,} bytes; a JSON body has at most as many.",
                hint="Leave out what is not needed: every option has a default.",
                title="Body too large",
            )
    return bytes(content)


async def arrived(request: Request) -> dict[str, Any]:
    """Returns the JSON object of a request; what is none, or too large or slow, is a problem."""
    try:
        async with asyncio.timeout(SECONDS):
            return read(await _arrived(request))
    except TimeoutError as error:
        raise Problem(
            408,
            f"The body did not arrive within {SECONDS} s.",
            hint="Send the request again.",
            title="Body too slow",
            headers={"Connection": "close"},
        ) from error
    except ClientDisconnect as error:
        raise Problem(400, "The sender went away.", hint="Send the request again.") from error
    except ValueError as error:
        raise Problem(
            422,
            f"The body is not a JSON object: {str(error)[:200]}.",
            hint='For example {"data": "digits"}; every option has a default, {} has them all.',
            title="Not a JSON object",
        ) from error


JsonObject = Annotated[dict[str, Any], Depends(arrived)]
