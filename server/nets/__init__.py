"""Architectures, one a file, torch only; a card's `network` is a key of the table `NETWORKS`."""

from __future__ import annotations

from torch import nn

from .lenet import LeNet5
from .shape_net import FlattenShapeNet, MeanShapeNet
from .tiny_vgg import TinyVGG

NETWORKS: dict[str, type[nn.Module]] = {
    "tiny_vgg": TinyVGG,
    "lenet_5": LeNet5,
    "shape_net_flatten": FlattenShapeNet,
    "shape_net_mean": MeanShapeNet,
}

__all__ = ["NETWORKS", "FlattenShapeNet", "LeNet5", "MeanShapeNet", "TinyVGG"]
