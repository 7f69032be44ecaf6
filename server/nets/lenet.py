"""LeNet-5 in the sizes of "Dive into Deep Learning", with ReLU and max-pooling."""

from __future__ import annotations

from torch import Tensor, nn


class LeNet5(nn.Module):
    """Ten digit logits (N, 10) for pictures (N, 1, 28, 28) that were normalised as the card says.

    61,706 parameters. Sizes follow Zhang et al., "Dive into Deep Learning", section 7.6; where
    the book and LeCun et al. 1998 use sigmoids and average pooling, this one uses ReLU and
    max-pooling.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(1, 6, 5, padding=2)
        self.relu_1 = nn.ReLU()
        self.pool_1 = nn.MaxPool2d(2)
        self.conv_2 = nn.Conv2d(6, 16, 5)
        self.relu_2 = nn.ReLU()
        self.pool_2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.dense_1 = nn.Linear(16 * 5 * 5, 120)
        self.relu_3 = nn.ReLU()
        self.dense_2 = nn.Linear(120, 84)
        self.relu_4 = nn.ReLU()
        self.output = nn.Linear(84, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, classes) for x (N, 1, 28, 28)."""
        x = self.pool_1(self.relu_1(self.conv_1(x)))  # (N, 6, 14, 14)
        x = self.pool_2(self.relu_2(self.conv_2(x)))  # (N, 16, 5, 5)
        x = self.relu_3(self.dense_1(self.flatten(x)))
        logits: Tensor = self.output(self.relu_4(self.dense_2(x)))
        return logits
