"""Writes losses.json: softmax, losses and their gradients as torch has them.

Run `python -m tests.golden.make_losses` from the checkout. Gradients are autograd's; float64 but
where the name says float32.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tests.golden.ask import Json
from tests.golden.make import HERE, dump

FILE = "losses.json"
Loss = Callable[[Tensor], Tensor]


def plain(values: Any) -> Any:
    """Numbers as JSON has them; what it has no word for is a text."""
    if isinstance(values, Tensor):
        return [plain(each) for each in values.tolist()] if values.ndim else plain(values.item())
    return values if math.isfinite(values) else str(values)


def gradient(loss: Loss, at: Sequence[float]) -> Tensor:
    """Autograd's derivative of a loss."""
    z = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    loss(z).backward()  # type: ignore[no-untyped-call]
    assert z.grad is not None
    return z.grad


def cross_entropy(label: int, smoothing: float = 0.0) -> Loss:
    """The loss of one example."""
    return lambda z: F.cross_entropy(z, torch.tensor(label), label_smoothing=smoothing)


def squared(label: int) -> Loss:
    """The mean squared error between softmax and the label's one-hot vector."""

    def loss(z: Tensor) -> Tensor:
        target = F.one_hot(torch.tensor(label), len(z)).to(z.dtype)
        return F.mse_loss(z.softmax(0), target)

    return loss


def binary(label: float) -> Loss:
    """Binary cross-entropy of one logit."""
    return lambda z: F.binary_cross_entropy_with_logits(z[0], torch.tensor(label).to(z.dtype))


def softmax_case(logits: Sequence[float], temperature: float) -> Json:
    z = torch.tensor(logits, dtype=torch.float64)
    return {
        "kind": "softmax",
        "logits": list(logits),
        "temperature": temperature,
        "shares": plain((z / temperature).softmax(0)),
        "log_softmax": plain(z.log_softmax(0)),
        "log_sum_exp": plain(z.logsumexp(0)),
        "argmax": int(z.argmax()),
    }


def float32_case(logits: Sequence[float]) -> Json:
    z = torch.tensor(logits)
    assert z.dtype == torch.float32
    return {
        "kind": "float32",
        "logits": list(logits),
        "exps": plain(z.exp()),
        "naive": plain(z.exp() / z.exp().sum()),
        "stable": plain(z.softmax(0)),
        "log_of_softmax": plain(z.softmax(0).log()),
        "log_softmax": plain(z.log_softmax(0)),
    }


def loss_case(name: str, loss: Loss, logits: Sequence[float], label: int, **more: float) -> Json:
    z = torch.tensor(logits, dtype=torch.float64)
    case: Json = {"kind": "loss", "name": name, "logits": list(logits), "label": label, **more}
    return case | {"value": plain(loss(z)), "gradient": plain(gradient(loss, logits))}


def descent_case(name: str, loss: Loss, logits: Sequence[float], label: int) -> Json:
    """The logits after each of ten steps of torch's own SGD."""
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.SGD([z], lr=1.0)
    path = [plain(z.detach())]
    for _ in range(10):
        optimiser.zero_grad()
        loss(z).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        path.append(plain(z.detach()))
    return {"kind": "descent", "name": name, "label": label, "path": path}


def losses() -> list[Json]:
    """Every case, in order."""
    pick = random.Random(57)
    cases = [softmax_case((2, 1, 0), 1), softmax_case((7, 6, 5), 1)]
    cases += [softmax_case((1000, 1001, 1002), 1), softmax_case((3, 3, 1), 0.5)]
    for count in range(2, 11):
        logits = [pick.uniform(-8, 8) for _ in range(count)]
        cases.append(softmax_case(logits, pick.choice((0.25, 0.5, 2, 5))))
        label, smoothing = pick.randrange(count), pick.choice((0.0, 0.1, 0.3))
        entropy = cross_entropy(label, smoothing)
        cases.append(loss_case("cross-entropy", entropy, logits, label, smoothing=smoothing))
        cases.append(loss_case("mse", squared(label), logits, label))
    for z in (-40.0, -3.0, 0.0, 0.5, 2.0, 40.0):
        for label in (0, 1):
            cases.append(loss_case("bce", binary(label), (z,), label))
            # Two classes with the logits (z, 0); the first is the one that is asked for.
            cases.append(loss_case("cross-entropy", cross_entropy(1 - label), (z, 0.0), 1 - label))
    cases += [
        float32_case(z)
        for z in ((1000.0, 1001.0, 1002.0), (0.0, -200.0), (2.0, 1.0, 0.0), (88.0, 89.0, 87.0))
    ]
    for name, loss in (("cross-entropy", cross_entropy(1)), ("mse", squared(1))):
        cases.append(loss_case(name, loss, (8, 0), 1))
        cases.append(descent_case(name, loss, (8, 0), 1))
    return cases


def files() -> dict[str, bytes]:
    """File name -> bytes of every golden file that is made here."""
    return {FILE: dump(losses())}


if __name__ == "__main__":
    for file_name, content in files().items():
        (HERE / file_name).write_bytes(content)
