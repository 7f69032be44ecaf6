"""Own sets that are collected picture by picture: added to, taken from, removed."""

from pathlib import Path

import pytest

from convlens.data import own, sets
from convlens.data.dataset import Roots
from convlens.data.packed import FILE
from convlens.data.task import Setup, prepare
from convlens.data.words import DataError
from tests.data.zips import means, square


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path / "own")


def add(roots: Roots, level: int, label: str, name: str = "mine") -> None:
    own.add_picture(name, roots, square(level), label=label, called="Mine")


def test_the_first_picture_makes_the_set_and_each_label_a_class(roots: Roots) -> None:
    for level, label in ((10, "cup"), (200, "my hand"), (20, "cup")):
        add(roots, level, label)
    found = sets.load("mine", roots)
    assert found.name["en"] == "Mine"
    assert [each["id"] for each in found.classes] == ["cup", "my_hand"]
    assert [each["en"] for each in found.classes] == ["cup", "my hand"]
    assert found.y.tolist() == [0, 1, 0]
    assert found.shape == (3, 64, 64)
    assert means(found.x) == [10, 200, 20]


def test_a_label_in_chinese_is_a_class_with_an_id_of_its_own(roots: Roots) -> None:
    for label in ("猫", "狗", "猫"):
        add(roots, 9, label)
    found = sets.load("mine", roots)
    assert [each["id"] for each in found.classes] == ["class", "class_2"]
    assert [each["zh"] for each in found.classes] == ["猫", "狗"]
    assert found.y.tolist() == [0, 1, 0]


def test_a_set_of_one_class_is_listed_and_says_why_it_cannot_be_learned(roots: Roots) -> None:
    add(roots, 9, "cup")
    row = sets.listing("mine", roots)
    assert not row.available
    assert row.why and "fewer than two classes" in row.why["en"]
    add(roots, 9, "pen")
    assert sets.listing("mine", roots).available


def test_a_picture_is_taken_back_and_its_class_goes_with_the_last_one(roots: Roots) -> None:
    for level, label in ((10, "a"), (20, "b"), (30, "c")):
        add(roots, level, label)
    found = own.remove_picture("mine", roots, 1)
    assert [each["id"] for each in found.classes] == ["a", "c"]
    assert found.y.tolist() == [0, 1]
    assert means(found.x) == [10, 30]


@pytest.mark.parametrize("name", ["../mine", "Mine", "", "a/b", "-x", "x" * 61])
def test_a_name_that_could_lead_elsewhere_is_no_set(name: str, roots: Roots) -> None:
    with pytest.raises(DataError):
        add(roots, 9, "a", name=name)
    with pytest.raises(DataError):
        own.delete(name, roots)
    assert not roots.own.exists()


@pytest.mark.parametrize("label", ["", "  ", "x" * 81, "a\0b"])
def test_a_label_that_is_no_line_is_refused(label: str, roots: Roots) -> None:
    with pytest.raises(DataError, match="one line of 1 to 80 characters"):
        add(roots, 9, label)


def test_a_picture_that_cannot_be_read_is_refused_in_the_words_of_look(
    roots: Roots,
) -> None:
    with pytest.raises(DataError, match="begin no known picture") as caught:
        own.add_picture("mine", roots, b"hello", label="a", called="")
    assert "Choose a picture file" in caught.value.hint
    assert own.names(roots) == []


def test_a_removed_set_is_gone_with_its_folder(roots: Roots) -> None:
    add(roots, 9, "a")
    own.delete("mine", roots)
    assert list(roots.own.iterdir()) == []
    with pytest.raises(DataError, match="cannot be changed"):
        own.delete("digits", roots)


def test_a_damaged_file_is_a_row_with_a_sentence_and_harms_no_other(roots: Roots) -> None:
    add(roots, 9, "a")
    add(roots, 9, "a", name="other")
    (roots.own / "mine" / FILE).write_bytes(b"not safetensors")
    row = sets.listing("mine", roots)
    assert not row.available
    assert row.why and "cannot be read" in row.why["en"]
    assert sets.listing("other", roots).count == 1
    with pytest.raises(DataError, match="cannot be read"):
        sets.load("mine", roots)


def test_a_collected_set_is_learned_from_like_any_other(roots: Roots) -> None:
    for index in range(20):
        add(roots, index, "a")
        add(roots, 200 + index, "b")
    task = prepare(Setup(data="mine"), roots)
    assert [len(part.y) for part in (task.train, task.validation, task.test)] == [28, 6, 6]
