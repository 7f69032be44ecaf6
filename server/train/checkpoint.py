"""A run at one step, whole: what is needed to go on from there bit for bit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

HIDDEN = ("optimiser/", "random/", "loop/")  # what is not the network's own


class CheckpointError(Exception):
    """The bytes are no checkpoint of a run; the sentence says why."""


@dataclass(frozen=True)
class Checkpoint:
    """Copies of all that changes while a run goes on.

    Attributes:
        step: finished steps.
        tensors: the network by its plain `state_dict` names; `optimiser/<parameter>/<state>`;
            `random/<generator>` as bytes; `loop/...` the loop's own.
        state: JSON-able, the rest of the loop's state.
    """

    step: int
    tensors: Mapping[str, Tensor]
    state: Mapping[str, Any]

    @property
    def weights(self) -> dict[str, Tensor]:
        """The network alone, as its `state_dict` names it."""
        return {n: t for n, t in self.tensors.items() if not n.startswith(HIDDEN)}

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors under a prefix such as "optimiser/", without it."""
        return {n[len(prefix) :]: t for n, t in self.tensors.items() if n.startswith(prefix)}

    def to_bytes(self) -> bytes:
        """Returns a safetensors file; `safetensors.torch.load` reads it as any other."""
        about = json.dumps({"step": self.step, "state": self.state})
        whole = {name: tensor.contiguous() for name, tensor in self.tensors.items()}
        return save(whole, {"run": about})  # one entry: the order of several is left to chance

    @staticmethod
    def of_bytes(content: bytes) -> Checkpoint:
        """Returns the checkpoint of such a file.

        Raises:
            CheckpointError: it is torn, or no checkpoint of a run.
        """
        try:
            about = json.loads(metadata(content)["run"])
            return Checkpoint(about["step"], load(content), about["state"])
        except (SafetensorError, KeyError, ValueError, TypeError) as error:
            raise CheckpointError(f"This is not a whole checkpoint of a run: {error}.") from error


def metadata(content: bytes) -> dict[str, str]:
    """Returns the `__metadata__` of a safetensors file in memory.

    Raises:
        ValueError: its header is not JSON.
    """
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    found: dict[str, str] = header["__metadata__"]
    return found
