import csv
import io

import numpy as np
import torch
from safetensors.torch import load, save

from convlens.store import Store
from convlens.store.export import COLUMNS, points_csv, weights
from tests.store.makers import evaluation, points


def read(store: Store, id: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(points_csv(store, id)))))


def test_the_table_has_a_row_for_each_step_and_gives_back_the_same_numbers(store: Store) -> None:
    id = store.create({}).id
    batch = points(1, 50)
    batch.rows[:, 2] = np.random.default_rng(0).normal(size=50)
    store.append(id, [batch])
    rows = read(store, id)
    assert tuple(rows[0]) == COLUMNS
    names = ("step", "epoch", "loss", "accuracy", "lr")
    numbers = [[float(row[name]) for name in names] for row in rows]
    np.testing.assert_array_equal(numbers, batch.rows)


def test_evaluations_stand_in_the_row_of_their_step(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [evaluation(0, accuracy=0.1), points(1, 3), evaluation(2, accuracy=0.7)])
    store.append(id, [evaluation(2, accuracy=0.6, part="test")])
    rows = read(store, id)
    assert [row["step"] for row in rows] == ["0", "1", "2", "3"]
    assert [row["validation_accuracy"] for row in rows] == ["0.1", "", "0.7", ""]
    assert [row["test_accuracy"] for row in rows] == ["", "", "0.6", ""]
    assert rows[0]["loss"] == ""


def test_what_is_not_finite_is_an_empty_cell_or_nan(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 1, loss=float("nan")), evaluation(1, accuracy=float("nan"))])
    (row,) = read(store, id)
    assert row["loss"] == "nan"
    assert row["validation_accuracy"] == ""


def test_the_weights_alone_are_taken_from_a_checkpoint(store: Store) -> None:
    id = store.create({}).id
    whole = {"conv1.weight": torch.randn(2, 3), "optimiser/conv1.weight/exp_avg": torch.zeros(2, 3)}
    store.save_checkpoint(id, 1, save(whole | {"random/order": torch.zeros(3, dtype=torch.uint8)}))
    kept = load(weights(store.checkpoint(id)))
    assert list(kept) == ["conv1.weight"]
    assert torch.equal(kept["conv1.weight"], whole["conv1.weight"])
