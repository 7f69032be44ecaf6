"""Networks that do what tracers stumble over; small, so that a test can write out each step."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

MEAN = torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1)


class Functional(nn.Module):
    """Every step after the convolutions is a function."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 4, 3, padding=1)
        self.b = nn.Conv2d(3, 4, 1)
        self.matrix = nn.Parameter(torch.randn(5, 8))
        self.offset = nn.Parameter(torch.randn(5))

    def forward(self, x: Tensor) -> Any:
        y = F.relu(self.a(x))
        z = torch.cat([y + self.b(x), y], 1)
        z = F.adaptive_avg_pool2d(F.max_pool2d(z, 2), 1)
        return F.linear(torch.flatten(z, 1), self.matrix, self.offset)


class Branching(nn.Module):
    """The picture decides which way it goes, and how often."""

    def __init__(self) -> None:
        super().__init__()
        self.bright = nn.Conv2d(3, 2, 1)
        self.dark = nn.Conv2d(3, 2, 3)

    def forward(self, x: Tensor) -> Any:
        x = self.bright(x) if x.sum() > 0 else self.dark(x)
        while x.abs().max() > 1:
            x = x * 0.5
        return x.mean((2, 3))


class InPlace(nn.Module):
    """Writes over values through the tensor, through views, through items and into `out=`."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(4, 6)

    def forward(self, x: Tensor) -> Any:
        y = self.relu(self.conv(x))
        y += 1
        y[:, 0] = 0
        y.sigmoid_()
        view = y[:, 2]
        view.mul_(3)
        vector = torch.zeros(1, 4)
        vector[:, 1:] = y.mean((2, 3))[:, 1:]
        result = torch.empty(1, 6)
        return torch.add(self.head(vector), 1, out=result)


class Reused(nn.Module):
    """One layer, three times."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Any:
        return self.conv(F.relu(self.conv(F.relu(self.conv(x)))))


class Pair(NamedTuple):
    """Two results with names."""

    first: Tensor
    second: Tensor


class ManyOutputs(nn.Module):
    """A dictionary with a list and a named tuple in it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3)
        self.same = nn.Identity()
        self.drop = nn.Dropout()

    def forward(self, x: Tensor) -> Any:
        x = self.drop(self.same(self.conv(x)))
        one, two = torch.split(x, [1, 2], 1)
        best, where = two.max(1)
        return {"maps": x, "parts": [one, two], "pair": Pair(best, where)}


class Attention(nn.Module):
    """A small vision transformer: modules that take a short cut unless they are watched."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 2, 2)
        self.position = nn.Parameter(torch.randn(1, 16, 8))
        self.norm = nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Any:
        tokens = self.patches(x).flatten(2).transpose(1, 2) + self.position
        y = self.norm(tokens)
        tokens = tokens + self.attention(y, y, y, need_weights=False)[0]
        return self.head(self.layer(tokens)[:, 0])


class Recurrent(nn.Module):
    """Reads a picture row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 5, batch_first=True)

    def forward(self, x: Tensor) -> Any:
        states, _ = self.lstm(x[:, 0])
        return states[:, -1]


class ThroughNumPy(nn.Module):
    """Leaves torch and comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 1)
        self.last = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor) -> Any:
        array = self.first(x).numpy()
        return self.last(torch.from_numpy(array * array)).mean((2, 3))


class Squared(nn.Module):
    """A layer whose inside is NumPy."""

    def forward(self, x: Tensor) -> Any:
        array = x.numpy()
        return torch.from_numpy(array * array)


class Constants(nn.Module):
    """Reads tensors that no node makes: of the file, a buffer, a list, made on the way."""

    std: Tensor
    gain: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("std", torch.full((1, 3, 1, 1), 2.0))
        self.register_buffer("gain", torch.ones(1), persistent=False)
        self.scales = [torch.ones(1)]
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Any:
        x = (x - MEAN) / self.std
        x = x * self.scales[0]
        x = x + torch.arange(8.0)
        return x * (self.scale * self.gain)


class Remembering(nn.Module):
    """Keeps what it saw in a buffer and in an attribute, and writes over both the next time."""

    seen: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(1, 3, 8, 8))
        self.count = torch.zeros(1)

    def forward(self, x: Tensor) -> Any:
        self.seen.copy_(x * 2)
        self.count += 1
        return self.seen[:, :2].relu()


class Nested(nn.Module):
    """Functions that call functions."""

    def forward(self, x: Tensor) -> Any:
        y = checkpoint(lambda t: t + 1, x, use_reentrant=False)
        y = torch.ops.aten.relu(y)
        return torch.einsum("bchw,bchw->bc", x, y) + torch.fft.fft(x).real.amax((2, 3))


class Padded(nn.Module):
    """Padding of every kind, and a pooling that names its winners."""

    def __init__(self) -> None:
        super().__init__()
        self.mirror = nn.Conv2d(3, 2, 3, padding=1, padding_mode="reflect")
        self.zero = nn.ZeroPad2d((0, 1, 2, 3))
        self.same = nn.Conv2d(2, 2, 3, padding="same", dilation=2)
        self.up = nn.ConvTranspose2d(2, 3, 3, 2, 1, 1)
        self.slope = nn.PReLU()
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)

    def forward(self, x: Tensor) -> Any:
        y = self.slope(self.up(self.same(self.zero(self.mirror(x)))))
        small, where = self.pool(y)
        return self.unpool(small, where)


class Noisy(nn.Module):
    """Draws random numbers, and fails when it is told to."""

    def __init__(self, fails: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.norm = nn.BatchNorm2d(3)
        self.drop = nn.Dropout()
        self.attention = nn.MultiheadAttention(8, 2)
        self.fails = fails

    def forward(self, x: Tensor) -> Any:
        x = self.drop(self.norm(self.conv(x)))
        if self.fails:
            self.attention(x, x, x)  # four axes: an error inside a module that is one step
        return x + torch.randn(x.shape)
