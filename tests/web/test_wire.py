"""The real command over a raw socket: senders that are slow, lie, leave, or speak no HTTP."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import httpx2
import pytest

from tests.makers import painted, saved
from tests.server import Running, serving

PATH = "/api/models/tiny-vgg/trace"
UPLOAD_S = 1
MEGABYTE = bytes(1_000_000)


class Answer(NamedTuple):
    """A status, headers in lower case, and a body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> Any:
        """The body as JSON, which it says to be."""
        assert self.headers["content-type"] == "application/problem+json"
        return json.loads(self.body)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serving("--upload-seconds", str(UPLOAD_S), "--workers", "1") as running:
        yield running
        assert running.errors.read_text().replace(INVALID, "") == ""


INVALID = "WARNING:  Invalid HTTP request received.\n"


class Line:
    """One connection: what is sent as it is, and the answers one behind the other."""

    def __init__(self, opened: socket.socket, stream: IO[bytes]) -> None:
        self.opened = opened
        self.stream = stream

    def send(self, data: bytes) -> None:
        """Sends all of it."""
        self.opened.sendall(data)

    def answer(self, *, body: bool = True) -> Answer:
        """The next answer; HEAD's has no body."""
        status = int(self.stream.readline().split()[1])
        pairs = (raw.decode().partition(":") for raw in iter(self.stream.readline, b"\r\n"))
        headers = {name.lower(): text.strip() for name, _, text in pairs}
        size = int(headers["content-length"]) if body else 0
        return Answer(status, headers, self.stream.read(size))


@contextmanager
def line(server: Running) -> Iterator[Line]:
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as opened,
        opened.makefile("rb") as stream,
    ):
        yield Line(opened, stream)


def head(method: str = "POST", path: str = PATH, **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: localhost"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def picture() -> bytes:
    return saved(painted(), "PNG")


def assert_well(server: Running) -> None:
    """It still answers, to a newcomer and with a whole trace."""
    answer = httpx2.post(server.url + PATH, content=picture())
    assert answer.status_code == 200


def test_a_body_that_never_ends_is_408_and_the_line_is_closed(server: Running) -> None:
    with line(server) as opened:
        opened.send(head(content_length="1000") + b"x" * 7)
        answer = opened.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert "7 bytes" in answer.problem["detail"]
        assert opened.stream.read() == b""
    assert_well(server)


def test_a_byte_now_and_then_does_not_keep_a_slow_sender_alive(server: Running) -> None:
    done = threading.Event()

    def drip(opened: Line) -> None:
        while not done.wait(0.05):
            opened.send(b"x")

    with line(server) as opened:
        opened.send(head(content_length="1000"))
        dripping = threading.Thread(target=drip, args=(opened,))
        dripping.start()
        try:
            assert opened.answer().status == 408
        finally:
            done.set()
            dripping.join()
    assert_well(server)


def test_slow_senders_keep_no_worker_busy(server: Running) -> None:
    """There is one worker, and ten pictures that do not arrive."""
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
    for opened in lines:
        opened.sendall(head(content_length="1000") + b"x")
    assert_well(server)
    for opened in lines:
        opened.close()


def test_a_sender_that_leaves_in_the_middle_leaves_nothing_behind(server: Running) -> None:
    for _ in range(20):
        with line(server) as opened:
            opened.send(head(content_length="1000") + b"x" * 500)
    assert_well(server)


def test_a_sender_that_leaves_before_the_answer_leaves_nothing_behind(server: Running) -> None:
    for _ in range(20):
        with line(server) as opened:
            opened.send(head(content_length=str(len(picture()))) + picture())
    assert_well(server)


def test_a_body_far_over_the_cap_is_413_and_the_sender_sees_it(server: Running) -> None:
    answer = httpx2.post(server.url + PATH, content=MEGABYTE * 30)
    assert answer.status_code == 413
    answer = httpx2.post(server.url + PATH, content=iter([MEGABYTE] * 30))  # Without a length.
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert_well(server)


def test_a_sender_that_asks_first_is_refused_before_it_sends(server: Running) -> None:
    with line(server) as opened:
        opened.send(head(content_length="30000000", expect="100-continue"))
        assert opened.answer().status == 413


def test_a_refused_body_does_not_become_the_next_request(server: Running) -> None:
    smuggled = head("GET", "/api/models", x_padding="1" * 200)
    with line(server) as opened:
        wrong = head(path="/api/models/nope/trace", content_length=str(len(smuggled)))
        opened.send(wrong + smuggled + head("GET", "/healthz"))
        assert opened.answer().status == 404
        assert json.loads(opened.answer().body)["status"] == "ok"


def test_what_follows_a_length_too_short_is_no_part_of_the_picture(server: Running) -> None:
    with line(server) as opened:
        opened.send(head(content_length=str(len(picture()))) + picture())
        assert opened.answer().status == 200
        opened.send(b"\0\1\2 junk\r\n")
        assert opened.answer().status == 400
    assert_well(server)


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",  # A browser that tries https.
        b"GET /\xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"\r\n\r\n\r\nnonsense\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_400_and_the_server_stays_well(
    server: Running, request_: bytes
) -> None:
    with line(server) as opened:
        opened.send(request_)
        assert opened.answer().status == 400
    assert_well(server)


@pytest.mark.parametrize(
    "path", ["/api/models/%0d%0aset-cookie:%20a=b", "/static/%0d%0ax", "/api/pictures/%0d%0ax"]
)
def test_a_line_break_in_a_path_adds_no_header(server: Running, path: str) -> None:
    with line(server) as opened:
        opened.send(head("GET", path))
        answer = opened.answer()
        assert answer.status == 404
        assert "set-cookie" not in answer.headers
        assert answer.problem["hint"]


def test_a_request_without_a_host_is_refused(server: Running) -> None:
    with line(server) as opened:
        opened.send(b"GET / HTTP/1.1\r\n\r\n")
        assert opened.answer().status in (400, 403)


def test_two_hosts_are_as_bad_as_the_first(server: Running) -> None:
    with line(server) as opened:
        opened.send(b"GET / HTTP/1.1\r\nhost: evil.example\r\nhost: localhost\r\n\r\n")
        assert opened.answer().status == 403


def test_a_whole_address_in_the_request_line_does_not_replace_the_host(server: Running) -> None:
    with line(server) as opened:
        opened.send(b"GET http://localhost/healthz HTTP/1.1\r\nhost: evil.example\r\n\r\n")
        assert opened.answer().status == 403


def test_pictures_sent_one_behind_the_other_are_answered_in_order(server: Running) -> None:
    with line(server) as opened:
        whole = head(content_length=str(len(picture())), accept="application/json") + picture()
        opened.send(whole + head("GET", "/healthz") + whole)
        assert "trace_id" in json.loads(opened.answer().body)
        assert json.loads(opened.answer().body)["status"] == "ok"
        assert "trace_id" in json.loads(opened.answer().body)


def test_head_sends_no_body_on_the_wire(server: Running) -> None:
    with line(server) as opened:
        opened.send(head("HEAD", "/healthz") + head("GET", "/healthz"))
        first, second = opened.answer(body=False), opened.answer()
    assert first.status == second.status == 200
    assert first.headers == second.headers
