"""Changes of pictures: nothing asked is nothing done, and each option does what it says."""

import pytest
import torch
from torch import Tensor

from convlens.data.augment import Augment, augment


def _pictures(n: int = 16) -> Tensor:
    return torch.rand(n, 3, 20, 20, generator=torch.Generator().manual_seed(1))


def _changed(pictures: Tensor, options: Augment, seed: int = 0) -> Tensor:
    return augment(pictures, options, torch.Generator().manual_seed(seed))


def test_no_options_leave_every_picture_as_it_is() -> None:
    torch.testing.assert_close(_changed(_pictures(), Augment()), _pictures())


def test_flip_gives_either_the_picture_or_its_mirror_image_and_both_occur() -> None:
    pictures = _pictures()
    changed = _changed(pictures, Augment(flip=True))
    same = [torch.allclose(a, b, atol=1e-5) for a, b in zip(changed, pictures, strict=True)]
    mirrored = [
        torch.allclose(a, b, atol=1e-5) for a, b in zip(changed, pictures.flip(3), strict=True)
    ]
    assert all(a != b for a, b in zip(same, mirrored, strict=True))
    assert any(same)
    assert any(mirrored)


ALL = Augment(
    flip=True, shift=0.2, zoom=0.3, stretch=0.2, rotate=20, shear=0.2, light=0.5, tint=0.3, erase=1
)


def test_every_option_at_once_keeps_shape_and_range() -> None:
    changed = _changed(_pictures(), ALL)
    assert changed.shape == (16, 3, 20, 20)
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_the_same_generator_state_gives_the_same_pictures_and_another_others() -> None:
    assert torch.equal(_changed(_pictures(), ALL), _changed(_pictures(), ALL))
    assert not torch.equal(_changed(_pictures(), ALL), _changed(_pictures(), ALL, seed=1))


def test_a_shift_never_moves_a_point_further_than_it_says() -> None:
    point = torch.zeros(64, 1, 41, 41)
    point[:, :, 20, 20] = 1
    changed = _changed(point, Augment(shift=0.1, border="zeros"))
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(41.0), indexing="ij")
    mass = changed.sum(dim=(2, 3))
    y, x = (changed * rows).sum(dim=(2, 3)) / mass, (changed * columns).sum(dim=(2, 3)) / mass
    furthest = max((y - 20).abs().max().item(), (x - 20).abs().max().item())
    assert furthest == pytest.approx(0.1 * 41, abs=0.3)


def test_zoom_scales_an_area_between_the_squares_of_its_ends() -> None:
    square = torch.zeros(64, 1, 60, 60)
    square[:, :, 20:40, 20:40] = 1
    areas = _changed(square, Augment(zoom=0.2, border="zeros")).sum(dim=(1, 2, 3)) / 400
    low, high = torch.exp(torch.tensor([-0.4, 0.4])).tolist()
    assert areas.min().item() == pytest.approx(low, abs=0.06)
    assert areas.max().item() == pytest.approx(high, abs=0.06)


def test_erase_paints_one_grey_square_no_larger_than_it_says() -> None:
    white = torch.ones(64, 3, 40, 40)
    changed = _changed(white, Augment(erase=1.0, erase_side=0.5))
    grey = (changed[:, 0] - 0.5).abs() < 1e-6
    assert grey.any(dim=2).sum(dim=1).max() <= 20
    assert grey.any(dim=1).sum(dim=1).max() <= 20
    assert grey.any()


def test_a_sharp_picture_is_moved_by_whole_cells_and_holds_only_values_it_had() -> None:
    pictures = torch.randint(0, 256, (32, 1, 20, 20), generator=torch.Generator().manual_seed(2))
    options = Augment(shift=0.2, zoom=0.3, rotate=20, shear=0.2, sharp=1.0, border="zeros")
    changed = (_changed(pictures.float(), options)).reshape(32, -1)
    torch.testing.assert_close(changed, changed.round(), atol=1e-3, rtol=0)
    middle = pictures[:, 0, 10, 10].unsqueeze(1)
    assert ((changed.round() == middle).any(dim=1)).all()


def test_a_crop_shows_a_part_that_lies_inside_the_picture_enlarged() -> None:
    ramp = torch.linspace(0, 1, 40).view(1, 1, 1, 40).expand(64, 1, 40, 40)
    changed = _changed(ramp.contiguous(), Augment(crop=0.5, border="zeros"))
    row = changed[:, 0, 20]
    slopes = (row[:, -1] - row[:, 0]) / (ramp[0, 0, 0, -1] - ramp[0, 0, 0, 0])
    assert slopes.min().item() == pytest.approx(0.5, abs=0.05)
    assert slopes.max().item() == pytest.approx(1.0, abs=0.05)
    assert changed[:, :, 1:-1, 1:-1].min() > 0  # Nothing outside was looked at.
    assert row[:, 0].std() > 0.05  # Not always the same part.


def test_noise_has_the_deviation_that_it_says_and_stays_in_range() -> None:
    grey = torch.full((32, 1, 40, 40), 0.5)
    changed = _changed(grey, Augment(noise=0.1))
    assert (changed - 0.5).std().item() == pytest.approx(0.1, rel=0.02)
    assert _changed(grey, Augment(noise=1.0)).max() <= 1
    assert _changed(grey, Augment(noise=1.0)).min() >= 0


def test_crop_and_noise_that_are_not_asked_for_draw_no_chance() -> None:
    options = Augment(flip=True, shift=0.2, light=0.3)
    first, second = (torch.Generator().manual_seed(3) for _ in range(2))
    augment(_pictures(), options, first)
    augment(_pictures(), Augment(flip=True, shift=0.2, light=0.3, crop=0.0, noise=0.0), second)
    assert torch.equal(first.get_state(), second.get_state())
