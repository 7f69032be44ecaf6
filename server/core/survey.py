"""What is known of a network before it runs: the place of each module, each parameter's name."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

# Not looked into: under a function mode their forward would take another path, and to a reader they
# are one step.
ONE_STEP = (nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.RNNBase)
OPAQUE = torch.jit.ScriptModule
COMPILED = "_orig_mod"  # the attribute in which torch.compile keeps the network


@dataclass(slots=True)
class Place:
    """A module: its path, whether it has nothing inside to look into, and whether by our choice."""

    path: str
    leaf: bool
    one_step: bool


@dataclass(slots=True)
class Parameter:
    """A parameter or buffer: `state_dict` name or "", its last part, the tensor if learned."""

    name: str
    key: str
    learned: Tensor | None


@dataclass(slots=True)
class Survey:
    """Places by `id` of the module, parameters by `id` of the tensor, modules in training mode."""

    places: dict[int, Place] = field(default_factory=dict)
    parameters: dict[int, Parameter] = field(default_factory=dict)
    training: list[nn.Module] = field(default_factory=list)
    compiled: bool = False


def survey(model: nn.Module) -> Survey:
    """Walks the network once; what is used in two places keeps its first name."""
    found = Survey()
    _walk(found, model, "")
    return found


def _walk(found: Survey, module: nn.Module, path: str) -> None:
    """Enters a module, then those inside it."""
    inside = module._modules
    one_step = isinstance(module, (*ONE_STEP, OPAQUE))
    leaf = one_step or not inside or list(inside) == ["parametrizations"]
    found.places[id(module)] = Place(path, leaf, one_step)
    if module.training:
        found.training.append(module)
    if COMPILED in inside or module._compiled_call_impl is not None:
        found.compiled = True
    prefix = f"{path}." if path else ""
    _name_tensors(found.parameters, module, prefix)
    for key, child in inside.items():
        if child is not None and id(child) not in found.places:
            _walk(found, child, path if key == COMPILED else prefix + key)


def _name_tensors(known: dict[int, Parameter], module: nn.Module, prefix: str) -> None:
    """Enters the module's own parameters and buffers."""
    for key, parameter in module._parameters.items():
        if parameter is not None and id(parameter) not in known:
            known[id(parameter)] = Parameter(prefix + key, key, parameter)
    for key, buffer in module._buffers.items():
        if buffer is not None and id(buffer) not in known:
            kept = key not in module._non_persistent_buffers_set
            known[id(buffer)] = Parameter(prefix + key if kept else "", key, None)
