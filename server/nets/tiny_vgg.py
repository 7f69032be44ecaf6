"""TinyVGG, the network of CNN Explainer: two blocks of two convolutions, then one dense layer."""

from __future__ import annotations

from torch import Tensor, nn


class TinyVGG(nn.Module):
    """Ten class logits (N, 10) for pictures (N, 3, 64, 64) that were normalised as the card says.

    19,920 parameters. Convolutions are 3 x 3 and valid, ten kernels each; flatten runs channel by
    channel, row by row, so `output.weight[:, c * 169 + y * 13 + x]` reads cell (c, y, x).
    Source: Wang et al., "CNN Explainer", IEEE TVCG 27(2), 2021, section 3.
    """

    def __init__(self, classes: int = 10, channels: int = 10) -> None:
        super().__init__()
        self.conv_1_1 = nn.Conv2d(3, channels, 3)
        self.relu_1_1 = nn.ReLU()
        self.conv_1_2 = nn.Conv2d(channels, channels, 3)
        self.relu_1_2 = nn.ReLU()
        self.max_pool_1 = nn.MaxPool2d(2)
        self.conv_2_1 = nn.Conv2d(channels, channels, 3)
        self.relu_2_1 = nn.ReLU()
        self.conv_2_2 = nn.Conv2d(channels, channels, 3)
        self.relu_2_2 = nn.ReLU()
        self.max_pool_2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.output = nn.Linear(channels * 13 * 13, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, classes) for x (N, 3, 64, 64)."""
        x = self.relu_1_1(self.conv_1_1(x))  # (N, 10, 62, 62)
        x = self.max_pool_1(self.relu_1_2(self.conv_1_2(x)))  # (N, 10, 30, 30)
        x = self.relu_2_1(self.conv_2_1(x))  # (N, 10, 28, 28)
        x = self.max_pool_2(self.relu_2_2(self.conv_2_2(x)))  # (N, 10, 13, 13)
        logits: Tensor = self.output(self.flatten(x))
        return logits
