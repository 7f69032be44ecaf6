"""A network begins from another's weights, and parts of it are kept as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .kinds import PlanError

NONE, PROBE = "none", "probe"


@dataclass(frozen=True)
class Adopted:
    """Which tensors of the network were taken from the other, and which were left as they were."""

    loaded: tuple[str, ...]
    left: tuple[str, ...]


def adopt(network: nn.Module, state: Mapping[str, Tensor], classes: bool = True) -> Adopted:
    """Copies all tensors that fit into `network` and returns their names.

    Tensors fit by name and shape; where no name fits, in their order. The first convolution
    also fits between grey and colour: a grey network's kernels are spread over three channels, a
    colour network's are summed, which is exact for grey pictures.

    Args:
        network: changed in place.
        state: the other network's `state_dict`.
        classes: whether both have the same classes in the same order; if not, the last dense layer
            stays as it is.
    """
    own = network.state_dict()
    pairs = _pairs(own, state)
    last = f"{last_dense(network)}."
    loaded = []
    for name, theirs in pairs.items():
        fitted = _fitted(theirs, own[name].shape)
        if fitted is None or (not classes and name.startswith(last)):
            continue
        own[name].copy_(fitted)
        loaded.append(name)
    return Adopted(tuple(loaded), tuple(name for name in own if name not in loaded))


def _pairs(own: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if own.keys() & state.keys():
        return {name: state[name] for name in own if name in state}
    return dict(zip(own, state.values(), strict=False))


def _fitted(theirs: Tensor, shape: torch.Size) -> Tensor | None:
    """Their tensor in the given shape, None where it cannot be."""
    if theirs.shape == shape:
        return theirs
    if theirs.ndim != 4 or theirs.shape[:1] + theirs.shape[2:] != shape[:1] + shape[2:]:
        return None
    if shape[1] == 1 and theirs.shape[1] == 3:
        return theirs.sum(1, keepdim=True)
    if shape[1] == 3 and theirs.shape[1] == 1:
        return theirs.expand(shape) / 3
    return None


def last_dense(network: nn.Module) -> str:
    """Returns the name of the last dense layer, which scores the classes."""
    names = [name for name, module in network.named_modules() if isinstance(module, nn.Linear)]
    return names[-1] if names else ""


def parameter_layers(network: nn.Module) -> list[str]:
    """Returns the names of the modules that hold parameters themselves, in order."""
    return list(dict.fromkeys(name.rpartition(".")[0] for name, _ in network.named_parameters()))


def freeze(network: nn.Module, which: str = NONE) -> list[str]:
    """Freezes layers: their parameters get no gradient, so that no optimiser moves them.

    Args:
        network: changed in place; all that is not named can learn afterwards.
        which: "none"; "probe" for all but the last dense layer; or names of layers (a block's name
            stands for all in it), separated by commas.

    Returns:
        The names of the frozen layers.

    Raises:
        PlanError: path "freeze"; a name is no layer's, or nothing would be left to learn.
    """
    layers = parameter_layers(network)
    frozen = _chosen(layers, which, last_dense(network))
    names = ", ".join(layers)
    if len(frozen) == len(layers):
        raise PlanError(
            "freeze",
            (
                f"freeze is {which[:60]!r}, which freezes all {len(layers)} layers; one must "
                "learn.",
                f"freeze 为 {which[:60]!r}，会冻结全部 {len(layers)} 层；至少要有一层参与学习。",
            ),
            hint=(f"Leave out one of: {names}.", f"请去掉其中一层：{names}。"),
        )
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.rpartition(".")[0] not in frozen)
    network.train(network.training)
    return frozen


def _chosen(layers: list[str], which: str, last: str) -> list[str]:
    if which in ("", NONE):
        return []
    if which == PROBE:
        return [name for name in layers if name != last]
    frozen: set[str] = set()
    for asked in (each.strip() for each in which.split(",")):
        found = {name for name in layers if name == asked or name.startswith(f"{asked}.")}
        if not found:
            raise PlanError(
                "freeze",
                (
                    f"freeze names {asked[:60]!r}, which is no layer with parameters.",
                    f"freeze 中的 {asked[:60]!r} 不是带参数的层。",
                ),
                hint=(
                    f"There are: {', '.join(layers)}; or none, or probe.",
                    f"可用：{', '.join(layers)}；或 none，或 probe。",
                ),
            )
        frozen |= found
    return [name for name in layers if name in frozen]


def trainable(network: nn.Module) -> tuple[int, int]:
    """Returns how many parameters can learn, and how many there are."""
    counts = [(each.numel(), each.requires_grad) for each in network.parameters()]
    return sum(n for n, learns in counts if learns), sum(n for n, _ in counts)
