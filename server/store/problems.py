"""A store that cannot write says why, in a sentence with the folder in it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Refused

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
# code -> the sentence, and what to do, in both languages.
WORDS = {
    "full": (
        "The data directory {folder} has no space left for the run",
        "数据目录 {folder} 没有空间继续保存训练",
        "Free some space there (delete old runs), then resume the run.",
        "请在那里腾出空间（删除旧的训练），再继续训练。",
    ),
    # A quota, a limit of the process, or a disk that fails.
    "refused": (
        "The data directory {folder} does not take what the run wants to keep",
        "数据目录 {folder} 拒绝保存训练的数据",
        "Look at the disk's space, quota and health, then resume the run.",
        "请检查磁盘的空间、配额和状态，再继续训练。",
    ),
    "readonly": (
        "The data directory {folder} cannot be written",
        "数据目录 {folder} 无法写入",
        "Make it writable or choose another one with --data-dir, then resume the run.",
        "请让它可写，或用 --data-dir 另选一个，再继续训练。",
    ),
    "busy": (
        "The data directory {folder} is held by another program for too long",
        "数据目录 {folder} 被另一个程序占用太久",
        "Close the other program that uses the data base, then resume the run.",
        "请关闭占用数据库的其他程序，再继续训练。",
    ),
    "damaged": (
        "What the data directory {folder} holds of the runs cannot be read",
        "数据目录 {folder} 中保存的训练无法读取",
        "Move convlens.sqlite out of it and start again; the checkpoints stay.",
        "请把 convlens.sqlite 移走后重新启动；检查点会保留。",
    ),
    "newer": (
        "The runs in the data directory {folder} were written by a newer ConvLens",
        "数据目录 {folder} 中的训练由更新版本的 ConvLens 写入",
        "Install the newer version, or choose another folder with --data-dir.",
        "请安装更新的版本，或用 --data-dir 另选目录。",
    ),
}


class StoreError(Refused):
    """Nothing was stored: why (a key of WORDS) and what to do.

    Args:
        code: which of them.
        folder: the data directory.
        cause: the system's own words.
    """

    def __init__(self, code: str, folder: Path, cause: str = "") -> None:
        english, chinese, *hint = WORDS[code]
        end = f": {cause}." if cause else "."
        self.code = code
        words = english.format(folder=folder) + end, chinese.format(folder=folder) + "。"
        super().__init__(words, hint=(hint[0], hint[1]))


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
