"""Batch normalisation that only helps to learn: put in before training, folded away after it."""

from __future__ import annotations

from copy import deepcopy

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def with_norms(network: nn.Module) -> nn.Module:
    """Return a copy of `network` whose every convolution is followed by a batch normalisation.

    Source: Ioffe & Szegedy, "Batch Normalization", 2015, section 3.2.
    """
    copy = deepcopy(network)
    for name, module in list(copy.named_modules()):
        if isinstance(module, nn.Conv2d):
            pair = nn.Sequential(module, nn.BatchNorm2d(module.out_channels))
            copy.set_submodule(name, pair)
    return copy


def folded(network: nn.Module) -> nn.Module:
    """Return a copy in evaluation mode in which convolution + normalisation is one convolution.

    Outputs are the same but for rounding; parameters are named as before `with_norms`.
    """
    copy = deepcopy(network).eval()
    for name, module in list(copy.named_modules()):
        if isinstance(module, nn.Sequential) and len(module) == 2:
            convolution, norm = module[0], module[1]
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                copy.set_submodule(name, fuse_conv_bn_eval(convolution, norm))
    return copy
