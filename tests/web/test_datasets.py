"""Data sets over HTTP: taken in, collected, shown, downloaded, and refused in two languages."""

import io
import json
import shutil
from typing import Any

import pytest
import torch
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from convlens.data import vision
from convlens.data.task import Setup
from convlens.data.vision import Piece
from convlens.web.here import Here
from tests.data.small_mnist import pieces
from tests.data.zips import square, two_classes, zipped

ASKS_JSON = {"accept": "application/json"}


@pytest.fixture
def here(app: FastAPI) -> Here:
    found: Here = app.state.here
    return found


def pixels(content: bytes) -> torch.Tensor:
    """A PNG's samples (H, W) or (H, W, 3)."""
    image = Image.open(io.BytesIO(content))
    shape = (image.height, image.width, 3) if image.mode == "RGB" else (image.height, image.width)
    return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(shape)


def test_the_list_begins_with_the_digits_and_every_row_has_words(client: TestClient) -> None:
    rows = client.get("/api/data").json()
    assert rows[0]["id"] == "digits"
    assert (rows[0]["shape"], rows[0]["count"]) == ([1, 8, 8], 1797)
    for row in rows:
        assert row["name"]["en"] and row["name"]["zh"]
        assert len(row["classes"]) == len(row["per_class"])
        assert row["available"] == (row["why"] is None)
    by_id = {row["id"]: row for row in rows}
    assert by_id["shapes"]["settings"] == ["pictures", "noise", "mark"]
    assert by_id["kmnist"]["downloadable"] or by_id["kmnist"]["available"]


def test_a_zip_becomes_a_set_with_notes_in_both_languages(client: TestClient) -> None:
    files = {**two_classes(), "pets/cat/broken.png": b"broken", "../evil.png": b""}
    answer = client.post("/api/data?name=two pets", content=zipped(files).getvalue())
    assert answer.status_code == 201
    made = answer.json()
    assert (made["listing"]["id"], made["listing"]["count"]) == ("two-pets", 24)
    assert len(made["notes"]) == 2
    assert "'../evil.png'" in made["notes"][0]["en"] and "已忽略" in made["notes"][0]["zh"]
    assert client.delete("/api/data/two-pets").status_code == 204
    assert "two-pets" not in {row["id"] for row in client.get("/api/data").json()}


def test_a_refusal_has_its_sentence_in_both_languages(client: TestClient) -> None:
    one = zipped({"cat/1.png": square(9)}).getvalue()
    problem = client.post("/api/data?name=x", content=one).json()
    assert (problem["status"], problem["code"]) == (422, "data_one_class")
    assert problem["values"]["en"] == problem["detail"]
    assert "只" in problem["values"]["zh"] or "同一个类别" in problem["values"]["zh"]


def test_pictures_are_collected_shown_and_taken_back(client: TestClient) -> None:
    place = "/api/data/collected/pictures"
    for index, (level, label) in enumerate(((10, "cup"), (200, "手"), (90, "cup"))):
        answer = client.post(f"{place}?label={label}&name=My desk", content=square(level))
        assert (answer.status_code, answer.json()["index"]) == (201, index)
    row = answer.json()["listing"]
    assert (row["name"]["en"], row["per_class"], row["available"]) == ("My desk", [2, 1], True)
    assert [each["zh"] for each in row["classes"]] == ["cup", "手"]
    shown = pixels(client.get(f"{place}/1").content)
    assert shown.shape == (64, 64, 3)
    assert int(shown[32, 32, 0]) == 200
    assert client.delete(f"{place}/1").json()["per_class"] == [2]
    client.delete("/api/data/collected")


def test_a_sheet_and_its_words_belong_together(client: TestClient, here: Here) -> None:
    address = "/api/data/digits/sheet?per_class=4&seed=5&label_noise=0.5"
    said = client.get(address, headers=ASKS_JSON).json()
    shown = pixels(client.get(address).content)
    assert shown.shape == (said["rows"] * said["height"], said["columns"] * said["width"])
    task = here.recent.task(Setup(seed=5, label_noise=0.5))
    assert said["counts"]["train"] == torch.bincount(task.train.y).tolist()
    assert said["mean"] == list(task.mean)
    for cell in said["cells"]:
        y, x = cell["row"] * 8, cell["column"] * 8
        part = getattr(task, cell["part"])
        place = (part.ids == cell["id"]).nonzero().item()
        assert torch.equal(shown[y : y + 8, x : x + 8], part.x[place, 0])
        assert int(part.y[place]) == cell["label"]


