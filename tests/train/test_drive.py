"""The driver on a loop made of events alone, with a clock that only waiting moves."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, get_args

import numpy as np
import pytest
import torch

from convlens.train.checkpoint import Checkpoint
from convlens.train.drive import Driver
from convlens.train.events import (
    PHASES,
    Busy,
    Change,
    Evaluation,
    Event,
    Frame,
    Health,
    Phase,
    PhaseName,
    Points,
    Started,
    State,
)
from convlens.train.knobs import Knobs
from convlens.train.wire import Caps, Message, Snapshot, Spec

PER_EPOCH = 4
Command = tuple[dict[str, Any], bytes]


class Clock:
    """Time that passes only where somebody waits or works."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Script:
    """A line whose commands come at given times; after the last one it says stop."""

    def __init__(self, clock: Clock, script: list[tuple[float, dict[str, Any]]]) -> None:
        self._clock, self._begun = clock, clock()
        self._script = deque(script)
        self.said: list[tuple[float, Message]] = []

    def say(self, message: Message) -> None:
        self.said.append((self._clock() - self._begun, message))

    def take(self) -> Command | None:
        if self._script and self._script[0][0] <= self._clock() - self._begun:
            return self._script.popleft()[1], b""
        return None

    def wait(self, seconds: float | None) -> None:
        until = [self._clock() + seconds] if seconds is not None else []
        until += [self._begun + self._script[0][0]] if self._script else []
        assert until, "the run waits for ever"
        self._clock.now = max(self._clock.now, min(until)) + 1e-9

    def of(self, kind: type[Any]) -> list[tuple[float, Any]]:
        return [(at, each) for at, each in self.said if isinstance(each, kind)]

    @property
    def states(self) -> list[tuple[int, str]]:
        return [(each.step, each.state) for _, each in self.of(State)]

    @property
    def steps(self) -> list[int]:
        return [int(step) for _, points in self.of(Points) for step in points.rows[:, 0]]


class Loop:
    """What the driver needs to know of the loop, and nothing learned."""

    def __init__(self, clock: Clock, *, steps: int = 40, work_s: float = 0.001, first: int = 0):
        self.knobs = Knobs(lr=0.1)
        self.done, self.phases = first, 0
        self._clock, self._steps, self._work_s = clock, steps, work_s

    def events(self, changes: tuple[Change, ...] = ()) -> Iterator[Event | Checkpoint]:
        for said in self._story(changes):
            yield said
            between = isinstance(said, State) or (
                isinstance(said, Phase) and said.phase == "update"
            )
            while self.knobs.asks(between=between):
                yield from self._served()

    def _story(self, changes: tuple[Change, ...]) -> Iterator[Event | Checkpoint]:
        counts = {"train": 1}
        yield Started([], [], 10, 10, [], PER_EPOCH, self._steps, counts, step=self.done)
        yield State(self.done, "running")
        while self.done < self._steps:
            step = self.done + 1
            for phase in get_args(PhaseName):
                self._clock.now += self._work_s / len(PHASES)
                self.phases += 1
                if phase == "update":
                    yield from (each for each in changes if each.step == step)
                    self.done = step
                    yield Points(np.array([[step, step / PER_EPOCH, 1.0, 0.5, self.knobs.lr]]))
                yield Phase(step, phase)
        yield self._checkpoint()
        yield State(self.done, "finished", {"code": "epochs"})

    def _served(self) -> Iterator[Event | Checkpoint]:
        knobs = self.knobs
        if knobs.frame:
            knobs.frame = False
            yield Frame(self.done, b"frame")
        if knobs.checkpoint:
            knobs.checkpoint = False
            yield self._checkpoint()
        if knobs.evaluate:
            part, knobs.evaluate = knobs.evaluate, ""
            yield Busy(self.done, "evaluation", 1, 2)
            yield Evaluation(self.done, 0.0, part, 1.0, 0.5, [])
            yield Health(self.done, [])

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.done, {"w": torch.zeros(1)}, {})


