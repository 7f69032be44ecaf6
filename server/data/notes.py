"""What was wrong with pictures that a person brought, counted, in sentences of both languages."""

from __future__ import annotations

from collections.abc import Mapping

from .sets import Words

EXAMPLES = 3
UNEQUAL = 5  # times as many pictures in the largest class as in the smallest

# code -> sentence; {n} files, {names} some of them.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "slip": (
        "{n} left out because the path leads out of the zip: {names}.",
        "{n} 个文件的路径指向压缩包之外，未采用：{names}。",
    ),
    "locked": (
        "{n} left out because a password locks it: {names}.",
        "{n} 个文件有密码，未采用：{names}。",
    ),
    "large": (
        "{n} left out because it is larger than 32 MiB: {names}.",
        "{n} 个文件大于 32 MiB，未采用：{names}。",
    ),
    "bomb": (
        "{n} left out because it unpacks to far more than a picture: {names}.",
        "{n} 个文件解压后远大于一张图片，未采用：{names}。",
    ),
    "nested": (
        "{n} left out because it is an archive inside the archive: {names}. Unpack it first.",
        "{n} 个文件是压缩包中的压缩包，未采用：{names}。请先解压。",
    ),
    "other": (
        "{n} left out because the name is not a picture's: {names}.",
        "{n} 个文件不是图片，未采用：{names}。",
    ),
    "loose": (
        "{n} left out because it lies in no class folder: {names}.",
        "{n} 个文件不在类别文件夹中，未采用：{names}。",
    ),
    "unreadable": (
        "{n} left out because it cannot be read as a picture: {names}.",
        "{n} 个文件无法作为图片读取，未采用：{names}。",
    ),
    "empty": (
        "{n} empty folder, which is no class: {names}.",
        "{n} 个空文件夹，不作为类别：{names}。",
    ),
    "unequal": (
        "The classes are unequal: {names}. The network may prefer the larger one.",
        "各类别数量悬殊：{names}。网络可能偏向较大的一类。",
    ),
}


class Notes:
    """Counts what happens, and says it once each with some examples."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, code: str, name: str) -> None:
        """Counts one thing called `name` under one of SENTENCES."""
        self._names.setdefault(code, []).append(name[:80])

    def compare(self, counts: Mapping[str, int]) -> None:
        """Notes classes of which one has many times the pictures of another."""
        if not counts:
            return
        least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
        if counts[most] > UNEQUAL * counts[least]:
            self.add("unequal", f"{most} {counts[most]:,}, {least} {counts[least]:,}")

    def words(self) -> tuple[Words, ...]:
        """Returns the sentences, each with its `code`."""
        return tuple(_sentence(code, names) for code, names in self._names.items())


def _sentence(code: str, names: list[str]) -> Words:
    shown = ", ".join(names[:EXAMPLES]) + (" …" if len(names) > EXAMPLES else "")
    count = f"{len(names):,}"
    en, zh = (text.format(n=count, names=shown) for text in SENTENCES[code])
    return {"code": code, "en": en, "zh": zh}
