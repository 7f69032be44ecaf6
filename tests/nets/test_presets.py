"""The presets: sizes that the literature or algebra gives, for every size of picture."""

from typing import Any

import pytest
import torch
from torch import nn

from convlens.nets import NETWORKS
from convlens.nets.plan import PlanError, build
from convlens.nets.presets import PRESETS, plan_of

SHAPES = ([1, 8, 8], [1, 28, 28], [3, 32, 32], [3, 64, 64])
PICTURES = [key for key, preset in PRESETS.items() if "pictures" in preset.takes]
POINTS = [key for key, preset in PRESETS.items() if "points" in preset.takes]


def size(net: str, shape: list[int], classes: int, **style: Any) -> int:
    network = build(plan_of(net, shape, classes, **style), classes)
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(
    ("net", "shape", "classes", "parameters"),
    [
        ("tiny8", [1, 28, 28], 6, 26_566),
        ("mlp", [1, 28, 28], 6, 25_318),
        ("tiny-vgg", [3, 64, 64], 10, 19_920),
        ("tiny-vgg-bn", [3, 64, 64], 10, 19_920 + 4 * 20),
        ("lenet", [1, 28, 28], 10, 61_706),
        ("softmax", [1, 28, 28], 10, 7_850),
        ("points-mlp", [2], 2, (2 * 8 + 8) + (8 * 8 + 8) + (8 * 2 + 2)),
        ("plain", [1, 28, 28], 6, (9 * 8 + 8) + 3 * (72 * 8 + 8) + (8 * 6 + 6)),
    ],
)
def test_a_preset_has_as_many_parameters_as_its_source_says(
    net: str, shape: list[int], classes: int, parameters: int
) -> None:
    assert size(net, shape, classes) == parameters


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("net", PICTURES)
def test_every_preset_of_pictures_takes_every_size_from_8_by_8_on(
    net: str, shape: list[int]
) -> None:
    for norm in ("none", "batch"):
        network = build(plan_of(net, shape, 4, norm=norm, dropout=0.1), 4)
        assert network(torch.rand(3, *shape)).shape == (3, 4)


@pytest.mark.parametrize("net", POINTS)
def test_presets_of_points_take_points(net: str) -> None:
    assert build(plan_of(net, [2], 2), 2)(torch.rand(5, 2)).shape == (5, 2)


@pytest.mark.parametrize(("net", "shape"), [("tiny8", [2]), ("points-mlp", [1, 8, 8])])
def test_a_preset_of_the_other_kind_of_data_says_which_fit(net: str, shape: list[int]) -> None:
    with pytest.raises(PlanError, match=f"net is '{net}', which takes") as caught:
        plan_of(net, shape, 3)
    assert "mlp" in caught.value.hint


def test_a_picture_that_is_too_small_is_refused_in_words() -> None:
    with pytest.raises(PlanError, match=r"cannot take an input of \[1, 2, 2\].*2×2"):
        plan_of("tiny8", [1, 2, 2], 3)


def test_an_unknown_preset_names_those_that_there_are() -> None:
    with pytest.raises(PlanError, match="'vgg-99'") as caught:
        plan_of("vgg-99", [1, 8, 8], 3)
    assert "tiny8" in caught.value.hint


@pytest.mark.parametrize("net", [key for key, preset in PRESETS.items() if preset.zoo])
def test_a_preset_with_shipped_weights_computes_what_the_shipped_network_does(net: str) -> None:
    shape = {"lenet": [1, 28, 28], "tiny-vgg": [3, 64, 64]}[net]
    shipped = NETWORKS[{"lenet": "lenet_5", "tiny-vgg": "tiny_vgg"}[net]]().eval()
    network = build(plan_of(net, shape, 10), 10).eval()
    network.load_state_dict(shipped.state_dict())
    x = torch.randn(2, *shape)
    with torch.no_grad():
        assert torch.equal(network(x), shipped(x))
    assert [name for name, _ in network.named_children()] == [
        name for name, _ in shipped.named_children()
    ]


@pytest.mark.parametrize("depth", [1, 2, 4, 16, 39, 40, 100])
def test_plain_and_residual_of_one_depth_have_equally_many_convolutions(depth: int) -> None:
    for net in ("plain", "residual"):
        network = build(plan_of(net, [1, 28, 28], 6, depth=depth, norm="batch"), 6)
        convs = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
        assert len(convs) == depth


@pytest.mark.parametrize("net", PRESETS)
def test_exactly_the_settings_that_a_preset_names_change_it(net: str) -> None:
    shape = [1, 16, 16] if net in PICTURES else [2]
    other: dict[str, Any] = {
        "activation": "tanh",
        "norm": "batch",
        "dropout": 0.5,
        "width": 4,
        "depth": 7,
    }
    plain = plan_of(net, shape, 3)
    changing = [name for name in other if plan_of(net, shape, 3, **{name: other[name]}) != plain]
    assert changing == [name for name in other if name in PRESETS[net].settings]


def test_every_preset_is_said_in_both_languages() -> None:
    for preset in PRESETS.values():
        said = preset.describe()
        assert said["name"]["en"] and said["name"]["zh"]
        assert said["about"]["en"] and said["about"]["zh"]
