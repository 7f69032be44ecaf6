"""The one type that everything else speaks: what a network did at one step, and the result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from torch import Tensor


class Op(StrEnum):
    """What kind of step a node is; the values are the contract's."""

    INPUT = "input"
    CONV = "conv"
    ACTIVATION = "activation"
    POOL = "pool"
    NORM = "norm"
    DROPOUT = "dropout"
    FLATTEN = "flatten"
    DENSE = "dense"
    ADD = "add"
    CONCAT = "concat"
    SOFTMAX = "softmax"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Record:
    """One step of one forward pass.

    Attributes:
        id: unique in its trace, from the module path (`layer1.0.conv1`, functional `layer1.0.add`,
            a second call `conv:2`); only A-Z a-z 0-9 _ . : -
        op: what kind of step it is.
        label: short name: the last part of the path, or the function's name.
        inputs: ids of the nodes whose values it reads, in the function's order.
        shape: of the value, without the batch axis.
        geometry: JSON-able, how an output cell comes from input cells; shared, not to be changed.
        parameters: numbers learned that no node before it uses, so that the sum is the network's.
        weights: role -> `state_dict` name of its parameters and buffers.
        value: CPU, contiguous, of `shape`; None when it cannot be shown.
        note: one English sentence on what is missing, or "".
    """

    id: str
    op: Op
    label: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    geometry: dict[str, Any]
    parameters: int
    weights: dict[str, str]
    value: Tensor | None
    note: str

    def describe(self) -> dict[str, Any]:
        """Everything but the value, JSON-able: the node in the API's graph."""
        return {
            "id": self.id,
            "op": self.op.value,
            "label": self.label,
            "inputs": list(self.inputs),
            "shape": list(self.shape),
            "parameters": self.parameters,
            "geometry": self.geometry,
            "weights": self.weights,
            "note": self.note,
        }
