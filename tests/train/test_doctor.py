"""The doctor's rules on runs that are made up: each speaks on its evidence, once, and explains.

That the rules hold for real runs is measured in `test_experiments.py`.
"""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from convlens.train.advice import WORDS
from convlens.train.doctor import RULES, Doctor
from convlens.train.events import (
    Change,
    Evaluation,
    Event,
    Health,
    Layers,
    Points,
    Started,
    State,
    Verdict,
)
from convlens.train.options import Options, read

LN6 = math.log(6)
NAMES = ["conv1", "conv2", "dense1"]
Norms = tuple[Sequence[float], Sequence[float], Sequence[float]]
WELL: Norms = ([0.2, 0.2, 0.3], [3.0, 5.0, 4.0], [0.006, 0.01, 0.008])


class Life:
    """A run made up event by event, and all that the doctor said to it."""

    def __init__(self, classes: int = 6, **options: Any) -> None:
        self.doctor = Doctor(read(options), classes=classes)
        self.classes = classes
        self.step = 0
        self.said: list[Verdict] = []
        self.events: list[Event] = []
        nodes = [{"id": "conv1", "op": "conv"}, {"id": "relu1", "op": "activation"}]
        labels = [{"id": str(n), "en": str(n), "zh": str(n)} for n in range(classes)]
        self.hear(Started(nodes, NAMES, 100, 100, labels, 20, 1000, {"train": 640}))

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self.said += self.doctor.hear(event)

    @property
    def rules(self) -> list[str]:
        return [verdict.rule for verdict in self.said]

    def steps(
        self,
        count: int,
        loss: float,
        accuracy: float = 1 / 6,
        *,
        norms: Norms = WELL,
        lr: float = 0.1,
    ) -> None:
        for _ in range(count):
            self.step += 1
            self.hear(Points(np.array([[self.step, self.step / 20, loss, accuracy, lr]])))
            self.hear(Layers(np.array([[self.step, *(v for block in norms for v in block)]])))

    def exam(
        self,
        loss: float,
        right: float,
        *,
        dead: float = 0.0,
        alike: float | None = 0.2,
        confusion: list[list[int]] | None = None,
        pictures: int = 600,
    ) -> None:
        counts = confusion or self.balanced(right, pictures)
        total = sum(map(sum, counts))
        accuracy = sum(counts[k][k] for k in range(self.classes)) / total
        epoch = self.step / 20
        self.hear(Evaluation(self.step, epoch, "validation", loss, accuracy, counts))
        shared = {"saturated": 0.0, "mean": 0.1, "std": 1.0}
        conv = {"node": "conv1", "dead": 0.0, "alike": alike, **shared}
        relu = {"node": "relu1", "dead": dead, "alike": None, **shared}
        self.hear(Health(self.step, [conv, relu]))

    def balanced(self, right: float, pictures: int) -> list[list[int]]:
        """A confusion with this share right and the mistakes spread evenly."""
        each = pictures // self.classes
        hits = round(each * right)
        other, more = divmod(each - hits, self.classes - 1)
        rows = []
        for label in range(self.classes):
            wrong = [other + (n < more) for n in range(self.classes - 1)]
            rows.append([*wrong[:label], hits, *wrong[label:]])
        return rows


def healthy(epochs: int = 8, **options: Any) -> Life:
    """A run that learns: the loss falls, training and validation go together."""
    life = Life(**options)
    life.exam(LN6, 1 / 6)
    for epoch in range(1, epochs + 1):
        right = 1 - (5 / 6) * 0.6**epoch
        life.steps(20, LN6 * 0.6**epoch, right)
        life.exam(LN6 * 0.65**epoch, right)
    return life


def test_a_healthy_run_hears_nothing() -> None:
    assert healthy().said == []


def test_a_rate_that_kills_the_channels_is_too_high_and_the_words_hold_the_numbers() -> None:
    life = Life(lr=1.0)
    life.exam(1.8, 1 / 6, dead=0.1)
    life.steps(5, 1.9, lr=1.0)
    life.steps(40, 1.81, norms=([0, 0, 0.1], [3, 5, 4], [0, 0, 0.01]), lr=1.0)
    life.exam(1.79, 1 / 6, dead=0.94)
    assert life.rules == ["rate_high", "dead_relu"]
    verdict = life.said[0]
    assert (verdict.step, verdict.level) == (45, "failure")
    assert verdict.remedy == {"lr": 0.1}
    for number in ("rate 1 ", "1.81", "1.79", "17%", "94%", "relu1"):
        assert number in verdict.text["en"]


def test_a_loss_that_climbs_is_a_rate_too_high_between_two_evaluations() -> None:
    life = Life(lr=0.5)
    life.exam(1.8, 1 / 6)
    life.steps(40, 9.0, norms=([5, 5, 5], [3, 3, 3], [2, 2, 2]), lr=0.5)
    assert life.rules == ["rate_high"]
    assert life.said[0].values["symptom"] == "climbs"
    assert "climbed to 9, far above blind guessing (1.79)" in life.said[0].text["en"]


