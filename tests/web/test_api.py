"""What the API answers to requests that ask for the wrong thing, or for the right one oddly."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from convlens.web.guard import HEADERS

TRACE = "/api/models/tiny-vgg/trace"
COFFEE = f"{TRACE}?picture=coffee"
GONE = "0" * 32


def assert_problem(answer: Any, status: int, *words: str) -> None:
    """RFC 9457, with a hint, without a traceback, short whatever was sent, never stored."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"type", "title", "status", "detail", "hint", "code", "values"}
    assert body["status"] == status
    assert body["type"].startswith("urn:convlens:")
    assert body["title"] and body["detail"] and body["hint"]
    assert "Traceback" not in answer.text
    assert len(answer.content) < 1500
    for word in words:
        assert word in body["detail"]


def trace_id(client: TestClient) -> str:
    answer = client.post(COFFEE, headers={"accept": "application/json"})
    return str(answer.json()["trace_id"])


@pytest.mark.parametrize(
    "name", ["nope", "tiny_vgg", "TINY-VGG", "红熊猫", "%F0%9F%90%BC", "%00", "%FF", "x" * 5000]
)
@pytest.mark.parametrize("path", ["", "/weights"])
def test_a_network_that_does_not_exist_is_named_with_those_that_do(
    client: TestClient, name: str, path: str
) -> None:
    assert_problem(client.get(f"/api/models/{name}{path}"), 404, "tiny-vgg, lenet-5")


def test_a_trace_by_a_network_that_does_not_exist_is_not_found(client: TestClient) -> None:
    assert_problem(client.post("/api/models/nope/trace?picture=coffee"), 404, "'nope'")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("precision=float16", "float16"),
        ("precision=", "precision"),
        ("precision=" + "9" * 5000, "precision"),
        ("nodes=conv_9_9", "'conv_9_9'"),
        ("nodes=conv_1_1,红", "'红'"),
        ("nodes=" + "x" * 5000, "no node"),
        ("nodes=conv_1_1.range", "conv_1_1.range"),
    ],
)
def test_a_query_that_is_not_allowed_is_named(client: TestClient, query: str, word: str) -> None:
    assert_problem(client.post(f"{COFFEE}&{query}"), 422, word)


@pytest.mark.parametrize(
    "crop",
    [
        *("1", "1,2", "1,2,3,4", "a,b,c", "1.5,2,3", "1e3,2,3", "0x1,2,3", "nan,0,5", ",,", " "),
        *("1,2,3\n", "１,2,3", "1_0,2,30", "+1,2,3", "9" * 5000 + ",0,1"),
        *("-1,0,10", "0,-1,10", "0,0,0", "0,0,-5", "0,0,100000", "599,399,2", "999999999,0,1"),
    ],
)
def test_a_crop_that_is_no_square_inside_the_picture_is_refused(
    client: TestClient, crop: str
) -> None:
    assert_problem(client.post(COFFEE, params={"picture": "coffee", "crop": crop}), 422, "crop")


def test_the_last_of_two_equal_keys_counts(client: TestClient) -> None:
    key = trace_id(client)
    query = f"/api/traces/{key}?nodes=softmax"
    last = client.get(f"{query}&precision=uint8&precision=float32").content
    assert last == client.get(f"{query}&precision=float32").content


def test_unknown_keys_are_ignored(client: TestClient) -> None:
    assert client.get("/api/models?colour=red").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("application/json", 422),  # JSON is a list of edits, which this is not
        ("multipart/form-data; boundary=x", 415),
        ("application/x-www-form-urlencoded", 415),
        ("imagepng", 415),
        ("x" * 5000, 415),
        ("image/png", 422),  # The type is right, and the empty body is the next thing wrong.
        ("IMAGE/PNG", 422),
    ],
)
def test_a_body_that_says_it_is_no_picture_is_refused(
    client: TestClient, kind: str, status: int
) -> None:
    assert_problem(client.post(TRACE, headers={"content-type": kind}), status)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip"])
