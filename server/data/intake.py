"""Pictures that a person brings: a zip of class folders becomes a data set of their own."""

from __future__ import annotations

from dataclasses import replace

from . import own, sets
from .dataset import DataSet, Roots, Say
from .folders import free, slug
from .gather import gather
from .tree import Source


def take(source: Source, name: str, roots: Roots, *, say: Say | None = None) -> DataSet:
    """Returns the data set made of a zip or folder of class folders; it is stored as one's own.

    What could be read is kept; its notes say what was left out and why.

    Raises:
        DataError: fewer than two classes have readable pictures, the zip cannot be opened, the
            name is not allowed, or there is no room to store it.
    """
    words = own.title(name)
    found = gather(source, "", words, say=say)
    with own.naming:
        made = replace(found, id=free(slug(name), sets.taken(roots)))
        own.save(made, roots)
    return made