def test_steps_of_a_tenth_of_the_weights_that_teach_nothing_are_too_large() -> None:
    life = Life()
    life.exam(LN6, 1 / 6)
    life.steps(40, LN6, norms=([1, 1, 1], [1, 1, 1], [0.2, 0.01, 0.01]))
    life.exam(LN6, 1 / 6)
    assert life.rules == ["rate_high"]


def test_small_steps_that_teach_nothing_are_too_small() -> None:
    slow: Norms = ([0.2, 0.2, 0.3], [3, 5, 4], [3e-5, 5e-5, 4e-5])
    life = Life(lr=1e-4)
    life.exam(1.795, 1 / 6)
    life.steps(80, 1.79, norms=slow, lr=1e-4)
    life.exam(1.79, 1 / 6)
    assert life.rules == ["rate_low"]
    assert life.said[0].remedy == {"lr": 0.001}
    assert "1e-05 of their size" in life.said[0].text["en"]


def test_a_run_whose_steps_have_died_on_the_way_is_not_called_slow() -> None:
    life = Life()
    life.exam(1.795, 1 / 6)
    life.steps(20, 1.79)
    life.steps(80, 1.79, norms=([0, 0, 0], [3, 5, 4], [1e-9, 1e-9, 1e-9]))
    life.exam(1.79, 1 / 6)
    assert "rate_low" not in life.rules


def test_a_first_gradient_far_below_the_last_has_vanished() -> None:
    faint: Norms = ([1e-9, 1e-5, 0.3], [3, 5, 4], [1e-10, 1e-6, 0.004])
    life = Life()
    life.exam(LN6, 1 / 6)
    life.steps(40, LN6, norms=faint)
    life.exam(LN6, 1 / 6)
    assert life.rules == ["vanishing"]
    assert "3e-09 of that in dense1" in life.said[0].text["en"]
    assert life.said[0].remedy["norm"] == "batch"


def test_a_faint_first_gradient_is_no_verdict_while_the_network_learns() -> None:
    faint: Norms = ([1e-9, 1e-5, 0.3], [3, 5, 4], [0.003, 0.005, 0.004])
    life = Life()
    life.exam(LN6, 1 / 6)
    life.steps(40, 0.5, 0.8, norms=faint)
    life.exam(0.5, 0.8)
    assert life.said == []


def test_a_first_gradient_that_is_huge_explodes_in_the_first_step() -> None:
    wild: Norms = ([9e5, 10.0, 0.3], [3, 5, 4], [1, 1, 1])
    life = Life()
    life.exam(LN6, 1 / 6)
    life.steps(1, 50.0, norms=wild)
    assert life.rules == ["exploding"]
    assert (life.said[0].step, life.said[0].values["layer"]) == (1, "conv1")
    assert life.said[0].remedy == {"init": "he", "clip": 1.0}


def test_an_end_that_is_not_finite_names_layer_step_and_rate() -> None:
    life = Life(lr=3.0)
    life.steps(7, 2.0, lr=3.0)
    life.hear(State(8, "failed", {"code": "not_finite", "layer": "conv2", "step": 8}))
    assert life.rules == ["not_finite"]
    assert life.said[0].remedy == {"lr": 0.3}
    assert all(word in life.said[0].text["en"] for word in ("step 8", "conv2", "rate was 3."))


@pytest.mark.parametrize("state", [State(9, "stopped"), State(9, "failed", {"code": "memory"})])
def test_other_ends_are_no_case_for_the_doctor(state: State) -> None:
    life = Life()
    life.hear(state)
    assert life.said == []


def test_kernels_that_point_one_way_are_alike() -> None:
    life = Life()
    life.exam(LN6, 1 / 6, alike=1.0)
    assert life.said == []  # at the start every chance is still open
    life.steps(40, 1.0, 0.5)
    life.exam(1.0, 0.5, alike=1.0)
    assert life.rules == ["filters_alike"]
    assert "conv1" in life.said[0].text["en"]


def test_kernels_of_zeros_are_alike_although_they_point_nowhere() -> None:
    life = Life()
    life.exam(LN6, 1 / 6, alike=0.0)
    life.steps(40, LN6, norms=([0, 0, 0], [0, 0, 0], [0, 0, 0]))
    life.exam(LN6, 1 / 6, alike=0.0)
    assert life.rules == ["filters_alike"]


def test_channels_that_were_dead_from_the_start_are_not_said_to_have_died() -> None:
    life = Life()
    life.exam(LN6, 1 / 6, dead=0.8)
    life.steps(40, 0.5, 0.8)
    life.exam(0.5, 0.8, dead=0.95)
    assert life.said == []


def test_one_class_for_everything_is_said_at_the_second_evaluation() -> None:
    life = Life(classes=3, imbalance=20.0)
    only = [[0, 100, 0], [0, 100, 0], [2, 98, 0]]
    life.exam(1.0, 0, confusion=only)
    life.steps(40, 0.3, 0.9)
    life.exam(2.0, 0, confusion=only)
    assert life.said == []
    life.steps(20, 0.3, 0.9)
    life.exam(2.0, 0, confusion=only)
    assert life.rules == ["one_class"]
    assert life.said[0].remedy == {"imbalance": 1.0}
    assert "99% of all guesses are “1”" in life.said[0].text["en"]