def test_a_compressed_body_is_refused(client: TestClient, coding: str) -> None:
    answer = client.post(TRACE, content=b"x", headers={"content-encoding": coding})
    assert_problem(answer, 415, "compressed")
    assert answer.headers["accept-encoding"] == "identity"


def test_a_picture_that_is_not_bundled_is_not_found(client: TestClient) -> None:
    assert_problem(client.post(f"{TRACE}?picture=nope"), 404, "'nope'")
    assert_problem(client.get("/api/pictures/nope"), 404, "'nope'")


@pytest.mark.parametrize("size", ["7", "1025", "-1", "0", "big", "1e9", "64.5", ""])
def test_a_preview_of_another_size_is_refused(client: TestClient, size: str) -> None:
    assert_problem(client.get(f"/api/pictures/coffee?size={size}"), 422, "size")


def test_every_preview_is_a_small_jpeg(client: TestClient) -> None:
    for each in client.get("/api/pictures").json():
        answer = client.get(f"/api/pictures/{each['id']}?size=64")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert len(answer.content) < 10_000


@pytest.mark.parametrize("path", ["", "/nodes/conv_1_1"])
def test_a_trace_that_has_gone_is_410_and_what_is_no_id_404(client: TestClient, path: str) -> None:
    assert_problem(client.get(f"/api/traces/{GONE}{path}"), 410, GONE)
    for key in ("nope", "红", "x" * 5000, GONE.upper() + "A"):
        assert_problem(client.get(f"/api/traces/{key}{path}"), 404)


@pytest.mark.parametrize("node", ["nope", "conv_1_1.range", "%", "%2e%2e", "红", "x" * 5000, "%00"])
def test_a_node_that_does_not_exist_is_named(client: TestClient, node: str) -> None:
    assert_problem(client.get(f"/api/traces/{trace_id(client)}/nodes/{node}"), 404, "no node")


def test_a_node_is_found_under_its_percent_encoded_name(client: TestClient) -> None:
    base = f"/api/traces/{trace_id(client)}/nodes/"
    encoded = client.get(base + "%63onv%5F1%5f1")
    assert encoded.content == client.get(base + "conv_1_1").content


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nope", "/api/models/tiny-vgg/nope", "/nope"]
)
def test_a_path_that_does_not_exist_is_a_problem(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404, path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", TRACE, "POST"),
        ("DELETE", "/api/models/tiny-vgg", "GET"),
        ("PUT", "/api/models", "GET"),
        ("OPTIONS", "/api/models", "GET"),
        ("TRACE", "/api/models", "GET"),
        ("POST", "/", "GET"),
    ],
)
def test_a_method_that_is_not_offered_is_405_with_those_that_are(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert_problem(answer, 405, method)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/models", "/api/pictures/coffee", "/docs"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == whole.headers


def test_head_of_what_does_not_exist_is_404_without_a_body(client: TestClient) -> None:
    answer = client.head("/api/models/nope")
    assert (answer.status_code, answer.content) == (404, b"")


def test_nothing_of_a_picture_is_kept_by_a_cache(client: TestClient) -> None:
    key = trace_id(client)
    answers = [client.post(COFFEE), client.get(f"/api/traces/{key}")]
    answers.append(client.get(f"/api/traces/{key}/nodes/conv_1_1"))
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize("path", ["/", "/api/models", "/api/nope", "/static/nope", "/openapi.json"])
def test_every_answer_carries_the_headers_of_the_guard(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_no_other_site_may_read_an_answer(client: TestClient) -> None:
    answer = client.get("/api/models", headers={"origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_error_that_nobody_foresaw_is_a_problem_with_the_headers(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlens.web.tracing.chosen", lambda *_: 1 / 0)
    answer = client.post(COFFEE)
    assert_problem(answer, 500, "ZeroDivisionError")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
