"""Every odd and hostile body of the table, sent as a request: its status, its words, its memory."""

import itertools
import os
import subprocess

import pytest
from starlette.testclient import TestClient

from tests.bodies import BODIES, Body

TRACE = "/api/models/tiny-vgg/trace"
ALLOWANCE = 60 * 2**20  # An allocator keeps some pages; one decoded 40-megapixel picture is 120 MB.


def resident() -> int:
    """Bytes of memory that this process has."""
    asked = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(os.getpid())], check=True, capture_output=True, text=True
    )
    return int(asked.stdout) * 1024


def send(client: TestClient, body: Body) -> int:
    headers = {"content-type": body.content_type, "accept": "application/json"}
    return client.post(TRACE, content=body.make(), headers=headers).status_code


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert sum(body.status != 200 for body in BODIES) >= 40
    assert len({body.name for body in BODIES}) == len(BODIES)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_a_body_is_answered_as_the_table_says(client: TestClient, body: Body) -> None:
    headers = {"content-type": body.content_type, "accept": "application/json"}
    answer = client.post(TRACE, content=body.make(), headers=headers)
    assert answer.status_code == body.status, answer.text[:300]
    if body.status == 200:
        codes = {note["code"] for note in answer.json()["picture"]["notes"]}
        assert body.notes <= codes
        assert all(note["text"] for note in answer.json()["picture"]["notes"])
    else:
        said = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert said["status"] == body.status
        assert said["title"] and said["detail"] and said["hint"]
        assert len(answer.content) < 1500


def test_memory_after_two_hundred_bodies_is_what_it_was(client: TestClient) -> None:
    for body in (*BODIES, *BODIES):  # Twice: each of two threads meets the largest of them.
        send(client, body)
    before = resident()
    for body in itertools.islice(itertools.cycle(BODIES), 200):
        send(client, body)
    assert resident() - before < ALLOWANCE
