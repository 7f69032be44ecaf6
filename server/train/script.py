"""A run as a program: plain PyTorch, seeded, that prints the run's numbers again.

Only the pictures come from this package; network, optimiser, schedule and loop are written out.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from torch import nn

from ..data.augment import Augment
from ..data.task import Setup
from ..nets.build import Add, GlobalPool, Residual, build
from ..nets.transfer import freeze
from . import script_parts as parts
from .assemble import setup_of
from .events import Change
from .feed import needs_whole_batches
from .options import Options
from .views import augment_of


def script(
    options: Options,
    model: Mapping[str, Any],
    changes: Iterable[Change] = (),
    *,
    name: str,
    threads: int = 1,
    last: int | None = None,
) -> str:
    """Returns a Python program that trains the run's network again and prints its points as CSV.

    On one machine, with as many threads, what it prints is the run's own CSV digit by digit; but
    for evaluations that were asked for by hand.

    Args:
        options: of the run.
        model: a checkpoint's `state["model"]`, of which `plan` and `classes` are used.
        changes: those of the learning rate, made while the run went on.
        name: of the run, for the first line.
        threads: of PyTorch in the run's process.
        last: the run's last step, where it ended before its epochs were done.
    """
    network = build(model["plan"], len(model["classes"]))
    frozen = freeze(network, options.freeze)
    network.train()
    return "".join(
        [
            _top(options, name, threads),
            parts.GLOBAL_POOL if _has(network, GlobalPool) else "",
            parts.RESIDUAL if _has(network, Residual) else "",
            parts.NETWORK.format(network=_written(network)),
            parts.INITS[options.init].format(scale=options.init_scale),
            parts.STARTED.format(start=options.start) if options.start else "",
            parts.FROZEN.format(names=frozen) if frozen else "",
            parts.MODE,
            _main(options, {c.step: c.value for c in changes if c.name == "lr"}, last, network),
        ]
    )


def _top(options: Options, name: str, threads: int) -> str:
    changed = augment_of(options)
    imports = ["sets import Roots", "task import Setup, prepare"]
    imports = ["augment import Augment, augment", *imports] if changed else imports
    return parts.TOP.format(
        title="".join(c for c in name if c.isprintable() and c not in '"\\'),
        imports="\n" + "".join(f"from convlens.data.{each}\n" for each in imports),
        seed=options.seed,
        threads=threads,
        setup=_call(setup_of(options), Setup()),
        change=parts.CHANGE.format(augment=_call(changed, Augment())) if changed else "",
    )


def _call(made: Any, plain: Any) -> str:
    """The expression that makes a dataclass, without what has its default."""
    given = {each.name: getattr(made, each.name) for each in fields(made)}
    named = (f"{k}={v!r}" for k, v in given.items() if v != getattr(plain, k))
    return f"{type(made).__name__}({', '.join(named)})"


def _main(
    options: Options, changes: Mapping[int, float], last: int | None, network: nn.Module
) -> str:
    helpers, loss = parts.LOSSES[options.loss]
    plateau = options.schedule == "plateau"
    hear = parts.PLATEAU.format(factor=options.schedule_factor) if plateau else ""
    return parts.MAIN.format(
        helpers=helpers,
        loss=loss,
        batch=options.batch,
        per_epoch="count // batch" if needs_whole_batches(network) else "-(-count // batch)",
        epochs=options.epochs,
        optimiser=_optimiser(options),
        plateau='plateau = {"best": None, "waited": 0, "factor": 1.0}\n' if plateau else "",
        schedule=_schedule(options),
        changes=dict(changes),
        lr=options.lr,
        last="steps" if last is None else f"min(steps, {last})",
        shuffled="torch.randperm(count, generator=order)"
        if options.shuffle
        else "torch.arange(count)",
        label_smoothing=options.label_smoothing,
        clip=f"    nn.utils.clip_grad_norm_(learned, {options.clip!r}, foreach=True)\n"
        if options.clip
        else "",
        check=options.evaluate_every or "per_epoch",
        hear="".join(f"{line}\n" for line in hear.splitlines()),
        until=options.until_accuracy,
        patience=options.patience,
    )


def _optimiser(options: Options) -> str:
    has_momentum = options.optimiser != "sgd" and options.momentum > 0
    return parts.OPTIMISERS[options.optimiser].format(
        lr=options.lr,
        momentum=options.momentum if has_momentum else 0.0,
        nesterov=has_momentum and options.optimiser == "nesterov",
        weight_decay=options.weight_decay,
    )


def _schedule(options: Options) -> str:
    tenth = options.schedule == "warm-up" and not options.warmup
    return parts.SCHEDULES[options.schedule].format(
        warmup="max(1, steps // 10)" if tenth else options.warmup,
        factor=options.schedule_factor,
        every=options.schedule_steps or "max(1, steps // 3)",
    )


# --- the network as an expression ---


def _has(network: nn.Module, kind: type[nn.Module]) -> bool:
    return any(isinstance(module, kind) for module in network.modules())


def _written(module: nn.Module, indent: str = "") -> str:
    """The expression that makes a module; PyTorch's own names of settings are its `repr`."""
    if isinstance(module, GlobalPool):
        return "GlobalPool()"
    children = [(k, v) for k, v in module.named_children() if not isinstance(v, Add)]
    if not isinstance(module, Residual | nn.Sequential):
        return f"nn.{module!r}"
    inner = f"{indent}    "
    lines = "".join(f"{inner}{_named(k, _written(v, inner))},\n" for k, v in children)
    if isinstance(module, Residual):
        return f"Residual(\n{lines}{indent})"
    return f"nn.Sequential(OrderedDict(\n{lines}{indent}))"


def _named(name: str, value: str) -> str:
    """An argument of that name, which may be a word of Python's own."""
    return f"**{{{name!r}: {value}}}" if keyword.iskeyword(name) else f"{name}={value}"