class NoStudio:
    def pin(self, given: dict[str, Any], payload: bytes) -> None:
        """Pins nothing."""

    def glass(self, name: str | None, index: Any) -> None:
        """Looks at nothing."""


Drive = Callable[..., tuple[Script, Loop]]


@pytest.fixture
def drive() -> Drive:
    def make(
        *script: tuple[float, str | dict[str, Any]],
        speed: float = 0,
        start: int | None = None,
        steps: int = 40,
        work_s: float = 0.001,
        changes: tuple[Change, ...] = (),
        **spec: Any,
    ) -> tuple[Script, Loop]:
        clock = Clock()
        given = [(at, {"action": each} if isinstance(each, str) else each) for at, each in script]
        line = Script(clock, given)
        loop = Loop(clock, steps=steps, work_s=work_s, first=start or 0)
        Driver(
            line,
            Spec("1", **spec),
            loop.events(changes),
            knobs=loop.knobs,
            studio=NoStudio(),
            speed=speed,
            start=start,
            replayed=max((each.step for each in changes), default=0),
            clock=clock,
        ).run()
        return line, loop

    return make


def test_a_run_left_alone_says_every_step_once_and_ends_as_the_loop_does(drive: Drive) -> None:
    line, _ = drive(steps=100)
    assert line.steps == list(range(1, 101))
    assert line.states == [(0, "running"), (100, "finished")]


def test_points_go_out_in_batches_of_a_thirtieth_of_a_second(drive: Drive) -> None:
    line, _ = drive(steps=1000)
    assert len(line.of(Points)) == pytest.approx(30, abs=2)


def test_the_pace_is_kept_whatever_a_step_takes(drive: Drive) -> None:
    line, loop = drive((2.0, "stop"), speed=30, steps=1000, work_s=0.02)
    assert loop.done == pytest.approx(60, abs=1)
    assert len(line.of(Points)) == pytest.approx(60, abs=2)


