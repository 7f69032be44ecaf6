"""What `convlens doctor` looks at: each thing the app needs, and how to mend what is missing."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from . import launch, paths
from .errors import StartError
from .settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and the remedy if not."""

    what: str
    ok: bool
    detail: str
    remedy: str = ""


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), found, "Install Python 3.11 or newer.")


def _packages() -> list[str]:
    """The names of what ConvLens was installed with, extras left out."""
    needed = [each for each in requires("convlens") or [] if "extra ==" not in each]
    return [re.split(r"[^A-Za-z0-9_.-]", each, maxsplit=1)[0] for each in needed]


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "not installed", f"pip install {name}")


def _torch_runs() -> Finding:
    try:
        torch = import_module("torch")
        import_module("torchvision")
    except (ImportError, RuntimeError, OSError) as error:
        return Finding(
            "PyTorch imports", False, str(error), "pip install --force-reinstall torch torchvision"
        )
    return Finding("PyTorch imports", True, f"{torch.get_num_threads()} threads")


def _page() -> Finding:
    entry = paths.page() / ".vite" / "manifest.json"
    return Finding(
        "the page", entry.is_file(), str(paths.page()), "Build it: pip install -e . (or .)"
    )


def _networks(folder: Path) -> list[Finding]:
    try:
        from .zoo import Zoo, ZooError
    except ImportError as error:
        return [Finding("networks", False, str(error), "Mend PyTorch first.")]
    zoo = Zoo(folder)

    def load(name: str) -> None:
        try:
            zoo.network(name)
        except ZooError as error:
            raise StartError(error.sentence, hint=error.hint) from error

    try:
        names = zoo.ids()
    except ZooError as error:
        return [Finding("networks", False, error.sentence, error.hint)]
    return [_tried(f"network {name}", partial(load, name), "weights load") for name in names]


def _device(settings: Settings) -> Finding:
    try:
        from .web.inference import choose_device
    except ImportError as error:
        return Finding("device", False, str(error), "Mend PyTorch first.")
    return _tried("device", partial(choose_device, settings.device), settings.device)


def _tried(what: str, attempt: Callable[[], object], detail: object) -> Finding:
    try:
        attempt()
    except StartError as error:
        return Finding(what, False, error.sentence, error.hint)
    return Finding(what, True, str(detail))


def _port(settings: Settings) -> None:
    with launch.listen(settings):
        pass


def examine(settings: Settings) -> list[Finding]:
    """Returns a finding for each thing the app needs; imports torch and loads every network."""
    folder = settings.data_dir
    return [
        _python(),
        *(_package(name) for name in _packages()),
        _torch_runs(),
        _device(settings),
        _page(),
        *_networks(settings.models or paths.models()),
        _tried("data directory", partial(launch.check_data_dir, folder), folder),
        _tried("port", partial(_port, settings), settings.port),
    ]
