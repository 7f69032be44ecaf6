"""Numbers about a network while it learns, cheap enough for every step."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


class Norms:
    """Lengths of gradient, weights and update of every layer.

    Of each layer its first parameter counts (the weights; a bias would hide what they do). All of
    it costs about 40 us a step for tiny8, because torch does every layer in one call.
    """

    def __init__(self, network: nn.Module) -> None:
        found: dict[str, nn.Parameter] = {}
        for name, module in network.named_modules():
            own = next(module.parameters(recurse=False), None)
            if own is not None and not any(own is other for other in found.values()):
                found[name or "network"] = own
        self.names = list(found)
        self._weights = list(found.values())
        self._learned = [i for i, weight in enumerate(self._weights) if weight.requires_grad]
        self._live = [self._weights[i].detach() for i in self._learned]
        self._before = [torch.empty_like(weight) for weight in self._live]
        self._row = [math.nan] * (3 * len(self.names))
        fixed = [w.detach().norm().item() for w in self._weights]
        self._row[len(fixed) : 2 * len(fixed)] = fixed
        for i in set(range(len(fixed))) - set(self._learned):
            self._row[i] = self._row[2 * len(fixed) + i] = 0.0

    @property
    def initial(self) -> dict[str, float]:
        """Layer -> length of its weights as they were when this was made or last measured."""
        count = len(self.names)
        return dict(zip(self.names, self._row[count : 2 * count], strict=True))

    def remember(self) -> None:
        """Keeps the weights as they are before an update."""
        if self._live:
            torch._foreach_copy_(self._before, self._live)

    def row(self) -> list[float]:
        """Returns the gradients' norms, the weights' and those of the update since `remember`."""
        row, count = self._row.copy(), len(self.names)
        if not self._live:
            return row
        torch._foreach_sub_(self._before, self._live)
        gradients = [w.grad if w.grad is not None else torch.zeros(()) for w in self._grads()]
        norms = torch._foreach_norm([*gradients, *self._live, *self._before])
        values = torch.stack(norms).tolist()
        learned = len(self._learned)
        for block in range(3):
            for place, value in zip(
                self._learned, values[block * learned : (block + 1) * learned], strict=True
            ):
                row[block * count + place] = value
        self._row = row
        return row

    def _grads(self) -> list[nn.Parameter]:
        return [self._weights[i] for i in self._learned]

    def spoiled(self) -> str | None:
        """Returns the first layer whose weights are not all finite, or None."""
        for name, weight in zip(self.names, self._weights, strict=True):
            if not bool(weight.isfinite().all()):
                return name
        return None


def first_bad_layer(network: nn.Module, x: Tensor) -> str | None:
    """Returns the first module that makes a number that is not finite out of `x`, or None.

    Runs the network as it is, in its mode: on a copy, if it must stay as it was.
    """
    found: list[str] = []
    names = {module: name for name, module in network.named_modules()}

    def look(module: nn.Module, _: object, out: object) -> None:
        if isinstance(out, Tensor) and not bool(out.isfinite().all()):
            found.append(names[module])

    leaves = [m for m in network.modules() if not next(m.children(), None)]
    hooks = [leaf.register_forward_hook(look) for leaf in leaves]
    try:
        with torch.no_grad():
            network(x)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else None
