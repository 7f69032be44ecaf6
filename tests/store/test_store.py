import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlens.store import Store
from convlens.train.events import (
    Change,
    Event,
    Finder,
    Frame,
    Health,
    Phase,
    Points,
    State,
    Verdict,
)
from tests.store.makers import evaluation, layers, points, started


def types(store: Store, id: str) -> list[str]:
    return [event["type"] for _, event in store.events(id)]


def test_a_new_run_is_queued_and_has_its_options_and_a_name(store: Store) -> None:
    run = store.create({"data": "digits", "lr": 0.1})
    assert (run.id, run.name, run.state) == ("1", "Run 1", "queued")
    assert store.run("1").options == {"data": "digits", "lr": 0.1}


def test_runs_are_listed_with_the_newest_first(store: Store) -> None:
    for name in ("a", "b", "c"):
        store.create({}, name)
    assert [run.name for run in store.runs()] == ["c", "b", "a"]


def test_a_run_is_renamed(store: Store) -> None:
    id = store.create({}).id
    assert store.rename(id, "好") == store.run(id)
    assert store.run(id).name == "好"


def test_a_deleted_run_is_gone_with_its_events_and_files_and_its_id_never_comes_back(
    store: Store, tmp_path: Path
) -> None:
    first, other = store.create({}).id, store.create({}).id
    store.append(first, [points(1, 3)])
    store.append(other, [points(1, 3)])
    store.save_checkpoint(first, 3, b"bytes")
    store.delete(first)
    assert [run.id for run in store.runs()] == [other]
    assert not (tmp_path / "runs" / first).exists()
    assert len(store.points(other)) == 3
    store.delete(other)
    assert store.create({}).id == "3"


@pytest.mark.parametrize("id", ["7", "", "x", " 1", "1.0", "01", "../1", "1;"])
def test_an_id_that_no_run_has_is_a_key_error_everywhere(store: Store, id: str) -> None:
    store.create({})
    for ask in (
        store.run,
        store.delete,
        store.points,
        store.checkpoints,
        store.frames,
        store.bytes,
        store.changes,
        lambda id: store.rename(id, "x"),
        lambda id: store.set_state(id, "running"),
        lambda id: store.append(id, []),
        lambda id: store.after(id, 0),
        lambda id: store.cursor(id, 0),
        lambda id: store.save_checkpoint(id, 1, b""),
        lambda id: store.checkpoint(id),
    ):
        with pytest.raises(KeyError):
            ask(id)


def test_events_are_numbered_from_one_on_and_come_back_as_they_were_sent(store: Store) -> None:
    id = store.create({}).id
    sent = store.append(id, [started(), points(1, 3), layers(1, 3)])
    sent += store.append(id, [evaluation(3), State(3, "paused")])
    assert [seq for seq, _ in sent] == [1, 2, 3, 4, 5]
    assert all(event["seq"] == seq for seq, event in sent)
    assert list(store.events(id)) == sent
    assert store.after(id, 0) == sent
    assert store.after(id, 2, limit=2) == sent[2:4]
    assert store.run(id).seq == 5


def test_numbers_that_are_not_finite_are_stored_as_such_and_sent_as_null(store: Store) -> None:
    id = store.create({}).id
    ((_, event),) = store.append(id, [points(1, 1, loss=float("nan"))])
    assert event["points"][0]["loss"] is None
    assert np.isnan(store.points(id)[0, 2])


def test_norms_that_float32_cannot_hold_come_back_exactly(store: Store) -> None:
    id = store.create({}).id
    batch = layers(1, 2)
    batch.rows[0, 1] = 0.1
    sent = store.append(id, [batch])
    assert list(store.events(id)) == sent
    assert sent[0][1]["rows"][0]["gradient"][0] == 0.1


def test_frames_are_not_kept_among_the_events(store: Store) -> None:
    id = store.create({}).id
    assert store.append(id, [Frame(1, b"x" * 100)]) == []


def test_points_begin_at_the_step_that_is_asked_for(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 5)])
    store.append(id, [points(6, 10)])
    assert store.points(id).shape == (10, 5)
    assert store.points(id, 4)[:, 0].tolist() == [4, 5, 6, 7, 8, 9, 10]
    assert store.points(id, 11).shape == (0, 5)
    np.testing.assert_array_equal(store.points(id), points(1, 10).rows)


@pytest.mark.parametrize("size", [1, 7, 1024, 5000])
def test_many_points_are_all_there_whatever_the_size_of_the_batches(
    store: Store, size: int
) -> None:
    id = store.create({}).id
    for first in range(1, 5001, size):
        store.append(id, [points(first, min(first + size - 1, 5000))])
    for step in (0, 1, 1023, 1024, 1025, 1026, 2500, 4096, 4999, 5000, 5001):
        assert store.points(id, step)[:, 0].tolist() == list(range(max(step, 1), 5001))