def test_points_are_told_in_the_words_of_the_sheet(client: TestClient) -> None:
    said = client.get("/api/data/spiral/sheet", headers=ASKS_JSON).json()
    assert (said["cells"], len(said["points"])) == ([], 600)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("validation_share=2", "validation_share is 2; it must be a number from 0 to 0.9"),
        ("samples=many", 'samples is "many"'),
        ("shuffle=1", "shuffle is 1; it must be true or false"),
        ("folds=3&fold=3", "fold is 3"),
        ("mark=true", "planted in generated shapes alone"),
        ("per_class=0", "per_class"),
    ],
)
def test_a_setup_that_cannot_be_is_refused_with_its_value(
    query: str, words: str, client: TestClient
) -> None:
    answer = client.get(f"/api/data/digits/sheet?{query}", headers=ASKS_JSON)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_the_strip_shows_the_picture_first_and_is_the_same_for_a_seed(client: TestClient) -> None:
    place = "/api/data/shapes/augment?index=7&n=3&rotate=90&seed=2"
    first, again = (client.get(place).content for _ in range(2))
    assert first == again
    shown = pixels(first)
    assert shown.shape == (28, 84)
    alone = pixels(client.get("/api/data/shapes/pictures/7?seed=2").content)
    assert torch.equal(shown[:, :28], alone)
    assert not torch.equal(shown[:, 28:56], alone)


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_download_tells_its_bytes_and_ends_with_the_row(
    client: TestClient, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = pieces()
    monkeypatch.setattr(vision, "_pieces", lambda _: found)
    told = lines(client.post("/api/data/fashion-mnist/download"))
    assert told[-2]["done"] == told[-2]["total"]
    assert told[-1]["listing"]["available"]
    assert here.roots.downloads is not None
    shutil.rmtree(here.roots.downloads / "FashionMNIST")  # Others ask for what is not there.


def test_a_download_that_goes_wrong_ends_with_a_sentence_in_both_languages(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [each._replace(md5="0" * 32) for each in pieces()]
    monkeypatch.setattr(vision, "_pieces", lambda _: found)
    last = lines(client.post("/api/data/mnist/download"))[-1]
    assert "MD5" in last["problem"]["en"] and "MD5" in last["problem"]["zh"]


def test_no_network_is_a_problem_before_the_first_line(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = (Piece(("http://127.0.0.1:9/gone",), "x.gz", ""),)
    monkeypatch.setattr(vision, "_pieces", lambda _: gone)
    answer = client.post("/api/data/mnist/download")
    assert (answer.status_code, answer.json()["code"]) == (503, "data_offline")
    assert "没有网络" in answer.json()["values"]["zh"]


def test_a_disk_that_is_full_is_507_and_the_sets_stay(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "/api/data/kept/pictures"
    client.post(f"{place}?label=a", content=square(9))
    client.post(f"{place}?label=b", content=square(9))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("convlens.data.packed.save_file", full)
        broken.setattr("shutil.rmtree", full)
        answers = [
            client.post("/api/data?name=x", content=zipped(two_classes()).getvalue()),
            client.post(f"{place}?label=a", content=square(9)),
            client.delete(f"{place}/0"),
            client.delete("/api/data/kept"),
        ]
    assert [answer.status_code for answer in answers] == [507] * 4
    rows = {row["id"]: row for row in client.get("/api/data").json()}
    assert rows["kept"]["count"] == 2
    client.delete("/api/data/kept")


def test_too_much_at_once_is_503(
    client: TestClient, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here.archives, "open", here.archives.at_once)
    monkeypatch.setattr(here.uploads, "budget", 0)
    for place in ("/api/data?name=x", "/api/data/mine/pictures?label=a"):
        assert client.post(place, content=square(9)).status_code == 503
