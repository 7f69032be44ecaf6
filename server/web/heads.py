"""What a network's head knows of places: the lab's two networks, asked live, each answer once."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import safetensors.torch

from ..card import Card
from ..errors import Problem
from ..train import tolerance
from ..train.fit import Scale
from ..zoo import Zoo, ZooError
from .inference import Workbench
from .schema import Label, Text
from .schema_heads import HeadBody, HeadsBody

Made = TypeVar("Made")


class Heads:
    """The networks of a folder, and what was computed of them; a crowd waits for one computation.

    What it keeps is little: 24 kB for each shape and radius that was asked for.

    Args:
        zoo: holds networks that read grey shapes of 28 x 28.
        workbench: computes.
    """

    def __init__(self, zoo: Zoo, workbench: Workbench) -> None:
        self._zoo = zoo
        self._workbench = workbench
        self._order = asyncio.Lock()
        self._measured: HeadsBody | None = None
        self._places: dict[tuple[str, float], bytes] = {}

    async def measured(self) -> HeadsBody:
        """Returns the networks with their shares of right answers.

        Raises:
            Problem: 503, the server is busy or a network is missing.
        """
        async with self._order:
            if self._measured is None:
                self._measured = await self._do(self._measure)
            return self._measured

    async def places(self, name: str, radius: float) -> bytes:
        """Returns a shape alone, and each network's probabilities of it moved about.

        Raises:
            Problem: as `measured`.
        """
        async with self._order:
            if (name, radius) not in self._places:
                made = await self._do(lambda: self._moved(name, radius))
                self._places[name, radius] = made
            return self._places[name, radius]

    def _measure(self) -> HeadsBody:
        cards = self._cards()
        return HeadsBody(
            heads=[self._head(card) for card in cards],
            classes=[Label.model_validate(each) for each in cards[0].classes],
            pictures=tolerance.PICTURES,
            shifts=list(tolerance.SHIFTS),
            radii=list(tolerance.RADII),
            learned=list(tolerance.STYLE.radius),
        )

    def _head(self, card: Card) -> HeadBody:
        asked = self._zoo.network(card.id), _scale(card)
        return HeadBody(
            id=card.id,
            name=card.name,
            about=Text.model_validate(card.about),
            parameters=card.parameters,
            shifts=[tolerance.by_shift(*asked, each) for each in tolerance.SHIFTS],
            radii=[tolerance.by_radius(*asked, each) for each in tolerance.RADII],
        )

    def _moved(self, name: str, radius: float) -> bytes:
        picture = tolerance.wide(name, radius)
        shares = {
            card.id: tolerance.places(self._zoo.network(card.id), _scale(card), picture)
            for card in self._cards()
        }
        return safetensors.torch.save({**shares, "picture": picture})

    def _cards(self) -> list[Card]:
        return [self._zoo.card(name) for name in self._zoo.ids()]

    async def _do(self, work: Callable[[], Made]) -> Made:
        try:
            return await self._workbench.do(work)
        except ZooError as error:
            raise Problem(503, error.sentence, hint=error.hint, title="Network missing") from error


def _scale(card: Card) -> Scale:
    return Scale(tuple(card.mean), tuple(card.std))
