"""The requests of the data sets, for `test_openapi.py`."""

from collections.abc import Callable

from starlette.testclient import TestClient

from convlens.data import vision
from convlens.web.datasets import router
from tests.data.small_mnist import pieces
from tests.data.zips import square, two_classes, zipped
from tests.web.cases import ASKS_JSON, JSON, PROBLEM, Case, get, send

ROUTER = router
LIST, ONE = "/api/data", "/api/data/{data_id}"
PICTURES, PICTURE = ONE + "/pictures", ONE + "/pictures/{index}"
SHEET, VIEWS, FETCH = ONE + "/sheet", ONE + "/augment", ONE + "/download"
PNG = "image/png"
ZIP, PIXELS = zipped(two_classes()).getvalue(), square(9)
OVER_ZIP, OVER = {"content-length": str((256 << 20) + 1)}, {"content-length": "20000001"}
CODED, TEXT = {"content-encoding": "gzip"}, {"content-type": "text/plain"}


def made(client: TestClient) -> str:
    answer = client.post("/api/data?name=case", content=ZIP)
    return str(answer.json()["listing"]["id"])


def near(_: TestClient) -> str:
    """A set whose files the next download, and only that, finds without a network."""
    real = vision._pieces

    def once(known: vision.Known) -> tuple[vision.Piece, ...]:
        vision._pieces = real
        return pieces()

    vision._pieces = once
    return "kmnist"


PLACES: dict[str, Callable[[TestClient], str]] = {"made": made, "near": near}
CASES: list[Case] = [
    get(LIST, LIST, 200, JSON),
    send("post", LIST, "/api/data?name=pets", 201, JSON, body=ZIP),
    send("post", LIST, LIST, 413, PROBLEM, headers=OVER_ZIP),
    send("post", LIST, LIST, 415, PROBLEM, body=b"hello"),
    send("post", LIST, "/api/data?name=%00", 422, PROBLEM, body=ZIP),
    send("delete", ONE, "/api/data/{made}", 204, ""),
    send("delete", ONE, "/api/data/nope", 404, PROBLEM),
    send("delete", ONE, "/api/data/digits", 409, PROBLEM),
    send("post", PICTURES, "/api/data/mine/pictures?label=cup", 201, JSON, body=PIXELS),
    send("post", PICTURES, "/api/data/digits/pictures?label=cup", 409, PROBLEM, body=PIXELS),
    send("post", PICTURES, "/api/data/mine/pictures?label=cup", 413, PROBLEM, headers=OVER),
    send("post", PICTURES, "/api/data/mine/pictures?label=cup", 415, PROBLEM, headers=TEXT),
    send("post", PICTURES, "/api/data/mine/pictures?label=cup", 422, PROBLEM, body=b"hello"),
    send("delete", PICTURE, "/api/data/{made}/pictures/0", 200, JSON),
    send("delete", PICTURE, "/api/data/nope/pictures/0", 404, PROBLEM),
    send("delete", PICTURE, "/api/data/digits/pictures/0", 409, PROBLEM),
    send("delete", PICTURE, "/api/data/{made}/pictures/one", 422, PROBLEM),
    get(PICTURE, "/api/data/digits/pictures/3", 200, PNG),
    get(PICTURE, "/api/data/digits/pictures/1797", 404, PROBLEM),
    get(PICTURE, "/api/data/fashion-mnist/pictures/0", 409, PROBLEM),
    get(PICTURE, "/api/data/ring/pictures/0", 422, PROBLEM),
    get(SHEET, "/api/data/digits/sheet", 200, PNG),
    get(SHEET, "/api/data/digits/sheet", 200, JSON, headers=ASKS_JSON),
    get(SHEET, "/api/data/nope/sheet", 404, PROBLEM),
    get(SHEET, "/api/data/fashion-mnist/sheet", 409, PROBLEM),
    get(SHEET, "/api/data/ring/sheet", 422, PROBLEM),
    get(VIEWS, "/api/data/digits/augment?flip=true&rotate=20&shift=.1", 200, PNG),
    get(VIEWS, "/api/data/digits/augment?index=1797", 404, PROBLEM),
    get(VIEWS, "/api/data/fashion-mnist/augment", 409, PROBLEM),
    get(VIEWS, "/api/data/digits/augment?rotate=far", 422, PROBLEM),
    get(VIEWS, "/api/data/digits/augment?mark=true", 422, PROBLEM),
    send("post", FETCH, "/api/data/{near}/download", 200, "application/x-ndjson"),
    send("post", FETCH, "/api/data/nope/download", 404, PROBLEM),
    send("post", FETCH, "/api/data/digits/download", 409, PROBLEM),
]
# Slow senders, full servers, full disks, and what a network would be needed for: test_datasets.py.
ELSEWHERE: set[tuple[str, str, int]] = {
    *(("post", LIST, status) for status in (408, 503, 507)),
    *(("post", PICTURES, status) for status in (408, 503, 507)),
    ("delete", ONE, 507),
    ("delete", PICTURE, 507),
    ("post", FETCH, 503),
}
