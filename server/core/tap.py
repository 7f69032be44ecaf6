"""Any network and a picture into records: every step in execution order, with the edges."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock, RLock
from typing import Any

import torch
from torch import Tensor, nn

from .calls import without_batch
from .ledger import Node, tensors, version
from .record import Op, Record
from .recorder import Change, Recorder
from .survey import Survey, survey

OVERWRITTEN = "The network wrote over this value while it ran, so it is not shown."
FLOATS = {torch.float16, torch.bfloat16, torch.float32, torch.float64}
SHOWN = FLOATS | {torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}


@dataclass(frozen=True)
class Trace:
    """Records in execution order, the network's own output; what is missing, in a sentence.

    `changed` are the numbers of the records whose values were changed as they were made.
    """

    records: tuple[Record, ...]
    output: Any
    complete: bool
    missing: str
    changed: frozenset[int] = frozenset()


class TapError(Exception):
    """The network cannot be recorded: a sentence on why, and a hint on what to do."""

    def __init__(self, detail: str, *, hint: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint


def run(
    model: nn.Module,
    x: Tensor,
    *,
    classifier: bool = True,
    changes: Mapping[int, Change] | None = None,
) -> Trace:
    """The records of `model` on one picture `x` (1, C, H, W), in eval mode and without gradients.

    The output is the plain forward's, bit for bit; modes, hooks, gradients and random state are
    afterwards as before. A softmax record is added where a classifier returns logits (1, N).
    The graph has one input, and every other node reads a node: what depends on no node (parameters,
    constants) is named by its reader. Only a tensor made outside torch that nothing leads to is a
    node without inputs (`outside`), and then the trace is not complete. Nodes that nothing reads
    are kept: the network may have decided by them. Several threads may trace one model.
    `changes` (by a record's number) are put in as the values are made: what follows reads them.
    Raises TapError for TorchScript and for more than one picture; the network's own errors pass.
    """
    check(model, x)
    found = survey(model)
    with torch.inference_mode(False), torch.no_grad():
        recorder = Recorder(model, found, x, changes=changes)
        output, missing = watch(model, x, found, recorder, classifier=classifier)
        records = _finish(recorder.ledger.nodes)
        changed = frozenset(recorder.changed)
        return Trace(records, output, not missing, _sentence(missing), changed)


def watch(
    model: nn.Module, x: Tensor, found: Survey, recorder: Recorder, *, classifier: bool = True
) -> tuple[Any, list[str]]:
    """The output of one forward in eval mode, and what is missing; the ledger has the nodes."""
    with _as_before(model, x, found):
        with recorder:
            output = model(x)
        results = tensors((output,))
        owners = [recorder.ledger.owner(t) for t in results]
        for tensor in (
            x,
            *results,
            *recorder.reads.kept,
        ):  # memory that others may write into afterwards
            recorder.ledger.protect(tensor)
        nodes = recorder.ledger.nodes
        if (
            classifier
            and len(owners) == 1
            and owners[0] is not None
            and _is_logits(output, nodes[owners[0]])
        ):
            shares = torch.softmax(output, 1)
            nodes.append(
                Node("", "softmax", Op.SOFTMAX, {"kind": "softmax", "axis": 0}, [owners[0]], shares)
            )
    unknown = None in owners or not owners
    return output, [*recorder.reads.missing, *(["how the output was made"] if unknown else [])]


def check(model: nn.Module, x: Tensor) -> None:
    """Refuses what cannot be recorded."""
    if isinstance(model, torch.jit.ScriptModule):
        raise TapError(
            f"{type(model).__name__} is a TorchScript module: its steps cannot be seen.",
            hint="Pass the Python module that it was scripted or traced from.",
        )
    if x.ndim < 2 or x.shape[0] != 1:
        raise TapError(
            f"The input has the shape {tuple(x.shape)}; it must be (1, channels, height, width).",
            hint="Pass one picture at a time, with a batch axis of 1.",
        )


# --- the model as before ---

_LOCK = Lock()
_EAGER = RLock()  # the stance is process-wide: one trace of a compiled network at a time
_RUNNING: dict[int, tuple[int, list[nn.Module]]] = {}


@contextmanager
def _as_before(model: nn.Module, x: Tensor, found: Survey) -> Iterator[None]:
    """Eval mode inside, eager code for compiled networks; modes and random state restored."""
    state = torch.get_rng_state()
    on_device = torch.cuda.get_rng_state(x.device) if x.is_cuda else None
    _hold_in_eval(model, found.training)
    try:
        with _eager() if found.compiled else nullcontext():
            yield
    finally:
        _let_go(model)
        torch.set_rng_state(state)
        if on_device is not None:
            torch.cuda.set_rng_state(on_device, x.device)


@contextmanager
def _eager() -> Iterator[None]:
    """torch.compile steps aside: it would compile the recorder, and it warns of our hooks."""
    with _EAGER, torch.compiler.set_stance("force_eager"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using `torch.compile")
        yield


def _hold_in_eval(model: nn.Module, training: list[nn.Module]) -> None:
    """Puts modules in eval mode and keeps count; not by `train()`, which may do more."""
    with _LOCK:
        count, before = _RUNNING.get(id(model), (0, []))
        for module in training:
            module.training = False
        _RUNNING[id(model)] = count + 1, [*before, *training]


def _let_go(model: nn.Module) -> None:
    """The last trace of a model gives each module its mode back."""
    with _LOCK:
        count, training = _RUNNING.pop(id(model))
        if count > 1:
            _RUNNING[id(model)] = count - 1, training
            return
        for module in training:
            module.training = True


# --- nodes to records ---


def _is_logits(output: Any, node: Node) -> bool:
    """Whether a softmax belongs behind this output: scores (1, N) that are not shares already."""
    if (
        not isinstance(output, Tensor)
        or output.ndim != 2
        or output.shape[1] < 2
        or not output.is_floating_point()
    ):
        return False
    return node.op is not Op.SOFTMAX and node.geometry.get("function") not in ("sigmoid", "softmax")


def _finish(nodes: list[Node]) -> tuple[Record, ...]:
    """Records with unique ids and values of their own."""
    ids = names(nodes)
    return tuple(_record(node, ids, index) for index, node in enumerate(nodes))


def names(nodes: list[Node]) -> list[str]:
    """The unique id of each node, in order; from a second call on, with the call's number."""
    ids: list[str] = []
    counts: dict[str, int] = {}
    for node in nodes:
        name = _cleaned(
            node.path if node.is_module else f"{node.path}.{node.name}" if node.path else node.name
        )
        count = counts[name] = counts.get(name, 0) + 1
        ids.append(name if count == 1 else f"{name}:{count}")
    return ids


def _record(node: Node, ids: list[str], index: int) -> Record:
    """The record of the node with this index."""
    value, note = value_of(node)
    shape = without_batch(node.tensor.shape) if value is None else tuple(value.shape)
    inputs = tuple([ids[i] for i in node.inputs])
    label = _label(node)
    return Record(
        ids[index],
        node.op,
        label,
        inputs,
        shape,
        node.geometry,
        node.parameters,
        node.weights,
        value,
        note,
    )


@lru_cache(maxsize=4096)
def _cleaned(name: str) -> str:
    """The name in the characters of ids; `.range` at the end is what payloads call a range."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    return f"{name}_" if name.endswith(".range") else name


def _label(node: Node) -> str:
    """The last part of the path, with the one before a number, or the function's name."""
    if not node.is_module:
        return node.name
    before, _, last = node.path.rpartition(".")
    return f"{before.rpartition('.')[2]}.{last}" if before and last.isdigit() else last


def value_of(node: Node) -> tuple[Tensor | None, str]:
    """The node's value on the CPU, without batch axis, and its note."""
    tensor = node.tensor if node.copy is None else node.copy
    if node.copy is None and version(tensor) != node.version:
        return None, OVERWRITTEN
    if tensor.dtype not in SHOWN or tensor.layout is not torch.strided or tensor.is_nested:
        return None, f"Values of the kind {tensor.dtype}, {tensor.layout} are not shown."
    one = tensor.squeeze(0) if tensor.ndim else tensor
    one = one if one.is_cpu else one.cpu()
    return one if one.is_contiguous() else one.contiguous(), node.note


def _sentence(missing: list[str]) -> str:
    """What is missing, said once each."""
    parts = list(dict.fromkeys(missing))
    return f"Not recorded: {'; '.join(parts)}." if parts else ""
