"""The eager recorder: sees every torch function and module call of one thread while the network runs as it is."""

from __future__ import annotations

from dataclasses import dataclass
from threading import get_ident
from types import TracebackType
from typing import Any, Self

import torch
from torch import Size, Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from .ledger import Ledger, Node, tensors
from .ops import DATA_LEAVES, PARTS, Function, describe, learn
from .record import Op
from .survey import OPAQUE, Parameter, Place, Survey

FUNCTIONS: dict[Any, Function] = {}
ROLES = {"weight", "bias", "running_mean", "running_var"}
CONSTANT = "It also reads a constant, which is not a node."
DERIVED = "It also reads a tensor that is computed from parameters, which is not a node."
FOREIGN = "It also reads a tensor that was made outside the network, which is not a node."


@dataclass(slots=True)
class ModuleCall:
    """A module that runs now: its place if it is known, its path, and the number of nodes before it."""

    module: nn.Module
    place: Place | None
    path: str
    start: int


@dataclass(slots=True)
class Constant:
    """A tensor that does not depend on the picture: the parameters it was made of, and whether torch saw it made."""

    parameters: list[Parameter]
    foreign: bool = False


class Recorder(TorchFunctionMode):
    """Collects nodes in `ledger` while it is entered; `missing` says what could not be followed, once the run is over."""

    def __init__(self, model: nn.Module, found: Survey, x: Tensor) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.missing: list[str] = []
        self.kept: list[Tensor] = []  # written into, and perhaps the network's own: they may change after the run
        self._model = model
        self._places = found.places
        self._parameters = found.parameters
        self._constants: dict[int, Constant] = {}
        self._counted: set[str] = set()
        self._calls: list[ModuleCall] = []
        self._left: dict[int, None] = {}  # nodes whose values left torch, in order
        self._closed: tuple[Any, int] | None = None  # in a module that is not looked into, at this depth
        self._thread = get_ident()
        self.ledger.add(Node("", "input", Op.INPUT, {"kind": "input"}, [], x))

    def __enter__(self) -> Self:
        """Watches this thread's torch functions and module calls."""
        self._hooks = (
            register_module_forward_pre_hook(self._enter_module),
            register_module_forward_hook(self._leave_module, with_kwargs=True),
        )
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes everything back, also after an error inside the network."""
        self._open()
        super().__exit__(kind, error, trace)
        for hook in self._hooks:
            hook.remove()

    # --- modules ---

    def _enter_module(self, module: nn.Module, args: Any) -> None:
        if get_ident() != self._thread:
            return
        place = self._places.get(id(module))
        path = place.path if place else self._path()
        self._calls.append(ModuleCall(module, place, path, len(self.ledger.nodes)))
        if place and place.one_step and self._closed is None:
            guard = torch._C.DisableTorchFunction()
            guard.__enter__()
            self._closed = guard, len(self._calls)

    def _leave_module(self, module: nn.Module, args: Any, kwargs: Any, out: Any) -> None:
        if get_ident() != self._thread:
            return
        call = None
        while self._calls and (call is None or call.module is not module):  # after an error a call did not come here
            call = self._calls.pop()
            if self._closed and self._closed[1] > len(self._calls):
                self._open()
        if call and call.module is module and call.place and call.place.leaf and self._closed is None:
            self._finish_leaf(module, call.place, call.start, (args, kwargs), out)

    def _open(self) -> None:
        """Looks at torch functions again."""
        if self._closed:
            self._closed[0].__exit__(None, None, None)
            self._closed = None

    def _finish_leaf(self, module: nn.Module, place: Place, start: int, given: Any, out: Any) -> None:
        """The node that made a leaf module's result takes the module's name; where none did, one is made."""
        results = [out] if isinstance(out, Tensor) else tensors((out,))
        if not results:
            return
        nodes, made = self.ledger.nodes, self.ledger.owner(results[0])
        if made is not None and made >= start:
            if place.path and (len(nodes) - start == 1 or type(module).__module__.startswith("torch.nn.")):
                nodes[made].path, nodes[made].is_module = place.path, True
            return
        constant = self._constants.get(id(results[0]))
        if len(nodes) == start and (constant is None or constant.foreign):
            with torch._C.DisableTorchFunction():
                self._add_module(module, place, given, results, seen=made is not None)

    def _add_module(self, module: nn.Module, place: Place, given: Any, results: list[Tensor], *, seen: bool) -> None:
        """A node for a module as a whole: an identity, one step by choice, or code that torch does not show."""
        inputs: list[int] = []
        self._read(given, inputs, [])
        kind = {"kind": "cell", "function": "identity"} if seen else {"kind": "other", "function": type(module).__name__}
        node = Node(place.path, type(module).__name__, Op.OTHER, kind, inputs, results[0], is_module=bool(place.path))
        if not seen:
            for tensor in (*module.parameters(), *module.buffers()):
                if id(tensor) in self._parameters:
                    parameter = self._parameters[id(tensor)]
                    self._use(node, parameter, parameter.name.removeprefix(f"{place.path}."))
            if isinstance(module, OPAQUE) or not place.one_step:
                node.note = "What happens inside this module cannot be followed."
                self.missing.append(f"what happens inside `{place.path or type(module).__name__}`")
        for result in results:
            self._constants.pop(id(result), None)
        self.ledger.add(node, *results[1:])

    # --- functions ---

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Runs the function as it is, and records it when a tensor comes out or is written into."""
        kwargs = kwargs or {}
        function = FUNCTIONS.get(func)
        if function is None:
            function = FUNCTIONS[func] = learn(func)
        written = _written(function, args, kwargs)
        for tensor in written:
            self.ledger.protect(tensor)
        out = func(*args, **kwargs)
        if isinstance(out, Tensor):
            self._record(function, args, kwargs, [out], written)
        elif written:
            self._record(function, args, kwargs, written, written)
        elif isinstance(out, (tuple, list)) and not isinstance(out, Size):
            results = tensors(out)
            if results:
                self._record(function, args, kwargs, results, written)
        elif function.name in DATA_LEAVES:
            self._leave_torch(args[0])
        return out

    def _record(self, function: Function, args: Any, kwargs: Any, results: list[Tensor], written: list[Tensor]) -> None:
        """One node for a call (one for each part of a split); a constant where no node is read."""
        inputs: list[int] = []
        others: list[Tensor] = []
        given = self._read(args, inputs, others)
        named = self._read(kwargs.values(), inputs, others) if kwargs else ()
        if not inputs:
            inputs = self._no_inputs(results, others)
            if not inputs:
                return
            others = [t for t in others if id(t) not in self.ledger.owners]
        elif not written and function.op is not Op.DROPOUT and _is_one_of(results[0], args):
            return  # the tensor itself: nothing was done
        try:
            op, geometry = describe(function, given, tuple(kwargs), named, results[0].shape)
        except TypeError:  # an argument that is no key, such as a slice
            op, geometry = Op.OTHER, {"kind": "other", "function": function.name}
        whole = function.name not in PARTS
        for number, result in enumerate(results[:1] if whole else results):
            name = f"{function.name}.{number}" if number else function.name
            node = Node(self._path(), name, op, geometry, inputs, result)
            if others:
                self._name_others(node, function, args, kwargs, others)
            _mend(node)
            index = self.ledger.add(node, *(results[1:] if whole else ()))
        for tensor in written:
            self.ledger.wrote(tensor, index)
            if id(tensor) in self._parameters or self._constants.pop(id(tensor), None):
                self.kept.append(tensor)

    def _read(self, values: Any, inputs: list[int], others: list[Tensor]) -> tuple[Any, ...]:
        """Sorts a call's tensors into nodes and others (parameters, constants); its arguments with sizes for tensors."""
        key: list[Any] = []
        for value in values:
            if isinstance(value, Tensor):
                key.append(value.shape)
                node = self.ledger.owner(value)
                if node is None and id(value) not in self._parameters and id(value) not in self._constants:
                    node = self._meet(value)
                if node is None:
                    others.append(value)
                else:
                    inputs.append(node)
            elif isinstance(value, (tuple, list)):
                key.append(tuple(value) if value and type(value[0]) is int else self._read(value, inputs, others))
            elif isinstance(value, dict):
                key.append(self._read(value.values(), inputs, others))
            else:
                key.append(value)
        return tuple(key)

    def _path(self) -> str:
        """Where the code that runs now belongs."""
        return self._calls[-1].path if self._calls else ""

    def _leave_torch(self, tensor: Tensor) -> None:
        """Values that go to NumPy may come back as tensors, and may be written there."""
        node = self.ledger.owner(tensor)
        if node is not None:
            self._left[node] = None
            self.ledger.protect(tensor)

    # --- tensors that no node made ---

    def _meet(self, tensor: Tensor) -> int | None:
        """A tensor that no function made: an attribute, something of the outside, or what left torch and came back."""
        if not any(tensor is t for m in self._model.modules() for t in tensors(vars(m))):
            if self._left:
                return self._source(tensor)
            self._constants[id(tensor)] = Constant([], foreign=True)
        else:
            self._constants[id(tensor)] = Constant([])
        self.ledger.watch(tensor)
        return None

    def _source(self, tensor: Tensor) -> int:
        """A node for a tensor that came from outside torch while the network ran."""
        node = Node("", "outside", Op.OTHER, {"kind": "other", "function": "outside"}, list(self._left), tensor)
        node.note = "This tensor was made outside torch (by NumPy, for example): what happened before it is not shown."
        self.missing.append("how a tensor was made that came from outside torch (`outside`)")
        self._constants.pop(id(tensor), None)
        return self.ledger.add(node)

    def _no_inputs(self, results: list[Tensor], others: list[Tensor]) -> list[int]:
        """Notes the results as constants; but what layers with parameters do to an unknown tensor is followed."""
        known = [self._constants[id(t)] for t in others if id(t) in self._constants]
        direct = [self._parameters[id(t)] for t in others if id(t) in self._parameters]
        foreign = [t for t in others if id(t) in self._constants and self._constants[id(t)].foreign]
        if foreign and any(p.learned is not None for p in direct):
            return [self._source(t) for t in foreign]
        made_of = [*direct, *(p for c in known for p in c.parameters)]
        for result in results:
            if id(result) not in self._parameters:
                self._constants[id(result)] = Constant(made_of, bool(foreign))
                self.ledger.watch(result)
        return []

    # --- parameters ---

    def _name_others(self, node: Node, function: Function, args: Any, kwargs: Any, others: list[Tensor]) -> None:
        """Enters the parameters that a call reads; says when it reads a constant."""
        for tensor in others:
            parameter = self._parameters.get(id(tensor))
            if parameter is not None:
                plain = parameter.key in ROLES
                self._use(node, parameter, parameter.key if plain else _role(function, args, kwargs, tensor))
                continue
            constant = self._constants[id(tensor)]
            named = [p for p in constant.parameters if p.name]
            for source in named:
                self._use(node, source, "")
            node.note = DERIVED if named else FOREIGN if constant.foreign else CONSTANT

    def _use(self, node: Node, parameter: Parameter, role: str) -> None:
        """Enters one parameter under its role or the last part of its name; its numbers count at the first use."""
        if not parameter.name:
            return
        role = role or parameter.key
        node.weights[parameter.name if role in node.weights else role] = parameter.name
        if parameter.learned is not None and parameter.name not in self._counted:
            self._counted.add(parameter.name)
            node.parameters += parameter.learned.numel()


def _role(function: Function, args: Any, kwargs: Any, tensor: Tensor) -> str:
    """The name of the argument that holds the tensor where that says what it is for, else ""."""
    named = (*zip(function.names, args, strict=False), *kwargs.items())
    return next((name for name, value in named if value is tensor and name in ROLES), "")


def _written(function: Function, args: Any, kwargs: Any) -> list[Tensor]:
    """The tensors that a call writes into."""
    at = function.inplace_at
    if function.writes or (at >= 0 and (kwargs.get("inplace") or (len(args) > at and args[at]))):
        return tensors((args, kwargs))[:1]
    return tensors((kwargs["out"],)) if kwargs and kwargs.get("out") is not None else []


def _is_one_of(tensor: Tensor, args: Any) -> bool:
    """Whether a result is one of the arguments itself."""
    for value in args:  # a plain loop: this runs once a call
        if value is tensor:
            return True
    return False


def _mend(node: Node) -> None:
    """Geometry that counts inputs does not hold when some of them are constants."""
    if node.op is Op.ADD and len(node.inputs) < 2:
        node.op = Op.OTHER
    elif node.op is Op.CONCAT and len(node.inputs) != len(node.geometry.get("sizes", ())):
        node.geometry = {"kind": "other", "function": node.name}
