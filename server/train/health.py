"""How alive the nodes of a network are: what never fires, what is stuck at a flat end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.hooks import RemovableHandle

PICTURES = 64  # how many are looked at: enough to see what never fires
NEAR = 0.01  # how near to the flat end of a sigmoid counts as stuck


def _zero(value: Tensor) -> Tensor:
    return value == 0


def _sigmoid_end(value: Tensor) -> Tensor:
    return (value < NEAR) | (value > 1 - NEAR)


def _tanh_end(value: Tensor) -> Tensor:
    return value.abs() > 1 - NEAR


# Activation -> which of its values lie where it is flat.
FLAT: dict[type[nn.Module], Callable[[Tensor], Tensor]] = {
    nn.ReLU: _zero,
    nn.Sigmoid: _sigmoid_end,
    nn.Tanh: _tanh_end,
}
SMOOTH = (nn.LeakyReLU, nn.PReLU, nn.ELU, nn.GELU, nn.SiLU)
WATCHED = (*FLAT, *SMOOTH, nn.Conv2d, nn.Linear, _BatchNorm)


class Pulse:
    """Measures the watched modules during the next forward pass of a network."""

    def __init__(self, network: nn.Module) -> None:
        named: Iterable[tuple[str, nn.Module]] = network.named_modules()
        self._watched = {m: n for n, m in named if isinstance(m, WATCHED)}
        dense = [module for module in self._watched if isinstance(module, nn.Linear)]
        self._last = dense[-1] if dense else None  # its kernels are the classes'
        self._found: list[tuple[nn.Module, Tensor]] = []

    def hooks(self) -> list[RemovableHandle]:
        """Returns the hooks that do it; the caller removes them."""
        return [module.register_forward_hook(self._look) for module in self._watched]

    def _look(self, module: nn.Module, _: Any, value: Tensor) -> None:
        # A row for each cell of each picture: channels lie last in memory, so this is a view.
        rows = value[:PICTURES].movedim(1, -1).reshape(-1, value.shape[1])
        flat = FLAT.get(type(module))
        stuck = flat(rows).float().mean() if flat else torch.zeros(())
        # A ReLU's channel is dead where nothing is above 0; others need both ends.
        low = 0.0 if type(module) is nn.ReLU else rows.amin(0)
        dead = (rows.amax(0) == low).float().mean()
        mean = rows.mean()
        spread = (rows - mean).square_().mean().sqrt()  # 4 times faster than `std_mean`
        self._found.append((module, torch.stack([dead, stuck, mean, spread])))

    def read(self) -> list[dict[str, Any]]:
        """Returns `{node, dead, saturated, mean, std, alike}` of each call, in their order."""
        if not self._found:
            return []
        values = torch.stack([numbers for _, numbers in self._found]).tolist()
        names = ("dead", "saturated", "mean", "std")
        return [
            {
                "node": self._watched[module],
                **dict(zip(names, row, strict=True)),
                "alike": None if module is self._last else alike(module),
            }
            for (module, _), row in zip(self._found, values, strict=True)
        ]


def alike(module: nn.Module) -> float | None:
    """Returns the smallest cosine between a layer's first kernel and its others.

    1 where all kernels point the same way, and where all are zero; None for what is no convolution
    or dense layer, and for a single kernel and kernels of one weight.
    """
    if not isinstance(module, nn.Conv2d | nn.Linear):
        return None
    kernels = module.weight.detach().flatten(1)
    if min(kernels.shape) < 2:
        return None
    lengths = kernels.norm(dim=1, keepdim=True)
    if not bool(lengths.any()):
        return 1.0
    kernels = kernels / lengths.clamp_min(1e-30)
    cosine: float = (kernels[1:] @ kernels[0]).min().item()
    return cosine
