"""The data sets: what there is, and each whole in memory."""

from __future__ import annotations

from typing import Protocol

from . import bundled, folders, own, vision
from .dataset import DataSet, Listing, Making, Roots, Say
from .words import DataError, Words

__all__ = [
    "DataError",
    "DataSet",
    "Listing",
    "Making",
    "Roots",
    "Say",
    "Words",
    "catalogue",
    "listing",
    "load",
    "taken",
    "version",
]


class Source(Protocol):
    """A place that data sets come from; it answers None for an id that is not its own."""

    def listings(self, roots: Roots, /) -> list[Listing]:
        """Returns the rows of its sets."""

    def version(self, name: str, roots: Roots, /) -> str | None:
        """Returns a text that changes when the set's pictures do."""

    def load(self, name: str, making: Making, roots: Roots, say: Say | None, /) -> DataSet | None:
        """Returns a set, whole."""


SOURCES: tuple[Source, ...] = (bundled, vision, own)


def catalogue(roots: Roots) -> list[Listing]:
    """Returns the rows of all data sets: bundled, downloadable, a person's own, found in a folder.

    Those that cannot be used as they are have `available` False and a sentence in `why`.
    """
    rows = [row for source in SOURCES for row in source.listings(roots)]
    return rows + folders.listings(roots, taken(roots))


def taken(roots: Roots) -> set[str]:
    """Returns the ids that no folder and no new set of a person's own may have."""
    return {*bundled.NAMES, *vision.SETS, *own.names(roots)}


def listing(name: str, roots: Roots) -> Listing:
    """Returns the row of one data set.

    Raises:
        DataError: there is no such set.
    """
    rows = {row.id: row for row in catalogue(roots)}
    if name not in rows:
        raise _unknown(name, roots)
    return rows[name]


def load(
    name: str, roots: Roots, making: Making | None = None, *, say: Say | None = None
) -> DataSet:
    """Returns a data set, whole; the same every time.

    Args:
        name: its id.
        roots: where data sets lie.
        making: how it is drawn, where it is generated.
        say: hears of the progress of long reading.

    Raises:
        DataError: there is no such set, it is not on this machine, or it cannot be read.
    """
    made = making or Making()
    for source in SOURCES:
        found = source.load(name, made, roots, say)
        if found is not None:
            return found
    found = folders.load(name, made, roots, say, taken(roots))
    if found is None:
        raise _unknown(name, roots)
    return found


def version(name: str, roots: Roots) -> str:
    """Returns a text that changes when the set's pictures do.

    Raises:
        DataError: there is no such set.
    """
    for source in SOURCES:
        text = source.version(name, roots)
        if text is not None:
            return text
    text = folders.version(name, roots, taken(roots))
    if text is None:
        raise _unknown(name, roots)
    return text


def _unknown(name: str, roots: Roots) -> DataError:
    known = ", ".join(row.id for row in catalogue(roots))
    return DataError("unknown", id=name[:80], known=known)
