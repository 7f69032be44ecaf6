"""How a class's loss or logit would change with every value: one backward pass through the tap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, get_gradient_edge

from .ledger import Ledger, Node, tensors
from .record import Op
from .recorder import Change, Recorder
from .survey import survey
from .tap import TapError, check, names, value_of, watch

Of = Literal["loss", "logit"]


class Edges(Ledger):
    """A ledger that also keeps where autograd reaches each node's value.

    An edge is taken right after the value is made: what is written over it later has another one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.edges: list[GradientEdge | None] = []

    def add(self, node: Node, *more: Tensor) -> int:
        """Enters a node with its edge; None where no gradient comes."""
        self.edges.append(get_gradient_edge(node.tensor) if node.tensor.requires_grad else None)
        return super().add(node, *more)


def gradients(
    model: nn.Module,
    x: Tensor,
    target: int,
    of: Of = "loss",
    *,
    changes: Mapping[int, Change] | None = None,
) -> dict[str, Tensor]:
    """d(loss)/d(value) or d(logit)/d(value) by node id: float32, CPU, of the value's own shape.

    `loss` is the cross-entropy of the logits and class `target`, -log softmax(logits)[target];
    `logit` is the class's own. The logits are what the last node, a softmax, reads; its own
    gradient is -1/p at the class for the loss, and zero for a logit. What the loss does not depend
    on has zeros. Left out is what has a way to the loss that autograd does not follow (detached,
    integer, under `no_grad`, a view that was written into). The model's parameters, gradients,
    modes, hooks and random state stay as before. `changes` as in `tap.run`.
    Raises TapError where `tap.run` does, for a network without class scores, for a class that does
    not exist, and where torch cannot differentiate the network.
    """
    check(model, x)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            return _backwards(model, x, (target, of), changes)
    except RuntimeError as error:
        raise TapError(
            f"PyTorch finds no gradient in this network: {str(error).splitlines()[0][:200]}",
            hint="Values written in place, or made outside torch, are the usual reason.",
        ) from error
    finally:
        _forget(model)


def _backwards(
    model: nn.Module, x: Tensor, aim: tuple[int, Of], changes: Mapping[int, Change] | None
) -> dict[str, Tensor]:
    """The gradients of a network that torch can differentiate."""
    (target, of), found, ledger = aim, survey(model), Edges()
    entered = x.detach().requires_grad_().clone()  # the network may write into its input
    recorder = Recorder(model, found, entered, ledger=ledger, changes=changes)
    watch(model, entered, found, recorder)
    nodes, (end, scores) = ledger.nodes, _scores(ledger)
    seed = _seed(scores, target, of).to(x.device).view_as(nodes[end].tensor)
    edges = {i: edge for i, edge in enumerate(ledger.edges) if edge is not None}
    grads = torch.autograd.grad([edges[end]], list(edges.values()), [seed], allow_unused=True)
    every = {i: grad for i, grad in zip(edges, grads, strict=True) if grad is not None}
    for i in set(range(len(nodes))) - every.keys() - _before(nodes, end):
        every[i] = torch.zeros_like(nodes[i].tensor)
    if of == "loss":
        shares = nodes[-1].tensor.detach()
        every[len(nodes) - 1] = -_one_hot(shares, target) / shares
    ids = names(nodes)
    return {ids[i]: _plain(grad) for i, grad in sorted(every.items())}


def _scores(ledger: Edges) -> tuple[int, Tensor]:
    """The node that has the logits, and the logits (N,)."""
    last = ledger.nodes[-1]
    index = last.inputs[0] if last.op is Op.SOFTMAX else 0
    scores, _ = value_of(ledger.nodes[index])
    if not index or ledger.edges[index] is None or scores is None or scores.ndim != 1:
        raise TapError(
            "The network does not end in class scores that depend on the picture.",
            hint="Choose a classifier, which ends in one number for each class.",
        )
    return index, scores.detach()


def _seed(scores: Tensor, target: int, of: Of) -> Tensor:
    """d(loss)/d(logits) or d(logit)/d(logits), (N,)."""
    if not 0 <= target < len(scores):
        raise TapError(
            f"There is no class {target}; the classes are 0 to {len(scores) - 1}.",
            hint="Choose one of them.",
        )
    if of == "logit":
        return _one_hot(scores, target)
    leaf = scores.requires_grad_()
    loss = F.cross_entropy(leaf[None], torch.tensor([target], device=scores.device))
    return torch.autograd.grad(loss, leaf)[0]


def _one_hot(like: Tensor, target: int) -> Tensor:
    """1 at the class, 0 elsewhere, along the last axis."""
    hot = torch.zeros_like(like)
    hot[..., target] = 1
    return hot


def _before(nodes: list[Node], end: int) -> set[int]:
    """The nodes that `end` is made from, and itself."""
    found, ahead = {end}, [end]
    while ahead:
        new = set(nodes[ahead.pop()].inputs) - found
        found |= new
        ahead += new
    return found


def _plain(grad: Tensor) -> Tensor:
    """As a record keeps a value: on the CPU, contiguous, without the batch axis."""
    one = grad.detach().squeeze(0) if grad.ndim else grad.detach()
    return one.float().cpu().contiguous()


def _forget(model: nn.Module) -> None:
    """Cuts what the network keeps of the picture in buffers and attributes off its history."""
    for module in model.modules():
        for tensor in tensors((vars(module),)):
            if tensor.grad_fn is not None:
                tensor.detach_()
