"""`convlens train`: one run in the terminal, as fast as possible, with its end in sight."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..errors import StartError
from .options import TABLE, OptionError, Options, flags, read

if TYPE_CHECKING:
    from torch import Tensor

    from ..data.dataset import Roots
    from .checkpoint import Checkpoint
    from .events import Event
    from .knobs import Knobs
    from .terminal import Bar

PAGE_ONLY = ("speed", "paused", "name")
FAILED = 1


@dataclass(frozen=True)
class Begin:
    """The network that a run starts from: its weights, and its classes in their order."""

    weights: Mapping[str, Tensor]
    classes: tuple[str, ...] = ()


Beginning = Callable[[str], Begin | None]  # of what the option `start` names


def add_flags(parser: ArgumentParser) -> None:
    """Adds the flags of `convlens train`: every option of a run, threads and where to save."""
    flags(parser, without=PAGE_ONLY)
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of PyTorch")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the weights there (.safetensors)"
    )


def run(given: Mapping[str, Any], roots: Roots, beginning: Beginning) -> int:
    """Trains as the flags say and returns the exit code: 0, or 1 when the run failed.

    Progress goes to stderr: a bar, or a line for each evaluation where that is no terminal.
    Interrupted, it finishes the step and keeps what was learned.

    Raises:
        StartError: an option, the data or the network cannot be, or the file cannot be written.
    """
    from .terminal import Bar

    asked = {name: v for name, v in given.items() if v is not None and name in TABLE}
    save: Path | None = given["save"]
    if save is not None and not save.parent.is_dir():
        raise StartError(
            f"The weights cannot be written to {save}: there is no folder {save.parent}.",
            hint="Make the folder, or name another with --save.",
        )
    try:
        options = read(asked)
        said, knobs = _begin(options, roots, beginning, threads=given["threads"])
    except OptionError as error:
        raise StartError(error.sentence, hint=error.hint) from error
    bar = Bar(sys.stderr, options)
    checkpoint = _follow(said, knobs, bar)
    if save is not None and checkpoint is not None:
        _write(save, checkpoint)
    return FAILED if bar.has_failed else 0


def _begin(
    options: Options, roots: Roots, beginning: Beginning, *, threads: int
) -> tuple[Iterator[Event | Checkpoint], Knobs]:
    """The run, ready to be pulled."""
    import torch

    from ..data.words import DataError
    from ..nets.kinds import PlanError
    from .assemble import assemble
    from .knobs import Knobs
    from .loop import train

    torch.set_num_threads(max(1, threads))
    start = beginning(options.start) if options.start else None
    try:
        network, task = assemble(
            options,
            roots,
            start.weights if start else None,
            start_classes=start.classes if start else (),
        )
    except (DataError, PlanError) as error:
        raise StartError(error.sentence, hint=error.hint) from error
    knobs = Knobs(options.lr)
    return train(network, task, options, knobs), knobs


def _follow(said: Iterator[Event | Checkpoint], knobs: Knobs, bar: Bar) -> Checkpoint | None:
    """Pulls the run to its end, or to the end of the step in which Ctrl+C came."""
    from .checkpoint import Checkpoint

    last = None
    with _stoppable(knobs) as stopped, closing(bar):
        for each in said:
            if not isinstance(each, Checkpoint):
                bar.hear(each)
                continue
            last = each
            if stopped:
                bar.stopped(each.step)
                break
    return last


@contextmanager
def _stoppable(knobs: Knobs) -> Iterator[list[int]]:
    """Inside, Ctrl+C asks for a last checkpoint; the list is then no longer empty."""
    stopped: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        stopped.append(number)
        knobs.checkpoint = True

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _write(place: Path, checkpoint: Checkpoint) -> None:
    """The weights alone, by their plain names."""
    from safetensors.torch import save

    content = save({name: value.contiguous() for name, value in checkpoint.weights.items()})
    try:
        place.write_bytes(content)
    except OSError as error:
        raise StartError(
            f"The weights cannot be written to {place}: {error.strerror}.",
            hint="Name a file in a folder that you may write to with --save.",
        ) from error
