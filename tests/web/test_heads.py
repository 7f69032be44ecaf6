"""The lab's two networks on the wire: computed once for a whole class, and refused in words."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load
from starlette.testclient import TestClient

from convlens import paths
from convlens.errors import Problem
from convlens.train import tolerance
from convlens.web.heads import Heads
from convlens.web.inference import Workbench
from convlens.zoo import Zoo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The two networks, to break."""
    return shutil.copytree(paths.models() / "lab", tmp_path / "lab")


async def asked(heads: Heads, count: int) -> Any:
    """What a crowd is answered that asks for everything at once."""
    wishes = [*(heads.places("cross", 7.0) for _ in range(count)), heads.measured()]
    return await asyncio.gather(*wishes)


def test_a_crowd_waits_for_one_computation(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    wide = tolerance.wide

    def counted(name: str, radius: float) -> torch.Tensor:
        moved.append(name)
        return wide(name, radius)

    monkeypatch.setattr(tolerance, "wide", counted)
    monkeypatch.setattr(tolerance, "PICTURES", 24)
    workbench = Workbench(workers=2, queue=2)  # would refuse a crowd of 200
    answers = asyncio.run(asked(Heads(Zoo(folder), workbench), 200))
    workbench.close()
    assert moved == ["cross"]
    assert len(set(answers[:-1])) == 1
    assert [head.id for head in answers[-1].heads] == ["shapes-flatten", "shapes-gap"]


def test_a_missing_network_and_a_busy_server_are_said_and_asked_again(folder: Path) -> None:
    weights = folder / "shapes-gap" / "weights.safetensors"
    hidden = weights.rename(weights.with_suffix(".away"))
    workbench = Workbench(workers=1, queue=0)
    heads = Heads(Zoo(folder), workbench)

    async def tries() -> None:
        with pytest.raises(Problem, match=r"weights\.safetensors are missing") as refused:
            await heads.places("circle", 7.0)
        assert refused.value.status == 503
        hidden.rename(weights)
        workbench.limit = 0
        with pytest.raises(Problem, match="at most 0"):
            await heads.measured()
        workbench.limit = 1
        assert await heads.places("circle", 7.0)

    asyncio.run(tries())
    workbench.close()


def test_the_places_are_those_of_the_networks_that_ship(client: TestClient) -> None:
    answer = client.get("/api/lab/heads/places?shape=vstripes&radius=5.5")
    tensors = load(answer.content)
    assert sorted(tensors) == ["picture", "shapes-flatten", "shapes-gap"]
    zoo = Zoo(paths.models() / "lab")
    window = tensors["picture"][6:34, 14:42].view(1, 1, 28, 28) / 255  # 4 to the left, 4 down
    for name in ("shapes-flatten", "shapes-gap"):
        expected = zoo.network(name)(window).softmax(1)[0]
        torch.testing.assert_close(tensors[name][14, 6], expected)


@pytest.mark.parametrize("query", ["radius=2.5", "radius=13", "radius=7.2", "radius=nan", "shape="])
def test_what_cannot_be_drawn_is_refused_with_its_value(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/lab/heads/places?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[2] in answer.json()["detail"]
