"""What every request passes: the names we answer to, the origins we accept, the headers we send."""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import Problem

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
}


def problem_response(problem: Problem) -> JSONResponse:
    """Returns the `application/problem+json` response of a problem (RFC 9457).

    It is never stored: browsers would keep a 404 or 410 for good (RFC 9111, section 4.2.2).
    """
    return JSONResponse(
        problem.body(),
        status_code=problem.status,
        headers={"cache-control": "no-store", **problem.headers},
        media_type="application/problem+json",
    )


def hostname(authority: str) -> str:
    """Returns the lower-case host of an authority such as `[::1]:8000`; empty when malformed."""
    try:
        return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def allowed_names(bound: str, extra: str) -> frozenset[str]:
    """Returns the host names the app answers to: loopback, the bound address, the setting's."""
    named = {hostname(part.strip()) for part in extra.split(",")} - {""}
    own = {socket.gethostname().lower()} if bound in WILDCARDS else {bound.lower()}
    return LOOPBACK | named | own


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Guard:
    """Pure ASGI middleware against DNS rebinding and cross-site requests.

    A page of another site can reach a server on this machine in two ways: by pointing a name of
    its own at our address (refused by the Host check), or by sending a form or a WebSocket here
    (refused by the Origin check). Bound to every interface, literal addresses are accepted as
    hosts too: rebinding needs a name.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], addresses: bool) -> None:
        self.app = app
        self.names = frozenset(names)
        self.addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses with 403, or passes on and adds the headers."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.title})
        else:
            await problem_response(refusal)(scope, receive, _with_headers(send))

    def _known(self, host: str) -> bool:
        return host in self.names or (self.addresses and _is_address(host))

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = Headers(scope=scope)
        authority = headers.get("host", "")
        if not self._known(hostname(authority)):
            return Problem(
                403,
                f"The host name {authority[:80]!r} is not one this server answers to.",
                hint="Open the page by the printed address, or add the name with --allowed-hosts.",
                title="Host not allowed",
            )
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        origin = headers.get("origin")
        if unsafe and origin is not None and not _same(origin, authority):
            return Problem(
                403,
                f"The request comes from a page of {origin[:80]!r}; only this server's own page "
                "may send it.",
                hint="Use the page of this server, or a client that sends no Origin header.",
                title="Origin not allowed",
            )
        return None


def _same(origin: str, authority: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == authority.lower()
    except ValueError:
        return False


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
