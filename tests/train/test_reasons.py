"""Why runs end, in both languages."""

import pytest
import torch

from convlens.train.events import ENDED, from_json
from convlens.train.reasons import ENDS, ended, ended_by

VALUES = {"epochs": 3, "accuracy": 0.951, "patience": 4, "error": "boom"}


@pytest.mark.parametrize("code", ENDS)
def test_every_end_has_a_sentence_in_both_languages_and_is_json(code: str) -> None:
    state = ended(code, 12, layer="conv1", **VALUES)
    assert state.state in ENDED and state.reason is not None
    assert state.reason["code"] == code
    assert all("{" not in words and words for words in state.reason["sentence"].values())
    assert from_json(state.as_json()) == state


def test_a_number_that_is_none_is_told_with_and_without_a_layer() -> None:
    named, plain = (ended("not_finite", 5, layer=layer).reason for layer in ("conv2", None))
    assert named is not None and plain is not None
    assert named["sentence"]["en"] == (
        "At step 5 a number became infinite or not a number, first in layer conv2."
    )
    assert plain["sentence"]["en"] == "At step 5 a number became infinite or not a number."


def test_an_error_ends_a_run_with_its_first_line() -> None:
    reason = ended_by(ValueError("it broke\nsecond line"), 7).reason
    assert reason is not None
    assert (reason["code"], reason["step"]) == ("exception", 7)
    assert reason["sentence"]["en"].endswith("it broke")
    assert "second" not in reason["sentence"]["zh"]
    nameless = ended_by(KeyError(), 7).reason
    assert nameless is not None and "KeyError" in nameless["sentence"]["en"]


def test_torchs_way_to_say_that_memory_is_short_is_understood() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 50)
    for error in (caught.value, MemoryError()):
        reason = ended_by(error, 1).reason
        assert reason is not None and reason["code"] == "memory"