def test_events_from_a_step_leave_out_earlier_rows_and_other_types(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 5), evaluation(5), points(6, 8), evaluation(8)])
    assert [event["points"][0]["step"] for _, event in store.events(id, 3, ("points",))] == [3, 6]
    assert [event["step"] for _, event in store.events(id, 6, ("evaluation",))] == [8]
    assert list(store.events(id, 0, ())) == []


def test_the_cursor_stands_before_the_first_event_that_reaches_the_step(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [started(), points(1, 5), evaluation(5), points(6, 8)])
    assert [store.cursor(id, step) for step in (-1, 0, 1, 5, 6, 8, 9)] == [0, 0, 1, 1, 3, 3, 4]


def test_more_events_than_a_page_are_all_there_once(store: Store) -> None:
    id = store.create({}).id
    for step in range(1, 1001):
        store.append(id, [points(step, step)])
    assert [seq for seq, _ in store.events(id)] == list(range(1, 1001))


def test_the_row_of_a_run_knows_its_results(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [started(), points(1, 4), evaluation(2, accuracy=0.9)])
    store.append(id, [evaluation(4, accuracy=0.7), evaluation(4, accuracy=0.6, part="test")])
    run = store.run(id)
    assert run.step == 4
    assert run.results["loss"] == 0.25
    assert run.results["steps"] == 100
    assert run.results["validation_accuracy"] == 0.7
    assert run.results["best_accuracy"] == 0.9
    assert run.results["test_accuracy"] == 0.6


def test_rows_that_are_stored_already_are_left_out(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 6), layers(1, 4)])
    ((seq, event),) = store.append(id, [points(4, 8)])
    assert seq == 3
    assert [point["step"] for point in event["points"]] == [7, 8]
    ((_, event),) = store.append(id, [points(7, 8), layers(3, 5)])
    assert [row["step"] for row in event["rows"]] == [5]
    assert store.points(id)[:, 0].tolist() == list(range(1, 9))


def test_what_a_resumed_run_says_again_is_left_out_and_what_is_new_is_not(store: Store) -> None:
    id = store.create({}).id
    verdict = Verdict(4, "nan", "failure", {}, {}, {"en": "", "zh": ""})
    other = Verdict(4, "dead", "warning", {}, {}, {"en": "", "zh": ""})
    first: list[Event] = [started(), points(1, 4), evaluation(4), Health(4, []), verdict]
    store.append(id, first)
    store.set_state(id, "interrupted")
    again: list[Event] = [started(), State(2, "running"), points(3, 4), evaluation(4)]
    again += [evaluation(4, part="test"), Health(4, []), verdict, other, points(5, 6)]
    sent = store.append(id, again)
    assert [event["type"] for _, event in sent] == ["state", "evaluation", "verdict", "points"]
    assert [seq for seq, _ in sent] == [6, 7, 8, 9]


def test_a_living_run_may_say_the_same_twice_at_one_step(store: Store) -> None:
    id = store.create({}).id
    change = Change(5, "lr", 0.1, 0.2)
    found = Finder(4, [[0.1, 2.0]], None, None)
    store.append(id, [points(1, 4), change, change, found, found, evaluation(4), evaluation(4)])
    assert types(store, id)[1:] == ["change"] * 2 + ["finder"] * 2 + ["evaluation"] * 2
    assert [each["value"] for each in store.changes(id)] == [0.2, 0.2]


def test_phases_of_a_step_are_repeated_by_name(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 2), Phase(2, "forward"), Phase(2, "loss", 0.5)])
    store.set_state(id, "interrupted")
    sent = store.append(id, [Phase(2, "forward"), Phase(2, "loss", 0.5), Phase(2, "backward")])
    assert [event["phase"] for _, event in sent] == ["backward"]


def test_a_state_has_its_reason_until_the_next_state(store: Store) -> None:
    id = store.create({}).id
    reason = {"code": "not_finite", "sentence": {"en": "NaN", "zh": "非数"}, "step": 3}
    assert store.set_state(id, "failed", reason).reason == reason
    assert store.set_state(id, "queued").reason is None


def test_a_restarted_server_marks_what_it_left_running_and_keeps_every_step(tmp_path: Path) -> None:
    dead = Store(tmp_path)
    for state in ("queued", "running", "paused", "finished", "failed"):
        id = dead.create({}, state).id
        dead.append(id, [points(1, 5)])
        dead.set_state(id, state)
    (tmp_path / "runs" / "77").mkdir(parents=True)
    dead.close()
    store = Store(tmp_path)
    assert sorted(store.interrupted()) == ["1", "2", "3"]
    assert {run.name: run.state for run in store.runs()} == {
        "queued": "interrupted",
        "running": "interrupted",
        "paused": "interrupted",
        "finished": "finished",
        "failed": "failed",
    }
    assert all(len(store.points(run.id)) == 5 for run in store.runs())
    assert not (tmp_path / "runs" / "77").exists()
    store.close()


