"""A body is refused while it arrives: too large, too slow, too many at once, gone."""

import asyncio

import pytest
from fastapi import Request

from convlens.errors import Problem
from convlens.web.body import Uploads
from tests.web.senders import request

CAP = 1000


def uploads(*, seconds: float = 5, budget: int = 10 * CAP) -> Uploads:
    return Uploads(cap=CAP, seconds=seconds, budget=budget)


def read(place: Uploads, asked: Request) -> bytes:
    async def reading() -> bytes:
        async with place.body(asked) as body:
            assert place.held == len(body)
            return body

    return asyncio.run(reading())


def refused(place: Uploads, asked: Request) -> Problem:
    with pytest.raises(Problem) as caught:
        read(place, asked)
    assert place.held == 0
    return caught.value


@pytest.mark.parametrize("sizes", [(), (1,), (CAP,), (CAP - 1, 1), (1,) * CAP])
def test_a_body_up_to_the_cap_arrives_whole(sizes: tuple[int, ...]) -> None:
    place = uploads()
    assert read(place, request([*(b"x" * size for size in sizes), b""])) == b"x" * sum(sizes)
    assert place.held == 0


def test_a_body_that_declares_too_much_is_refused_before_it_is_read() -> None:
    asked = request([], content_length=str(CAP + 1))
    assert refused(uploads(), asked).status == 413


@pytest.mark.parametrize("declared", ["5", "", "-1", "lots", "²"])
def test_a_body_that_grows_beyond_the_cap_is_refused_whatever_it_declared(declared: str) -> None:
    asked = request([b"x" * CAP, b"x"], content_length=declared)
    assert refused(uploads(), asked).status == 413


def test_a_declared_length_of_many_digits_is_too_large() -> None:
    assert refused(uploads(), request([], content_length="9" * 5000)).status == 413


def test_a_sender_that_stops_in_the_middle_is_refused_after_the_time() -> None:
    problem = refused(uploads(seconds=0.01), request([b"x" * 7]))
    assert problem.status == 408
    assert "7 bytes" in problem.detail
    assert problem.headers == {"Connection": "close"}


def test_a_sender_that_goes_away_leaves_nothing_behind() -> None:
    assert refused(uploads(), request([b"x" * 7, None])).status == 400


def test_more_than_the_budget_at_once_is_refused_until_there_is_room() -> None:
    place = uploads(budget=CAP + 10)

    async def both() -> int:
        async with place.body(request([b"x" * CAP, b""])):
            with pytest.raises(Problem) as caught:
                async with place.body(request([b"y" * 11, b""])):
                    pytest.fail("it was taken")
            assert caught.value.headers["Retry-After"] == "1"
        async with place.body(request([b"y" * 11, b""])):
            return caught.value.status

    assert asyncio.run(both()) == 503
    assert place.held == 0


def test_a_failure_of_the_work_is_not_taken_for_a_slow_body() -> None:
    async def failing() -> None:
        async with place.body(request([b"x", b""])):
            raise TimeoutError

    place = uploads()
    with pytest.raises(TimeoutError):
        asyncio.run(failing())
    assert place.held == 0


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_body_is_not_read(coding: str) -> None:
    assert refused(uploads(), request([], content_encoding=coding)).status == 415


def test_a_body_that_says_that_it_is_not_compressed_is_read() -> None:
    assert read(uploads(), request([b"x", b""], content_encoding="Identity")) == b"x"