def test_validation_loss_that_rises_while_training_goes_on_is_overfitting() -> None:
    life = Life()
    life.exam(LN6, 1 / 6)
    for loss, trained in ((1.3, 0.6), (1.1, 0.8), (1.3, 0.95), (1.4, 1.0), (1.5, 1.0)):
        life.steps(20, 1.2 - trained, trained)
        life.exam(loss, 0.6)
    assert life.rules == ["overfitting"]
    assert life.said[0].values["lowest_step"] == 40
    assert all(n in life.said[0].text["en"] for n in ("100%", "60%", "step 40", "1.10", "1.50"))


def test_a_wave_of_the_validation_loss_is_not_overfitting() -> None:
    life = Life()
    life.exam(LN6, 1 / 6)
    for loss in (1.1, 1.3, 1.09, 1.3, 1.08, 1.3, 1.07):
        life.steps(20, 0.1, 1.0)
        life.exam(loss, 0.6)
    assert life.said == []


def test_few_validation_pictures_are_a_note_with_the_interval_of_wilson() -> None:
    life = Life(validation_share=0.1)
    life.exam(LN6, 1 / 6, pictures=36)
    life.steps(20, 1.0, 0.6)
    life.exam(1.0, 0.6, pictures=36)
    assert life.rules == ["validation_small"]
    [verdict] = life.said
    assert verdict.level == "note"
    # z / (2 sqrt(n)) / sqrt(1 + z^2 / n) with z = 1.96, n = 36
    assert verdict.values["half"] == pytest.approx(0.1553, abs=1e-4)
    assert verdict.remedy == {"validation_share": 0.25}


# --- when it speaks ---


def test_a_verdict_is_said_once_and_again_only_after_its_evidence_was_gone() -> None:
    life = Life()
    life.exam(LN6, 1 / 6)
    for _ in range(4):
        life.steps(20, 0.5, 0.8)
        life.exam(0.5, 0.8, dead=0.95)
    assert life.rules == ["dead_relu"]
    for _ in range(2):
        life.steps(20, 0.5, 0.8)
        life.exam(0.5, 0.8, dead=0.1)
    life.steps(20, 0.5, 0.8)
    life.exam(0.5, 0.8, dead=0.95)
    assert life.rules == ["dead_relu", "dead_relu"]


def test_after_the_rate_is_changed_the_steps_before_count_no_more() -> None:
    life = Life(lr=0.5)
    life.exam(1.8, 1 / 6)
    life.steps(15, 9.0, lr=0.5)
    life.hear(Change(16, "lr", 0.5, 0.05))
    life.steps(40, 1.0, 0.6, lr=0.05)
    life.exam(1.0, 0.6)
    assert life.said == []


def test_the_test_set_is_not_looked_at() -> None:
    life = healthy()
    counts = [[0, 100], [0, 100]]
    life.hear(Evaluation(life.step, 8.0, "test", 9.0, 0.5, counts))
    assert life.said == []


def test_a_run_that_goes_on_from_a_checkpoint_hears_what_it_would_have_heard() -> None:
    def ill() -> Life:
        life = healthy(2)
        for loss in (1.0, 1.2, 1.3, 1.4):
            life.steps(20, 0.01, 1.0)
            life.exam(loss, 0.6, dead=0.95)
        return life

    whole = ill()
    assert whole.rules == ["dead_relu", "overfitting"]
    for cut in range(1, len(whole.events), 7):
        first, second = Doctor(Options(), classes=6), Doctor(Options(), classes=6)
        said = heard(first, whole.events[:cut])
        second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
        assert said + heard(second, whole.events[cut:]) == whole.said


def test_numbers_that_are_not_finite_survive_a_checkpoint() -> None:
    life = Life()
    life.exam(LN6, 1 / 6)
    life.steps(3, math.inf, norms=([math.nan] * 3, [3, 5, 4], [math.inf] * 3))
    again = Doctor(Options(), classes=6)
    again.restore(json.loads(json.dumps(life.doctor.state(), allow_nan=False)))
    life.doctor = again
    life.steps(40, LN6)
    life.exam(LN6, 1 / 6)
    assert again.state()["looked"] == 41  # at steps 1, 21 and 41


def heard(doctor: Doctor, events: Iterable[Event]) -> list[Verdict]:
    return [verdict for event in events for verdict in doctor.hear(event)]


# --- words ---


def test_every_rule_has_words_in_both_languages_that_name_the_same_numbers() -> None:
    rules = {key.split(":")[0] for key in WORDS}
    assert rules == {rule.name for rule in RULES} | {"not_finite"}
    assert all(english and chinese for english, chinese in WORDS.values())


def test_every_remedy_is_an_option_that_is_allowed() -> None:
    for options in (Options(), read({"lr": 1e-7}), read({"lr": 10, "imbalance": 5})):
        life = Life()
        for rule in RULES:
            read(rule.remedy(options, life.doctor._signs))
