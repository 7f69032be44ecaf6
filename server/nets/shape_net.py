"""Two readers of small shapes that differ in the head alone: one knows places, one does not."""

from __future__ import annotations

from torch import Tensor, nn


class ShapeNet(nn.Module):
    """Class logits (N, classes) for grey pictures (N, 1, 28, 28); `head` reads the last maps.

    Three convolutions of 3 x 3 with 16, 32 and 32 kernels, pooled after the first two: whatever
    the head, the maps that it gets are (N, 32, 7, 7).
    """

    def __init__(self, head: nn.Module, features: int, classes: int = 6) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(1, 16, 3, padding=1)
        self.relu_1 = nn.ReLU()
        self.pool_1 = nn.MaxPool2d(2)
        self.conv_2 = nn.Conv2d(16, 32, 3, padding=1)
        self.relu_2 = nn.ReLU()
        self.pool_2 = nn.MaxPool2d(2)
        self.conv_3 = nn.Conv2d(32, 32, 3, padding=1)
        self.relu_3 = nn.ReLU()
        self.head = head
        self.output = nn.Linear(features, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, classes) for x (N, 1, 28, 28)."""
        x = self.pool_1(self.relu_1(self.conv_1(x)))  # (N, 16, 14, 14)
        x = self.pool_2(self.relu_2(self.conv_2(x)))  # (N, 32, 7, 7)
        x = self.relu_3(self.conv_3(x))  # (N, 32, 7, 7)
        logits: Tensor = self.output(self.head(x))
        return logits


class FlattenShapeNet(ShapeNet):
    """Every cell of every map has weights of its own: 23,462 parameters."""

    def __init__(self) -> None:
        super().__init__(nn.Flatten(), 32 * 7 * 7)


class MeanShapeNet(ShapeNet):
    """Only the mean of each map is read (global average pooling): 14,246 parameters.

    Source of the head: Lin, Chen, Yan, "Network in Network", ICLR 2014, section 3.2.
    """

    def __init__(self) -> None:
        super().__init__(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), 32)