def test_in_slow_motion_one_phase_a_second_is_seen(drive: Drive) -> None:
    line, _ = drive((8.5, "stop"), speed=0.25)
    seen = [(round(at), each.step, each.phase) for at, each in line.of(Phase)][:9]
    assert seen == [(k, 1 + k // 4, PHASES[k % 4]) for k in range(9)]


def test_a_wait_in_slow_motion_ends_with_a_command(drive: Drive) -> None:
    faster = {"action": "set", "name": "speed", "value": 0}
    line, _ = drive((0.5, faster), speed=0.25, work_s=0)
    assert line.said[-1][0] == pytest.approx(0.5, abs=0.01)
    assert [(each.name, each.old, each.value) for _, each in line.of(Change)] == [
        ("speed", 0.25, 0)
    ]


def test_a_pause_acts_within_one_step_and_nothing_of_that_step_is_unsaid(drive: Drive) -> None:
    line, loop = drive((0.0205, "pause"), (5.0, "stop"), steps=1000)
    at, paused = line.of(State)[1]
    assert (paused.state, paused.step) == ("paused", 21)
    assert at < 0.0205 + 0.0011
    assert line.steps == list(range(1, 22))
    assert loop.phases == 21 * len(PHASES)
    assert line.states[-1] == (21, "stopped")


def test_a_pause_keeps_a_checkpoint_of_its_step(drive: Drive) -> None:
    line, _ = drive((0.0205, "pause"), (5.0, "stop"), steps=1000)
    assert [each.step for _, each in line.of(Snapshot)] == [0, 21]


def test_resume_goes_on_where_the_pause_was(drive: Drive) -> None:
    line, _ = drive((0.01, "pause"), (3.0, "resume"), steps=30)
    assert line.steps == list(range(1, 31))
    assert [state for _, state in line.states] == ["running", "paused", "running", "finished"]


def test_a_run_that_begins_paused_waits_before_its_first_step(drive: Drive) -> None:
    line, loop = drive((9.0, "stop"), paused=True)
    assert line.states == [(0, "paused"), (0, "stopped")]
    assert loop.phases == 0
    assert [each.step for _, each in line.of(Snapshot)] == [0]


def test_stepping_a_phase_does_one_phase_and_nothing_else(drive: Drive) -> None:
    line, loop = drive(*((k + 1.0, "step_phase") for k in range(5)), (9.0, "stop"), paused=True)
    assert [each.phase for _, each in line.of(Phase)][:5] == [*PHASES, "forward"]
    # Told to stop in the middle of a step, the run finishes it first.
    assert loop.phases == 8
    assert line.states == [(0, "paused"), (2, "stopped")]


def test_stepping_a_batch_does_one_step(drive: Drive) -> None:
    line, _ = drive((1.0, "step_batch"), (2.0, "step_batch"), (3.0, "stop"), paused=True)
    assert line.steps == [1, 2]
    assert [(round(at), each.rows[0, 0]) for at, each in line.of(Points)] == [(1, 1), (2, 2)]


def test_stepping_an_epoch_goes_to_its_end(drive: Drive) -> None:
    script = [(1.0, "step_batch"), (2.0, "step_epoch"), (3.0, "step_epoch"), (4.0, "stop")]
    line, _ = drive(*script, paused=True)
    assert line.states == [
        (0, "paused"),
        (1, "running"),
        (PER_EPOCH, "paused"),
        (PER_EPOCH, "running"),
        (2 * PER_EPOCH, "paused"),
        (2 * PER_EPOCH, "stopped"),
    ]


def test_frames_come_only_when_asked_for_and_at_most_ten_a_second(drive: Drive) -> None:
    line, _ = drive(steps=1000)
    # Those of the checkpoints are made for the store, watched or not.
    assert [each.step for _, each in line.of(Frame)] == [0, 1000]
    assert [each.step for _, each in line.of(Snapshot)] == [0, 1000]
    line, _ = drive((0.0, {"action": "look", "frames": True}), steps=2000)
    times = [at for at, _ in line.of(Frame)]
    assert len(times) == pytest.approx(20, abs=4)
    assert sorted(np.diff(times))[3] >= 0.099  # but for those beside the checkpoints


def test_a_paused_run_shows_what_is_looked_at_without_moving(drive: Drive) -> None:
    script = [(1.0, {"action": "look", "frames": True}), (2.0, {"action": "look", "pin": 3})]
    line, loop = drive(*script, (3.0, "stop"), paused=True)
    assert [round(at) for at, _ in line.of(Frame)] == [0, 1, 2]
    assert loop.knobs.exact
    assert loop.phases == 0
    assert loop.knobs.pin == 3


def test_a_paused_run_evaluates_whole_without_moving(drive: Drive) -> None:
    script = [(1.0, "evaluate"), (2.0, "open_test"), (3.0, "stop")]
    line, loop = drive(*script, paused=True)
    assert [(round(at), each.part) for at, each in line.of(Evaluation)] == [
        (1, "validation"),
        (2, "test"),
    ]
    assert [round(at) for at, _ in line.of(Health)] == [1, 2]
    assert [round(at) for at, _ in line.of(Frame)] == [0]
    assert line.of(Busy) == []
    assert loop.phases == 0


def test_a_new_learning_rate_is_used_at_once_and_kept_in_a_checkpoint(drive: Drive) -> None:
    script = [(0.01, {"action": "set", "name": "lr", "value": 0.5}), (0.1, "stop")]
    line, loop = drive(*script, steps=1000)
    rates = np.concatenate([each.rows for _, each in line.of(Points)])[:, 4]
    assert set(rates[:10]) == {0.1}
    assert set(rates[11:]) == {0.5}
    assert loop.knobs.lr == 0.5
    assert [each.step for _, each in line.of(Snapshot)][:2] == [0, 10]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"action": "dance"}, {"action": "set"}, {"action": "set", "name": "lr", "value": None}],
)
def test_a_command_that_makes_no_sense_changes_nothing(drive: Drive, wrong: dict[str, Any]) -> None:
    line, _ = drive((0.01, wrong))
    assert line.steps == list(range(1, 41))


