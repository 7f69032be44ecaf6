"""The data sets: what there is, and each whole in memory."""

from __future__ import annotations

from . import bundled
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
    "version",
]

SOURCES = (bundled,)


def catalogue(roots: Roots) -> list[Listing]:
    """Returns the rows of all data sets: bundled, downloadable, a person's own, found in a folder.

    Those that cannot be used as they are have `available` False and a sentence in `why`.
    """
    return [row for source in SOURCES for row in source.listings(roots)]


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
    for source in SOURCES:
        found = source.load(name, making or Making(), roots, say)
        if found is not None:
            return found
    raise _unknown(name, roots)


def version(name: str, roots: Roots) -> str:
    """Returns a text that changes when the set's pictures do.

    Raises:
        DataError: there is no such set.
    """
    found = (source.version(name, roots) for source in SOURCES)
    text = next((each for each in found if each is not None), None)
    if text is None:
        raise _unknown(name, roots)
    return text


def _unknown(name: str, roots: Roots) -> DataError:
    known = ", ".join(row.id for row in catalogue(roots))
    return DataError("unknown", id=name[:80], known=known)
