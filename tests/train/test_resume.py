"""A run goes on from any checkpoint as if it had never been interrupted."""

import json
from typing import Any

import pytest
from torch import nn

from convlens.train.checkpoint import Checkpoint, CheckpointError
from convlens.train.events import Change, Phase, Points, State
from convlens.train.knobs import Knobs
from tests.train.small import Said, of, options, run, small_net, words

CASES: dict[str, dict[str, Any]] = {
    "adam": {},
    "momentum": {"optimiser": "momentum"},
    "rmsprop": {"optimiser": "rmsprop"},
    "plateau": {"schedule": "plateau", "lr": 0.1, "evaluate_every": 1},
    "patience": {"patience": 2, "evaluate_every": 2, "lr": 0.05},
    "cosine": {"schedule": "cosine", "warmup": 3},
    "clip": {"clip": 0.1, "loss": "mse", "weight_decay": 0.1},
}


def network(seed: int) -> nn.Module:
    return small_net(seed, dropout=0.4, norm=True)


def save_each(said: Said, knobs: Knobs) -> None:
    if isinstance(said, Phase) and (said.step, said.phase) == (4, "backward"):
        knobs.lr = knobs.lr / 2
    knobs.checkpoint = isinstance(said, Phase | State)


def behind(said: list[Said], step: int) -> list[dict[str, Any]]:
    """What is said of the steps behind `step`, checkpoints left out."""
    return [
        each.as_json()
        for each in said
        if not isinstance(each, Checkpoint) and getattr(each, "step", 0) > step
    ]


@pytest.mark.parametrize("name", CASES)
def test_a_run_resumed_after_any_step_says_what_the_whole_run_said(name: str) -> None:
    given = options(**CASES[name])
    whole = run(given, network(0), act=save_each)
    saved = {each.step: each for each in of(Checkpoint, whole)}
    assert list(saved) == list(range(max(saved) + 1))
    changes = of(Change, whole)
    for step in list(saved)[:-1]:
        start = Checkpoint.of_bytes(saved[step].to_bytes())
        resumed = run(given, network(99), start=start, changes=changes)
        assert behind(resumed, step) == behind(whole, step), step


def test_a_resumed_run_says_nothing_again_of_the_steps_it_has_done() -> None:
    whole = run(options(), network(0), act=save_each)
    start = of(Checkpoint, whole)[4]
    resumed = run(options(), network(0), start=start)
    assert [each.step for each in of(Points, resumed)] == list(range(start.step + 1, 7))


def test_a_checkpoint_is_a_file_of_weights_by_their_plain_names() -> None:
    trained = network(0)
    last = of(Checkpoint, run(options(), trained))[-1]
    back = Checkpoint.of_bytes(last.to_bytes())
    assert back.weights.keys() == trained.state_dict().keys()
    assert all((back.weights[n] == t).all() for n, t in trained.state_dict().items())
    assert (back.step, back.state) == (last.step, json.loads(json.dumps(last.state)))
    assert back.state["model"]["shape"] == [1, 8, 8]
    assert [each["id"] for each in back.state["model"]["classes"]] == ["low", "middle", "high"]


def test_a_checkpoint_does_not_change_when_the_run_goes_on() -> None:
    kept: list[tuple[Checkpoint, bytes]] = []

    def act(said: Said, knobs: Knobs) -> None:
        save_each(said, knobs)
        if isinstance(said, Checkpoint):
            kept.append((said, said.to_bytes()))

    run(options(), network(0), act=act)
    assert all(checkpoint.to_bytes() == content for checkpoint, content in kept)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x02\0\0\0\0\0\0\0{}", b"\xff" * 100])
def test_what_is_no_checkpoint_is_refused(content: bytes) -> None:
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        Checkpoint.of_bytes(content)


def test_a_torn_checkpoint_is_refused() -> None:
    content = of(Checkpoint, run(options()))[-1].to_bytes()
    for length in (4, 40, len(content) // 2, len(content) - 1):
        with pytest.raises(CheckpointError):
            Checkpoint.of_bytes(content[:length])


def test_two_checkpoints_of_the_same_step_are_the_same_bytes() -> None:
    one, two = (of(Checkpoint, run(options(), network(0)))[-1] for _ in range(2))
    assert words([one]) == words([two])
    assert one.to_bytes() == two.to_bytes()