def test_there_is_a_checkpoint_every_second_and_a_half_of_work_but_none_while_it_rests(
    drive: Drive,
) -> None:
    line, _ = drive((4.0, "pause"), (100.0, "resume"), steps=8000)
    times = [at for at, _ in line.of(Snapshot)]
    assert times[:4] == pytest.approx([0, 1.5, 3.0, 4.0], abs=0.01)
    assert times[4:6] == pytest.approx([101.5, 103.0], abs=0.01)


def test_a_checkpoint_comes_after_every_step_before_it(drive: Drive) -> None:
    line, _ = drive(steps=5000)
    known = 0
    for _, message in line.said:
        known = message.step if isinstance(message, Points) else known
        if isinstance(message, Snapshot):
            assert known == message.step


def test_a_finished_run_leaves_the_checkpoint_of_its_last_step_once(drive: Drive) -> None:
    line, _ = drive(steps=10)
    assert [each.step for _, each in line.of(Snapshot)] == [0, 10]


def test_a_run_that_is_left_keeps_its_step_and_says_no_end(drive: Drive) -> None:
    line, loop = drive((0.02, "leave"), steps=1000)
    assert line.states == [(0, "running")]
    assert line.of(Snapshot)[-1][1].step == loop.done == line.steps[-1]


def test_a_resumed_run_hurries_to_what_was_seen_and_then_obeys(drive: Drive) -> None:
    script = [(0.0, "pause"), (0.0, {"action": "set", "name": "lr", "value": 0.5}), (9.0, "stop")]
    line, loop = drive(*script, speed=1, start=10, seen=30)
    assert line.states == [(10, "running"), (30, "paused"), (30, "stopped")]
    assert loop.done == 30
    assert {row[4] for _, each in line.of(Points) for row in each.rows} == {0.1}
    assert line.of(State)[1][0] < 0.1


def test_a_stop_is_obeyed_even_while_a_resumed_run_hurries(drive: Drive) -> None:
    line, loop = drive((0.005, "stop"), start=10, seen=1000, steps=2000)
    assert loop.done == pytest.approx(15, abs=1)
    assert line.states[-1][1] == "stopped"


def test_changes_that_a_resumed_run_repeats_are_not_said_again(drive: Drive) -> None:
    changes = (Change(12, "lr", 0.1, 0.2), Change(16, "lr", 0.2, 0.3))
    line, _ = drive(start=10, seen=14, changes=changes)
    assert line.of(Change) == []
    line, _ = drive(start=10, seen=14, changes=())
    assert line.steps == list(range(11, 41))


def test_a_cap_on_steps_stops_the_run_with_its_sentence(drive: Drive) -> None:
    line, _ = drive(caps=Caps(steps=25))
    _, last = line.of(State)[-1]
    assert (last.step, last.state, last.reason["code"]) == (25, "stopped", "cap_steps")
    assert "25" in last.reason["sentence"]["en"]
    assert "25" in last.reason["sentence"]["zh"]
    assert line.of(Snapshot)[-1][1].step == 25


def test_a_run_that_ends_by_itself_is_not_stopped_by_the_cap(drive: Drive) -> None:
    line, _ = drive(caps=Caps(steps=40), steps=40)
    assert line.states[-1] == (40, "finished")


def test_a_cap_on_minutes_counts_work_and_no_rest(drive: Drive) -> None:
    script = [(30.0, "pause"), (1000.0, "resume")]
    line, _ = drive(*script, caps=Caps(minutes=1), steps=10**6, work_s=0.1)
    at, last = line.of(State)[-1]
    assert (last.state, last.reason["code"]) == ("stopped", "cap_minutes")
    assert at == pytest.approx(1030, abs=0.3)


def test_a_network_over_the_cap_is_refused_before_its_first_step(drive: Drive) -> None:
    line, loop = drive(caps=Caps(parameters=9))
    _, last = line.of(State)[-1]
    assert (last.state, last.reason["code"]) == ("failed", "cap_parameters")
    assert "10" in last.reason["sentence"]["en"]
    assert loop.phases == 0
