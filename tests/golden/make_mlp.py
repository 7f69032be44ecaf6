"""Writes mlp.json: a small network of points in the plane, trained by torch's Adam in float64.

Run `python -m tests.golden.make_mlp` from the checkout.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from tests.golden.ask import Json
from tests.golden.make import HERE, dump

FILE = "mlp.json"
ACTIVATIONS: dict[str, type[nn.Module]] = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
SIZES = ([2, 2], [2, 3, 2], [2, 8, 8, 2])
POINTS, STEPS, RATE = 24, 12, 0.05


def network(sizes: list[int], activation: str) -> nn.Sequential:
    """Linear layers with the activation between them."""
    parts: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        parts += [nn.Linear(inputs, outputs), ACTIVATIONS[activation]()]
    return nn.Sequential(*parts[:-1]).double()


def layers(net: nn.Sequential) -> list[dict[str, Any]]:
    """Weights and biases of the linear layers, and their gradients where there are some."""
    found = [each for each in net if isinstance(each, nn.Linear)]
    return [
        {
            "weights": each.weight.flatten().tolist(),
            "biases": each.bias.tolist(),
            **({} if each.weight.grad is None else {"slopes": each.weight.grad.flatten().tolist()}),
        }
        for each in found
    ]


def case(sizes: list[int], activation: str, seed: int) -> Json:
    """One network before and after some steps, and what each step saw."""
    torch.manual_seed(seed)
    xs = torch.rand(POINTS, 2, dtype=torch.float64) * 2 - 1
    classes = (xs.prod(1) > 0).long()
    net = network(sizes, activation)
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    begun, seen, first = layers(net), [], None
    for _ in range(STEPS):
        logits = net(xs)
        loss = F.cross_entropy(logits, classes)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        first = first or layers(net)
        seen.append([loss.item(), (logits.argmax(1) == classes).double().mean().item()])
        adam.step()
    shares = net(xs).softmax(1)[:, 1]
    return {
        "sizes": sizes,
        "activation": activation,
        "xs": xs.tolist(),
        "classes": classes.tolist(),
        "rate": RATE,
        "begun": begun,
        "slopes": [each["slopes"] for each in first or []],
        "seen": seen,
        "ended": layers(net),
        "shares": shares.tolist(),
    }


def files() -> dict[str, bytes]:
    """The file that this module makes."""
    cases = [
        case(sizes, activation, seed)
        for seed, (sizes, activation) in enumerate(
            (sizes, activation) for activation in ACTIVATIONS for sizes in SIZES
        )
    ]
    return {FILE: dump(cases)}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)
