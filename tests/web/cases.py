"""A documented answer and the request that provokes it; the cases of each part lie beside this."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

PROBLEM = "application/problem+json"
BINARY = "application/octet-stream"
JSON = "application/json"
BOX: dict[str, str] = {"accept": BINARY}
ASKS_JSON = {"accept": JSON}


class Case(NamedTuple):
    """A request and the status and type that the document gives for it."""

    method: str
    path: str  # as in the document
    address: str  # `{name}` stands for what PLACES of the same part makes
    status: int
    kind: str
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    busy: bool = False


def get(path: str, address: str, status: int, kind: str = PROBLEM, **more: Any) -> Case:
    return Case("get", path, address, status, kind, **more)


def send(
    method: str, path: str, address: str, status: int, kind: str = PROBLEM, **more: Any
) -> Case:
    return Case(method, path, address, status, kind, **more)
