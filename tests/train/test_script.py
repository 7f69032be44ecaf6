"""The exported program, run, prints the run's own numbers."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from convlens.data.sets import Roots
from convlens.store import Store
from convlens.store.export import points_csv, weights
from convlens.train.assemble import assemble
from convlens.train.checkpoint import Checkpoint
from convlens.train.events import Change
from convlens.train.knobs import Knobs
from convlens.train.loop import train
from convlens.train.options import read
from convlens.train.script import script

Ran = tuple[str, str]  # the run's CSV, the program


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVLENS_DATA_DIR", str(tmp_path))

    def make(
        given: dict[str, Any],
        changes: Sequence[Change] = (),
        state: dict[str, torch.Tensor] | None = None,
        steps: int | None = None,
    ) -> Ran:
        options = read({"epochs": 2, "batch": 100} | given)
        roots = Roots(own=tmp_path / "data", extra=None, downloads=tmp_path / "downloads")
        network, task = assemble(options, roots, state)
        knobs = Knobs(lr=options.lr, checkpoint=True)
        store = Store(tmp_path)
        id = store.create(given).id
        model = None
        for said in train(network, task, options, knobs, changes=changes):
            if isinstance(said, Checkpoint):
                store.save_checkpoint(id, said.step, said.to_bytes())
                model = said.state["model"]
            elif steps is None or getattr(said, "step", 0) <= steps:
                store.append(id, [said])
        Path("step-0.safetensors").write_bytes(weights(store.checkpoint(id, 0)))
        assert model is not None
        table = "".join(points_csv(store, id))
        store.close()
        return table, script(options, model, changes, name="Run 1", last=steps)

    return make


def printed(program: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the program prints, without the two seconds of another Python."""
    capsys.readouterr()
    with torch.random.fork_rng(devices=[]):
        exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    return capsys.readouterr().out


RESIDUAL: list[dict[str, Any]] = [
    {"kind": "conv", "out": 4, "padding": 1, "bias": False},
    {"kind": "norm"},
    {"kind": "activation", "function": "prelu"},
    {
        "kind": "residual",
        "layers": [
            {"kind": "conv", "out": 6, "padding": 1, "stride": 2, "name": "class"},
            {"kind": "norm"},
            {"kind": "activation", "function": "leaky_relu"},
        ],
    },
    {"kind": "pool", "mode": "average"},
    {"kind": "spatial_dropout", "p": 0.1},
    {"kind": "global_pool"},
    {"kind": "dense"},
]

CASES: dict[str, dict[str, Any]] = {
    "the default": {},
    "nesterov": {
        "optimiser": "nesterov",
        "lr": 0.05,
        "dropout": 0.3,
        "net": "mlp",
        "schedule": "cosine",
        "clip": 0.5,
        "label_smoothing": 0.1,
        "warmup": 5,
        "weight_decay": 0.001,
        "seed": 7,
    },
    "residual": {
        "layers": RESIDUAL,
        "init": "normal",
        "loss": "bce",
        "schedule": "plateau",
        "epochs": 6,
        "evaluate_every": 3,
        "lr": 0.3,
        "optimiser": "sgd",
    },
    "augmented": {
        "flip": True,
        "shift": 0.1,
        "rotate": 20.0,
        "colour": 0.2,
        "blur_noise": 0.05,
        "cutout": 0.3,
    },
    "step": {
        "schedule": "step",
        "loss": "mse",
        "optimiser": "rmsprop",
        "label_noise": 0.2,
        "samples": 40,
        "init": "xavier",
        "normalise": False,
        "activation": "gelu",
    },
    "one cycle": {"schedule": "one-cycle", "optimiser": "adamw", "init": "he", "norm": "batch"},
    "full batch": {"batch": 0, "shuffle": False, "init": "constant", "epochs": 9},
    "zeros": {"init": "zeros", "optimiser": "momentum", "schedule": "warm-up"},
    "points": {"data": "spiral", "net": "points-mlp", "pictures": 200, "noise": 0.05},
    "shapes": {"data": "shapes-colour", "net": "lenet", "pictures": 120, "batch": 40, "folds": 0},
    "no validation": {"validation_share": 0.0, "test_share": 0.0},
    "until": {"until_accuracy": 0.5, "epochs": 20, "lr": 0.02},
    "patience": {"patience": 1, "epochs": 20, "lr": 0.2, "folds": 4, "fold": 2},
}


@pytest.mark.parametrize("case", CASES)
def test_the_program_prints_the_runs_own_table(
    run: Callable[..., Ran], capsys: pytest.CaptureFixture[str], case: str
) -> None:
    table, program = run(CASES[case])
    assert printed(program, capsys) == table


def test_the_program_makes_the_live_changes_at_their_steps(
    run: Callable[..., Ran], capsys: pytest.CaptureFixture[str]
) -> None:
    changes = [Change(3, "lr", 0.003, 0.02), Change(9, "lr", 0.02, 0.001)]
    table, program = run({"lr": 0.003}, changes)
    assert printed(program, capsys) == table
    assert {line.split(",")[4] for line in table.splitlines()[2:]} == {"0.003", "0.02", "0.001"}


def test_the_program_of_a_run_that_was_stopped_ends_at_its_last_step(
    run: Callable[..., Ran], capsys: pytest.CaptureFixture[str]
) -> None:
    table, program = run({}, steps=8)
    assert printed(program, capsys) == table
    assert table.splitlines()[-1].startswith("8,")


def test_the_program_of_a_run_that_began_from_other_weights_reads_its_first_checkpoint(
    run: Callable[..., Ran], capsys: pytest.CaptureFixture[str]
) -> None:
    chance = torch.Generator().manual_seed(1)
    state = {
        "conv1.weight": torch.randn(8, 1, 3, 3, generator=chance) / 3,
        "conv1.bias": torch.zeros(8),
    }
    given = {"start": "run-7", "freeze": "conv1"}
    table, program = run(given, state=state)
    assert "conv1" in program
    assert printed(program, capsys) == table


def test_the_program_runs_by_itself_and_names_no_path_of_this_machine(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    table, program = run({})
    assert str(tmp_path) not in program
    path = tmp_path / "run-1.py"
    path.write_text(program, "utf-8")
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == table


def test_a_name_cannot_write_into_the_program() -> None:
    options = read({})
    layers = [{"kind": "flatten"}, {"kind": "dense", "bias": True, "out": "classes"}]
    model = {"plan": {"input": [1, 8, 8], "layers": layers}, "classes": [{}, {}]}
    program = script(options, model, name='"""\nimport os\\')
    assert program.startswith('"""import os: the run')
    compile(program, "program.py", "exec")
