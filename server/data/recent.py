"""Data sets that were read lately stay in memory, so that a page of small pictures is quick."""

from __future__ import annotations

import threading
from collections import OrderedDict

from torch import Tensor

from . import shapes
from .dataset import TEST, DataSet, Making, Roots
from .sets import load, version
from .task import Setup, Task, divide, making, marked_class
from .words import DataError

Key = tuple[str, str, Making]


class Recent:
    """Reads data sets and keeps the latest; any thread may ask.

    Args:
        roots: where data sets lie.
        budget: bytes of pictures that are kept; the one asked for last stays whatever its size.
    """

    def __init__(self, roots: Roots, *, budget: int) -> None:
        self.roots = roots
        self._budget = budget
        self._kept: OrderedDict[Key, DataSet] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()  # one set is read at a time: each may fill the memory

    def whole(self, setup: Setup) -> DataSet:
        """Returns the data set of a setup.

        Raises:
            DataError: there is no such set, or it cannot be read.
        """
        key = (setup.data, version(setup.data, self.roots), making(setup))
        found = self._find(key)
        if found is not None:
            return found
        with self._reading:
            found = self._find(key) or load(setup.data, self.roots, key[2])
            self._keep(key, found)
        return found

    def task(self, setup: Setup) -> Task:
        """Returns what a run with this setup learns from.

        Raises:
            DataError: the set cannot be read, or nothing is left to learn from.
        """
        return divide(self.whole(setup), setup)

    def picture(self, setup: Setup, index: int) -> Tensor:
        """Returns a picture (C, H, W) uint8 of the set, with the corner mark where it has one.

        Raises:
            DataError: there is no such picture, the set holds points, or none of its classes can be
                marked.
        """
        found = self.whole(setup)
        if found.x.ndim != 4:
            raise DataError("points", id=found.id)
        if not 0 <= index < len(found.y):
            raise DataError("no_picture", id=found.id, index=index, last=len(found.y) - 1)
        one = slice(index, index + 1)
        label = marked_class(found) if setup.mark else -1
        is_test = found.part is not None and int(found.part[index]) == TEST
        x = found.x[one] if is_test else shapes.plant(found.x[one], found.y[one], label)
        return x[0]

    def _find(self, key: Key) -> DataSet | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Key, found: DataSet) -> None:
        with self._lock:
            for old in [each for each in self._kept if each[0] == key[0] and each[1] != key[1]]:
                del self._kept[old]
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(map(_bytes, self._kept.values())) > self._budget:
                self._kept.popitem(last=False)


def _bytes(found: DataSet) -> int:
    return found.x.nbytes
