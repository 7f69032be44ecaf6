"""Blocks follow the places where maps become smaller; ranges hold every finite value."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torchvision import models

from convlens.core import tap
from convlens.core.record import Record
from convlens.core.stats import blocks, ranges
from convlens.nets.tiny_vgg import TinyVGG


def trace(model: nn.Module, *shape: int) -> tuple[Record, ...]:
    """Records of a model with random weights."""
    torch.manual_seed(0)
    return tap.run(model, torch.rand(1, *shape)).records


def grouped(records: tuple[Record, ...]) -> list[list[str]]:
    """Ids by block."""
    number = blocks(records)
    return [[i for i, n in number.items() if n == k] for k in range(max(number.values()) + 1)]


def test_tiny_vgg_has_a_block_for_each_pooling_and_one_for_its_vectors() -> None:
    first, second, last = grouped(trace(TinyVGG(), 3, 64, 64))
    assert first == ["input", "conv_1_1", "relu_1_1", "conv_1_2", "relu_1_2", "max_pool_1"]
    assert second == ["conv_2_1", "relu_2_1", "conv_2_2", "relu_2_2", "max_pool_2"]
    assert last == ["flatten", "output", "softmax"]


def test_resnet18_has_its_stem_its_four_stages_and_its_head() -> None:
    stem, *stages, head = grouped(trace(models.resnet18(weights=None), 3, 64, 64))
    assert stem == ["input", "conv1", "bn1", "relu", "maxpool"]
    assert head == ["flatten", "fc", "softmax"]
    prefixes = [{name.partition(".")[0] for name in stage} for stage in stages]
    assert prefixes == [{"layer1"}, {"layer2"}, {"layer3"}, {"layer4", "avgpool"}]


def test_parallel_branches_of_a_reduction_are_in_one_block() -> None:
    class Reduction(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(1, 2, 3, padding=1)
            self.left = nn.Conv2d(2, 2, 3, stride=2, padding=1)
            self.right = nn.MaxPool2d(2)
            self.after = nn.Conv2d(4, 2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.stem(x)
            joined = torch.cat([self.left(x), self.right(x)], 1)
            result: torch.Tensor = self.after(joined)
            return result

    number = blocks(trace(Reduction(), 1, 8, 8))
    assert number == {"input": 0, "stem": 0, "left": 1, "right": 0, "cat": 1, "after": 1}


def test_vectors_in_the_middle_do_not_end_the_maps() -> None:
    class Squeeze(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3, padding=1)
            self.dense = nn.Linear(2, 2)
            self.head = nn.Linear(2, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.conv(x)
            x = x * self.dense(x.mean((2, 3))).reshape(1, 2, 1, 1)
            result: torch.Tensor = self.head(x.mean((2, 3)))
            return result

    number = blocks(trace(Squeeze(), 1, 8, 8))
    assert {number[n] for n in ("conv", "mean", "dense", "reshape", "mul")} == {0}
    assert {number[n] for n in ("mean:2", "head", "softmax")} == {1}


def test_ranges_are_those_of_torch() -> None:
    records = trace(TinyVGG(), 3, 64, 64)
    number, found = blocks(records), ranges(records)
    values = {r.id: r.value for r in records if r.value is not None}
    assert found["layer"] == {n: [v.min().item(), v.max().item()] for n, v in values.items()}
    inside = torch.cat([v.flatten() for n, v in values.items() if n not in ("input", "softmax")])
    assert found["network"] == [inside.min().item(), inside.max().item()]
    second = torch.cat([v.flatten() for n, v in values.items() if number[n] == 1])
    assert found["block"]["1"] == [second.min().item(), second.max().item()]


def test_the_input_and_the_softmax_have_scales_of_their_own() -> None:
    class Small(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x * 1e-3).mean((2, 3))

    records = tap.run(Small(), torch.full((1, 3, 2, 2), 7.0)).records
    found: Any = ranges(records)
    assert found["layer"]["input"] == [7.0, 7.0]
    assert found["layer"]["softmax"][1] == pytest.approx(1 / 3)
    assert found["network"] == pytest.approx([0.007, 0.007])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([torch.nan, 1.0, -2.0], [-2.0, 1.0]),
        ([torch.inf, 1.0, -torch.inf], [1.0, 1.0]),
        ([torch.nan, torch.nan, torch.inf], [0.0, 0.0]),
    ],
)
def test_only_finite_values_count(values: list[float], expected: list[float]) -> None:
    records = tap.run(nn.Identity(), torch.tensor([values])).records
    assert ranges(records)["layer"]["input"] == expected


def test_every_map_has_the_range_of_its_own_finite_values() -> None:
    records = trace(TinyVGG(), 3, 64, 64)
    found = ranges(records)
    for record in records:
        assert record.value is not None
        rows = record.value.flatten(1) if record.value.ndim > 1 else record.value[None]
        expected = [[float(row.min()), float(row.max())] for row in rows]
        assert found["map"][record.id] == expected
        low, high = zip(*expected, strict=True)
        assert found["layer"][record.id] == [min(low), max(high)]
