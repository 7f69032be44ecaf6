"""A store that cannot write says why, in a sentence with the folder in it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REASONS = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "readonly",
    errno.EACCES: "readonly",
    errno.EPERM: "readonly",
}
# The low byte of SQLite's result code -> ours.
RESULTS = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_CANTOPEN: "readonly",
    sqlite3.SQLITE_PERM: "readonly",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_IOERR: "refused",
}
# code -> the sentence in both languages, and what to do.
WORDS = {
    "full": (
        "The data directory {folder} has no space left for the run",
        "数据目录 {folder} 没有空间继续保存训练",
        "Free some space there (delete old runs), then resume the run.",
    ),
    # A quota, a limit of the process, or a disk that fails.
    "refused": (
        "The data directory {folder} does not take what the run wants to keep",
        "数据目录 {folder} 拒绝保存训练的数据",
        "Look at the disk's space, quota and health, then resume the run.",
    ),
    "readonly": (
        "The data directory {folder} cannot be written",
        "数据目录 {folder} 无法写入",
        "Make it writable or choose another one with --data-dir, then resume the run.",
    ),
    "busy": (
        "The data directory {folder} is held by another program for too long",
        "数据目录 {folder} 被另一个程序占用太久",
        "Close the other program that uses the data base, then resume the run.",
    ),
    "damaged": (
        "What the data directory {folder} holds of the runs cannot be read",
        "数据目录 {folder} 中保存的训练无法读取",
        "Move convlens.sqlite out of it and start again; the checkpoints stay.",
    ),
    "newer": (
        "The runs in the data directory {folder} were written by a newer ConvLens",
        "数据目录 {folder} 中的训练由更新版本的 ConvLens 写入",
        "Install the newer version, or choose another folder with --data-dir.",
    ),
}


class StoreError(Exception):
    """Nothing was stored: why (a key of WORDS) and what to do.

    Args:
        code: which of them.
        folder: the data directory.
        cause: the system's own words.
    """

    def __init__(self, code: str, folder: Path, cause: str = "") -> None:
        english, chinese, self.hint = WORDS[code]
        end = f": {cause}." if cause else "."
        self.code = code
        self.sentence = english.format(folder=folder) + end
        self.words = {"en": self.sentence, "zh": chinese.format(folder=folder) + "。"}
        super().__init__(self.sentence)


@contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """Turns what SQLite and the file system refuse into a StoreError; all else passes."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_code(error), folder, str(error)) from error
    except OSError as error:
        code = REASONS.get(error.errno or 0, "refused")
        raise StoreError(code, folder, error.strerror or str(error)) from error


def _code(error: sqlite3.Error) -> str:
    result = getattr(error, "sqlite_errorcode", None)
    return "damaged" if result is None else RESULTS.get(result & 0xFF, "damaged")
