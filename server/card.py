"""What `models/<id>/card.json` says about a network, checked when it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from .nets import NETWORKS

if TYPE_CHECKING:
    from .core.image import InputSpec


class ZooError(Exception):
    """A network cannot be used: a sentence that says why, and a hint that says what to do."""

    def __init__(self, sentence: str, *, hint: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class Words(TypedDict):
    """A text in both languages of the app."""

    en: str
    zh: str


class ClassName(Words):
    """A class of a network: its id, and its name in both languages."""

    id: str


class InputSize(TypedDict):
    """What a network takes in, in cells."""

    channels: int
    height: int
    width: int


@dataclass(frozen=True)
class Card:
    """One network in words and numbers; every field is what JSON holds."""

    id: str
    name: str
    rank: int  # place in the list of networks; the lowest is the default
    network: str  # key of nets.NETWORKS
    about: Words
    architecture: Words
    input: InputSize
    mean: list[float]  # per channel, of pictures in [0, 1]
    std: list[float]
    fit: Literal["photo", "digit"]  # how a picture is prepared: "photo" or "digit"
    classes: list[ClassName]  # in the order of the network's outputs
    parameters: int
    data: dict[str, Any]
    metrics: dict[str, Any]
    recipe: dict[str, Any]
    licence: str
    hand: Literal["mnist", "digits"] = "mnist"  # whose digits "digit" makes a picture like

    @property
    def spec(self) -> InputSpec:
        """What `core.image.prepare` has to know."""
        from .core.image import InputSpec

        mean, std = tuple(self.mean), tuple(self.std)
        return InputSpec(**self.input, mean=mean, std=std, fit=self.fit, hand=self.hand)


def read_card(folder: Path) -> Card:
    """Return the card of the network in `folder`.

    Raises:
        ZooError: `card.json` is missing, is not JSON, or says something that cannot be.
    """
    path = folder / "card.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ZooError(f"The card {path} cannot be read: {error}.", hint=RESTORE) from error
    except json.JSONDecodeError as error:
        raise ZooError(f"The card {path} is not JSON: {error}.", hint=RESTORE) from error
    for key, (allowed, is_right) in RULES.items():
        if not isinstance(said, dict) or key not in said:
            raise ZooError(f"The card {path} has no {key!r}.", hint=f"It must be {allowed}.")
        if not _holds(is_right, said):
            shown = json.dumps(said[key], ensure_ascii=False)[:80]
            raise ZooError(f"The card {path} has {key!r} = {shown}.", hint=f"It must be {allowed}.")
    if said["id"] != folder.name:
        raise ZooError(
            f"The card {path} is of {said['id']!r}.", hint="Its id is its folder's name."
        )
    return Card(**{key: said[key] for key in RULES})


RESTORE = "Install ConvLens again, or put the file back from the repository."


def _holds(is_right: Callable[[dict[str, Any]], bool], said: dict[str, Any]) -> bool:
    try:
        return is_right(said)
    except (TypeError, KeyError, ValueError, AttributeError):
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _are_words(value: Any) -> bool:
    return _is_text(value["en"]) and _is_text(value["zh"])


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_sizes(value: dict[str, Any]) -> bool:
    names = ("channels", "height", "width")
    return value.keys() == set(names) and all(_is_count(value[name]) for name in names)


def _are_classes(value: list[dict[str, Any]]) -> bool:
    complete = all(_is_text(each["id"]) and _are_words(each) for each in value)
    return complete and len(value) > 1 and len({each["id"] for each in value}) == len(value)


def _one_per_channel(said: dict[str, Any], key: str) -> bool:
    numbers = all(isinstance(each, int | float) for each in said[key])
    return numbers and len(said[key]) == said["input"]["channels"]


# key -> (what is allowed, whether the whole card keeps to it)
RULES: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "id": ("a text, the folder's name", lambda card: _is_text(card["id"])),
    "name": ("a text", lambda card: _is_text(card["name"])),
    "rank": ("a whole number above 0", lambda card: _is_count(card["rank"])),
    "network": (f"one of {', '.join(NETWORKS)}", lambda card: card["network"] in NETWORKS),
    "about": ("a text in en and zh", lambda card: _are_words(card["about"])),
    "architecture": ("a text in en and zh", lambda card: _are_words(card["architecture"])),
    "input": ("channels, height and width above 0", lambda card: _are_sizes(card["input"])),
    "mean": ("a number per channel", lambda card: _one_per_channel(card, "mean")),
    "std": (
        "a number above 0 per channel",
        lambda card: _one_per_channel(card, "std") and min(card["std"]) > 0,
    ),
    "fit": ("photo or digit", lambda card: card["fit"] in ("photo", "digit")),
    "classes": (
        "two or more, each with its own id and names in en and zh",
        lambda card: _are_classes(card["classes"]),
    ),
    "parameters": ("a whole number above 0", lambda card: _is_count(card["parameters"])),
    "data": ("an object", lambda card: isinstance(card["data"], dict)),
    "metrics": ("an object", lambda card: isinstance(card["metrics"], dict)),
    "recipe": ("an object", lambda card: isinstance(card["recipe"], dict)),
    "licence": ("a text", lambda card: _is_text(card["licence"])),
}
