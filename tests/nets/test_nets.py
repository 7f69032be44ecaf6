"""The shipped architectures, against the published sizes and torch's own functions."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convlens.nets import NETWORKS, LeNet5, TinyVGG

# CNN Explainer, section 3: 280 + 910 + 910 + 910 + 16,910; D2L 7.6: 156 + 2,416 + 48,120 + ...
# The shape networks: 160 + 4,640 + 9,248 and a dense layer of 6 x (32 x 49 + 1) or 6 x (32 + 1).
PARAMETERS = {
    "tiny_vgg": 19_920,
    "lenet_5": 61_706,
    "shape_net_flatten": 23_462,
    "shape_net_mean": 14_246,
}
GREY = (1, 28, 28)
PICTURE = {
    "tiny_vgg": (3, 64, 64),
    "lenet_5": GREY,
    "shape_net_flatten": GREY,
    "shape_net_mean": GREY,
}
CLASSES = {"tiny_vgg": 10, "lenet_5": 10, "shape_net_flatten": 6, "shape_net_mean": 6}
SHAPE_NET = "conv_1 relu_1 pool_1 conv_2 relu_2 pool_2 conv_3 relu_3 head output"
LAYERS = {
    "tiny_vgg": "conv_1_1 relu_1_1 conv_1_2 relu_1_2 max_pool_1 "
    "conv_2_1 relu_2_1 conv_2_2 relu_2_2 max_pool_2 flatten output",
    "lenet_5": "conv_1 relu_1 pool_1 conv_2 relu_2 pool_2 flatten "
    "dense_1 relu_3 dense_2 relu_4 output",
    "shape_net_flatten": SHAPE_NET,
    "shape_net_mean": SHAPE_NET,
}


@pytest.fixture(params=sorted(NETWORKS))
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_network_has_the_published_number_of_parameters(key: str) -> None:
    assert sum(each.numel() for each in NETWORKS[key]().parameters()) == PARAMETERS[key]


def test_layers_run_once_each_in_the_order_of_their_names(key: str) -> None:
    network, seen = NETWORKS[key](), []
    for name, layer in network.named_children():
        layer.register_forward_hook(lambda *_, name=name: seen.append(name))
    network(torch.rand(1, *PICTURE[key]))
    assert seen == LAYERS[key].split()


def test_one_logit_a_class_comes_out_of_every_picture(key: str) -> None:
    assert NETWORKS[key]()(torch.rand(3, *PICTURE[key])).shape == (3, CLASSES[key])


def test_no_relu_writes_over_the_values_of_its_convolution(key: str) -> None:
    relus = [each for each in NETWORKS[key]().modules() if isinstance(each, nn.ReLU)]
    assert len(relus) == LAYERS[key].count("relu")
    assert not any(each.inplace for each in relus)


def _tiny_vgg_by_hand(p: dict[str, Tensor], x: Tensor) -> Tensor:
    for block in "12":
        for conv in "12":
            name = f"conv_{block}_{conv}"
            x = F.relu(F.conv2d(x, p[f"{name}.weight"], p[f"{name}.bias"]))
        x = F.max_pool2d(x, 2)
    return F.linear(x.reshape(len(x), -1), p["output.weight"], p["output.bias"])


def _lenet_by_hand(p: dict[str, Tensor], x: Tensor) -> Tensor:
    x = F.max_pool2d(F.relu(F.conv2d(x, p["conv_1.weight"], p["conv_1.bias"], padding=2)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, p["conv_2.weight"], p["conv_2.bias"])), 2)
    x = F.relu(F.linear(x.reshape(len(x), -1), p["dense_1.weight"], p["dense_1.bias"]))
    x = F.relu(F.linear(x, p["dense_2.weight"], p["dense_2.bias"]))
    return F.linear(x, p["output.weight"], p["output.bias"])


def _shape_net_by_hand(p: dict[str, Tensor], x: Tensor) -> Tensor:
    for conv in "123":
        x = F.relu(F.conv2d(x, p[f"conv_{conv}.weight"], p[f"conv_{conv}.bias"], padding=1))
        x = F.max_pool2d(x, 2) if conv != "3" else x
    flat = p["output.weight"].shape[1] != x.shape[1]
    return F.linear(x.flatten(1) if flat else x.mean((2, 3)), p["output.weight"], p["output.bias"])


def test_each_network_computes_what_torch_functions_written_out_compute(key: str) -> None:
    others = {"tiny_vgg": _tiny_vgg_by_hand, "lenet_5": _lenet_by_hand}
    by_hand = others.get(key, _shape_net_by_hand)
    network, x = NETWORKS[key]().eval(), torch.randn(2, *PICTURE[key])
    with torch.no_grad():
        torch.testing.assert_close(network(x), by_hand(network.state_dict(), x))


@pytest.mark.parametrize(("network", "shape"), [(TinyVGG(), (10, 13, 13)), (LeNet5(), (16, 5, 5))])
def test_flatten_goes_channel_by_channel_then_row_by_row(
    network: TinyVGG | LeNet5, shape: tuple[int, int, int]
) -> None:
    _, height, width = shape
    maps = torch.randn(1, *shape)
    flat = network.flatten(maps)
    for c, y, x in [(0, 0, 1), (0, 1, 0), (1, 0, 0), (shape[0] - 1, height - 1, width - 1)]:
        assert flat[0, c * height * width + y * width + x] == maps[0, c, y, x]
