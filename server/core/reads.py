"""What a call reads: nodes, parameters by name, constants, and tensors of unknown origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .ledger import Ledger, Node, tensors
from .ops import Function
from .record import Op
from .survey import Parameter, Survey

ROLES = {"weight", "bias", "running_mean", "running_var"}
CONSTANT = "It also reads a constant, which is not a node."
DERIVED = "It also reads a tensor computed from parameters, which is not a node."
FOREIGN = "It also reads a tensor from outside the network, which is not a node."
OUTSIDE = "This tensor was made outside torch (by NumPy, say): what was done before is not shown."


@dataclass(slots=True)
class Constant:
    """A tensor without the picture in it: the parameters in it; whether nobody saw it made."""

    parameters: list[Parameter]
    foreign: bool = False


class Reads:
    """Sorts the tensors that calls read; what depends on no node is kept as a constant.

    `missing` says what could not be followed. `kept` are tensors that the network may own and
    that were written into, so that they may change after the run.
    """

    def __init__(self, model: nn.Module, found: Survey, ledger: Ledger) -> None:
        self.missing: list[str] = []
        self.kept: list[Tensor] = []
        self._model = model
        self._ledger = ledger
        self._parameters = found.parameters
        self._constants: dict[int, Constant] = {}
        self._left: dict[int, None] = {}  # nodes whose values left torch, in order
        self._counted: set[str] = set()

    def sort(
        self, values: Iterable[Any], nodes: list[int], others: list[Tensor]
    ) -> tuple[Any, ...]:
        """Adds tensors to `nodes` or `others`; the values, tensors as sizes and lists as tuples."""
        key: list[Any] = []
        for value in values:
            if isinstance(value, Tensor):
                key.append(value.shape)
                node = self._ledger.owner(value)
                if node is None and id(value) not in self._parameters:
                    node = self._meet(value)
                if node is None:
                    others.append(value)
                else:
                    nodes.append(node)
            elif isinstance(value, (tuple, list)):
                plain = value and type(value[0]) is int
                key.append(tuple(value) if plain else self.sort(value, nodes, others))
            elif isinstance(value, dict):
                key.append(self.sort(value.values(), nodes, others))
            else:
                key.append(value)
        return tuple(key)

    def keep_constant(self, results: list[Tensor], others: list[Tensor]) -> list[int]:
        """Notes results that read no node as constants: no nodes.

        Unless a layer with parameters reads a tensor of unknown origin: that is surely followed, so
        it becomes a node, and the result is none of a constant.
        """
        direct = [p for t in others if (p := self._parameters.get(id(t)))]
        known = [c for t in others if (c := self._constants.get(id(t)))]
        foreign = any(c.foreign for c in known)
        if foreign and any(p.learned is not None for p in direct):
            return [self._add_outside(t) for t in others if self.is_foreign(t)]
        made_of = [*direct, *(p for c in known for p in c.parameters)]
        for result in results:
            if id(result) not in self._parameters:
                self._constants[id(result)] = Constant(made_of, foreign)
                self._ledger.watch(result)
        return []

    def is_foreign(self, tensor: Tensor) -> bool:
        """Whether nobody saw the tensor made, nor what it was made of."""
        constant = self._constants.get(id(tensor))
        return constant is not None and constant.foreign

    def is_constant(self, tensor: Tensor) -> bool:
        """Whether the tensor was made of constants, under our eyes."""
        return id(tensor) in self._constants and not self.is_foreign(tensor)

    def leave_torch(self, tensor: Tensor) -> None:
        """Values that go to NumPy may come back as tensors, and may be written there."""
        node = self._ledger.owner(tensor)
        if node is not None:
            self._left[node] = None
            self._ledger.protect(tensor)

    def became_node(self, tensor: Tensor) -> None:
        """A parameter or constant that was written into holds a node's value from now on."""
        if self._constants.pop(id(tensor), None) or id(tensor) in self._parameters:
            self.kept.append(tensor)

    def name_others(
        self, node: Node, call: tuple[Function, Any, Any], others: list[Tensor]
    ) -> None:
        """Enters the parameters that a call reads; says when it reads a constant."""
        for tensor in others:
            parameter = self._parameters.get(id(tensor))
            constant = self._constants.get(id(tensor))
            if parameter is not None:
                plain = parameter.key in ROLES
                self._use(node, parameter, parameter.key if plain else _role(*call, tensor))
            elif constant is not None:
                named = [p for p in constant.parameters if p.name]
                for source in named:
                    self._use(node, source, "")
                node.note = DERIVED if named else FOREIGN if constant.foreign else CONSTANT

    def name_all(self, node: Node, module: nn.Module) -> None:
        """Enters every parameter and buffer of a module that is one node."""
        for tensor in (*module.parameters(), *module.buffers()):
            parameter = self._parameters.get(id(tensor))
            if parameter:
                self._use(node, parameter, parameter.name.removeprefix(f"{node.path}."))

    def _use(self, node: Node, parameter: Parameter, role: str) -> None:
        """Enters a parameter under its role or its key; its numbers count at the first use."""
        if not parameter.name:
            return
        role = role or parameter.key
        node.weights[parameter.name if role in node.weights else role] = parameter.name
        if parameter.learned is not None and parameter.name not in self._counted:
            self._counted.add(parameter.name)
            node.parameters += parameter.learned.numel()

    def _meet(self, tensor: Tensor) -> int | None:
        """A constant; new ones are a module's attributes, or come from outside the network."""
        if id(tensor) in self._constants:
            return None
        attribute = any(tensor is t for m in self._model.modules() for t in tensors(vars(m)))
        if self._left and not attribute:
            return self._add_outside(tensor)
        self._constants[id(tensor)] = Constant([], foreign=not attribute)
        self._ledger.watch(tensor)
        return None

    def _add_outside(self, tensor: Tensor) -> int:
        """A node for a tensor that came from outside torch while the network ran."""
        geometry = {"kind": "other", "function": "outside"}
        node = Node("", "outside", Op.OTHER, geometry, list(self._left), tensor, note=OUTSIDE)
        self.missing.append("how a tensor was made that came from outside torch (`outside`)")
        self._constants.pop(id(tensor), None)
        return self._ledger.add(node)


def _role(function: Function, args: Any, kwargs: Any, tensor: Tensor) -> str:
    """The name of the argument that holds the tensor where that says what it is for, else ""."""
    named = (*zip(function.names, args, strict=False), *kwargs.items())
    return next((name for name, value in named if value is tensor and name in ROLES), "")
