"""The losses that a run can make smaller, each from logits and class numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor, float], Tensor]


def shares(labels: Tensor, classes: int, smoothing: float) -> Tensor:
    """Returns one-hot rows (N, classes) of which `smoothing` is spread over all classes."""
    return F.one_hot(labels, classes).float() * (1 - smoothing) + smoothing / classes


def cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Returns the mean of -log softmax(logits)[label], in nats."""
    return F.cross_entropy(logits, labels, label_smoothing=smoothing)


def squared_error(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Returns the mean over pictures and classes of (softmax(logits) - one-hot label)^2."""
    return F.mse_loss(logits.softmax(1), shares(labels, logits.shape[1], smoothing))


def binary_cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Returns the mean over pictures and classes: each logit alone answers yes or no."""
    targets = shares(labels, logits.shape[1], smoothing)
    return F.binary_cross_entropy_with_logits(logits, targets)


LOSSES: Mapping[str, Loss] = {
    "cross-entropy": cross_entropy,
    "mse": squared_error,
    "bce": binary_cross_entropy,
}
