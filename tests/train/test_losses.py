"""The losses by algebra and torch."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from convlens.train.losses import LOSSES

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.0, 3.0]])
LABELS = torch.tensor([0, 1])


def gradient(loss: str) -> Tensor:
    """Of one picture whose true class is 1, though the scores say 0: M23 of learning.md."""
    logits = torch.tensor([[8.0, 0.0]], requires_grad=True)
    return torch.autograd.grad(LOSSES[loss](logits, torch.tensor([1]), 0.0), logits)[0][0]


def test_a_confident_mistake_moves_under_cross_entropy_and_sticks_under_squared_error() -> None:
    assert gradient("cross-entropy").tolist() == pytest.approx([0.9997, -0.9997], abs=1e-4)
    assert gradient("mse").tolist() == pytest.approx([0.0007, -0.0007], abs=1e-4)


def test_cross_entropy_is_minus_the_logarithm_of_the_true_classs_share() -> None:
    shares = LOGITS.softmax(1)
    expected = -(math.log(shares[0, 0]) + math.log(shares[1, 1])) / 2
    assert LOSSES["cross-entropy"](LOGITS, LABELS, 0.0).item() == pytest.approx(expected, rel=1e-6)


def test_squared_error_compares_the_softmax_with_the_one_hot_label() -> None:
    hot = torch.tensor([[1.0, 0, 0], [0, 1, 0]])
    expected = (LOGITS.softmax(1) - hot).square().sum().item() / 6
    assert LOSSES["mse"](LOGITS, LABELS, 0.0).item() == pytest.approx(expected, rel=1e-6)


def test_binary_cross_entropy_asks_each_logit_alone() -> None:
    p = LOGITS.sigmoid()
    hot = torch.tensor([[1.0, 0, 0], [0, 1, 0]])
    expected = -(hot * p.log() + (1 - hot) * (1 - p).log()).mean().item()
    assert LOSSES["bce"](LOGITS, LABELS, 0.0).item() == pytest.approx(expected, rel=1e-6)


def test_binary_cross_entropy_of_two_classes_is_that_of_one_logit_and_zero() -> None:
    z = 1.7
    two = F.cross_entropy(torch.tensor([[z, 0.0]]), torch.tensor([0])).item()
    one = F.binary_cross_entropy_with_logits(torch.tensor([z]), torch.tensor([1.0])).item()
    assert two == pytest.approx(one, rel=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_label_smoothing_mixes_the_label_with_all_classes_alike(loss: str) -> None:
    s, k = 0.3, 3
    plain = LOSSES[loss](LOGITS, LABELS, 0.0).item()
    smooth = LOSSES[loss](LOGITS, LABELS, s).item()
    targets = F.one_hot(LABELS, k) * (1 - s) + s / k
    by_hand = {
        "cross-entropy": F.cross_entropy(LOGITS, targets),
        "mse": (LOGITS.softmax(1) - targets).square().mean(),
        "bce": F.binary_cross_entropy_with_logits(LOGITS, targets),
    }
    assert smooth == pytest.approx(by_hand[loss].item(), rel=1e-5)
    assert smooth != plain
