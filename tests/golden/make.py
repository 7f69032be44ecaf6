"""Writes the golden files that the Python and the TypeScript tests share; all numbers are torch's.

Run `python -m tests.golden.make` from the checkout; the README beside this file says what is in
them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from tests.golden.geometry_cases import geometry

HERE = Path(__file__).resolve().parent
Json = dict[str, Any]
TRACE: Json = {
    "trace_id": "golden",
    "model": "golden",
    "nodes": ["input", "conv_1", "flat:2", "softmax"],
    "name": "小熊猫",
}


def payload_values() -> dict[str, Tensor]:
    """Node values: negative numbers, a constant map, odd sizes (offsets need care), vectors."""
    generator = torch.Generator().manual_seed(2)
    conv_1 = torch.randn(4, 3, 3, generator=generator) * 3
    conv_1[2] = -0.75
    logits = torch.randn(5, generator=generator)
    return {
        "input": torch.rand(3, 5, 7, generator=generator),
        "conv_1": conv_1,
        "flat:2": logits,
        "softmax": torch.softmax(logits, 0),
    }


def quantise(value: Tensor) -> tuple[Tensor, Tensor]:
    """round(255 * (v - lo) / (hi - lo)) as uint8, 0 where lo == hi; and the (rows, 2) ranges."""
    rows = value.reshape(value.shape[0] if value.ndim > 1 else 1, -1)
    low, high = rows.amin(1, keepdim=True), rows.amax(1, keepdim=True)
    span = torch.where(high > low, high - low, 1)
    codes = ((rows - low).double() * 255 / span.double()).round().to(torch.uint8)
    return codes.reshape(value.shape), torch.cat([low, high], 1)


def payload_files() -> dict[str, bytes]:
    """File name -> bytes of the four payload files."""
    values = payload_values()
    small: dict[str, Tensor] = {}
    for name, value in values.items():
        small[name], small[f"{name}.range"] = quantise(value)
    files = {}
    for precision, tensors in (("uint8", small), ("float32", values)):
        files[f"payload_{precision}.bin"] = save(
            tensors, {"trace": json.dumps(TRACE, ensure_ascii=False)}
        )
        listed = {
            n: {
                "dtype": "U8" if t.dtype == torch.uint8 else "F32",
                "shape": list(t.shape),
                "data": t.flatten().tolist(),
            }
            for n, t in tensors.items()
        }
        files[f"payload_{precision}.json"] = dump({"trace": TRACE, "tensors": listed})
    return files


def dump(value: Any) -> bytes:
    """JSON, one top-level entry a line where it is a list."""
    if isinstance(value, list):
        lines = ",\n".join(json.dumps(v, ensure_ascii=False) for v in value)
        return f"[\n{lines}\n]\n".encode()
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def files() -> dict[str, bytes]:
    """File name -> bytes of every golden file."""
    return {"geometry.json": dump(geometry())} | payload_files()


if __name__ == "__main__":
    for file_name, content in files().items():
        (HERE / file_name).write_bytes(content)
