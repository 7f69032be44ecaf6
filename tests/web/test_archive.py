"""An archive goes to a file without a name: too large, too slow, too many, no room, gone."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request

from convlens.errors import Problem
from convlens.web.archive import PIECE, Archives
from tests.web.senders import request

CAP = 3 * PIECE


@pytest.fixture
def place(tmp_path: Path) -> Archives:
    return Archives(tmp_path / "own", cap=CAP, seconds=5, at_once=1)


def read(place: Archives, asked: Request) -> bytes:
    async def reading() -> bytes:
        async with place.file(asked) as stream:
            assert list(place.folder.iterdir()) == []  # It has no name to be found by.
            return stream.read()

    return asyncio.run(reading())


def refused(place: Archives, asked: Request) -> Problem:
    with pytest.raises(Problem) as caught:
        read(place, asked)
    assert place.open == 0
    assert not place.folder.exists() or list(place.folder.iterdir()) == []
    return caught.value


@pytest.mark.parametrize("sizes", [(), (1,), (PIECE - 1, 2, PIECE), (CAP,)])
def test_a_body_up_to_the_cap_arrives_whole(sizes: tuple[int, ...], place: Archives) -> None:
    chunks = [bytes([index]) * size for index, size in enumerate(sizes, 1)]
    assert read(place, request([*chunks, b""])) == b"".join(chunks)


def test_a_body_beyond_the_cap_is_refused_whether_it_says_so_or_not(place: Archives) -> None:
    assert refused(place, request([], content_length=str(CAP + 1))).status == 413
    assert refused(place, request([b"x" * CAP, b"x"], content_length="5")).status == 413


def test_a_body_that_takes_too_long_is_refused(place: Archives) -> None:
    place.seconds = 0.05
    assert refused(place, request([b"x"])).status == 408


def test_a_sender_that_goes_away_leaves_nothing(place: Archives) -> None:
    assert refused(place, request([b"x", None])).status == 400


def test_a_compressed_body_is_refused(place: Archives) -> None:
    assert refused(place, request([b""], content_encoding="gzip")).status == 415


def test_one_more_than_may_be_taken_in_at_once_is_refused(place: Archives) -> None:
    async def both() -> Problem:
        async with place.file(request([b"x", b""])):
            with pytest.raises(Problem) as caught:
                async with place.file(request([b"x", b""])):
                    pass
        return caught.value

    problem = asyncio.run(both())
    assert (problem.status, problem.headers) == (503, {"Retry-After": "10"})
    assert read(place, request([b"x", b""])) == b"x"


def test_a_full_disk_is_a_sentence(place: Archives, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    problem = refused(place, request([b"x", b""]))
    assert (problem.status, "No space left" in problem.detail) == (507, True)
