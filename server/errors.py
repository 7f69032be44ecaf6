"""What went wrong, in words: the exceptions that any layer may raise towards a person."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


class Problem(Exception):
    """An error a caller can act on, in the terms of RFC 9457.

    Args:
        status: HTTP status code, 400 to 599.
        detail: what was wrong with the value in it, then what is allowed.
        hint: what to do next.
        title: a short name of the kind of error; the status phrase by default.
        headers: extra response headers such as `Retry-After`.
        code: names the reason, for a page that words it in another language; made from the title
            by default.
        values: what was filled into `detail`, for the same.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        hint: str,
        title: str = "",
        headers: Mapping[str, str] | None = None,
        code: str = "",
        values: Mapping[str, int | str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title or HTTPStatus(status).phrase
        self.detail = detail
        self.hint = hint
        self.headers = dict(headers or {})
        self.code = code or self.title.lower().replace(" ", "_")
        self.values = dict(values or {})

    def body(self) -> dict[str, Any]:
        """Returns the members of the `application/problem+json` body."""
        return {
            "type": f"urn:convlens:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "hint": self.hint,
            "code": self.code,
            "values": self.values,
        }


Pair = tuple[str, str]  # the same in English and in Chinese


class Refused(Exception):
    """What was asked for cannot be, in both languages of the app.

    Args:
        words: what is wrong with the value in it, then what is allowed; as `{en, zh}` in `words`,
            in English alone in `sentence`.
        hint: what to do next; as `{en, zh}` in `hints`.
    """

    def __init__(self, words: Pair, *, hint: Pair) -> None:
        super().__init__(words[0])
        self.sentence, self.hint = words[0], hint[0]
        self.words = {"en": words[0], "zh": words[1]}
        self.hints = {"en": hint[0], "zh": hint[1]}


class StartError(Exception):
    """The app cannot start: a sentence for the person at the terminal, and a hint."""

    def __init__(self, sentence: str, *, hint: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
