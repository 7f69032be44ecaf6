"""Options are read from JSON and flags, checked, and described to whoever builds controls."""

import json
from argparse import ArgumentParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlens.train.options import (
    GROUPS,
    LIVE,
    TABLE,
    OptionError,
    Options,
    as_json,
    check,
    describe,
    differing,
    flags,
    read,
)
from convlens.train.wording import CHOICES, WORDS

ROWS = {row["name"]: row for row in describe()}
NUMBERS = [name for name, row in ROWS.items() if row["kind"] in ("number", "integer")]
TOGETHER = {"validation_share", "test_share", "folds", "fold"}  # bounded by each other, too


def allowed(row: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that an option may have."""
    match row["kind"]:
        case "number":
            return st.floats(row["low"], row["high"])
        case "integer":
            return st.integers(row["low"], row["high"])
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from([choice["id"] for choice in row["choices"]])
        case "list":
            return st.none() | st.lists(st.just({"kind": "flatten"}), max_size=3)
        case _:
            return st.text("abc-09 网", max_size=20)


WHOLE = st.fixed_dictionaries(
    {}, optional={n: allowed(row) for n, row in ROWS.items() if n not in TOGETHER}
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


def test_nothing_asked_for_is_the_default_run() -> None:
    assert read({}) == Options()


@settings(deadline=None)
@given(WHOLE)
def test_every_allowed_value_is_taken_and_comes_back_through_json(asked: dict[str, Any]) -> None:
    options = read(asked)
    assert all(getattr(options, name) == value for name, value in asked.items())
    assert read(json.loads(json.dumps(as_json(options)))) == options


@settings(deadline=None)
@given(st.sampled_from(list(TABLE)), JUNK)
def test_whatever_is_given_is_taken_or_refused_in_a_sentence(name: str, value: Any) -> None:
    try:
        options = read({name: value})
    except OptionError as error:
        assert error.name in TABLE and error.hint and error.sentence.endswith(".")
    else:
        assert read(as_json(options)) == options


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_beyond_its_bounds_is_refused_with_the_bounds(name: str) -> None:
    row = ROWS[name]
    for value in (row["low"] - 1, row["high"] + 1, float("nan"), float("inf"), "3", True, None):
        with pytest.raises(OptionError) as refused:
            read({name: value})
        assert refused.value.name == name
        assert f"{row['low']:.12g} to {row['high']:.12g}" in refused.value.sentence


def test_a_whole_number_may_be_written_with_a_point() -> None:
    batch = read({"batch": 16.0}).batch
    assert (batch, type(batch)) == (16, int)
    with pytest.raises(OptionError, match=r"batch is 16\.5; it must be a whole number"):
        read({"batch": 16.5})


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(OptionError) as refused:
        read({"labelnoise": 0.1})
    assert "label_noise" in refused.value.hint


@pytest.mark.parametrize(
    ("asked", "blamed"),
    [
        ({"validation_share": 0.5, "test_share": 0.5}, "validation_share"),
        ({"folds": 1}, "folds"),
        ({"folds": 5, "fold": 5}, "fold"),
        ({"fold": 1}, "fold"),
        ({"layers": "conv"}, "layers"),
        ({"layers": [1]}, "layers"),
        ({"layers": [{}] * 1001}, "layers"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "n" * 201}, "name"),
    ],
)
def test_values_that_cannot_be_are_refused(asked: dict[str, Any], blamed: str) -> None:
    with pytest.raises(OptionError) as refused:
        read(asked)
    assert refused.value.name == blamed


def test_every_option_has_words_in_both_languages_a_group_and_a_default_in_its_bounds() -> None:
    assert WORDS.keys() == TABLE.keys()
    for row in ROWS.values():
        assert all((row["label"]["en"], row["label"]["zh"], row["help"]["en"], row["help"]["zh"]))
        assert row["group"] in GROUPS
        assert check(row["name"], row["default"]) == row["default"]
        assert all(choice["id"] in CHOICES for choice in row["choices"] or [])
        if row["scale"] == "log":
            assert row["low"] > 0 or row["kind"] == "integer" or row["step"] > 0
    assert json.loads(json.dumps(describe())) == describe()


def test_only_what_may_change_while_a_run_goes_on_is_live() -> None:
    assert LIVE == ("lr", "speed")


def test_every_option_is_a_flag_of_the_command_line() -> None:
    parser = ArgumentParser()
    flags(parser)
    text = (
        "--data shapes --net tiny8 --lr 0.1 --batch 64 --no-shuffle --flip --label-noise 0.2 "
        "--layers [] --optimiser sgd"
    )
    found = {name: v for name, v in vars(parser.parse_args(text.split())).items() if v is not None}
    assert read(found) == read(
        {
            "data": "shapes",
            "lr": 0.1,
            "batch": 64,
            "shuffle": False,
            "flip": True,
            "label_noise": 0.2,
            "layers": [],
            "optimiser": "sgd",
        }
    )
    assert vars(parser.parse_args([])).keys() == TABLE.keys()


def test_a_flag_out_of_bounds_is_refused_in_the_same_words() -> None:
    parser = ArgumentParser()
    flags(parser)
    with pytest.raises(OptionError, match="lr is 11; it must be a number from 1e-07 to 10"):
        parser.parse_args(["--lr", "11"])


def test_what_differs_from_the_defaults_is_named() -> None:
    assert differing(read({"lr": 0.5, "batch": 32})) == {"lr": 0.5}