def test_the_runs_of_another_living_server_are_not_touched(store: Store, tmp_path: Path) -> None:
    store.set_state(store.create({}).id, "running")
    second = Store(tmp_path)
    assert second.interrupted() == []
    assert second.run("1").state == "running"
    second.close()
    assert store.interrupted() == ["1"]


def test_checkpoints_are_found_by_step_and_the_last_is_the_default(store: Store) -> None:
    id = store.create({}).id
    for step in (0, 10, 25):
        store.save_checkpoint(id, step, b"%d" % step)
    assert store.checkpoints(id) == [0, 10, 25]
    assert store.checkpoint(id).read_bytes() == b"25"
    assert store.checkpoint(id, 24).read_bytes() == b"10"
    with pytest.raises(KeyError):
        store.checkpoint(id, -1)


def test_many_checkpoints_are_thinned_to_the_newest_and_some_of_all_ages(store: Store) -> None:
    id = store.create({}).id
    for step in range(0, 2000, 10):
        store.save_checkpoint(id, step, b"x")
    kept = store.checkpoints(id)
    assert len(kept) == 24
    assert kept[0] == 0
    assert kept[-2:] == [1980, 1990]
    assert max(b - a for a, b in pairwise(kept)) <= 2000 / 24 * 4


def test_frames_are_kept_apart_from_checkpoints(store: Store) -> None:
    id = store.create({}).id
    store.save_frame(id, 3, b"frame")
    assert store.frames(id) == [3]
    assert store.checkpoints(id) == []
    assert store.frame(id).read_bytes() == b"frame"


def test_the_size_of_a_run_counts_events_and_files(store: Store) -> None:
    id = store.create({}).id
    assert store.bytes(id) == 0
    store.append(id, [points(1, 10)])
    store.save_checkpoint(id, 10, bytes(1000))
    assert store.bytes(id) == 10 * 5 * 8 + 1000


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 12)), max_size=12))
def test_whatever_is_repeated_every_step_is_stored_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[int, int]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    id, last = store.create({}).id, 0
    for back, forth in batches:
        first = max(1, last - back + 2)  # a run repeats, but never leaves a step out
        batch = points(first, max(first, last + forth))
        store.append(id, [batch])
        last = max(last, int(batch.rows[-1, 0]))
    assert store.points(id)[:, 0].tolist() == list(range(1, last + 1))
    numbers = [seq for seq, _ in store.events(id)]
    assert numbers == list(range(1, len(numbers) + 1))
    store.close()


def test_threads_that_write_and_read_at_once_see_one_strict_order(store: Store) -> None:
    ids = [store.create({}).id for _ in range(3)]
    done = threading.Event()

    def write(id: str) -> list[int]:
        return [store.append(id, [points(s, s)])[0][0] for s in range(1, 101)]

    def read(id: str) -> bool:
        orderly = True
        while not done.is_set():
            steps = store.points(id)[:, 0].tolist()
            orderly &= steps == list(range(1, len(steps) + 1))
            seen = [seq for seq, _ in store.after(id, 0, limit=1000)]
            orderly &= seen == list(range(1, len(seen) + 1))
        return orderly

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read, id) for id in ids]
        writers = [pool.submit(write, id) for id in ids]
        written = [writer.result() for writer in writers]
        done.set()
        assert all(reader.result() for reader in readers)
    assert written == [list(range(1, 101))] * 3


def test_a_million_points_are_read_in_a_third_of_a_second_and_a_batch_is_stored_in_2_ms(
    store: Store,
) -> None:
    id = store.create({}).id
    a_batch = 33  # of a fast network, at 30 batches a second
    times = []
    for first in range(1, 1_000_000, a_batch * 100):
        many: list[Event] = []
        for start in range(first, min(first + a_batch * 100, 1_000_001), a_batch):
            many.append(points(start, min(start + a_batch - 1, 1_000_000)))
        store.append(id, many[:-1])
        begun = time.perf_counter()
        store.append(id, many[-1:])
        times.append(time.perf_counter() - begun)
    reads = []
    for _ in range(3):
        begun = time.perf_counter()
        rows = store.points(id)
        reads.append(time.perf_counter() - begun)
    assert rows.shape == (1_000_000, len(points(1, 1).rows[0]))
    assert min(reads) < 0.3
    assert sorted(times)[len(times) // 2] < 0.002
    assert Points(rows).step == 1_000_000
