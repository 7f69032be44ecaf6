"""The networks that ship: folders under `models/` -> cards -> networks and their graphs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from .card import Card, ZooError, read_card
from .nets import NETWORKS

if TYPE_CHECKING:
    from .core.record import Record

__all__ = ["Card", "Zoo", "ZooError"]

RETRAIN = "Install ConvLens again, or train the network anew: make train-zoo."
Made = TypeVar("Made")


class Zoo:
    """Cards, networks and graphs of one folder, each read once and then shared by all threads.

    Args:
        folder: holds `<id>/card.json` and `<id>/weights.safetensors` for each network.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._ids: tuple[str, ...] = ()
        self._cards: dict[str, Card] = {}
        self._networks: dict[str, nn.Module] = {}
        self._graphs: dict[str, tuple[Record, ...]] = {}

    def ids(self) -> tuple[str, ...]:
        """Return the networks' ids by the cards' `rank`; the first is the default.

        Raises:
            ZooError: the folder holds no network, or a card is broken.
        """
        with self._lock:
            if not self._ids:
                self._ids = self._look()
            return self._ids

    def exact(self, name: str) -> str:
        """Return the name of what `name` means now; here the two are the same."""
        return name

    def card(self, name: str) -> Card:
        """Return the card of a network.

        Raises:
            ZooError: there is no such network, or its card is broken.
        """
        return self._once(self._cards, name, lambda: read_card(self._known(name)))

    def network(self, name: str) -> nn.Module:
        """Return the network with its trained weights, on the CPU, in evaluation mode.

        All callers share it: do not move or change it, copy it first.

        Raises:
            ZooError: there is no such network, or its weights are missing, broken or another's.
        """
        return self._once(self._networks, name, lambda: self._load(name))

    def graph(self, name: str) -> tuple[Record, ...]:
        """Return the records of one mid-grey picture: every operation, its shape and its edges.

        Raises:
            ZooError: as `network`.
        """
        return self._once(self._graphs, name, lambda: self._trace(name))

    def weights_path(self, name: str) -> Path:
        """Return where the weights of a network lie; the file may be missing.

        Raises:
            ZooError: there is no such network.
        """
        return self._known(name) / "weights.safetensors"

    def _once(self, cache: dict[str, Made], name: str, make: Callable[[], Made]) -> Made:
        with self._lock:
            if name not in cache:
                cache[name] = make()
            return cache[name]

    def _look(self) -> tuple[str, ...]:
        folders = [path.parent for path in self._folder.glob("*/card.json")]
        if not folders:
            raise ZooError(f"There are no networks in {self._folder}.", hint=RETRAIN)
        cards = {folder.name: read_card(folder) for folder in folders}
        self._cards.update(cards)
        return tuple(sorted(cards, key=lambda name: (cards[name].rank, name)))

    def _known(self, name: str) -> Path:
        if name not in self.ids():
            known = ", ".join(self.ids())
            raise ZooError(f"There is no network {name[:80]!r}.", hint=f"Choose one of: {known}.")
        return self._folder / name

    def _load(self, name: str) -> nn.Module:
        card, path = self.card(name), self.weights_path(name)
        network = NETWORKS[card.network]()
        state = _read(path)
        _compare(path, state, network.state_dict())
        network.load_state_dict(state)
        learned = sum(each.numel() for each in network.parameters())
        if learned != card.parameters:
            raise ZooError(
                f"The card of {name} says {card.parameters:,} parameters; it has {learned:,}.",
                hint=f"Mend 'parameters' in {path.with_name('card.json')}.",
            )
        return network.eval().requires_grad_(False)

    def _trace(self, name: str) -> tuple[Record, ...]:
        from .core import tap

        return tap.run(self.network(name), mid_grey(self.card(name))).records


def mid_grey(card: Card) -> Tensor:
    """Return the picture (1, C, H, W) whose every pixel is 0.5, normalised as the card says."""
    size = (1, card.input["channels"], card.input["height"], card.input["width"])
    mean = torch.tensor(card.mean).view(1, -1, 1, 1)
    std = torch.tensor(card.std).view(1, -1, 1, 1)
    return (torch.full(size, 0.5) - mean) / std


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise ZooError(f"The weights {path} are missing.", hint=RETRAIN) from error
    except (OSError, SafetensorError) as error:
        raise ZooError(f"The weights {path} cannot be read: {error}.", hint=RETRAIN) from error


def _compare(path: Path, found: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    """Raise a ZooError that names the first tensor that is missing, unknown or of another kind."""
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            problem = f"lack {name}"
        elif name not in wanted:
            problem = f"hold {name}, which the network does not have"
        elif found[name].shape != wanted[name].shape:
            sizes = tuple(found[name].shape), tuple(wanted[name].shape)
            problem = f"hold {name} of shape {sizes[0]}; the network's is {sizes[1]}"
        elif found[name].dtype != wanted[name].dtype:
            problem = f"hold {name} as {found[name].dtype}, not {wanted[name].dtype}"
        else:
            continue
        raise ZooError(f"The weights {path} are another network's: they {problem}.", hint=RETRAIN)
