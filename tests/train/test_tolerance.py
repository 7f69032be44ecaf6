"""How far the lab's two heads hold, measured again with torch and the shapes' formulas."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from convlens import paths
from convlens.data.shapes import NOISE, STYLES, alone, draw
from convlens.train import tolerance
from convlens.train.corpus import load
from convlens.train.fit import Scale, top1
from convlens.zoo import Zoo

FLATTEN, GAP = "shapes-flatten", "shapes-gap"
PLAIN = Scale((0.0,), (1.0,))


@pytest.fixture(scope="module")
def zoo() -> Zoo:
    return Zoo(paths.models() / "lab")


class Column(nn.Module):
    """Says in which of four columns of cells the light is: it knows nothing but the place."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((1, 2)).view(-1, 4, 7).sum(2)


@pytest.mark.parametrize("name", [FLATTEN, GAP])
def test_the_lab_networks_are_as_good_as_their_cards_say(zoo: Zoo, name: str) -> None:
    card = zoo.card(name)
    pictures = load("shapes", paths.models(), "test", [each["id"] for each in card.classes])
    measured = top1(zoo.network(name), pictures, Scale(tuple(card.mean), tuple(card.std)))
    assert measured == pytest.approx(card.metrics["test_top1"], abs=0.002)
    assert measured >= 0.98
    assert len(pictures) == card.data["test"]


def test_a_flatten_head_is_lost_where_no_shape_lay_and_a_head_of_means_is_not(zoo: Zoo) -> None:
    """learning.md M11: .998 / .940 / .825 / .663 / .475 against 1.0 / 1.0 / .998 / .998 / .995."""
    flatten, gap = (
        [tolerance.by_shift(zoo.network(name), PLAIN, each) for each in tolerance.SHIFTS]
        for name in (FLATTEN, GAP)
    )
    assert flatten[0] >= 0.98
    assert flatten == sorted(flatten, reverse=True)
    assert flatten[-1] <= 0.5
    assert min(gap) >= 0.93
    assert min(gap[:3]) >= 0.99


def test_neither_head_knows_sizes_that_it_did_not_learn(zoo: Zoo) -> None:
    """learning.md M12: .171 / .767 / 1.0 / .992 / .883 at radius 3 / 4 / 5-9 / 11 / 12.5."""
    for name in (FLATTEN, GAP):
        shares = {r: tolerance.by_radius(zoo.network(name), PLAIN, r) for r in tolerance.RADII}
        assert min(shares[r] for r in (7, 9)) >= 0.99
        assert shares[5] >= 0.94
        assert shares[3] <= 0.5
        assert shares[4] <= 0.9
        assert shares[12.5] <= 0.9


def test_the_share_is_that_of_the_same_shapes_moved_and_counted_by_hand(zoo: Zoo) -> None:
    network, chance = zoo.network(FLATTEN), torch.Generator().manual_seed(tolerance.SEED)
    right = 0
    for move in ((6, 0), (-6, 0), (0, 6), (0, -6)):
        style = replace(STYLES["shapes"], move=move)
        x, y = draw(style, tolerance.PICTURES // 4, NOISE, chance)
        right += int((network(x / 255).argmax(1) == y).sum())
    assert tolerance.by_shift(network, PLAIN, 6) == right / tolerance.PICTURES


def test_a_move_takes_the_shape_along_and_leaves_the_noise() -> None:
    still, moved = (
        draw(replace(STYLES["shapes"], move=move), 60, 0.0, torch.Generator().manual_seed(4))
        for move in ((0, 0), (3, -2))
    )
    assert torch.equal(still[1], moved[1])
    assert torch.equal(moved[0][..., :-2, 3:], still[0][..., 2:, :-3])


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (10, -10), (-10, 10), (3, -7)])
def test_the_places_are_the_shape_where_the_formula_draws_it(zoo: Zoo, dx: int, dy: int) -> None:
    network = zoo.network(GAP)
    shares = tolerance.places(network, PLAIN, tolerance.wide("cross", 6.5))
    assert shares.shape == (21, 21, 6)
    axis = torch.arange(28) - 13.5
    x, y = axis.view(1, -1) - dx, axis.view(-1, 1) - dy
    arms = torch.minimum(x.abs(), y.abs()) <= 0.3 * 6.5
    cross = (arms & (torch.maximum(x.abs(), y.abs()) <= 6.5)) * (204 / 255)
    expected = network(cross.view(1, 1, 28, 28)).softmax(1)[0]
    torch.testing.assert_close(shares[dy + 10, dx + 10], expected)


def test_a_network_that_knows_nothing_but_the_place_says_where_the_shape_lies() -> None:
    shares = tolerance.places(Column(), PLAIN, tolerance.wide("circle", 3))
    assert [int(shares[10, at].argmax()) for at in (0, 7, 13, 20)] == [0, 1, 2, 3]
    assert torch.allclose(shares[0], shares[20])


def test_a_shape_alone_lies_in_the_middle() -> None:
    picture = alone(replace(STYLES["shapes"], side=48), "square", 5)
    assert picture.dtype == torch.uint8
    assert set(picture.flatten().tolist()) == {0, 204}
    assert torch.equal(picture, picture.flip(0))
    assert torch.equal(picture, picture.flip(1))
