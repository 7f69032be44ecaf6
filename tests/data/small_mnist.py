"""A MNIST of fifty pictures, as the files that torchvision's mirrors have."""

import base64
import gzip
import hashlib

import torch

from convlens.data.vision import Piece

SIDE = 28


def idx(values: torch.Tensor) -> bytes:
    """An IDX file of bytes."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.numpy().tobytes()


def files() -> dict[str, bytes]:
    """The four files, unpacked: 40 training and 10 test pictures."""
    found = {}
    for name, count in (("train", 40), ("t10k", 10)):
        pictures = torch.randint(0, 256, (count, SIDE, SIDE), dtype=torch.uint8)
        found[f"{name}-images-idx3-ubyte"] = idx(pictures)
        found[f"{name}-labels-idx1-ubyte"] = idx((torch.arange(count) % 10).to(torch.uint8))
    return found


def pieces() -> tuple[Piece, ...]:
    """The packed files at addresses that hold them: `data:` needs no network.

    The first address of each is one at which nothing listens.
    """
    made = []
    for name, data in files().items():
        packed = gzip.compress(data)
        address = f"data:application/gzip;base64,{base64.b64encode(packed).decode()}"
        md5 = hashlib.md5(packed).hexdigest()
        made.append(Piece(("http://127.0.0.1:9/gone/", address), f"{name}.gz", md5))
    return tuple(made)
