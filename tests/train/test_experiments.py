"""The experiments: their words and options, and that they hold; five seeds are `make presets`."""

import json

import pytest
import torch

from convlens.nets.presets import PRESETS
from convlens.train.doctor import RULES
from convlens.train.experiments import FIGURES, catalogue, main, measure
from convlens.train.options import read
from convlens.train.presets import EXPERIMENTS, Experiment
from convlens.train.wording import WORDS

LEVELS = {rule.name: rule.level for rule in RULES}
RULE_NAMES = {*LEVELS, "not_finite"}
# Those of forty layers and of 6,000 steps take longer than a test may; `make presets` runs them.
QUICK = [each for each in EXPERIMENTS if each.id not in ("batch", "vanishing", "residual")]


@pytest.mark.parametrize("experiment", QUICK, ids=lambda each: each.id)
def test_an_experiment_holds_on_one_seed(experiment: Experiment) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        measured = measure(experiment, [0])
    finally:
        torch.set_num_threads(threads)
    assert {f"{e.expect.arm} {e.expect.figure}": e.values for e in measured if not e.holds} == {}


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda each: each.id)
def test_every_arm_is_a_run_that_can_be_asked_for(experiment: Experiment) -> None:
    for arm in experiment.arms:
        options = read(arm.options)
        assert options.net in PRESETS
        assert arm.options.keys() <= WORDS.keys()


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda each: each.id)
def test_every_expectation_names_arms_figures_and_rules_that_there_are(
    experiment: Experiment,
) -> None:
    arms = [arm.id for arm in experiment.arms]
    assert len(set(arms)) == len(arms)
    for expect in experiment.expects:
        kind, _, which = expect.figure.partition(":")
        assert expect.arm in arms and expect.minus in [*arms, ""]
        assert expect.low <= expect.high
        assert kind in FIGURES or which in RULE_NAMES or kind in ("validation", "test")


@pytest.mark.parametrize("rule", sorted(RULE_NAMES))
def test_a_rule_must_speak_in_one_experiment_and_be_silent_in_its_good_arm(rule: str) -> None:
    def is_measured(experiment: Experiment) -> bool:
        said = {e.figure for e in experiment.expects if e.low == 1}
        unsaid = {e.figure for e in experiment.expects if e.arm == "good" and e.high == 0}
        silent = "warnings" if LEVELS.get(rule) != "note" else f"verdict:{rule}"
        return f"verdict:{rule}" in said and silent in unsaid

    assert any(is_measured(each) for each in EXPERIMENTS)


def test_the_catalogue_is_json_with_words_in_both_languages() -> None:
    told = json.loads(json.dumps(catalogue(), allow_nan=False))
    assert [each["id"] for each in told] == [each.id for each in EXPERIMENTS]
    for each in told:
        for words in (each["title"], each["question"], each["answer"]):
            assert words["en"] and words["zh"]
        assert all(arm["label"]["en"] and arm["label"]["zh"] for arm in each["arms"])
    gap = next(e for each in told for e in each["expects"] if e["figure"] == "kernel_gap")
    assert (gap["low"], gap["high"]) == (0, 0)


def test_the_command_says_what_was_measured_and_whether_it_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    threads = torch.get_num_threads()
    assert main(["activation", "--seeds", "1"]) == 0
    torch.set_num_threads(threads)
    said = capsys.readouterr().out
    assert "holds  good accuracy" in said
    assert "FAILS" not in said
