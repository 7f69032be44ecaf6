import gc
import random
import tracemalloc
from pathlib import Path

import pytest

from convlens.core.image import InputSpec, PictureError, prepare, preview
from convlens.core.notes import NOTES
from convlens.core.refusal import REFUSALS
from tests.bodies import BAD, BODIES, GOOD, Body

RGB = InputSpec(3, 64, 64, (0.0,) * 3, (1.0,) * 3)
DIGIT = InputSpec(1, 28, 28, (0.1307,), (0.3081,), "digit")
SIZES = {"cropped", "upscaled", "downscaled"}


def outcome(data: bytes, spec: InputSpec) -> tuple[int, str, frozenset[str]]:
    """The status, the refusal's code, and the notes but those on sizes."""
    try:
        notes = prepare(data, spec).facts["notes"]
    except PictureError as error:
        return error.status, error.code, frozenset()
    return 200, "", frozenset(note["code"] for note in notes) - SIZES


@pytest.mark.parametrize("body", [body for body in BODIES if body.for_core], ids=lambda b: b.name)
def test_every_body_is_answered_as_the_table_says(body: Body) -> None:
    assert outcome(body.make(), RGB) == (body.status, body.code, body.notes)


def test_the_table_is_long_and_its_names_differ() -> None:
    assert len(BODIES) >= 45
    assert len({body.name for body in BODIES}) == len(BODIES)


def test_every_body_is_answered_alike_for_a_digit_and_as_a_preview() -> None:
    for body in BAD:
        data = body.make()
        assert outcome(data, DIGIT)[:2] == (body.status, body.code)
        with pytest.raises(PictureError) as caught:
            preview(data, 100)
        assert caught.value.code == body.code
    for body in GOOD:
        assert outcome(body.make(), DIGIT)[0] == 200
        assert preview(body.make(), 100)


def test_every_refusal_says_what_is_wrong_and_what_to_do() -> None:
    for body in BAD:
        with pytest.raises(PictureError) as caught:
            prepare(body.make(), RGB)
        error = caught.value
        assert error.status in (413, 415, 422)
        assert error.title and error.hint.endswith(".") and error.detail.endswith(".")
        assert "{" not in error.detail + error.hint
        assert str(error) == error.detail


def test_every_refusal_is_met() -> None:
    elsewhere = {"crop", "mode"}  # In test_image.py.
    assert {body.code for body in BAD} == set(REFUSALS) - elsewhere


def test_every_note_fills_its_own_sentence() -> None:
    for body in GOOD:
        for spec in (RGB, DIGIT):
            for note in prepare(body.make(), spec).facts["notes"]:
                values = {key: note[key] for key in note if key not in ("code", "text")}
                assert note["text"] == NOTES[note["code"]].format(**values)


def test_a_damaged_picture_is_read_or_refused_but_nothing_else() -> None:
    chance = random.Random(0)
    files = [body.make() for body in GOOD if "000" not in body.name]
    for _ in range(600):
        data = bytearray(chance.choice(files))
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(min(len(data), chance.choice((40, 400, 10**9))))
            data[at] = chance.choice((0, 255, chance.randrange(256)))
        cut = len(data) if chance.random() < 0.8 else chance.randrange(len(data))
        assert outcome(bytes(data[:cut]), chance.choice((RGB, DIGIT)))[0] in (200, 413, 415, 422)


def resident() -> int:
    """The bytes of memory that this process holds, where the system says so; else 0."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


def test_memory_after_two_hundred_bodies_is_what_it_was() -> None:
    files = [body.make() for body in BODIES if body.name != "20 MB and 1 byte"]
    for data in files:  # What the first use of each decoder keeps is kept once.
        outcome(data, RGB)
    tracemalloc.start()
    try:
        gc.collect()
        before, held = tracemalloc.get_traced_memory()[0], resident()
        for index in range(200):
            outcome(files[index % len(files)], RGB)
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 200_000
    assert resident() - held < 40_000_000  # One 8000x5000 picture holds more than that.
