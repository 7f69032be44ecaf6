"""Host and Origin are checked before anything else, and every answer carries the headers."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from convlens.web.guard import HEADERS, Guard, allowed_names, hostname

PLACE = "http://127.0.0.1:8000"
SOCKET = "ws://127.0.0.1:8000/ws"


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def guarded(bound: str = "127.0.0.1", extra: str = "", *, addresses: bool = False) -> TestClient:
    methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    app = Starlette(routes=[Route("/", hello, methods=methods), WebSocketRoute("/ws", talk)])
    guard = Guard(app, names=allowed_names(bound, extra), addresses=addresses)
    return TestClient(guard, base_url=PLACE)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with guarded() as opened:
        yield opened


def assert_refused(answer: Any, title: str) -> None:
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == title
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:1", "localhost:8000", "LocalHost", "[::1]:8000"]
)
def test_loopback_is_answered_under_all_its_names(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8000",
        "evil.example@127.0.0.1.evil.example",
        "evillocalhost",
        "192.168.1.7:8000",
        "[::2]",
        "[",
        "]:8000",
        "",
        "2130706433",
        "127.1",
        "x" * 5000,
    ],
)
def test_every_other_host_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert_refused(answer, "Host not allowed")
    assert len(answer.content) < 500


def test_a_name_of_the_setting_is_answered_with_or_without_its_port() -> None:
    with guarded(extra=" lens.example , Other.Example:8443,[2001:db8::1]") as client:
        for host in ("lens.example", "lens.example:80", "other.example", "[2001:db8::1]:8000"):
            assert client.get("/", headers={"host": host}).status_code == 200


def test_bound_to_every_interface_addresses_are_answered_and_foreign_names_are_not() -> None:
    with guarded("0.0.0.0", addresses=True) as client:
        assert client.get("/", headers={"host": "192.168.1.7:8000"}).status_code == 200
        assert client.get("/", headers={"host": "[fe80::1]:8000"}).status_code == 200
        assert_refused(client.get("/", headers={"host": "evil.example"}), "Host not allowed")


def test_bound_to_a_name_that_name_is_answered() -> None:
    with guarded("class.example") as client:
        assert client.get("/", headers={"host": "class.example:8000"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1:8001",
        "http://127.0.0.1",
        "http://127.0.0.1:8000.evil.example",
        "http://[",
        "file://",
    ],
)
def test_a_page_of_another_origin_can_change_nothing(
    client: TestClient, method: str, origin: str
) -> None:
    answer = client.request(method, "/", headers={"origin": origin})
    assert_refused(answer, "Origin not allowed")


def test_our_own_page_and_a_client_without_origin_can_send(client: TestClient) -> None:
    assert client.post("/", headers={"origin": PLACE}).status_code == 200
    assert client.post("/").status_code == 200


def test_behind_a_tls_proxy_the_page_is_still_our_own() -> None:
    with guarded(extra="lens.example") as client:
        headers = {"host": "lens.example", "origin": "https://lens.example"}
        assert client.post("/", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_web_socket_of_another_origin_is_closed(client: TestClient, origin: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect(SOCKET, headers={"origin": origin}),
    ):
        pytest.fail("it was accepted")
    assert (closed.value.code, closed.value.reason) == (1008, "Origin not allowed")


def test_a_web_socket_of_another_host_is_closed(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect(SOCKET, headers={"host": "evil.example"}),
    ):
        pytest.fail("it was accepted")
    assert closed.value.reason == "Host not allowed"


def test_our_own_web_socket_is_accepted(client: TestClient) -> None:
    with client.websocket_connect(SOCKET, headers={"origin": PLACE}) as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize("headers", [{}, {"host": "evil.example"}])
def test_answers_and_refusals_alike_carry_the_headers(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.get("/", headers=headers)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "access-control-allow-origin" not in answer.headers


def test_the_policy_lets_the_page_load_from_this_server_alone() -> None:
    policy = HEADERS["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    for loophole in ("*", "unsafe", "http", "data:"):
        assert loophole not in policy


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("[::1]:8000", "::1"),
        ("LOCALHOST.", "localhost"),
        ("user:secret@name:1", "name"),
        ("[::1", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_authority_is_read_without_port_and_case(authority: str, host: str) -> None:
    assert hostname(authority) == host
