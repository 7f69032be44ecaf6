"""The golden files in the checkout are what their makers say today."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

import pytest
import torch
from safetensors.torch import load

from tests.golden import (
    make,
    make_activations,
    make_arithmetic,
    make_correlate,
    make_links,
    make_losses,
    make_mlp,
    make_products,
)

NAMES = (
    "correlate.json",
    "activations.json",
    "arithmetic.json",
    "geometry.json",
    "links.json",
    "losses.json",
    "mlp.json",
    "payload_float32.bin",
    "payload_float32.json",
    "payload_uint8.bin",
    "payload_uint8.json",
    "products.json",
)


@cache
def made() -> dict[str, bytes]:
    """File name -> bytes of every golden file of every maker."""
    makers = (
        *(make, make_links, make_activations, make_arithmetic),
        *(make_correlate, make_losses, make_mlp),
        make_products,
    )
    return {name: file for maker in makers for name, file in maker.files().items()}


def is_same(kept: Any, new: Any) -> bool:
    """Equal, but for the last bits of numbers that another processor rounds another way."""
    if isinstance(kept, dict) and isinstance(new, dict):
        return kept.keys() == new.keys() and all(is_same(kept[key], new[key]) for key in kept)
    if isinstance(kept, list) and isinstance(new, list):
        return len(kept) == len(new) and all(map(is_same, kept, new))
    if isinstance(kept, float) and isinstance(new, float):
        return math.isclose(kept, new, rel_tol=1e-5, abs_tol=1e-7)
    return type(kept) is type(new) and bool(kept == new)


def test_every_golden_file_has_a_maker() -> None:
    kept = {path.name for path in make.HERE.iterdir() if path.suffix in {".json", ".bin"}}
    assert kept == made().keys() == set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".json")])
def test_a_golden_list_is_not_stale(name: str) -> None:
    assert is_same(json.loads((make.HERE / name).read_text()), json.loads(made()[name]))


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".bin")])
def test_a_golden_payload_is_not_stale(name: str) -> None:
    kept, new = (make.HERE / name).read_bytes(), made()[name]
    size = int.from_bytes(kept[:8], "little")
    assert kept[: 8 + size] == new[: 8 + size]
    torch.testing.assert_close(load(kept), load(new), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("kept", "new"), [({"a": 1}, {"b": 1}), ([1], [1, 2]), ([1.0], [1.001]), ([1], [True])]
)
def test_what_differs_is_not_the_same(kept: Any, new: Any) -> None:
    assert not is_same(kept, new)
