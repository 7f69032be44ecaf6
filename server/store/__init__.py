"""What is kept of every run: events in SQLite, checkpoints and frames as files beside it."""

from .problems import StoreError
from .rows import RunRow
from .store import Store

__all__ = ["RunRow", "Store", "StoreError"]
