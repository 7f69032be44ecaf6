"""What a person is told of a network that cannot be, in both languages."""

from __future__ import annotations

from typing import Any, TypedDict

Shape = tuple[int, ...]


class Words(TypedDict):
    """A sentence in both languages of the app."""

    en: str
    zh: str


class Impossible(Exception):
    """A layer cannot take what arrives; the words say why.

    `rows` are those of the layers inside it, where they are known.
    """

    def __init__(self, en: str, zh: str, rows: tuple[Any, ...] = ()) -> None:
        super().__init__(en)
        self.words = Words(en=en, zh=zh)
        self.rows = rows


def said(shape: Shape) -> str:
    """Returns a shape in words."""
    if len(shape) == 1:
        return f"a vector of {shape[0]:,} numbers"
    return f"{shape[0]} maps of {shape[1]}×{shape[2]}"


def said_zh(shape: Shape) -> str:
    """Returns a shape in Chinese words, with the blank before its number."""
    if len(shape) == 1:
        return f" {shape[0]:,} 个数的向量"
    return f" {shape[0]} 张 {shape[1]}×{shape[2]} 的特征图"
