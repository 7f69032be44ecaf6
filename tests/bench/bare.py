"""`python -m tests.bench.bare NET`: the plain PyTorch loop that training is measured against.

It waits for a line with a number of seconds, trains so long, and says the steps per second. The
network, the data, the batches and the optimiser are those of a run with the options of `SETUPS`;
nothing is recorded, nothing is drawn, and the layout in memory is PyTorch's default.
"""

import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from convlens.data.sets import Roots
from convlens.train.assemble import assemble
from convlens.train.options import read

SETUPS: dict[str, dict[str, Any]] = {
    "tiny8 on digits": {"data": "digits", "net": "tiny8"},
    "TinyVGG on 32x32 colour": {"data": "shapes-colour", "net": "tiny-vgg"},
}


class Loop:
    """One bare training loop that can be run for a while, again and again."""

    def __init__(self, setup: dict[str, Any]) -> None:
        options = read(setup)
        self.network, task = assemble(options, Roots(Path("own")))
        self.network.train()
        pixels, scale = task.train.x.float() / 255, (1, -1, 1, 1)
        mean, std = (torch.tensor(each).view(scale) for each in (task.mean, task.std))
        self.x, self.y = (pixels - mean) / std, task.train.y
        self.batch = options.batch
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=options.lr)
        self.order = torch.Generator().manual_seed(0)

    def rate(self, seconds: float) -> float:
        """Steps per second over that many seconds."""
        steps, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            order = torch.randperm(len(self.y), generator=self.order)
            for chosen in torch.split(order, self.batch):
                self.step(chosen)
                steps += 1
        return steps / (time.perf_counter() - start)

    def step(self, chosen: torch.Tensor) -> None:
        """Forward, loss, backward, update."""
        loss = F.cross_entropy(self.network(self.x[chosen]), self.y[chosen])
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()


def main(name: str) -> None:
    """Answers each line on standard input with a rate."""
    torch.set_num_threads(1)
    loop = Loop(SETUPS[name])
    loop.rate(1.0)
    for line in sys.stdin:
        sys.stdout.write(f"{loop.rate(float(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
