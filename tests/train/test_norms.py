"""Batch normalisation is put in and folded away without changing what a network computes."""

import torch
from torch import nn

from convlens.nets import TinyVGG
from convlens.train.norms import folded, with_norms


def _stir(network: nn.Module) -> nn.Module:
    """Give every normalisation statistics and factors that are not the neutral ones."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for value in (module.weight.data, module.running_var):
                assert value is not None
                value.uniform_(0.5, 1.5)
            for value in (module.bias.data, module.running_mean):
                assert value is not None
                value.uniform_(-0.5, 0.5)
    return network.eval()


def test_every_convolution_and_nothing_else_gets_a_normalisation() -> None:
    network = TinyVGG()
    kinds = [type(each) for each in with_norms(network).modules()]
    assert kinds.count(nn.BatchNorm2d) == kinds.count(nn.Conv2d) == 4
    assert not any(isinstance(each, nn.BatchNorm2d) for each in network.modules())


def test_folding_keeps_the_logits_and_restores_the_plain_networks_parameters() -> None:
    torch.manual_seed(0)
    learned = _stir(with_norms(TinyVGG()))
    plain, x = folded(learned), torch.randn(4, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(plain(x), learned(x), rtol=1e-4, atol=1e-5)
    assert list(plain.state_dict()) == list(TinyVGG().state_dict())
