"""`convlens` with two networks more: kinds of layers that the shipped ones lack, and a wide one.

python tests/e2e/every_kind.py serve --models FOLDER     (a folder with their cards and weights)
"""

import sys

import torch
from torch import Tensor, nn

from convlens.cli import main
from convlens.nets import NETWORKS

NAME = "every-kind"
WIDE = "wide"


class EveryKind(nn.Module):
    """Batch and group norm, PReLU, a stack, a sum, average pooling with padding, dropout."""

    def __init__(self) -> None:
        """Makes the layers."""
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.prelu = nn.PReLU(8)
        self.gelu = nn.GELU()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.silu = nn.SiLU()
        self.average = nn.AvgPool2d(3, 2, 1)
        self.group = nn.GroupNorm(2, 16)
        self.squeeze = nn.AdaptiveAvgPool2d((5, 5))
        self.drop = nn.Dropout(0.25)
        self.dense = nn.Linear(400, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of three classes."""
        x = self.norm(self.conv(x))
        x = self.pool(torch.cat([self.prelu(x), self.gelu(x)], 1))
        x = self.average(x + self.silu(x))
        x = self.squeeze(self.group(x))
        logits: Tensor = self.dense(self.drop(torch.flatten(x, 1)))
        return logits


def make() -> EveryKind:
    """The network with statistics as training leaves them: none of them 0 or 1."""
    torch.manual_seed(0)
    network = EveryKind().eval()
    with torch.no_grad():
        network.prelu.weight.uniform_(-0.2, 0.4)
        for values in (network.norm.weight, network.norm.running_var):
            assert values is not None
            values.uniform_(0.4, 1.6)
        for values in (network.norm.bias, network.norm.running_mean):
            assert values is not None
            values.normal_(0, 0.3)
    return network


class Wide(nn.Module):
    """A convolution that reads more channels than a room shows."""

    def __init__(self) -> None:
        """Makes the layers."""
        super().__init__()
        self.widen = nn.Conv2d(3, 512, 3, padding=1)
        self.relu = nn.ReLU()
        self.narrow = nn.Conv2d(512, 4, 3, padding=1)
        self.mean = nn.AdaptiveAvgPool2d((1, 1))
        self.dense = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Logits of three classes."""
        x = self.mean(self.narrow(self.relu(self.widen(x))))
        logits: Tensor = self.dense(torch.flatten(x, 1))
        return logits


def make_wide() -> Wide:
    """The wide network, the same one each time."""
    torch.manual_seed(1)
    return Wide().eval()


if __name__ == "__main__":
    NETWORKS[NAME] = EveryKind
    NETWORKS[WIDE] = Wide
    sys.exit(main())
