"""`convlens` with one network more, for tests alone: torchvision's ResNet-18, with random weights.

python tests/bench/big.py serve --models FOLDER     (a folder that `write` has filled)
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torchvision.models import resnet18

from convlens.cli import main
from convlens.nets import NETWORKS

NAME = "resnet18"
WORDS = {"en": "ResNet-18 with random weights", "zh": "随机权重的 ResNet-18"}


def card(parameters: int) -> dict[str, Any]:
    """A card like those that ship."""
    classes = [{"id": f"class_{n}", "en": f"class {n}", "zh": f"类别 {n}"} for n in range(1000)]
    return {
        "id": NAME,
        "name": "ResNet-18",
        "rank": 1,
        "network": NAME,
        "about": WORDS,
        "architecture": WORDS,
        "input": {"channels": 3, "height": 224, "width": 224},
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "fit": "photo",
        "classes": classes,
        "parameters": parameters,
        "data": {},
        "metrics": {},
        "recipe": {},
        "licence": "MIT",
    }


def write(folder: Path) -> None:
    """Fills `folder` with the network's card and weights, the same ones each time."""
    torch.manual_seed(0)
    network = resnet18(weights=None)
    place = folder / NAME
    place.mkdir()
    save_file(network.state_dict(), place / "weights.safetensors")
    learned = sum(each.numel() for each in network.parameters())
    (place / "card.json").write_text(json.dumps(card(learned)), "utf-8")


if __name__ == "__main__":
    NETWORKS[NAME] = resnet18
    sys.exit(main())
