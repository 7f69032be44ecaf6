"""Runs in processes of their own, by the real worker, against the loop in this process."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load

from convlens.data.sets import Roots
from convlens.store import Store
from convlens.train.assemble import assemble
from convlens.train.events import (
    Change,
    Evaluation,
    Event,
    Finder,
    Frame,
    Phase,
    Points,
    Saved,
    Started,
    State,
)
from convlens.train.executor import Executor, Job
from convlens.train.knobs import Knobs
from convlens.train.loop import train
from convlens.train.options import read
from convlens.train.wire import Caps, Message, Snapshot, Spec
from tests.train import standins

FAST = {"speed": 0, "epochs": 2, "net": "tiny8", "batch": 64}
Start = Callable[..., Job]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    executor = Executor(8, threads=1)
    executor.warm()
    yield executor
    executor.close(0)


@pytest.fixture
def start(executor: Executor, tmp_path: Path) -> Start:
    roots = {"own": str(tmp_path), "extra": None, "downloads": str(tmp_path)}

    def make(options: dict[str, Any], **given: Any) -> Job:
        return executor.start(Spec("1", options=FAST | options, roots=roots, **given))

    return make


def of(kind: type[Any], said: list[Any]) -> list[Any]:
    return [each for each in said if isinstance(each, kind)]


def rows(said: list[Any]) -> np.ndarray:
    return np.concatenate([each.rows for each in of(Points, said)])


def here(options: dict[str, Any], tmp_path: Path, changes: list[Change] | None = None) -> list[Any]:
    """What the loop says in this process."""
    chosen = read(FAST | options)
    network, task = assemble(chosen, Roots(own=tmp_path, extra=None, downloads=tmp_path))
    knobs = Knobs(lr=chosen.lr)
    return list(train(network, task, chosen, knobs, changes=changes or []))


def until(messages: Iterator[Message], is_it: Callable[[Any], bool]) -> list[Any]:
    """The messages up to the first that is meant."""
    said = []
    for message in messages:
        said.append(message)
        if is_it(message):
            break
    return said


def is_state(state: str) -> Callable[[Any], bool]:
    return lambda message: isinstance(message, State) and message.state == state


def test_a_process_says_bit_for_bit_what_the_loop_says(start: Start, tmp_path: Path) -> None:
    said = list(start({}).messages())
    expected = here({}, tmp_path)
    np.testing.assert_array_equal(rows(said), rows(expected))
    assert of(Evaluation, said) == of(Evaluation, expected)
    assert of(Started, said) == of(Started, expected)
    assert of(State, said) == of(State, expected)


def test_the_checkpoint_of_a_finished_run_holds_its_weights(start: Start, tmp_path: Path) -> None:
    said = list(start({}).messages())
    last = of(Snapshot, said)[-1]
    chosen = read(FAST)
    network, task = assemble(chosen, Roots(own=tmp_path, extra=None, downloads=tmp_path))
    list(train(network, task, chosen, Knobs(lr=chosen.lr)))
    saved = load(last.payload)
    for name, value in network.state_dict().items():
        assert torch.equal(saved[name], value), name


def record(store: Store, id: str, job: Job, *, kill_after: int | None = None) -> None:
    """Stores what a run says as the server does, and kills it after so many messages."""
    for count, message in enumerate(job.messages(), 1):
        if isinstance(message, Snapshot):
            store.save_checkpoint(id, message.step, message.payload)
            store.append(id, [Saved(message.step)])
        else:
            assert isinstance(message, Event)
            store.append(id, [message])
        if count == kill_after:
            job.kill()


def spec_to_resume(store: Store, id: str) -> dict[str, Any]:
    run = store.set_state(id, "interrupted")
    path = str(store.checkpoint(id, run.step))
    return {"checkpoint": path, "changes": store.changes(id), "seen": run.step}


HARD = {"epochs": 30, "optimiser": "adam", "dropout": 0.2, "rotate": 10.0, "schedule": "cosine"}


@pytest.mark.parametrize("kill_after", [1, 5, 12, 20, 33])
def test_a_run_killed_at_any_moment_and_resumed_is_the_run_that_was_never_killed(
    start: Start, tmp_path: Path, kill_after: int
) -> None:
    store = Store(tmp_path)
    whole, cut = store.create({}).id, store.create({}).id
    record(store, whole, start(HARD))
    record(store, cut, start(HARD), kill_after=kill_after)
    seen = store.points(cut)
    given = spec_to_resume(store, cut) if store.checkpoints(cut) else {}
    record(store, cut, start(HARD, **given))
    np.testing.assert_array_equal(store.points(cut)[: len(seen)], seen)
    np.testing.assert_array_equal(store.points(cut), store.points(whole))
    kinds = ("evaluation", "verdict", "health", "layers")
    assert events(store, cut, kinds) == events(store, whole, kinds)
    last = [load(store.checkpoint(id).read_bytes()) for id in (cut, whole)]
    assert all(torch.equal(last[0][name], last[1][name]) for name in last[1])
    store.close()


def events(store: Store, id: str, kinds: tuple[str, ...]) -> list[Any]:
    """What is stored of some kinds, whatever the batches and the numbers were."""
    flat = []
    for _, event in store.events(id, types=kinds):
        rest = {name: value for name, value in event.items() if name not in ("seq", "rows")}
        flat += [rest | {"row": row} for row in event["rows"]] if "rows" in event else [rest]
    return sorted(flat, key=lambda each: json.dumps(each, sort_keys=True))


def test_a_resumed_run_repeats_the_live_changes_and_says_them_no_second_time(
    start: Start, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    id = store.create({}).id
    job = start({"epochs": 20}, paused=True)
    messages = job.messages()
    said = until(messages, is_state("paused"))
    store.append(id, [each for each in said if isinstance(each, Event)])
    first = of(Snapshot, [*said, *until(messages, lambda each: isinstance(each, Snapshot))])[0]
    store.save_checkpoint(id, first.step, first.payload)
    job.send({"action": "set", "name": "lr", "value": 0.02})
    job.send({"action": "resume"})
    for message in messages:
        if isinstance(message, Event):
            store.append(id, [message])
        if isinstance(message, Points) and message.step > 50:
            job.kill()
    assert [change["value"] for change in store.changes(id)] == [0.02]
    given = spec_to_resume(store, id) | {"checkpoint": str(store.checkpoint(id, 0))}
    record(store, id, start({"epochs": 20}, **given))
    assert [change["value"] for change in store.changes(id)] == [0.02]
    expected = here({"epochs": 20}, tmp_path, [Change(1, "lr", 0.003, 0.02)])
    np.testing.assert_array_equal(store.points(id), rows(expected))
    store.close()


def test_pause_and_stop_act_within_fifty_milliseconds(start: Start) -> None:
    job = start({"epochs": 10_000})
    messages = job.messages()
    until(messages, lambda each: isinstance(each, Points))
    times = []
    for _ in range(5):
        for action, state in (("pause", "paused"), ("resume", "running")):
            begun = time.perf_counter()
            job.send({"action": action})
            until(messages, is_state(state))
            times.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    job.send({"action": "stop"})
    said = list(messages)
    times.append(time.perf_counter() - begun)
    assert sorted(times)[len(times) // 2] < 0.05
    last = said[-1]
    assert is_state("stopped")(last)
    assert job.exit_reason is None


def test_stepping_shows_each_phase_and_a_paused_run_answers_questions(start: Start) -> None:
    job = start({}, paused=True)
    messages = job.messages()
    until(messages, is_state("paused"))
    for phase in ("forward", "loss", "backward", "update"):
        job.send({"action": "step_phase"})
        seen = until(messages, lambda each: isinstance(each, Phase))[-1]
        assert (seen.step, seen.phase) == (1, phase)
    job.send({"action": "find_lr"})
    assert until(messages, lambda each: isinstance(each, Finder))[-1].step == 1
    job.send({"action": "open_test"})
    tested = until(messages, lambda each: isinstance(each, Evaluation))[-1]
    assert (tested.part, tested.step) == ("test", 1)
    job.send({"action": "step_batch"})
    assert until(messages, lambda each: isinstance(each, Points))[-1].step == 2
    job.send({"action": "stop"})
    assert [each.step for each in of(State, list(messages))] == [2]


def test_frames_show_the_pins_and_the_weight_under_the_glass(start: Start) -> None:
    job = start({}, paused=True)
    messages = job.messages()
    until(messages, lambda each: isinstance(each, Frame))
    job.send({"action": "look", "frames": True, "pin": 2})
    job.send({"action": "glass", "name": "conv1.weight", "index": [1, 0, 2, 2]})
    picture = bytes(range(64))
    job.send({"action": "pin", "slot": 1, "shape": [1, 8, 8]}, picture)

    def shows(each: Any) -> bool:
        return isinstance(each, Frame) and facts(each)["pin"] == 1

    shown = until(messages, shows)[-1]
    assert isinstance(shown, Frame)
    found = facts(shown)
    assert len(found["softmax"]) == 8
    assert found["glass"]["name"] == "conv1.weight"
    assert found["glass"]["index"] == (1 * 9 + 8)
    assert found["glass"]["value"] == load(shown.payload)["weights/conv1.weight"][1, 0, 2, 2]
    job.send({"action": "stop"})
    list(messages)


def facts(shown: Frame) -> dict[str, Any]:
    size = int.from_bytes(shown.payload[:8], "little")
    header = json.loads(shown.payload[8 : 8 + size])
    found: dict[str, Any] = json.loads(header["__metadata__"]["frame"])
    return found


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"data": "nowhere"}, "nowhere"),
        ({"lr": -1}, "-1"),
        ({"layers": [{"kind": "conv", "kernel": 31}]}, "31"),
        ({"net": "lenet", "data": "ring"}, "lenet"),
    ],
)
def test_a_run_that_cannot_begin_fails_with_the_sentence_that_says_why(
    start: Start, options: dict[str, Any], word: str
) -> None:
    job = start(options)
    (said,) = job.messages()
    assert isinstance(said, State)
    assert said.state == "failed"
    assert said.reason is not None
    assert word in said.reason["sentence"]["en"]
    assert said.reason["sentence"]["zh"]
    assert job.exit_reason is None


def test_a_run_that_runs_into_infinity_fails_with_step_and_layer(start: Start) -> None:
    layers = [{"kind": "flatten"}, *[{"kind": "dense", "out": 512}] * 6, {"kind": "dense"}]
    given = {"lr": 10.0, "optimiser": "sgd", "epochs": 50, "layers": layers}
    last = of(State, list(start(given).messages()))[-1]
    assert last.state == "failed"
    assert last.reason["code"] == "not_finite"
    assert last.reason["layer"]
    assert last.reason["step"] >= 1


def test_a_network_over_the_cap_is_refused(start: Start) -> None:
    last = of(State, list(start({}, caps=Caps(parameters=100)).messages()))[-1]
    assert (last.state, last.reason["code"]) == ("failed", "cap_parameters")


def test_a_run_begins_from_the_weights_of_another(start: Start, tmp_path: Path) -> None:
    weights = tmp_path / "other.safetensors"
    weights.write_bytes(of(Snapshot, list(start({"epochs": 5}).messages()))[-1].payload)
    fresh = of(Evaluation, list(start({}).messages()))[0]
    given = {"weights": str(weights), "same_classes": True}
    begun = of(Evaluation, list(start({"start": "run-1"}, **given).messages()))[0]
    assert begun.step == fresh.step == 0
    assert begun.accuracy > fresh.accuracy + 0.3


def test_the_process_imports_no_torchvision_no_server_and_no_data_base(
    executor: Executor, tmp_path: Path
) -> None:
    own = Executor(1, threads=1, main=standins.works_and_tells)
    roots = {"own": str(tmp_path), "extra": None, "downloads": str(tmp_path)}
    said = list(own.start(Spec("1", options=FAST, roots=roots)).messages())
    assert executor.limit == 8
    assert said[-1].reason["has"] == ["torch"]  # type: ignore[union-attr]
