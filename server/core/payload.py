"""Records as bytes: the safetensors layout that the page reads without copying, quantised or exact."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

import torch
from safetensors.numpy import save
from torch import Tensor

from .record import Record

LEVELS = 255  # the largest code


def encode(records: Iterable[Record], *, precision: Literal["uint8", "float32"], header: dict[str, Any]) -> bytes:
    """The values of `records` in the safetensors layout, `header` as JSON in `__metadata__.trace`.

    `uint8`: `<node>` U8 of the record's shape, codes round(255 * (v - lo) / (hi - lo)), 0 where lo == hi, and
    `<node>.range` F32 (C, 2), the lo and hi of each map; vectors and scalars have one row. What is not finite does not
    count for lo and hi: nan and -inf become lo, inf becomes hi. `float32`: `<node>` F32, exact for float32 values.
    F32 blocks come first and the header is padded to 8 bytes, so that every block can be viewed in place.
    Records without a value or without cells are left out.
    """
    blocks: dict[str, Tensor] = {}
    for record in records:
        if record.value is None or not record.value.numel():
            continue
        value = record.value.float()
        if precision == "float32":
            blocks[record.id] = value
        else:
            blocks[record.id], blocks[f"{record.id}.range"] = quantise(value)
    arrays = {name: block.numpy() for name, block in blocks.items()}
    return save(arrays, {"trace": json.dumps(header, ensure_ascii=False, separators=(",", ":"))})


def quantise(value: Tensor) -> tuple[Tensor, Tensor]:
    """uint8 codes of the value's shape, and the (maps, 2) ranges that they stand for; value is float32."""
    maps = value.reshape(value.shape[0] if value.ndim > 1 else 1, -1)
    low, high = torch.aminmax(maps, dim=1, keepdim=True)
    scale = LEVELS / (high - low)
    if not scale.isfinite().all() or not high.isfinite().all():
        return _quantise_with_care(value, maps)
    codes = (maps - low).mul_(scale).round_().to(torch.uint8)
    return codes.reshape(value.shape), torch.cat([low, high], 1)


def _quantise_with_care(value: Tensor, maps: Tensor) -> tuple[Tensor, Tensor]:
    """The same for constant maps, for spans that float32 cannot hold and for values that are not finite."""
    finite = maps.isfinite()
    low = torch.where(finite, maps, torch.inf).amin(1, keepdim=True).double()
    high = torch.where(finite, maps, -torch.inf).amax(1, keepdim=True).double()
    empty = low > high
    low, high = low.masked_fill(empty, 0), high.masked_fill(empty, 0)
    filled = torch.where(maps.isnan(), low, maps.double()).clamp(low, high)
    span = torch.where(high > low, high - low, 1)
    codes = ((filled - low) * LEVELS / span).round().to(torch.uint8)
    return codes.reshape(value.shape), torch.cat([low, high], 1).float()
