"""A trace leaves no mark: modes, hooks, gradients, random state; and several threads may trace."""

from __future__ import annotations

import gc
import threading
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks
from torchvision import models

from convlens.core import tap
from convlens.core.ledger import tensors
from convlens.nets.tiny_vgg import TinyVGG
from tests.core import odd_nets

PICTURE = (1, 3, 64, 64)


def all_hooks(model: nn.Module) -> list[Any]:
    """Everything that torch would call around modules."""
    names = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks")
    own = [list(getattr(m, name).items()) for m in model.modules() for name in names]
    everywhere = [f"_global{n}" for n in names if hasattr(global_hooks, f"_global{n}")]
    return [own, [list(getattr(global_hooks, name).items()) for name in everywhere]]


def state(model: nn.Module) -> list[Tensor]:
    """Copies of all parameters and buffers."""
    return [t.clone() for t in model.state_dict().values()]


@pytest.mark.parametrize("fails", [False, True])
def test_every_modules_mode_is_restored(fails: bool) -> None:
    model = odd_nets.Noisy(fails)
    model.drop.eval()
    model.norm.train()
    before = [m.training for m in model.modules()]
    assert len(set(before)) == 2
    try_run(model, fails)
    assert [m.training for m in model.modules()] == before


@pytest.mark.parametrize("fails", [False, True])
def test_hooks_gradients_statistics_and_random_state_are_restored(fails: bool) -> None:
    model = odd_nets.Noisy(fails).train()
    calls: list[str] = []
    model.conv.register_forward_hook(lambda module, args, out: calls.append("own"))
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    hooks, kept, random = all_hooks(model), state(model), torch.get_rng_state()
    try_run(model, fails)
    assert calls == ["own"]
    assert all_hooks(model) == hooks
    assert all(torch.equal(a, b) for a, b in zip(state(model), kept, strict=True))
    assert all(p.requires_grad and p.grad is not None for p in model.parameters())
    assert all(p.grad is not None and bool((p.grad == 1).all()) for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.is_grad_enabled()
    assert torch._C._len_torch_function_stack() == 0
    assert torch._C._is_torch_function_all_disabled() is False


def try_run(model: nn.Module, fails: bool) -> None:
    """Traces; a network's own error must come through."""
    x = torch.ones(1, 3, 8, 8)
    if fails:
        with pytest.raises(AssertionError, match="4-D"):
            tap.run(model, x)
    else:
        assert tap.run(model, x).complete


def test_a_network_that_draws_random_numbers_draws_the_plain_forwards() -> None:
    model, x = odd_nets.Noisy().eval(), torch.randn(1, 3, 8, 8)
    torch.manual_seed(7)
    trace = tap.run(model, x)
    with torch.no_grad():
        assert torch.equal(trace.output, model(x))


def test_a_trace_that_is_let_go_frees_its_memory_at_once() -> None:
    gc.collect()
    gc.disable()  # no cycle may be needed to find it
    try:
        trace = tap.run(TinyVGG().eval(), torch.randn(PICTURE))
        values = [weakref.ref(r.value) for r in trace.records if r.value is not None]
        del trace
        assert [v() for v in values] == [None] * 14
    finally:
        gc.enable()


def test_a_trace_inside_inference_mode_has_all_values() -> None:
    model = TinyVGG().eval()
    with torch.inference_mode():
        trace = tap.run(model, torch.randn(PICTURE))
        assert torch.is_inference_mode_enabled()
    assert all(r.value is not None for r in trace.records)


def test_an_error_that_the_network_catches_does_not_spoil_the_names() -> None:
    class Careful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wrong = nn.Sequential(nn.Conv2d(9, 1, 1))
            self.attention = nn.MultiheadAttention(8, 2)
            self.right = nn.Conv2d(3, 1, 1)

        def forward(self, x: Tensor) -> Any:
            for layer, args in ((self.wrong, (x,)), (self.attention, (x, x, x))):
                try:
                    layer(*args)
                except (RuntimeError, AssertionError):
                    x = x + 1
            return self.right(x).relu()

    records = tap.run(Careful().eval(), torch.randn(1, 3, 8, 8)).records
    assert [r.id for r in records] == ["input", "add", "add:2", "right", "relu"]
    assert [r.inputs for r in records[1:]] == [(r.id,) for r in records[:-1]]


def test_torchscript_is_refused_with_a_way_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        scripted = torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU()))
    with pytest.raises(tap.TapError, match="TorchScript") as caught:
        tap.run(scripted, torch.randn(1, 3, 8, 8))
    assert "Python module" in caught.value.hint
    records = tap.run(nn.Sequential(scripted, nn.ReLU()), torch.randn(1, 3, 8, 8)).records
    assert [r.inputs for r in records] == [(), ("input",), ("0",)]
    assert records[1].parameters == 3 * 4 + 4
    assert "cannot be followed" in records[1].note


def test_more_than_one_picture_is_refused_with_its_shape() -> None:
    with pytest.raises(tap.TapError, match=r"\(2, 3, 8, 8\)"):
        tap.run(nn.ReLU(), torch.randn(2, 3, 8, 8))


def test_a_compiled_network_is_traced_as_it_was_written() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Flatten()).eval()
    x = torch.randn(1, 3, 8, 8)
    expected = tap.run(net, x)
    compiled = torch.compile(net, backend="eager")
    assert isinstance(compiled, nn.Module)
    found = tap.run(compiled, x)
    assert [r.describe() for r in found.records] == [r.describe() for r in expected.records]
    assert torch.equal(found.output, expected.output)
    net[1].compile(backend="eager")
    assert [r.id for r in tap.run(net, x).records] == [r.id for r in expected.records]


def in_threads(count: int, job: Callable[[int], None]) -> None:
    """Runs `job(0)`, `job(1)`, ... at once; the first error is raised here."""
    start, errors = threading.Barrier(count), list[BaseException]()

    def work(number: int) -> None:
        start.wait()
        try:
            job(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_threads_that_trace_one_model_get_right_names_values_and_modes() -> None:
    torch.manual_seed(0)
    model = models.resnet18(weights=None)  # in training mode: the first in must not spoil the last
    pictures = [torch.randn(1, 3, 32, 32) for _ in range(2)]
    expected = [tap.run(model, x) for x in pictures]
    kept = state(model)

    def job(number: int) -> None:
        for _ in range(10):
            found = tap.run(model, pictures[number])
            wanted = expected[number]
            assert [r.describe() for r in found.records] == [r.describe() for r in wanted.records]
            values = [tensors(([r.value for r in t.records],)) for t in (found, wanted)]
            assert all(torch.equal(a, b) for a, b in zip(*values, strict=True))

    in_threads(2, job)
    assert all(m.training for m in model.modules())
    assert all(torch.equal(a, b) for a, b in zip(state(model), kept, strict=True))


def test_a_model_that_runs_in_another_thread_is_not_recorded() -> None:
    model, other = TinyVGG().eval(), TinyVGG().eval()
    expected = [r.id for r in tap.run(model, torch.randn(PICTURE)).records]
    done = threading.Event()

    def job(number: int) -> None:
        if number:
            with torch.no_grad():
                while not done.is_set():
                    other(torch.randn(PICTURE))
                    model(torch.randn(PICTURE))
            return
        try:
            for _ in range(30):
                trace = tap.run(model, torch.randn(PICTURE))
                assert [r.id for r in trace.records] == expected
        finally:
            done.set()

    in_threads(2, job)
