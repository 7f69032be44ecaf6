"""Changes to a picture, to weights or to steps of a network, put in for one forward: pure data."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor, nn

from . import tap
from .record import Op, Record
from .swaps import ACTIVATIONS, Step, average_has_no, off, pooled, swapped
from .tap import Trace

LARGEST = 1000.0  # of a pixel or weight; both are near 1 in a trained network
STRONGEST = 3.0  # times a channel


@dataclass(frozen=True)
class Pixels:
    """Cells of the network's input as it takes it (normalised): (c, y, x, value) each."""

    cells: tuple[tuple[int, int, int, float], ...]


@dataclass(frozen=True)
class Weight:
    """One number of a parameter, by its `state_dict` name and index."""

    name: str
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class Channel:
    """One channel of a node (an element of a vector) times `scale`; 0 switches it off."""

    node: str
    channel: int
    scale: float


@dataclass(frozen=True)
class Activation:
    """Another activation function in a node's place."""

    node: str
    function: str


@dataclass(frozen=True)
class Pooling:
    """The maximum or the average of the same windows."""

    node: str
    mode: Literal["max", "average"]


Edit = Pixels | Weight | Channel | Activation | Pooling


class EditError(Exception):
    """An edit that cannot be: a sentence with the value, a hint, its number in the list from 0."""

    def __init__(self, detail: str, *, hint: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.number = 0


@dataclass(frozen=True)
class Change:
    """What is done to one node's value: another function in its place, then channels scaled."""

    node: str
    swap: Activation | Pooling | None = None
    scales: Mapping[int, float] = field(default_factory=dict)

    def __call__(self, step: Step) -> Step:
        """The step as it is with the change."""
        if isinstance(self.swap, Activation):
            step = swapped(step, self.swap.function)
        elif self.swap:
            step = pooled(step, self.swap.mode)
        return off(step, self.scales) if self.scales else step


@dataclass(frozen=True)
class Edited:
    """What runs instead: a network and a picture of its own, and changes by a node's number."""

    model: nn.Module
    x: Tensor
    changes: Mapping[int, Change]


def put_in(model: nn.Module, x: Tensor, edits: Sequence[Edit], records: Sequence[Record]) -> Edited:
    """The network and picture with the edits in them; the model and `x` stay as they are.

    `records` are those of the unedited run; of two edits of one thing the later holds. Parameters
    that are not edited are shared, not copied. Raises EditError for what does not exist.
    """
    known = {record.id: record for record in records}
    parameters = dict(model.named_parameters(remove_duplicate=False))
    for number, edit in enumerate(edits):
        try:
            _check(edit, known, parameters)
        except EditError as error:
            error.number = number
            raise
    numbers = {record.id: number for number, record in enumerate(records)}
    changes = {numbers[name]: change for name, change in _changes(edits).items()}
    return Edited(_twin(model, parameters, edits), _painted(x, edits), changes)


def _painted(x: Tensor, edits: Iterable[Edit]) -> Tensor:
    """The input with its new pixels."""
    cells = [cell for edit in edits if isinstance(edit, Pixels) for cell in edit.cells]
    if not cells:
        return x
    x = x.clone()
    for c, row, column, value in cells:
        x[0, c, row, column] = value
    return x


def _twin(model: nn.Module, parameters: Mapping[str, Tensor], edits: Iterable[Edit]) -> nn.Module:
    """The model itself, or one beside it with the edited parameters in place."""
    weights = [edit for edit in edits if isinstance(edit, Weight)]
    if not weights:
        return model
    new: dict[int, Tensor] = {id(p): p for p in parameters.values()}
    for edit in weights:
        old = parameters[edit.name]
        if new[id(old)] is old:
            new[id(old)] = nn.Parameter(old.detach().clone(), requires_grad=False)
        new[id(old)].data[edit.index] = edit.value
    return copy.deepcopy(model, new)  # what the memo holds already is not copied


def _changes(edits: Iterable[Edit]) -> dict[str, Change]:
    """What is done to each node."""
    swaps: dict[str, Activation | Pooling] = {}
    scales: dict[str, dict[int, float]] = {}
    for edit in edits:
        if isinstance(edit, Activation | Pooling):
            swaps[edit.node] = edit
        elif isinstance(edit, Channel):
            scales.setdefault(edit.node, {})[edit.channel] = edit.scale
    names = [*swaps, *(name for name in scales if name not in swaps)]
    return {name: Change(name, swaps.get(name), scales.get(name, {})) for name in names}


def scales_of(edits: Iterable[Edit]) -> dict[tuple[str, int], float]:
    """What channels are multiplied with, by node and channel; of one channel the later holds."""
    return {(e.node, e.channel): e.scale for e in edits if isinstance(e, Channel)}


def run(model: nn.Module, x: Tensor, edits: Sequence[Edit], records: Sequence[Record]) -> Trace:
    """The trace of a network on one picture (1, C, H, W) with the edits put in, as `tap.run`.

    `records` are those of the unedited run, and the nodes keep their ids. Raises EditError as
    `put_in`, and for a node whose value cannot be changed as it is made: one of several results,
    a module that is one step, or one that the edited network does not come by.
    """
    made = put_in(model, x, edits, records)
    trace = tap.run(made.model, made.x, changes=made.changes)
    for number, change in made.changes.items():
        kept = number in trace.changed and trace.records[number].id == change.node
        if not kept:
            raise EditError(
                f"The value of {change.node} cannot be changed while the network runs.",
                hint="Change a layer before or behind it.",
            )
    return trace


# --- what may be ---


def _check(edit: Edit, known: Mapping[str, Record], parameters: Mapping[str, Tensor]) -> None:
    """Raises EditError for an edit of what does not exist, or of a wrong kind."""
    if isinstance(edit, Pixels):
        shape = next(iter(known.values())).shape
        for *index, value in edit.cells:
            _inside("The pixel", index, shape, "c, y, x")
            _bounded("The pixel", value)
    elif isinstance(edit, Weight):
        _check_weight(edit, known, parameters)
    else:
        record = known.get(edit.node)
        if record is None:
            some = ", ".join(list(known)[:12])
            raise EditError(
                f"The network has no node {edit.node[:80]!r}; it has {len(known)}: {some} ...",
                hint="Take an id from `nodes` of the trace.",
            )
        _check_node(edit, record)


def _check_weight(
    edit: Weight, known: Mapping[str, Record], parameters: Mapping[str, Tensor]
) -> None:
    """A parameter that a node reads, an index in it, a value."""
    names = {name: None for record in known.values() for name in record.weights.values()}
    if edit.name not in names or edit.name not in parameters:
        learned = ", ".join([name for name in names if name in parameters][:12])
        raise EditError(
            f"{edit.name[:80]!r} is not a weight or bias of the network; these are: {learned} ...",
            hint="Take a name from `weights` of a node of the trace.",
        )
    _inside(f"The index in {edit.name}", edit.index, parameters[edit.name].shape, "every axis")
    _bounded("The weight", edit.value)


def _check_node(edit: Channel | Activation | Pooling, record: Record) -> None:
    """A change that the node can take."""
    if isinstance(edit, Channel):
        if record.op in (Op.INPUT, Op.SOFTMAX):
            raise EditError(
                f"{record.id} is the {record.op}; channels between the two can be scaled.",
                hint="Change pixels of the input, or channels of the layers behind it.",
            )
        _inside(f"The channel of {record.id}", [edit.channel], record.shape[:1], "channel")
        if not 0 <= edit.scale <= STRONGEST:
            raise EditError(
                f"The scale is {edit.scale:g}; it may be 0 to {STRONGEST:g}.",
                hint="0 switches the channel off, 1 leaves it as it is.",
            )
    elif isinstance(edit, Activation):
        if record.op is not Op.ACTIVATION:
            raise EditError(
                f"{record.id} is no activation but {record.op}.", hint="Choose an activation node."
            )
        if edit.function not in ACTIVATIONS:
            raise EditError(
                f"{edit.function[:80]!r} is not a function to swap in; there are: "
                f"{', '.join(ACTIVATIONS)}.",
                hint="Choose one of them.",
            )
    elif record.op is not Op.POOL or record.geometry["kind"] not in ("window", "adaptive"):
        raise EditError(
            f"{record.id} is no pooling by windows but {record.op}.", hint="Choose a pooling node."
        )
    elif edit.mode == "average" and (why := average_has_no(record.geometry)):
        raise EditError(
            f"{record.id} {why}; an average cannot.", hint="Choose another pooling node."
        )


def _inside(what: str, index: Sequence[int], shape: Sequence[int], axes: str) -> None:
    if len(index) == len(shape) and all(
        0 <= i < size for i, size in zip(index, shape, strict=True)
    ):
        return
    given, largest = (", ".join(map(str, each)) for each in (index, [n - 1 for n in shape]))
    raise EditError(
        f"{what} is ({given}); it may go from 0 to ({largest}).", hint=f"Count from 0 along {axes}."
    )


def _bounded(what: str, value: float) -> None:
    if not -LARGEST <= value <= LARGEST:  # nan is not, either
        raise EditError(
            f"{what} is to be {value:g}; it may be -{LARGEST:g} to {LARGEST:g}.",
            hint="Choose a number within these bounds.",
        )
