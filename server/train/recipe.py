"""Train the networks that ship from their recipes: `python -m convlens.train.recipe --data DIR`."""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from .. import paths
from ..card import Card, ZooError, read_card
from ..data.augment import Augment
from ..nets import NETWORKS
from .corpus import CORPORA, DataError, load
from .fit import Options, Report, Scale, fit, top1

Announce = Callable[[str], Report]


@dataclass(frozen=True)
class Recipe:
    """How one network of the zoo is made, as `recipe.toml` says."""

    seed: int
    data: str
    threads: int
    learn: Options
    finish: Options | None = None  # what comes after, from the weights that were learned


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in a TOML file.

    Raises:
        ZooError: it is missing, is not TOML, or names something that is not an ingredient.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        if said["data"] not in CORPORA:
            raise ValueError(f"data = {said['data']!r} is not one of {', '.join(CORPORA)}")
        phases: dict[str, Any] = {
            name: _options(said[name]) for name in ("learn", "finish") if name in said
        }
        return Recipe(**{**said, **phases})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ZooError(f"The recipe {path} cannot be used: {error}.", hint="Mend it.") from error


def _options(said: Mapping[str, Any]) -> Options:
    return Options(**{**said, "augment": Augment(**said.get("augment", {}))})


def cook(recipe: Recipe, card: Card, data: Path, *, announce: Announce) -> nn.Module:
    """Return the card's network trained by its recipe; `announce(id)` gives each phase a report.

    Raises:
        DataError: the pictures are not there.
    """
    names = [each["id"] for each in card.classes]
    pictures = load(recipe.data, data, CORPORA[recipe.data].learn, names)
    learn = partial(fit, scale=Scale(tuple(card.mean), tuple(card.std)), seed=recipe.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        network = NETWORKS[card.network]()
    for phase in filter(None, (recipe.learn, recipe.finish)):
        network = learn(network, pictures, phase, report=announce(card.id))
    return network


def measure(network: nn.Module, card: Card, data: Path, name: str) -> dict[str, Any]:
    """Return the card's metrics: top-1 of both parts of the data set `name`, shares 0 to 1.

    Raises:
        DataError: the pictures are not there.
    """
    names = [each["id"] for each in card.classes]
    scale, corpus = Scale(tuple(card.mean), tuple(card.std)), CORPORA[name]
    parts = {part: load(name, data, part, names) for part in (corpus.measure, corpus.learn)}
    shares = {f"{part}_top1": round(top1(network, x, scale), 4) for part, x in parts.items()}
    judged = f"{name}/{corpus.measure}, {len(parts[corpus.measure]):,} pictures"
    return {**shares, "measured_on": judged, "date": date.today().isoformat()}


def write(folder: Path, network: nn.Module, changes: Mapping[str, Any]) -> None:
    """Write `weights.safetensors`, then `changes` into `card.json`, each whole or not at all."""
    weights = folder / "weights.safetensors"
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    fresh = weights.with_suffix(".new")
    save_file(state, fresh)
    fresh.chmod(0o644)  # the library writes for its owner alone; a wheel keeps such bits
    fresh.replace(weights)
    path = folder / "card.json"
    card = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    fresh = path.with_suffix(".new")
    fresh.write_text(as_text(card), encoding="utf-8")
    fresh.replace(path)


def as_text(card: Mapping[str, Any]) -> str:
    """Return a card as JSON that reads well: one line for each key, class and language."""
    lines = []
    for key, value in card.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = ",\n".join(f"    {_line(each)}" for each in value)
            lines.append(f"  {_line(key)}: [\n{inner}\n  ]")
        elif isinstance(value, dict) and len(_line(value)) > 90:
            inner = ",\n".join(f"    {_line(name)}: {_line(each)}" for name, each in value.items())
            lines.append(f"  {_line(key)}: {{\n{inner}\n  }}")
        else:
            lines.append(f"  {_line(key)}: {_line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def bar(title: str, *, every_s: float = 0.25) -> Report:
    """Return a report that draws a progress bar with the time left on standard error.

    Without a terminal it writes a line a minute instead of drawing over the last one.
    """
    live = sys.stderr.isatty()
    every = every_s if live else 60.0
    started = drawn = 0.0

    def report(done: int, steps: int, loss: float) -> None:
        nonlocal started, drawn
        now = time.monotonic()
        started = started or now  # the first step's own time is not known
        if now - drawn < every and done < steps:
            return
        drawn = now
        left = round((now - started) / max(done - 1, 1) * (steps - done))
        blocks = "#" * (24 * done // steps)
        text = f"{title} [{blocks:24}] {done:,}/{steps:,} loss {loss:.3f}, "
        text += f"{left // 60}:{left % 60:02} left" if done > 1 else "starting"
        end = "\n" if done == steps or not live else ""
        sys.stderr.write(f"\r{text:78}{end}" if live else f"{text}\n")
        sys.stderr.flush()

    return report


def make(folder: Path, data: Path) -> dict[str, Any]:
    """Train, measure and write one network; returns its new metrics.

    Raises:
        ZooError: its card or recipe is broken.
        DataError: the pictures are not there.
    """
    card, recipe = read_card(folder), read_recipe(folder / "recipe.toml")
    torch.set_num_threads(recipe.threads)
    started = time.monotonic()
    network = cook(recipe, card, data, announce=bar)
    seconds = round(time.monotonic() - started)
    metrics = measure(network, card, data, recipe.data)
    made = {"file": "recipe.toml", "seconds": seconds, "threads": recipe.threads}
    write(folder, network, {"metrics": metrics, "recipe": made})
    return metrics


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the named networks, or all; returns the exit code: 0, or 2 with a sentence said."""
    parser = argparse.ArgumentParser(prog="convlens.train.recipe", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    parser.add_argument("--models", type=Path, default=paths.models(), help="the zoo's folder")
    parser.add_argument("ids", nargs="*", help="networks to train; all by default")
    options = parser.parse_args(arguments)
    every = sorted(path.parent.name for path in options.models.glob("*/recipe.toml"))
    try:
        for name in options.ids or every:
            metrics = make(options.models / name, options.data)
            sys.stderr.write(f"{name}: {_line(metrics)}\n")
    except (ZooError, DataError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
