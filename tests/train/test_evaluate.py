"""Evaluations: confusion, worst mistakes, strip, embedding, health."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convlens.data.task import Part
from convlens.train import evaluate
from convlens.train.evaluate import Evaluator
from convlens.train.events import Busy, Evaluation, Event, Health
from convlens.train.feed import Normalise
from convlens.train.health import alike
from tests.train.small import of, small_net, small_task

TASK = small_task(validation=30)


def judged(network: nn.Module, part: str = "validation") -> list[Event]:
    return list(Evaluator(network.eval(), TASK, "cross-entropy").run(part, 7, 1.5))


def logits(network: nn.Module, part: Part) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = network.eval()(Normalise(TASK)(part.x))
    return found


def test_loss_accuracy_and_confusion_are_those_of_the_parts_pictures() -> None:
    network = small_net()
    scores, y = logits(network, TASK.validation), TASK.validation.y
    found = of(Evaluation, judged(network))[0]
    assert (found.step, found.epoch, found.part) == (7, 1.5, "validation")
    assert found.loss == pytest.approx(F.cross_entropy(scores, y).item(), rel=1e-6)
    assert found.accuracy == (scores.argmax(1) == y).sum().item() / 30
    table = torch.tensor(found.confusion)
    assert table.sum(1).tolist() == torch.bincount(y, minlength=3).tolist()
    assert table.trace().item() == round(found.accuracy * 30)
    for label in range(3):
        guesses = scores.argmax(1)[y == label]
        assert table[label].tolist() == torch.bincount(guesses, minlength=3).tolist()


def test_the_worst_pictures_come_first_and_the_strip_stays() -> None:
    network = small_net()
    scores, part = logits(network, TASK.validation), TASK.validation
    losses = F.cross_entropy(scores, part.y, reduction="none")
    found = of(Evaluation, judged(network))[0]
    assert len(found.worst) == 24
    assert found.worst[0]["id"] == part.ids[losses.argmax()].item()
    assert found.worst[0]["loss"] == pytest.approx(losses.max().item(), rel=1e-5)
    assert found.worst[0]["probability"] == pytest.approx((-losses.max()).exp().item(), rel=1e-5)
    assert [w["loss"] for w in found.worst] == sorted(
        (w["loss"] for w in found.worst), reverse=True
    )
    assert [each["label"] for each in found.strip] == [0, 1, 2]
    again = of(Evaluation, judged(small_net(5)))[0]
    assert [each["id"] for each in again.strip] == [each["id"] for each in found.strip]


def test_every_mistake_is_named_worst_first_and_every_right_guess_too() -> None:
    network = small_net()
    scores, part = logits(network, TASK.validation), TASK.validation
    guesses, losses = scores.argmax(1), F.cross_entropy(scores, part.y, reduction="none")
    found = of(Evaluation, judged(network))[0]
    hard = losses.argsort(descending=True).tolist()
    told = [[part.ids[i].item(), part.y[i].item(), guesses[i].item()] for i in hard]
    assert found.wrong == [each for each in told if each[1] != each[2]] != []
    assert found.right == [each for each in told if each[1] == each[2]] != []
    assert Evaluation.of_json(found.as_json()) == found


def test_of_too_many_mistakes_each_cell_keeps_its_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = of(Evaluation, judged(small_net()))[0].wrong
    cells = {(label, guess) for _, label, guess in whole}
    assert 1 < len(cells) + 1 < len(whole)
    monkeypatch.setattr(evaluate, "WRONG", len(cells) + 1)
    kept = of(Evaluation, judged(small_net()))[0].wrong
    assert len(kept) == len(cells) + 1
    assert [each for each in whole if each in kept] == kept
    for cell in cells:
        first = next(each for each in whole if (each[1], each[2]) == cell)
        assert first in kept


def test_the_embedding_is_of_the_last_hidden_layer_and_keeps_still() -> None:
    network = small_net().eval()
    evaluator = Evaluator(network, TASK, "cross-entropy")
    first, second = (
        of(Evaluation, evaluator.run("validation", step, 0.0))[0].embedding for step in (1, 2)
    )
    assert first is not None and second is not None
    assert first["ids"] == TASK.validation.ids.tolist()
    assert first["labels"] == TASK.validation.y.tolist()
    assert second["points"] == [pytest.approx(point, abs=2e-4) for point in first["points"]]


def test_a_large_part_is_evaluated_piece_by_piece_with_the_same_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = of(Evaluation, judged(small_net()))[0]
    monkeypatch.setattr(evaluate, "CHUNK", 7)
    monkeypatch.setattr(evaluate, "KEPT_BYTES", 0)
    pieces = judged(small_net())
    assert [busy.done for busy in of(Busy, pieces)] == [7, 14, 21, 28]
    found = of(Evaluation, pieces)[0]
    assert found.loss == pytest.approx(whole.loss, rel=1e-6)
    assert found.confusion == whole.confusion


def test_an_empty_part_is_not_evaluated() -> None:
    task = small_task(validation=0)
    assert list(Evaluator(small_net(), task, "mse").run("validation", 0, 0.0)) == []


def test_a_network_of_one_layer_shows_its_inputs_in_the_plane() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    found = of(Evaluation, judged(network))[0]
    assert found.embedding is not None and len(found.embedding["points"]) == 30


def health(network: nn.Module) -> dict[str, dict[str, float]]:
    return {node["node"]: node for node in of(Health, judged(network))[0].nodes}


def test_health_counts_channels_that_never_fire() -> None:
    network = small_net()
    bias = network.get_parameter("conv1.bias")
    with torch.no_grad():
        bias[:3] = -1000.0
    found = health(network)
    assert found["relu1"]["dead"] == 0.75
    assert found["relu1"]["saturated"] > 0.75
    assert found["conv1"]["dead"] == 0.0


def test_health_tells_mean_deviation_and_saturation_of_the_values() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.Sigmoid(), nn.Linear(4, 3))
    with torch.no_grad():
        network.get_parameter("1.weight").mul_(20)
        values = network[:3](Normalise(TASK)(TASK.validation.x))
    found = health(network)["2"]
    assert found["mean"] == pytest.approx(values.mean().item(), rel=1e-4)
    assert found["std"] == pytest.approx(values.std(correction=0).item(), rel=1e-4)
    ends = ((values < 0.01) | (values > 0.99)).float().mean().item()
    assert 0 < ends == pytest.approx(found["saturated"])


def test_kernels_that_began_alike_are_alike_and_others_are_not() -> None:
    convolution = nn.Conv2d(1, 4, 3)
    assert (alike(convolution) or 0.0) < 0.9
    nn.init.constant_(convolution.weight, 0.1)
    assert alike(convolution) == pytest.approx(1.0)
    nn.init.zeros_(convolution.weight)
    assert alike(convolution) == 1.0
    assert alike(nn.Conv2d(1, 1, 3)) is None
    assert alike(nn.Conv2d(1, 4, 1)) is None
    assert alike(nn.ReLU()) is None


def test_an_evaluation_leaves_the_network_and_chance_as_they_were() -> None:
    network = small_net(norm=True, dropout=0.5).eval()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    chance = torch.get_rng_state()
    judged(network)
    assert all(torch.equal(t, before[name]) for name, t in network.state_dict().items())
    assert torch.equal(torch.get_rng_state(), chance)
    assert not any(module._forward_hooks for module in network.modules())
