"""Which node made a tensor, and who else looks at its memory.

Values are kept by reference; a copy is taken only just before something writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .record import Op


@dataclass(slots=True)
class Node:
    """A record in the making: inputs are indices, `copy` stands in for an overwritten tensor."""

    path: str
    name: str
    op: Op
    geometry: dict[str, Any]
    inputs: list[int]
    tensor: Tensor
    is_module: bool = False
    parameters: int = 0
    note: str = ""
    version: int = 0
    copy: Tensor | None = None
    weights: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """One storage: nodes whose value still lies in it, and every tensor known to look at it."""

    nodes: list[Node] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)


class Ledger:
    """The nodes of a run in order, and the tensors that belong to them.

    Every tensor that is entered stays alive as long as the ledger, so that its `id` identifies it.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.owners: dict[int, int] = {}  # id of a tensor -> the node that made it
        self._memory: dict[int, Memory] = {}
        self._rewritten: dict[
            int, int
        ] = {}  # id of a tensor -> the node that changed its memory since

    def add(self, node: Node, *more: Tensor) -> int:
        """Enters a node whose value is `node.tensor`, with its further results; its index."""
        index = len(self.nodes)
        self.nodes.append(node)
        tensor = node.tensor
        node.version = version(tensor)
        self.watch(tensor).nodes.append(node)
        self.owners[id(tensor)] = index
        for tensor in more:
            self.watch(tensor)
            self.owners[id(tensor)] = index
        return index

    def owner(self, tensor: Tensor) -> int | None:
        """The node that the tensor's present value comes from."""
        if self._rewritten and id(tensor) in self._rewritten:
            return self._refresh(tensor)
        return self.owners.get(id(tensor))

    def watch(self, tensor: Tensor) -> Memory:
        """Notes that `tensor` looks at its memory, and keeps it alive."""
        address = _address(tensor)
        memory = self._memory.get(address)
        if memory is None:
            memory = self._memory[address] = Memory()
        memory.tensors.append(tensor)
        return memory

    def protect(self, tensor: Tensor) -> None:
        """Copies every value in the memory of `tensor`, before that is written or given away."""
        memory = self._memory.get(_address(tensor))
        if memory and memory.nodes:
            copies = {id(node.tensor): node.tensor for node in memory.nodes}
            copies = {
                key: value.clone(memory_format=torch.contiguous_format)
                for key, value in copies.items()
            }
            for node in memory.nodes:
                node.copy = copies[id(node.tensor)]
            memory.nodes.clear()

    def wrote(self, tensor: Tensor, index: int) -> None:
        """Notes that node `index` changed what every other tensor on this memory holds."""
        for other in self.watch(tensor).tensors:
            self._rewritten[id(other)] = index
        del self._rewritten[id(tensor)]

    def _refresh(self, tensor: Tensor) -> int:
        """A node for a tensor that was changed through another view of its memory."""
        before, writer = self.owners.get(id(tensor)), self._rewritten.pop(id(tensor))
        inputs = [writer] if before is None else [before, writer]
        path = self.nodes[writer].path
        geometry = {"kind": "other", "function": "write"}
        return self.add(Node(path, "write", Op.OTHER, geometry, inputs, tensor))


def version(tensor: Tensor) -> int:
    """How often the tensor's memory was written through torch; inference tensors do not count."""
    try:
        return tensor._version
    except RuntimeError:
        return 0


def tensors(value: Any) -> list[Tensor]:
    """Every tensor in nested tuples, lists and mappings, in order."""
    found: list[Tensor] = []
    _gather(value, found)
    return found


def _gather(value: Any, found: list[Tensor]) -> None:
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, Tensor):
            found.append(item)
        elif isinstance(item, (tuple, list, dict)) and item:
            _gather(item, found)


def _address(tensor: Tensor) -> int:
    """Where the tensor's memory begins; its identity where it has none (sparse, wrapped, empty)."""
    try:
        return tensor.untyped_storage().data_ptr() or -id(tensor)
    except (NotImplementedError, RuntimeError):
        return -id(tensor)
