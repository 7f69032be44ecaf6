"""Features in the plane against scikit-learn, and axes that keep still."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from convlens.train.features import kept_still, plane


def cloud(count: int, size: int, seed: int = 0) -> torch.Tensor:
    """Features whose directions have clearly different spreads."""
    chance = torch.Generator().manual_seed(seed)
    return torch.randn(count, size, generator=chance) * 0.7 ** torch.arange(size)


@pytest.mark.parametrize(("count", "size"), [(60, 5), (200, 32), (20, 50), (12, 300), (40, 2)])
def test_the_plane_is_that_of_scikit_learns_pca(count: int, size: int) -> None:
    features = cloud(count, size)
    theirs = PCA(2, svd_solver="full").fit_transform(features.double().numpy())
    np.testing.assert_allclose(plane(features).numpy(), theirs, rtol=1e-4, atol=1e-5)


def test_features_of_one_number_lie_on_a_line_and_equal_ones_on_a_point() -> None:
    line = plane(torch.arange(5.0).unsqueeze(1))
    assert line[:, 0].abs().tolist() == pytest.approx([2, 1, 0, 1, 2])
    assert not line[:, 1].any()
    assert not plane(torch.ones(6, 4)).any()


@settings(deadline=None)
@given(st.floats(0, 6.28), st.booleans(), st.integers(0, 50))
def test_a_turned_and_mirrored_plane_is_laid_back_onto_the_one_before(
    angle: float, mirrored: bool, seed: int
) -> None:
    before = plane(cloud(30, 6, seed))
    turn = torch.tensor(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], dtype=torch.float32
    )
    if mirrored:
        turn[:, 0] *= -1
    torch.testing.assert_close(kept_still(before @ turn, before), before, rtol=1e-4, atol=1e-4)


def test_keeping_still_changes_no_distance() -> None:
    now, before = plane(cloud(30, 6, 1)), plane(cloud(30, 6, 2))
    moved = kept_still(now, before)
    for one, other in ((now, moved), (now.flip(0), moved.flip(0))):
        expected = (one - now).double().norm(dim=1)
        torch.testing.assert_close(
            (other - moved).double().norm(dim=1), expected, atol=1e-4, rtol=0
        )
    assert (moved - before).norm() <= (now - before).norm()


def test_without_a_plane_before_the_points_stay() -> None:
    now = plane(cloud(10, 4))
    assert kept_still(now, None) is now
    assert kept_still(now, now[:5]) is now
