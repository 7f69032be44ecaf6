"""Where the built page, the templates and the shipped networks lie."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _find(relative: str) -> Path:
    """Inside the package (a wheel), else beside it (a checkout)."""
    inside = _PACKAGE / relative
    return inside if inside.exists() else _PACKAGE.parent / relative


def page() -> Path:
    """Returns the folder of the built page (`static/dist`); it may not exist yet."""
    return _find("static/dist")


def templates() -> Path:
    """Returns the folder of the Jinja templates."""
    return _find("templates")


def models() -> Path:
    """Returns the folder of the networks that ship."""
    return _find("models")
