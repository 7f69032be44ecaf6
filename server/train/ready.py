"""Imported where runs are forked from: what the default run would do first is done there, once."""

from __future__ import annotations

from contextlib import suppress

from ..data import bundled
from ..data.words import DataError

with suppress(DataError):  # Whoever asks for them is told.
    bundled.digit_table()
