"""Runs from the queue to their end, with a worker that says what the test has it say."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convlens.errors import Problem
from convlens.store import Store, StoreError
from convlens.train.events import Change, Evaluation, Frame, State
from convlens.train.options import read
from convlens.train.wire import Snapshot
from convlens.web import hub as hub_module
from tests.web.fakes import FakeJob, Stage, points

DEFAULT = read({})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.hub.close()


def end(job: FakeJob, state: str = "finished") -> None:
    job.say(State(1, state, {"code": "epochs", "sentence": {"en": "a", "zh": "b"}}))


def ended(stage: Stage, run_id: str) -> Any:
    """The run once its thread is through with it."""
    live = stage.hub._live.get(run_id)
    assert live is None or live.ended.wait(10)
    return stage.hub.shown(stage.hub.row(run_id))


def test_a_run_is_stored_with_its_options_before_it_begins(stage: Stage) -> None:
    row = stage.hub.create(read({"lr": 0.5, "name": "fast"}))
    assert (row.name, row.options["lr"]) == ("fast", 0.5)
    assert stage.executor.next().spec.options == row.options
    assert [event["state"] for _, event in stage.store.events(row.id)] == ["queued"]


def test_nothing_is_sent_that_is_not_stored(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, Any]] = []
    read_back = Store(stage.store.folder)

    def post(run_id: str, events: list[tuple[int, Any]]) -> None:
        stored = dict(read_back.events(run_id))
        assert all(stored[seq] == event for seq, event in events)
        sent.extend(events)

    monkeypatch.setattr(stage.hub.audience, "post_events", post)
    run_id, job = stage.begin()
    job.say(points(1, 40), Change(41, "lr", 0.1, 0.2), points(41, 50))
    end(job)
    ended(stage, run_id)
    assert [seq for seq, _ in sent] == list(range(1, len(sent) + 1))
    assert [event["type"] for _, event in sent] == [
        *("state", "state", "points", "change", "points", "state")
    ]


def test_as_many_run_as_may_and_the_others_wait_in_order(tmp_path: Path) -> None:
    stage = Stage(tmp_path, limit=2)
    ids = [stage.hub.create(DEFAULT).id for _ in range(5)]
    jobs = [stage.executor.next(), stage.executor.next()]
    assert {job.spec.id for job in jobs} == set(ids[:2])
    assert [stage.hub.place(each) for each in ids] == [None, None, 1, 2, 3]
    end(jobs[0])
    assert stage.executor.next().spec.id == ids[2]
    assert [stage.hub.place(each) for each in ids[3:]] == [1, 2]
    stage.hub.close()


def test_a_run_that_is_stopped_in_the_queue_never_begins(stage: Stage) -> None:
    _, job = stage.begin()
    waiting = [stage.hub.create(DEFAULT).id for _ in range(2)]
    assert stage.hub.control(waiting[0], {"action": "stop"}).state == "stopped"
    assert stage.hub.place(waiting[1]) == 1
    end(job)
    assert stage.executor.next().spec.id == waiting[1]


def test_a_queue_that_is_full_takes_no_more(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "QUEUE", 1)
    stage.begin()
    stage.hub.create(DEFAULT)
    with pytest.raises(Problem, match="1 runs are waiting") as caught:
        stage.hub.create(DEFAULT)
    assert caught.value.status == 503
    assert len(stage.store.runs()) == 2


def test_pause_and_resume_reach_the_worker_and_answer_with_its_new_state(stage: Stage) -> None:
    run_id, job = stage.begin()

    def obey() -> None:
        for state in ("paused", "running"):
            job.hears()
            job.say(State(3, state))

    obeying = threading.Thread(target=obey)
    obeying.start()
    assert stage.hub.control(run_id, {"action": "pause"}).state == "paused"
    assert stage.hub.control(run_id, {"action": "resume"}).state == "running"
    obeying.join()


@pytest.mark.parametrize("action", ["pause", "step_batch", "set", "resume"])
def test_a_run_that_has_finished_takes_no_action_any_more(stage: Stage, action: str) -> None:
    run_id, job = stage.begin()
    end(job)
    ended(stage, run_id)
    with pytest.raises(Problem, match="is finished") as caught:
        stage.hub.control(run_id, {"action": action})
    assert caught.value.status == 409


def test_stopping_twice_is_as_good_as_once(stage: Stage) -> None:
    run_id, _ = stage.begin()
    assert stage.hub.control(run_id, {"action": "stop"}).state == "stopped"
    assert stage.hub.control(run_id, {"action": "stop"}).state == "stopped"


def test_an_action_on_a_run_that_waits_names_its_place(stage: Stage) -> None:
    stage.begin()
    waiting = stage.hub.create(DEFAULT).id
    with pytest.raises(Problem, match="waits in the queue at place 1"):
        stage.hub.control(waiting, {"action": "pause"})


def test_a_run_goes_on_from_its_last_checkpoint_with_its_changes(stage: Stage) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 30), Snapshot(20, b"at 20"), Change(25, "lr", 0.1, 0.2))
    job.die("interrupted", "left")
    assert ended(stage, run_id)["state"] == "interrupted"
    stage.hub.control(run_id, {"action": "resume"})
    spec = stage.executor.next().spec
    assert Path(str(spec.checkpoint)).read_bytes() == b"at 20"
    assert [change["value"] for change in spec.changes] == [0.2]
    assert spec.seen == 30


def test_a_run_that_is_resumed_twice_at_once_goes_on_once(stage: Stage) -> None:
    run_id, job = stage.begin()
    job.die("interrupted", "left")
    ended(stage, run_id)
    threads = [
        threading.Thread(target=stage.hub.control, args=(run_id, {"action": "resume"}))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stage.executor.next()
    assert stage.executor.started.empty()
    assert stage.hub.place(run_id) is None


def test_a_worker_that_dies_fails_its_run_and_the_next_one_begins(stage: Stage) -> None:
    run_id, job = stage.begin()
    waiting = stage.hub.create(DEFAULT).id
    job.say(points(1, 7))
    job.die("failed", "memory")
    run = ended(stage, run_id)
    assert (run["state"], run["step"]) == ("failed", 7)
    assert run["reason"] == {
        **{"code": "memory", "sentence": {"en": "memory", "zh": "memory"}},
        **{"layer": None, "step": 7},
    }
    assert stage.executor.next().spec.id == waiting


def test_a_worker_that_cannot_be_started_fails_its_run_with_the_reason(stage: Stage) -> None:
    stage.executor.trouble = OSError("no more processes")
    run_id = stage.hub.create(DEFAULT).id
    run = ended(stage, run_id)
    assert run["state"] == "failed"
    assert "no more processes" in run["reason"]["sentence"]["en"]


def test_a_full_disk_ends_the_run_with_a_sentence_and_harms_nothing_stored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 10))
    stage.wait_until_told(run_id, "points")
    whole = list(stage.store.events(run_id))

    def full(*_: Any) -> Any:
        raise StoreError("full", stage.store.folder)

    monkeypatch.setattr(stage.store, "append", full)
    job.say(points(11, 20))
    run = ended(stage, run_id)
    assert (run["state"], run["reason"]["code"]) == ("failed", "full")
    assert "no space left" in run["reason"]["sentence"]["en"]
    assert list(stage.store.events(run_id)) == whole


def test_a_read_only_folder_still_shows_why_the_run_failed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, job = stage.begin()

    def refuse(*_: Any) -> Any:
        raise StoreError("readonly", stage.store.folder)

    monkeypatch.setattr(stage.store, "append", refuse)
    monkeypatch.setattr(stage.store, "set_state", refuse)
    job.say(points(1, 2))
    run = ended(stage, run_id)
    assert (run["state"], run["reason"]["code"]) == ("failed", "readonly")


def test_a_run_that_stores_too_much_is_stopped_with_the_reason(tmp_path: Path) -> None:
    stage = Stage(tmp_path, storage=1000)
    run_id, job = stage.begin()
    job.say(Snapshot(5, bytes(5000)))
    assert job.hears() == {"action": "stop"}
    job.stop()
    run = ended(stage, run_id)
    assert (run["state"], run["reason"]["code"]) == ("stopped", "storage")
    assert "a run may store 1,000" in run["reason"]["sentence"]["en"]
    stage.hub.close()


def test_a_run_is_deleted_while_it_goes_on_and_another_takes_its_place(stage: Stage) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 5), Snapshot(5, b"x"))
    waiting = stage.hub.create(DEFAULT).id
    stage.hub.delete(run_id)
    with pytest.raises(KeyError):
        stage.store.run(run_id)
    assert stage.executor.next().spec.id == waiting


def test_when_the_server_ends_every_run_is_interrupted(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    begun, _ = stage.begin()
    waiting = stage.hub.create(DEFAULT).id
    stage.hub.close()
    after = Store(tmp_path)
    assert [after.run(each).state for each in (begun, waiting)] == ["interrupted", "interrupted"]
    assert list(after.events(begun, types=("state",)))[-1][1]["state"] == "interrupted"


def test_what_a_dead_server_left_running_is_interrupted_with_a_sentence(tmp_path: Path) -> None:
    dead = Store(tmp_path)
    run_id = dead.create({}).id
    dead.append(run_id, [points(1, 12)])
    dead.set_state(run_id, "running")
    dead.close()
    stage = Stage(tmp_path)
    stage.hub.open()
    run = stage.hub.shown(stage.hub.row(run_id))
    assert (run["state"], run["reason"]["step"]) == ("interrupted", 12)
    assert "resume it" in run["reason"]["sentence"]["en"]
    stage.hub.close()


def test_frames_are_not_events_and_those_of_checkpoints_and_the_last_one_are_kept(
    stage: Stage,
) -> None:
    run_id, job = stage.begin()
    job.say(Frame(1, b"of 1"), Snapshot(2, b"saved"), Frame(2, b"of 2"))
    job.say(*(Frame(step, b"of %d" % step) for step in range(3, 9)))
    end(job)
    run = ended(stage, run_id)
    assert stage.store.frames(run_id) == [2, 8]
    assert stage.store.frame(run_id).read_bytes() == b"of 8"
    assert run["seq"] == 4  # queued, running, saved, finished


def rest(stage: Stage, run_id: str, job: FakeJob) -> None:
    """The run comes to rest."""
    job.say(State(1, "paused"))
    stage.wait_until_told(run_id, "state", state="paused")
    stage.wait_until(lambda: stage.state(run_id) == "paused")


def test_a_run_that_rests_takes_no_place(stage: Stage) -> None:
    first, job = stage.begin()
    second = stage.hub.create(DEFAULT).id
    assert stage.hub.place(second) == 1
    rest(stage, first, job)
    assert stage.executor.next().spec.id == second
    assert job.is_alive()


def test_a_run_that_would_go_on_waits_for_a_place_and_then_does(stage: Stage) -> None:
    first, job = stage.begin()
    rest(stage, first, job)
    _, other = stage.begin()
    assert stage.hub.control(first, {"action": "resume"}).state == "queued"
    assert stage.hub.place(first) == 1
    assert job.heard.empty()
    end(other)
    assert job.hears() == {"action": "resume"}


def test_a_run_that_waits_to_go_on_can_rest_again_or_be_stopped(stage: Stage) -> None:
    first, job = stage.begin()
    rest(stage, first, job)
    _, other = stage.begin()
    stage.hub.control(first, {"action": "resume"})
    assert stage.hub.control(first, {"action": "pause"}).state == "paused"
    assert stage.hub.place(first) is None
    stage.hub.control(first, {"action": "resume"})
    assert stage.hub.control(first, {"action": "stop"}).state == "stopped"
    end(other)
    assert stage.executor.started.empty()


def test_of_many_that_rest_the_one_that_rests_longest_gives_its_process_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "RESTING", 2)
    resting = []
    for _ in range(3):
        run_id, job = stage.begin()
        rest(stage, run_id, job)
        resting.append((run_id, job))
    assert [stage.state(run_id) for run_id, _ in resting] == ["interrupted", "paused", "paused"]


def test_the_test_set_of_a_finished_run_is_opened_by_waking_its_network(stage: Stage) -> None:
    run_id, job = stage.begin()
    job.say(points(1, 9), Snapshot(9, b"the end"))
    end(job)
    before = ended(stage, run_id)

    def wake() -> None:
        woken = stage.executor.next()
        assert woken.spec.paused and woken.spec.checkpoint
        assert woken.hears() == {"action": "open_test"}
        woken.say(State(9, "paused"), evaluation("validation"), evaluation("test"))

    waking = threading.Thread(target=wake)
    waking.start()
    stage.hub.control(run_id, {"action": "open_test"})
    waking.join()
    after = ended(stage, run_id)
    new = [event for _, event in stage.store.events(run_id)][before["seq"] :]
    assert [(event["type"], event["part"]) for event in new] == [("evaluation", "test")]
    assert after["state"] == "finished"
    assert after["results"]["test_accuracy"] == 0.75


def evaluation(part: str) -> Evaluation:
    return Evaluation(9, 1.0, part, 0.5, 0.75, [[1, 0], [0, 1]])


def test_a_run_nobody_knows_is_a_404(stage: Stage) -> None:
    for ask in (
        lambda: stage.hub.row("7"),
        lambda: stage.hub.delete("7"),
        lambda: stage.hub.control("7", {"action": "stop"}),
    ):
        with pytest.raises(Problem, match="no run '7'") as caught:
            ask()
        assert caught.value.status == 404
