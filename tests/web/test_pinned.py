"""Pictures that a run is shown: which come back, and which are never written down."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.numpy import save

from convlens.train.events import Frame
from convlens.train.wire import Snapshot
from convlens.web.pinned import Pinned
from tests.web.fakes import Stage
from tests.web.test_hub import end, ended


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.hub.close()


def test_a_frame_that_shows_a_picture_of_ones_own_is_not_stored(stage: Stage) -> None:
    run_id, job = stage.begin()
    stage.hub.pin(run_id, {"action": "pin", "slot": 1, "own": True}, b"mine")
    for step, pin in ((1, 0), (2, 1)):
        job.say(Snapshot(step, b"saved"))
        job.say(Frame(step, save({}, {"frame": f'{{"pin": {pin}}}'})))
    end(job)
    ended(stage, run_id)
    assert stage.store.frames(run_id) == [1]


def test_a_pinned_picture_comes_back_when_the_run_is_resumed(stage: Stage) -> None:
    run_id, job = stage.begin()
    pinned = {"action": "pin", "slot": 3, "shape": [1, 2, 2]}
    stage.hub.pin(run_id, pinned, b"abcd")
    job.die("interrupted", "left")
    ended(stage, run_id)
    stage.hub.control(run_id, {"action": "resume"})
    again = stage.executor.next()
    assert again.hears() == pinned
    assert again.payloads == [b"abcd"]


def test_pins_come_back_after_a_restart_but_for_ones_own_pictures(stage: Stage) -> None:
    run_id, job = stage.begin()
    of_the_set = {"action": "pin", "slot": 0, "index": 41}
    bundled = {"action": "pin", "slot": 3, "shape": [1, 2, 2], "own": False}
    own = {"action": "pin", "slot": 5, "shape": [1, 2, 2], "own": True}
    replaced = {"action": "pin", "slot": 6, "index": 7}
    for command, pixels in (
        *((bundled, b"abcd"), (of_the_set, b""), (own, b"mine"), (replaced, b"")),
        ({**own, "slot": 6}, b"mine"),
    ):
        stage.hub.pin(run_id, command, pixels)
    job.die("interrupted", "left")
    ended(stage, run_id)
    assert Pinned(stage.store).of(run_id) == [(of_the_set, b""), (bundled, b"abcd")]
    assert not any(b"mine" in each.read_bytes() for each in stage.store.folder.rglob("*.*"))
    stage.hub.delete(run_id)
    assert Pinned(stage.store).of(run_id) == []
