"""`convlens train`: what it says, what it writes, and with which exit code it ends."""

import io
import os
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from convlens.data.sets import Roots
from convlens.errors import StartError
from convlens.train import command, loop
from convlens.train.events import Evaluation, Points, Started, State, Verdict
from convlens.train.options import OptionError
from convlens.train.terminal import Bar
from tests.server import run as server_run
from tests.train.small import options

QUICK = "--samples 15 --epochs 2 --batch 50 --lr 0.01"


def flags(line: str) -> dict[str, Any]:
    parser = ArgumentParser()
    command.add_flags(parser)
    return vars(parser.parse_args(line.split()))


def train(line: str, tmp_path: Path, beginning: command.Beginning = lambda _: None) -> int:
    return command.run(flags(line), Roots(tmp_path, None, tmp_path), beginning)


def test_a_run_says_its_evaluations_and_its_end_and_writes_the_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "weights.safetensors"
    assert train(f"{QUICK} --save {place}", tmp_path) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "3,658 parameters, 3,658 to learn; 150 pictures, 6 steps"
    evaluations = [line for line in lines if " validation loss " in line]
    assert [line.split()[1] for line in evaluations] == ["0", "3", "6"]
    assert lines[-1] == "All 2 epochs are done."
    assert load_file(place).keys() >= {"conv1.weight", "dense2.bias"}


def test_a_run_begins_from_the_network_that_start_names(tmp_path: Path) -> None:
    place = tmp_path / "w.safetensors"
    train(f"{QUICK} --save {place}", tmp_path)
    weights = load_file(place)
    asked: list[str] = []

    def beginning(name: str) -> command.Begin:
        asked.append(name)
        return command.Begin(weights, tuple("0123456789"))

    again = tmp_path / "again.safetensors"
    train(f"{QUICK} --start mine --freeze probe --save {again}", tmp_path, beginning)
    assert asked == ["mine"]
    assert torch.equal(load_file(again)["conv1.weight"], weights["conv1.weight"])
    assert not torch.equal(load_file(again)["dense2.weight"], weights["dense2.weight"])


def test_a_run_that_fails_says_why_and_returns_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f"{QUICK} --optimiser sgd --lr 10 --init normal --init-scale 10 --loss cross-entropy"
    assert train(f"{line} --epochs 50", tmp_path) == 1
    assert "a number became infinite or not a number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("--validation-share .9 --test-share .9", "together"),
        ("--data nothing", "nothing"),
        ("--net nothing", "nothing"),
        ("--freeze nothing", "nothing"),
        ("--save /no/such/folder/w.safetensors", "/no/such/folder"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(line: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(StartError) as refused:
        train(line, tmp_path)
    assert word in refused.value.sentence
    assert refused.value.hint


def test_a_place_that_cannot_be_written_to_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(StartError, match="cannot be written"):
        train(f"{QUICK} --save {tmp_path / 'taken'}", tmp_path)


def test_numbers_may_be_written_as_people_write_them() -> None:
    assert flags("--lr .5 --batch 16")["lr"] == 0.5
    assert flags("--lr 1e-3")["lr"] == 0.001
    with pytest.raises(OptionError):
        flags("--lr nan")


def test_ctrl_c_ends_the_step_and_keeps_what_was_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = loop._Run._set_rate

    def interrupted(self: Any, step: int) -> Any:
        if step == 4:
            os.kill(os.getpid(), signal.SIGINT)
        yield from plain(self, step)

    monkeypatch.setattr(loop._Run, "_set_rate", interrupted)
    before = signal.getsignal(signal.SIGINT)
    place = tmp_path / "w.safetensors"
    assert train(f"{QUICK} --save {place}", tmp_path) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "Stopped after step 4."
    assert place.is_file()
    assert signal.getsignal(signal.SIGINT) is before


def test_the_real_command_trains_and_refuses(tmp_path: Path) -> None:
    line = f"train {QUICK} --data-dir {tmp_path}".split()
    done = server_run(*line, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "All 2 epochs are done." in done.stderr
    refused = server_run(*line, "--lr", "11", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [
        "convlens: lr is 11; it must be a number from 1e-07 to 10.",
        "  hint: Leave lr out for its default, 0.005.",
    ]
    unknown = server_run(*line, "--start", "nothing", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "'nothing'" in unknown.stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_with_speed_and_the_time_that_is_left() -> None:
    now = [0.0]
    out = Terminal()
    bar = Bar(out, options(epochs=4), lambda: now[0])
    bar.hear(Started([], [], 10, 10, [], 25, 100, {"train": 50}))
    bar.hear(Evaluation(0, 0.0, "validation", 1.0, 0.25, []))
    for step in (10, 50):
        now[0] = step / 5
        bar.hear(Points(np.array([[step, step / 25, 0.5, 1.0, 0.1]])))
    drawn = out.getvalue().split("\r\x1b[K")
    expected = "epoch 2.0/4 ████████████░░░░░░░░░░░░  50%  loss 0.5000  validation 25.0%"
    assert drawn[-1] == f"{expected}  5 steps/s  0:10 left"
    bar.hear(Verdict(50, "dead", "warning", {}, {}, {"en": "Look out.", "zh": "小心。"}))
    assert out.getvalue().endswith("\r\x1b[Kdoctor: Look out.\n")
    bar.close()
    assert out.getvalue().endswith("\r\x1b[K")


def test_the_bar_is_drawn_at_most_ten_times_a_second_and_at_the_end() -> None:
    now = [0.0]
    out = Terminal()
    bar = Bar(out, options(epochs=1), lambda: now[0])
    bar.hear(Started([], [], 10, 10, [], 1000, 1000, {"train": 50}))
    for step in range(1, 1001):
        now[0] = step / 1000
        bar.hear(Points(np.array([[step, step / 1000, 0.5, 1.0, 0.1]])))
    assert 9 <= out.getvalue().count("epoch ") <= 11
    assert "100%" in out.getvalue().split("\r")[-1]


def test_a_state_that_does_not_end_the_run_is_not_said() -> None:
    out = io.StringIO()
    bar = Bar(out, options())
    bar.hear(State(0, "running"))
    assert out.getvalue() == "" and not bar.has_failed
