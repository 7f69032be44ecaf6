"""The eager recorder: sees every torch function and module call of one thread as a network runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import get_ident
from types import TracebackType
from typing import Any, Self

import torch
from torch import Size, Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from .calls import Geometry
from .ledger import Ledger, Node, tensors
from .ops import DATA_LEAVES, PARTS, Function, describe, learn
from .reads import Reads
from .record import Op
from .survey import OPAQUE, Place, Survey
from .swaps import Step

Change = Callable[[Step], Step]

FUNCTIONS: dict[Any, Function] = {}
CLOSED = "What happens inside this module cannot be followed."


@dataclass(slots=True)
class ModuleCall:
    """A module that runs: its place if it is known, its path, how many nodes were before it."""

    module: nn.Module
    place: Place | None
    path: str
    start: int


class Recorder(TorchFunctionMode):
    """Collects nodes in `ledger` while it is entered; `reads` knows what could not be followed."""

    def __init__(
        self,
        model: nn.Module,
        found: Survey,
        x: Tensor,
        *,
        ledger: Ledger | None = None,
        changes: Mapping[int, Change] | None = None,
    ) -> None:
        super().__init__()
        self.ledger = ledger or Ledger()
        self.changed: set[int] = set()
        self._changes = changes or {}
        self.reads = Reads(model, found, self.ledger)
        self._places = found.places
        self._calls: list[ModuleCall] = []
        self._closed: tuple[Any, int] | None = None  # not looking into a module, at this depth
        self._thread = get_ident()
        self.ledger.add(Node("", "input", Op.INPUT, {"kind": "input"}, [], x))

    def __enter__(self) -> Self:
        """Watches this thread's torch functions and module calls."""
        self._hooks = (
            register_module_forward_pre_hook(self._enter_module),
            register_module_forward_hook(self._leave_module, with_kwargs=True, always_call=True),
        )
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes everything back, also after an error inside the network."""
        self._open()
        super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]
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

    def _leave_module(self, module: nn.Module, args: Any, *rest: Any) -> None:
        """`rest` is the keyword arguments and the result, or None alone after an error."""
        if get_ident() != self._thread or not self._calls:
            return
        call = self._calls.pop()
        if self._closed and self._closed[1] > len(self._calls):
            self._open()
        if call.place and call.place.leaf and self._closed is None and len(rest) == 2:
            self._finish_leaf(call, call.place, (args, rest[0]), rest[1])

    def _path(self) -> str:
        """Where the code that runs now belongs."""
        return self._calls[-1].path if self._calls else ""

    def _open(self) -> None:
        """Looks at torch functions again."""
        if self._closed:
            self._closed[0].__exit__(None, None, None)
            self._closed = None

    def _finish_leaf(self, call: ModuleCall, place: Place, given: Any, out: Any) -> None:
        """Names the node that made a leaf module's result after it; makes one where none did."""
        results = [out] if isinstance(out, Tensor) else tensors((out,))
        if not results:
            return
        nodes = self.ledger.nodes
        made = self.ledger.owner(results[0])
        if made is not None and made >= call.start:
            alone = len(nodes) - call.start == 1
            if place.path and (alone or type(call.module).__module__.startswith("torch.nn.")):
                nodes[made].path, nodes[made].is_module = place.path, True
        elif len(nodes) == call.start and not self.reads.is_constant(results[0]):
            with torch._C.DisableTorchFunction():
                if made is None:
                    self._add_module(call.module, place, given, results)
                else:
                    geometry = {"kind": "cell", "function": "identity"}
                    self._add(Node(place.path, "identity", Op.OTHER, geometry, [made], results[0]))

    def _add_module(
        self, module: nn.Module, place: Place, given: Any, results: list[Tensor]
    ) -> None:
        """A node for a module as a whole: one step by choice, or code that torch does not show."""
        inputs: list[int] = []
        self.reads.sort(given, inputs, [])
        name = type(module).__name__
        geometry = {"kind": "other", "function": name}
        node = Node(place.path, name, Op.OTHER, geometry, inputs, results[0])
        self.reads.name_all(node, module)
        if isinstance(module, OPAQUE) or not place.one_step:
            node.note = CLOSED
            self.reads.missing.append(f"what happens inside `{place.path or name}`")
        for result in results:
            self.reads.became_node(result)
        self._add(node, *results[1:])

    def _add(self, node: Node, *more: Tensor) -> None:
        """A node that stands for a module."""
        node.is_module = bool(node.path)
        self.ledger.add(node, *more)

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
            results = [out]
            self._record((function, args, kwargs), results, written)
            return results[0]
        if written:
            self._record((function, args, kwargs), written, written)
        elif isinstance(out, (tuple, list)) and not isinstance(out, Size):
            results = tensors(out)
            if results:
                self._record((function, args, kwargs), results, written)
        elif function.name in DATA_LEAVES:
            self.reads.leave_torch(args[0])
        return out

    def _record(
        self, call: tuple[Function, Any, Any], results: list[Tensor], written: list[Tensor]
    ) -> None:
        """One node for a call (one for each part of a split); a constant where no node is read."""
        function, args, kwargs = call
        inputs: list[int] = []
        others: list[Tensor] = []
        given = self.reads.sort(args, inputs, others)
        named = self.reads.sort(kwargs.values(), inputs, others) if kwargs else ()
        if not inputs:
            inputs = self.reads.keep_constant(results, others)
            if not inputs:
                return
        elif not written and function.op is not Op.DROPOUT and id(results[0]) in map(id, args):
            return  # the tensor itself: nothing was done
        try:
            op, geometry = describe(function, given, tuple(kwargs), named, results[0].shape)
        except TypeError:  # an argument that is no key, such as a slice
            op, geometry = Op.OTHER, {"kind": "other", "function": function.name}
        if self._changes and len(results) == 1:
            geometry = self._change(inputs[0], geometry, results, written)
        parts = results if function.name in PARTS else results[:1]
        for number, part in enumerate(parts):
            name = f"{function.name}.{number}" if number else function.name
            node = Node(self._path(), name, op, geometry, inputs, part)
            if others:
                self.reads.name_others(node, call, others)
            if op is Op.ADD or op is Op.CONCAT:
                _mend(node)
            index = self.ledger.add(node, *results[len(parts) :])
        for tensor in written:
            self.ledger.wrote(tensor, index)
            self.reads.became_node(tensor)

    def _change(
        self, read: int, geometry: Geometry, results: list[Tensor], written: list[Tensor]
    ) -> Geometry:
        """Puts a changed value in the place of what the coming node made; its geometry."""
        index = len(self.ledger.nodes)
        change = self._changes.get(index)
        if change is None:
            return geometry
        source = self.ledger.nodes[read]
        before = source.tensor if source.copy is None else source.copy
        step = change(Step(before, results[0], geometry))
        if written:  # who holds the tensor must see the change in it
            results[0].copy_(step.value)
        else:
            results[0] = step.value
        self.changed.add(index)
        return step.geometry


def _written(function: Function, args: Any, kwargs: Any) -> list[Tensor]:
    """The tensors that a call writes into."""
    at = function.inplace_at
    if function.writes or (at >= 0 and (kwargs.get("inplace") or (len(args) > at and args[at]))):
        return tensors((args, kwargs))[:1]
    return tensors((kwargs["out"],)) if kwargs and kwargs.get("out") is not None else []


def _mend(node: Node) -> None:
    """Geometry that counts inputs does not hold when some of them are constants."""
    if node.op is Op.ADD and len(node.inputs) < 2:
        node.op = Op.OTHER
    elif node.op is Op.CONCAT and len(node.inputs) != len(node.geometry.get("sizes", ())):
        node.geometry = {"kind": "other", "function": node.name}
