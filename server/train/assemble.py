"""Options become what a run needs: its data and its network, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import torch
from torch import Tensor

from ..data.sets import Roots
from ..data.task import Setup, Task, prepare
from ..nets.init import initialise
from ..nets.plan import MAX_PARAMETERS, Plan, PlanNet, build, read_plan
from ..nets.presets import PRESETS, plan_of
from ..nets.transfer import adopt, freeze
from .options import Options

STYLE = ("activation", "norm", "dropout", "width", "depth")


def setup_of(options: Options) -> Setup:
    """Returns the data's part of the options."""
    return Setup(**{each.name: getattr(options, each.name) for each in fields(Setup)})


def plan_for(options: Options, shape: tuple[int, ...], classes: int) -> Plan:
    """Returns the plan of the network: the options' own layers, or those of the preset.

    A shipped network to start from brings its own layers along, unless layers are given.

    Raises:
        PlanError: there is no such preset, or it does not take such pictures.
    """
    if options.layers is not None:
        return read_plan({"input": list(shape), "layers": options.layers})
    started = (each.id for each in PRESETS.values() if each.zoo and each.zoo == options.start)
    style = {name: getattr(options, name) for name in STYLE}
    return plan_of(next(started, options.net), shape, classes, **style)


def network_for(
    options: Options,
    plan: Plan,
    classes: int,
    *,
    zoo_state: Mapping[str, Tensor] | None = None,
    same_classes: bool = False,
    parameters: int = MAX_PARAMETERS,
) -> tuple[PlanNet, list[str]]:
    """Returns the network of a plan, begun as the options say, and the names of tensors taken over.

    Raises:
        PlanError: it cannot be built, has too many parameters, or `freeze` names no layer.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        network = build(plan, classes, parameters=parameters)
    chance = torch.Generator().manual_seed(options.seed)
    initialise(network, options.init, scale=options.init_scale, generator=chance)
    taken: list[str] = []
    if zoo_state is not None:
        taken = list(adopt(network, zoo_state, same_classes).loaded)
    freeze(network, options.freeze)
    return network, taken


def assemble(
    options: Options,
    roots: Roots,
    zoo_state: Mapping[str, Tensor] | None = None,
    *,
    same_classes: bool = False,
    start_classes: Sequence[str] = (),
    parameters: int = MAX_PARAMETERS,
) -> tuple[PlanNet, Task]:
    """Returns the network at its start and the prepared data.

    Args:
        options: of the run.
        roots: where data sets lie.
        zoo_state: the `state_dict` of the network that `options.start` names.
        same_classes: whether that network has the same classes in the same order; its last dense
            layer is taken over only then.
        start_classes: ids of that network's classes, another way to say the same.
        parameters: how many learned numbers the network may have.

    Raises:
        DataError: the data set is not there or cannot be read.
        PlanError: the network cannot be.
    """
    task = prepare(setup_of(options), roots)
    plan = plan_for(options, tuple(task.shape), len(task.classes))
    network, taken = network_for(
        options,
        plan,
        len(task.classes),
        zoo_state=zoo_state,
        same_classes=same_classes or [c["id"] for c in task.classes] == list(start_classes),
        parameters=parameters,
    )
    return network, replace(task, notes=[*task.notes, *_started_from(options, network, taken)])


def _started_from(options: Options, network: PlanNet, taken: list[str]) -> list[dict[str, str]]:
    if not options.start:
        return []
    count = len(network.state_dict())
    return [
        {
            "en": f"{len(taken)} of {count} tensors come from {options.start}.",
            "zh": f"{count} 个张量中有 {len(taken)} 个来自 {options.start}。",
        }
    ]
