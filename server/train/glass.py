"""One weight under the glass: its gradient, the optimiser's memory of it, its step in numbers."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from .options import Options


class Glass:
    """Reads one weight of a network, before and after the optimiser moves it."""

    def __init__(
        self, network: nn.Module, optimiser: torch.optim.Optimizer, options: Options
    ) -> None:
        self._parameters = dict(network.named_parameters())
        self._optimiser, self._rule = optimiser, options.optimiser
        self._before: tuple[tuple[str, int], float] | None = None
        self.is_due = False  # whether the gradient that stands there has not been used yet

    def remember(self, place: tuple[str, int] | None) -> None:
        """Keeps the weight's value as it is before an update."""
        value = None if place is None else self._value(place)
        self._before = None if place is None or value is None else (place, value)

    def _value(self, place: tuple[str, int]) -> float | None:
        parameter = self._parameters.get(place[0])
        if parameter is None or not 0 <= place[1] < parameter.numel():
            return None
        return parameter.detach().reshape(-1)[place[1]].item()

    def read(self, place: tuple[str, int] | None) -> dict[str, Any] | None:
        """Returns the weight in numbers; None without a place, or where there is no such weight.

        `{name, index, value, gradient, state, rate, update, next, rule, done}`: value before the
        update, gradient (clipped), the optimiser's state with this gradient in it, the update, the
        value after it. `done` is whether the update has happened; before, it is worked out by
        the rule. A frozen weight has no gradient and no update.
        """
        value = None if place is None else self._value(place)
        if place is None or value is None:
            return None
        name, index = place
        parameter = self._parameters[name]
        group = self._optimiser.param_groups[0]
        answer: dict[str, Any] = {
            "name": name,
            "index": index,
            "value": value,
            "gradient": None,
            "state": {},
            "rate": group["lr"],
            "update": None,
            "next": None,
            "rule": self._rule,
            "done": not self.is_due,
        }
        if parameter.grad is None:
            return answer
        gradient = parameter.grad.reshape(-1)[index].item()
        answer |= {"gradient": gradient}
        state = {
            key: held.reshape(-1)[index if held.numel() > 1 else 0].item()
            for key, held in self._optimiser.state.get(parameter, {}).items()
            if isinstance(held, torch.Tensor)
        }
        if not self.is_due:
            if self._before is None or self._before[0] != place:
                return answer | {"state": state}
            before = self._before[1]
            return answer | {
                "state": state,
                "value": before,
                "update": value - before,
                "next": value,
            }
        after = advanced(self._rule, group, gradient + 0.0, value, state)
        return answer | after


def advanced(
    rule: str, group: dict[str, Any], gradient: float, value: float, state: dict[str, float]
) -> dict[str, Any]:
    """Returns `{state, update, next}` of one weight by the optimiser's rule, in float64.

    Sources: the algorithms of torch.optim's SGD, RMSprop, Adam and AdamW.
    """
    rate, decay = group["lr"], group["weight_decay"]
    if rule != "adamw":
        gradient += decay * value
    update, new = RULES[rule](group, gradient, state)
    update = rate * update - (rate * decay * value if rule == "adamw" else 0.0)
    return {"state": new, "update": update, "next": value + update}


def _sgd(
    _: dict[str, Any], gradient: float, __: dict[str, float]
) -> tuple[float, dict[str, float]]:
    return -gradient, {}


def _momentum(
    group: dict[str, Any], gradient: float, state: dict[str, float]
) -> tuple[float, dict[str, float]]:
    held = state.get("momentum_buffer")
    speed = gradient if held is None else group["momentum"] * held + gradient
    step = gradient + group["momentum"] * speed if group["nesterov"] else speed
    return -step, {"momentum_buffer": speed}


def _rmsprop(
    group: dict[str, Any], gradient: float, state: dict[str, float]
) -> tuple[float, dict[str, float]]:
    alpha = group["alpha"]
    mean = alpha * state.get("square_avg", 0.0) + (1 - alpha) * gradient**2
    return -gradient / (mean**0.5 + group["eps"]), {
        "square_avg": mean,
        "step": state.get("step", 0.0) + 1,
    }


def _adam(
    group: dict[str, Any], gradient: float, state: dict[str, float]
) -> tuple[float, dict[str, float]]:
    one, two = group["betas"]
    count = state.get("step", 0.0) + 1
    mean = one * state.get("exp_avg", 0.0) + (1 - one) * gradient
    square = two * state.get("exp_avg_sq", 0.0) + (1 - two) * gradient**2
    root = (square / (1 - two**count)) ** 0.5 + group["eps"]
    new = {"step": count, "exp_avg": mean, "exp_avg_sq": square}
    return -mean / (1 - one**count) / root, new


RULES = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _momentum,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
}
