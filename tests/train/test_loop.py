"""The loop against a loop written by hand, and what a driver may rely on while it pulls."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convlens.data.task import Task
from convlens.train.checkpoint import Checkpoint
from convlens.train.events import (
    Change,
    Evaluation,
    Finder,
    Frame,
    Health,
    Layers,
    Phase,
    Points,
    Started,
    State,
    Verdict,
)
from convlens.train.knobs import Knobs
from convlens.train.loop import train
from convlens.train.options import OPTIMISERS, Options
from tests.train.small import MEAN, STD, Said, of, options, run, small_net, small_task, words

Make = Callable[[Any, Options], torch.optim.Optimizer]
BY_HAND: dict[str, Make] = {
    "sgd": lambda p, o: torch.optim.SGD(p, o.lr, fused=True),
    "momentum": lambda p, o: torch.optim.SGD(p, o.lr, momentum=o.momentum, fused=True),
    "nesterov": lambda p, o: torch.optim.SGD(
        p, o.lr, momentum=o.momentum, nesterov=True, fused=True
    ),
    "rmsprop": lambda p, o: torch.optim.RMSprop(p, o.lr, foreach=True),
    "adam": lambda p, o: torch.optim.Adam(p, o.lr, fused=True),
    "adamw": lambda p, o: torch.optim.AdamW(p, o.lr, weight_decay=o.weight_decay, fused=True),
}


def by_hand(given: Options, network: nn.Module, task: Task) -> list[list[float]]:
    """Step, loss and accuracy of the loop as every tutorial writes it."""
    network = network.to(memory_format=torch.channels_last).train()
    pictures = (task.train.x.float() / 255 - MEAN) / STD
    pictures = pictures.contiguous(memory_format=torch.channels_last)
    chosen = BY_HAND[given.optimiser](network.parameters(), given)
    order = torch.Generator().manual_seed(given.seed)
    rows: list[list[float]] = []
    torch.manual_seed(given.seed)
    for _ in range(given.epochs):
        for indices in torch.split(torch.randperm(len(pictures), generator=order), given.batch):
            x, y = pictures[indices], task.train.y[indices]
            logits = network(x)
            loss = F.cross_entropy(logits, y, label_smoothing=given.label_smoothing)
            chosen.zero_grad()
            torch.autograd.backward(loss)
            if given.clip:
                nn.utils.clip_grad_norm_(network.parameters(), given.clip)
            chosen.step()
            right = (logits.argmax(1) == y).float().mean().item()
            rows.append([len(rows) + 1, loss.item(), right])
    return rows


def rows(said: list[Said]) -> list[list[float]]:
    return [row for points in of(Points, said) for row in points.rows[:, [0, 2, 3]].tolist()]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_loop_gives_the_numbers_of_a_loop_written_by_hand(name: str) -> None:
    given = options(optimiser=name, seed=5, weight_decay=0.01 if name == "adamw" else 0.0)
    ours, plain = small_net(), small_net()
    found, expected = rows(run(given, ours)), by_hand(given, plain, small_task())
    assert [r[:2] for r in found] == [r[:2] for r in expected]
    assert [r[2] for r in found] == pytest.approx([r[2] for r in expected])
    for a, b in zip(ours.parameters(), plain.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize(
    "more",
    [
        {"label_smoothing": 0.2},
        {"clip": 0.5},
        {"batch": 0},
        {"batch": 1, "epochs": 1},
        {"batch": 50},
    ],
    ids=str,
)
def test_smoothing_clipping_and_every_batch_size_are_as_by_hand(more: dict[str, Any]) -> None:
    given = options(**more)
    at_hand = given if given.batch else options(**more | {"batch": 50})
    expected = by_hand(at_hand, small_net(), small_task())
    assert [r[:2] for r in rows(run(given))] == [r[:2] for r in expected]


def test_dropout_draws_as_by_hand_and_leaves_torchs_own_chance_alone() -> None:
    given = options(seed=3)
    expected = by_hand(given, small_net(dropout=0.5), small_task())
    torch.manual_seed(77)
    before = torch.get_rng_state()

    def disturb(_: Said, __: Knobs) -> None:
        assert torch.equal(torch.get_rng_state(), before)

    found = run(given, small_net(dropout=0.5), act=disturb)
    assert [r[:2] for r in rows(found)] == [r[:2] for r in expected]


def test_pictures_stay_in_order_where_they_are_not_shuffled() -> None:
    one, two = (run(options(shuffle=False, seed=seed)) for seed in (0, 1))
    assert rows(one) == rows(two)
    assert rows(one) != rows(run(options(shuffle=True)))


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    one, two, other = (
        words(run(options(seed=seed), small_net(dropout=0.3, norm=True))) for seed in (4, 4, 5)
    )
    assert one == two
    assert one != other


# --- phases: learning.md, item 72 ---


def weights(network: nn.Module) -> list[torch.Tensor]:
    return [p.detach().clone() for p in network.parameters()]


def gradients(network: nn.Module) -> list[torch.Tensor | None]:
    return [None if p.grad is None else p.grad.clone() for p in network.parameters()]


def same(a: list[Any], b: list[Any]) -> bool:
    return all(
        (x is None and y is None) or (x is not None and y is not None and torch.equal(x, y))
        for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize("clip", [0.0, 0.01])
def test_each_phase_changes_only_what_it_is_named_after(clip: float) -> None:
    network, given = small_net(), options(optimiser="sgd", lr=0.25, clip=clip)
    w, g = weights(network), gradients(network)
    seen = []
    for said in train(network, small_task(), given, Knobs(given.lr)):
        if not isinstance(said, Phase):
            continue
        seen.append(said.phase)
        new_w, new_g = weights(network), gradients(network)
        if said.phase in ("forward", "loss"):
            assert same(w, new_w) and same(g, new_g)
        elif said.phase == "backward":
            assert same(w, new_w) and not same(g, new_g)
        else:
            assert same(g, new_g)
            for before, after, slope in zip(w, new_w, new_g, strict=True):
                assert slope is not None and torch.equal(after, before - 0.25 * slope)
        w, g = new_w, new_g
    assert seen[:8] == ["forward", "loss", "backward", "update"] * 2


def test_clipping_bounds_the_gradient_that_is_seen_and_used() -> None:
    said = run(options(clip=0.01))
    network = small_net()
    free = run(options())
    count = len(of(Started, said)[0].layers)

    def lengths(found: list[Said]) -> list[float]:
        return [math.hypot(*each.rows[0, 1 : 1 + count]) for each in of(Layers, found)]

    assert max(lengths(said)) <= 0.01 * (1 + 1e-5)
    assert max(lengths(free)) > 0.01
    assert network is not None


def test_behind_the_update_nothing_of_the_step_is_left_to_say() -> None:
    said = [s for s in run(options(evaluate_every=2)) if not isinstance(s, Verdict)]
    for place, each in enumerate(said):
        if isinstance(each, Phase) and each.phase == "forward":
            assert isinstance(said[place - 1], State | Phase)
    for each in of(Evaluation, said)[1:]:
        place = said.index(each)
        behind = [type(other) for other in said[place : place + 3]]
        assert behind == [Evaluation, Health, Phase]


# --- what is said ---


def test_a_run_says_what_it_is_then_its_steps_and_then_why_it_ended() -> None:
    said = run(options())
    started = of(Started, said)[0]
    assert said[0] is started
    assert started.layers == ["conv1", "dense1", "dense2"]
    assert [node["id"] for node in started.nodes][:3] == ["input", "conv1", "relu1"]
    assert started.parameters == started.trainable == 4 * 10 + 65 * 8 + 9 * 3
    assert (started.steps_per_epoch, started.steps) == (4, 8)
    assert started.counts == {"train": 50, "validation": 20, "test": 10}
    assert [each.step for each in of(Evaluation, said)] == [0, 4, 8]
    assert [each.step for each in of(Points, said)] == list(range(1, 9))
    assert of(Points, said)[-1].rows[0, 1] == 2.0
    last = said[-1]
    assert isinstance(last, State) and last.state == "finished"
    assert last.reason is not None and last.reason["code"] == "epochs"
    assert [state.state for state in of(State, said)] == ["running", "finished"]
    assert isinstance(said[-2], Checkpoint) and said[-2].step == 8


def test_layers_tell_the_lengths_of_gradient_weight_and_update() -> None:
    network, given = small_net(), options(optimiser="sgd", lr=0.5)
    convolution = network.get_parameter("conv1.weight")
    before = convolution.detach().clone()
    for said in train(network, small_task(), given, Knobs(given.lr)):
        if isinstance(said, Layers):
            row = said.rows[0]
            break
    slope = convolution.grad
    assert isinstance(slope, torch.Tensor)
    expected = [slope.norm(), convolution.norm(), (convolution - before).norm()]
    assert [row[1], row[4], row[7]] == pytest.approx([v.item() for v in expected], rel=1e-6)
    assert row[7] == pytest.approx(0.5 * row[1], rel=1e-5)


def test_a_network_with_batch_norm_never_sees_a_part_of_a_batch() -> None:
    plain, normed = (of(Started, run(options(), small_net(norm=n)))[0] for n in (False, True))
    assert (plain.steps_per_epoch, normed.steps_per_epoch) == (4, 3)


def test_a_run_without_a_validation_set_has_no_evaluations_and_ends() -> None:
    said = run(options(patience=1, until_accuracy=0.1), task=small_task(validation=0))
    assert of(Evaluation, said) == []
    assert len(of(Points, said)) == 8


# --- ends ---


def test_a_run_ends_when_it_has_learned_enough() -> None:
    said = run(options(epochs=100, until_accuracy=0.9, lr=0.02))
    last, judged = said[-1], of(Evaluation, said)
    assert isinstance(last, State) and last.reason is not None
    assert (last.state, last.reason["code"]) == ("finished", "accuracy")
    assert judged[-1].accuracy >= 0.9 > max(each.accuracy for each in judged[1:-1])
    assert f"{judged[-1].accuracy:.1%}" in last.reason["sentence"]["en"]


def test_a_run_ends_when_its_patience_does() -> None:
    said = run(options(epochs=100, patience=3, lr=1.0))
    losses = [each.loss for each in of(Evaluation, said)][1:]
    last = said[-1]
    assert isinstance(last, State) and last.reason is not None
    assert last.reason["code"] == "patience"
    assert min(losses[-3:]) >= min(losses[:-3])
    assert len(losses) < 100


@pytest.mark.parametrize("spoil", ["loss", "weights"])
def test_a_number_that_is_none_ends_the_run_as_failed_with_step_and_layer(spoil: str) -> None:
    network, given = small_net(), options(optimiser="sgd")

    def act(said: Said, knobs: Knobs) -> None:
        if isinstance(said, Phase) and (said.step, said.phase) == (3, "update"):
            if spoil == "weights":
                knobs.lr = math.inf
            else:
                with torch.no_grad():
                    network.get_parameter("dense1.weight")[0, 0] = math.nan

    said = run(given, network, act=act)
    last = said[-1]
    assert isinstance(last, State) and last.reason is not None
    assert (last.state, last.reason["code"], last.reason["step"]) == ("failed", "not_finite", 4)
    assert last.reason["layer"] == ("dense1" if spoil == "loss" else "conv1")
    assert last.reason["layer"] in last.reason["sentence"]["zh"]
    assert max(points.step for points in of(Points, said)) == (4 if spoil == "weights" else 3)


def test_a_rate_far_too_high_ends_in_a_layer_that_exists_or_goes_on() -> None:
    said = run(options(optimiser="sgd", lr=10.0, epochs=20, loss="cross-entropy"))
    last = said[-1]
    assert isinstance(last, State) and last.reason is not None
    assert last.reason["layer"] in (None, "conv1", "relu1", "pool1", "dense1", "relu2", "dense2")


# --- frozen ---


@pytest.mark.parametrize("name", OPTIMISERS)
def test_frozen_weights_change_by_exactly_nothing(name: str) -> None:
    network = small_net(norm=True)
    for layer in ("conv1", "norm1"):
        network.get_submodule(layer).requires_grad_(False)
    before = {n: t.clone() for n, t in network.state_dict().items()}
    said = run(options(optimiser=name, weight_decay=0.1), network)
    for name_, tensor in network.state_dict().items():
        is_frozen = name_.startswith(("conv1", "norm1"))
        assert ((tensor - before[name_]).abs().max().item() == 0.0) is is_frozen, name_
    row = of(Layers, said)[-1].rows[0]
    assert (row[1], row[9]) == (0.0, 0.0)
    assert of(Started, said)[0].trainable < of(Started, said)[0].parameters


# --- changes and requests ---


def test_a_rate_moved_while_running_is_told_used_and_happens_again_on_replay() -> None:
    def act(said: Said, knobs: Knobs) -> None:
        if isinstance(said, Phase) and (said.step, said.phase) == (3, "backward"):
            knobs.lr = 0.002
        if isinstance(said, Phase) and (said.step, said.phase) == (5, "update"):
            knobs.lr = 0.02

    first = run(options(), act=act)
    changes = of(Change, first)
    assert changes == [Change(3, "lr", 0.01, 0.002), Change(6, "lr", 0.002, 0.02)]
    rates = [points.rows[0, 4] for points in of(Points, first)]
    assert rates == [0.01] * 2 + [0.002] * 3 + [0.02] * 3
    assert words(run(options(), changes=changes)) == words(first)


def test_a_schedule_multiplies_the_rate_that_was_moved() -> None:
    def act(said: Said, knobs: Knobs) -> None:
        if isinstance(said, Points) and said.step == 4:
            knobs.lr = 0.1

    given = options(schedule="step", schedule_steps=2, schedule_factor=0.5)
    rates = [points.rows[0, 4] for points in of(Points, run(given, act=act))]
    expected = [0.01, 0.01, 0.005, 0.005, 0.025, 0.025, 0.0125, 0.0125]
    assert rates == pytest.approx(expected, rel=1e-12)


def test_requests_are_served_before_the_next_phase_and_change_nothing() -> None:
    given = options(epochs=1)
    knobs = Knobs(given.lr, pins=torch.zeros(2, 1, 8, 8))
    network = small_net(dropout=0.2, norm=True)
    saids = train(network, small_task(), given, knobs)
    found: list[Said] = []
    for said in saids:
        found.append(said)
        if not isinstance(said, Phase):
            continue
        before = weights(network)
        wanted = {Frame: 1, Evaluation: 1, Finder: 1 if said.step == 2 else 0}
        knobs.frame, knobs.evaluate, knobs.finder = True, "test", said.step == 2
        asked: list[Said] = []
        while any(len(of(kind, asked)) < count for kind, count in wanted.items()):
            asked.append(next(saids))
        assert not of(Phase, asked)
        assert of(Evaluation, asked)[0].part == "test"
        assert same(before, weights(network))
    undisturbed = run(given, small_net(dropout=0.2, norm=True))
    assert rows(found) == rows(undisturbed)
    assert len(rows(found)) == 3


def test_a_checkpoint_asked_for_in_mid_step_waits_for_the_end_of_the_step() -> None:
    def act(said: Said, knobs: Knobs) -> None:
        if isinstance(said, Phase) and (said.step, said.phase) == (2, "loss"):
            knobs.checkpoint = True

    said = run(options(), act=act)
    saved = of(Checkpoint, said)[0]
    assert saved.step == 2
    before = said[said.index(saved) - 1]
    assert isinstance(before, Phase) and (before.step, before.phase) == (2, "update")
