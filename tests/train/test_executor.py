import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convlens.train import executor as executor_module
from convlens.train.events import Frame, Points, State
from convlens.train.executor import Executor, Job
from convlens.train.options import as_json, read
from convlens.train.wire import Message, Snapshot, Spec
from tests.train import standins

ROOT = Path(__file__).parents[2]


@pytest.fixture
def begin() -> Iterator[Any]:
    started: list[Executor] = []

    def make(main: Any, limit: int = 4, **given: Any) -> Job:
        executor = Executor(limit, main=main)
        started.append(executor)
        executor.warm()
        return executor.start(Spec("7", **given))

    yield make
    for executor in started:
        executor.close(0)


def first(messages: Iterator[Message]) -> Message:
    return next(messages)


def is_frozen(pid: int) -> bool:
    """Whether every thread of the process has stopped."""
    stats = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(stat.read_text().rsplit(")", 1)[1].split()[0] == "T" for stat in stats)


def test_a_run_learns_where_processes_are_spawned_and_not_forked() -> None:
    """As on macOS and Windows: the child imports everything anew."""
    executor = Executor(1, method="spawn")
    executor.warm()
    asked = read({"epochs": 1, "batch": 600, "speed": 0})
    job = executor.start(Spec("7", options=as_json(asked)))
    said = list(job.messages())
    last = said[-1]
    assert isinstance(last, State)
    assert (last.state, job.exit_reason) == ("finished", None)
    points = [rows for each in said if isinstance(each, Points) for rows in each.rows.tolist()]
    assert [row[0] for row in points] == [1.0, 2.0, 3.0]  # 1,219 pictures by 600
    assert any(isinstance(each, Snapshot) for each in said)
    executor.close()


def test_what_the_run_says_arrives_in_order_and_commands_reach_it(begin: Any) -> None:
    job = begin(standins.obeys)
    messages = job.messages()
    running = first(messages)
    assert isinstance(running, State)
    assert running.reason == {"id": "7", "pid": job.pid}
    job.send({"action": "pin"}, b"\x00\xff picture")
    picture = first(messages)
    assert isinstance(picture, Frame)
    assert picture.payload == b"\x00\xff picture"
    job.send({"action": "stop"})
    assert list(messages) == [State(1, "stopped")]
    assert job.exit_reason is None
    assert not job.is_alive()


def test_a_run_that_stops_when_asked_is_not_killed(begin: Any) -> None:
    job = begin(standins.obeys)
    messages = job.messages()
    first(messages)
    stopping = threading.Thread(target=job.stop)
    stopping.start()
    assert list(messages) == [State(1, "stopped")]
    stopping.join()
    assert job.exit_reason is None


def test_a_run_that_is_left_ends_without_a_word_and_may_be_resumed(begin: Any) -> None:
    job = begin(standins.obeys)
    messages = job.messages()
    first(messages)
    leaving = threading.Thread(target=job.leave)
    leaving.start()
    assert list(messages) == []
    leaving.join()
    assert job.exit_reason["state"] == "interrupted"


def test_a_large_stream_arrives_whole(begin: Any) -> None:
    said = list(begin(standins.says_much).messages())
    assert [each.step for each in said] == list(range(201))
    assert all(isinstance(each, Snapshot) and len(each.payload) == 100_000 for each in said[:-1])


@pytest.mark.parametrize(
    ("main", "code", "word"),
    [
        (standins.ends_with_a_code, "crashed", "code 3"),
        (standins.is_killed, "memory", "SIGKILL"),
        (standins.is_terminated, "killed", "SIGTERM"),
    ],
)
def test_a_process_that_dies_is_a_failed_run_with_a_sentence(
    begin: Any, main: Any, code: str, word: str
) -> None:
    job = begin(main)
    assert list(job.messages()) == []
    assert job.exit_reason["code"] == code
    assert job.exit_reason["state"] == "failed"
    assert word in job.exit_reason["sentence"]["en"]
    assert set(job.exit_reason["sentence"]) == {"en", "zh"}
    job.send({"action": "pause"})  # is lost, and that is all
    job.kill()


def test_a_process_that_does_not_answer_a_command_is_ended(
    begin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor_module, "ANSWER_S", 0.2)
    job = begin(standins.never_answers)
    job.send({"action": "pause"})
    assert list(job.messages()) == []
    assert job.exit_reason["code"] == "silent"
    assert job.exit_reason["state"] == "failed"


def test_a_process_that_is_frozen_is_ended(begin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor_module, "ANSWER_S", 0.2)
    job = begin(standins.obeys)
    messages = job.messages()
    first(messages)
    os.kill(job.pid, signal.SIGSTOP)
    while not is_frozen(job.pid):  # A signal to a process takes effect a little later.
        os.sched_yield()
    job.send({"action": "pause"})
    assert list(messages) == []
    assert job.exit_reason["code"] == "silent"


def test_a_run_that_hears_but_does_not_stop_is_ended_after_its_grace(begin: Any) -> None:
    job = begin(standins.never_stops)
    messages = job.messages()
    first(messages)
    stopping = threading.Thread(target=job.stop, args=(0.1,))
    begun = time.perf_counter()
    stopping.start()
    assert list(messages) == []
    assert time.perf_counter() - begun < 2
    stopping.join()
    assert (job.exit_reason["code"], job.exit_reason["state"]) == ("stopped", "stopped")


def test_who_stops_listening_ends_the_process(begin: Any) -> None:
    job = begin(standins.never_stops)
    messages = job.messages()
    first(messages)
    watched = os.pidfd_open(job.pid)
    messages.close()
    assert select.select([watched], [], [], 10)[0]
    os.close(watched)
    assert not job.is_alive()
    assert job.exit_reason["state"] == "interrupted"


def test_no_more_processes_live_at_once_than_may() -> None:
    executor = Executor(2, main=standins.obeys)
    jobs = [executor.start(Spec(str(n))) for n in range(2)]
    with pytest.raises(RuntimeError, match="2 runs"):
        executor.start(Spec("3"))
    assert executor.jobs == jobs
    ending = [threading.Thread(target=lambda job=job: list(job.messages())) for job in jobs]
    for thread in ending:
        thread.start()
    executor.close()
    for thread in ending:
        thread.join()
    assert executor.jobs == []


def test_the_process_has_torch_and_nothing_that_it_does_not_need(begin: Any) -> None:
    job = begin(standins.imports)
    (said,) = job.messages()
    assert said.reason["has"] == ["torch"]
    assert said.step == max(1, (os.cpu_count() or 1) - 1)


def test_a_warm_start_takes_a_tenth_of_a_second(begin: Any) -> None:
    list(begin(standins.is_killed).messages())
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        first(begin(standins.obeys).messages())
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.3


def test_ended_jobs_leave_no_open_files(begin: Any) -> None:
    list(begin(standins.ends_with_a_code).messages())
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        list(begin(standins.ends_with_a_code).messages())
    assert len(os.listdir("/proc/self/fd")) == before


SERVES = """
from convlens.train.executor import Executor
from convlens.train.wire import Spec
from tests.train import standins
job = Executor(1, main=standins.never_stops).start(Spec("1"))
said = job.messages()
next(said)
print(job.pid, flush=True)
next(said)
"""


def test_when_the_server_is_killed_its_processes_end_too() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVES],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert server.stdout is not None
    child = os.pidfd_open(int(server.stdout.readline()))
    server.kill()
    server.wait()
    server.stdout.close()
    assert select.select([child], [], [], 10)[0], "the run went on without its server"
    os.close(child)
