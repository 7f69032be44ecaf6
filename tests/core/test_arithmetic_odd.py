"""Networks that nobody expects: a cell is worked out rightly, or a reason stands in its place."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm
from torchvision import models

from convlens.core import tap
from convlens.core.arithmetic import Arithmetic, MissingError, Source, cell_arithmetic
from convlens.core.cell_gradient import cell_gradient
from convlens.core.geometry import as_map
from convlens.core.snippet import Where, snippet
from tests.core import odd_nets
from tests.core.test_snippet import printed

REASONS = {"", "input", "axes", "unknown", "function", "weights", "differs"}


class Volume(nn.Module):
    """A clip of 4 frames through a convolution of three axes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv3d(3, 2, 3), nn.Linear(144, 4)

    def forward(self, x: Tensor) -> Tensor:
        clip = x[:, :, None].expand(-1, -1, 4, -1, -1)
        made: Tensor = self.head(self.conv(clip).flatten(1))
        return made


class Rare(nn.Sequential):
    """Kinds that no other network here has."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(3, 6, 3, padding="same", dilation=2, groups=3),
            nn.PReLU(6),
            nn.GroupNorm(2, 6),
            nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1),
            nn.InstanceNorm2d(4, affine=True, track_running_stats=True),
            nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
            nn.Hardswish(),
            nn.LocalResponseNorm(3),
            nn.ZeroPad2d((1, 0, 2, 0)),
            nn.AdaptiveMaxPool2d(3),
            nn.Dropout2d(0.4),
            nn.Flatten(),
            nn.LayerNorm(36),
            weight_norm(nn.Linear(36, 5)),
            nn.LogSoftmax(1),
        )


STAGES = [models.convnext.CNBlockConfig(*each) for each in ((8, 16, 1), (16, None, 1))]
ODD = [name for name, each in vars(odd_nets).items() if isinstance(each, type)]
NETS: dict[str, Callable[[], nn.Module]] = {
    **{n: getattr(odd_nets, n) for n in ODD if issubclass(getattr(odd_nets, n), nn.Module)},
    "Volume": Volume,
    "Rare": Rare,
    "vit": lambda: models.VisionTransformer(8, 4, 1, 2, 8, 16, num_classes=5),
    "shuffle": lambda: models.shufflenet_v2_x0_5(weights=None, num_classes=5),
    "convnext": lambda: models.convnext.ConvNeXt(STAGES, num_classes=5),
}


def cells(name: str) -> list[tuple[Source, Arithmetic]]:
    """Three random cells of every node that is a map, a line or a vector."""
    torch.manual_seed(3)
    pick, size = random.Random(name), 64 if name in ("shuffle", "convnext") else 8
    model = NETS[name]().eval()
    trace = tap.run(model, torch.randn(1, 3, size, size))
    source = Source({r.id: r for r in trace.records}, model.state_dict())
    made = []
    for record in trace.records:
        if len(record.shape) > 3 or record.value is None or 0 in record.shape:
            continue
        for _ in range(3):
            c, y, x = (pick.randrange(n) for n in as_map(record.shape))
            made.append((source, cell_arithmetic(source, record.id, (c, y, x))))
    return made


@pytest.mark.parametrize("name", NETS)
def test_a_cell_is_right_or_says_why_not(name: str) -> None:
    for source, made in cells(name):
        assert made.reason in REASONS
        assert bool(made.parts) != (made.reason not in ("", "function"))
        if made.additive:
            size = math.fsum(abs(part.value) for part in made.parts)
            total = math.fsum(part.value for part in made.parts)
            assert total == pytest.approx(made.value, rel=1e-4, abs=1e-5 * (size + 1))
        assert len(cell_gradient(made, 1.0)) == len(made.parts)
        code = snippet(source, made, Where("", "", ""))
        assert bool(code) == (not made.reason)
        if code and math.isfinite(made.value):
            assert printed(code) == pytest.approx(made.value, rel=1e-4, abs=1e-5)


def test_what_the_rare_layers_are_worked_out_as() -> None:
    kinds = {made.node: (made.kind, made.reason) for _, made in cells("Rare")}
    unknown = ("other", "unknown")
    assert kinds == {
        "input": ("input", "input"),
        "0": ("conv", ""),
        "1": ("activation", ""),
        "2": unknown,  # group norm: its statistics are the picture's own
        "3": ("conv", ""),
        "4": ("norm", ""),
        "5": ("average", ""),
        "6": ("activation", ""),
        "7": unknown,
        "8": ("pad", ""),
        "9": ("max", ""),
        "10": ("dropout", ""),
        "11": ("flatten", ""),
        "12": unknown,  # layer norm
        "13": ("other", "weights"),  # made from g and v as it runs
        "14": ("log_softmax", ""),
        "softmax": ("softmax", ""),
    }


def test_a_flattened_volume_says_that_its_cells_have_no_place() -> None:
    found = {made.node: made for _, made in cells("Volume")}
    assert found["flatten"].reason == "axes"
    assert found["head"].reason == ""


def test_weights_that_are_not_there_are_named() -> None:
    torch.manual_seed(3)
    trace = tap.run(nn.Sequential(nn.Conv2d(3, 2, 3)), torch.randn(1, 3, 8, 8))
    source = Source({r.id: r for r in trace.records}, {})
    with pytest.raises(MissingError, match=r"0\.weight"):
        cell_arithmetic(source, "0", (0, 0, 0))
