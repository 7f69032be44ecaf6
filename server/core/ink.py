"""Which pixels of a picture are ink: an even or evenly shaded ground is found at its border."""

import torch
from torch import Tensor
from torch.nn import functional as F

FAINTEST = 24 / 255  # Ink that differs less from its ground is not told from noise.
EDGE = 0.35  # Where ink ends: this part of the way from ground to full ink.
_EVEN, _SPOTLESS = 0.6, 0.98  # So much of the border must be ground; then it is beyond doubt.
_ONE_COLOUR = 0.4  # Ink strays by 0.1 to 0.3 of its strength, photographs by more.
_FULLEST = 0.6  # More ink than this part of the picture is no writing.
_SPECK = 0.08  # Parts smaller than this part of the largest are dust.
_COARSE = 64  # The longest side at which parts are told apart.


def luminance(colours: Tensor) -> Tensor:
    """The luminance (H, W) of (3, H, W) by ITU-R 601, or the one channel itself."""
    weights = torch.tensor([0.299, 0.587, 0.114] if len(colours) == 3 else [1.0])
    return (colours * weights.view(-1, 1, 1)).sum(0)


def ring(field: Tensor) -> Tensor:
    """The border's values, (..., N): a fiftieth of the shorter side wide, at least 1 pixel."""
    height, width = field.shape[-2:]
    r = max(1, min(height, width) // 50)
    sides = (field[..., :r, :], field[..., height - r :, :], field[..., :r], field[..., -r:])
    return torch.cat([side.flatten(-2) for side in sides], -1)


def ground(colours: Tensor) -> Tensor:
    """The ground's colour at every place (C, H, W): one colour, or a shade across the picture."""
    border = ring(colours)
    level = border.median(-1, keepdim=True).values
    near = (border - level).abs().amax(0) < FAINTEST
    if near.float().mean() > _EVEN:
        return level.unsqueeze(-1).expand_as(colours)
    return _shade(colours, border)


def _shade(colours: Tensor, border: Tensor) -> Tensor:
    """A plane through the border's colours, (C, H, W), fitted again without what lies off it."""
    height, width = colours.shape[-2:]
    y = torch.linspace(-1, 1, height).view(-1, 1).expand(height, width)
    x = torch.linspace(-1, 1, width).expand(height, width)
    axes = torch.stack([torch.ones_like(x), x, y])
    places, keep = ring(axes).T, torch.ones(border.shape[-1], dtype=torch.bool)
    for _ in range(3):
        plane = torch.linalg.lstsq(places[keep], border.T[keep]).solution
        off = (places @ plane - border.T).abs().amax(-1)
        keep = off <= max(FAINTEST, float(off.median()) * 2)
    return torch.einsum("kc,khw->chw", plane, axes)


def relit(ground: Tensor) -> Tensor:
    """What to multiply ink (H, W) with, so that it is as strong in a ground's shade as in light."""
    light = luminance(ground).clamp(min=0.05)
    return (light.mean() / light).clamp(0.5, 2)


def is_writing(change: Tensor, ink: Tensor, mask: Tensor) -> bool:
    """Whether the masked change (C, H, W) from the ground is ink, and no photograph's content."""
    even = float((ring(ink) < max(FAINTEST, 0.2 * float(ink.max()))).float().mean())
    if even < _EVEN or float(mask.float().mean()) > _FULLEST:
        return False
    colour = change[:, mask]
    mean = colour.mean(1, keepdim=True)
    strays = float((colour - mean).norm(dim=0).mean() / mean.norm().clamp(min=1e-6))
    return even >= _SPOTLESS or strays < _ONE_COLOUR


def without_specks(mask: Tensor, ink: Tensor) -> Tensor:
    """The mask (H, W) without parts that hold less than _SPECK of the largest part's ink."""
    scale = min(1.0, _COARSE / max(mask.shape))
    size = (max(1, round(mask.shape[0] * scale)), max(1, round(mask.shape[1] * scale)))
    coarse = F.adaptive_max_pool2d(mask[None, None].float(), size)
    weight = F.adaptive_avg_pool2d((ink * mask)[None, None], size).flatten()
    parts = _parts(coarse)
    masses = torch.zeros(parts.numel() + 1).index_add(0, parts.flatten().long(), weight)
    masses[0] = 0
    strong = (masses >= _SPECK * masses.max())[parts.long()] & (parts > 0)
    return mask & (F.interpolate(strong.float(), mask.shape, mode="nearest")[0, 0] > 0)


def _parts(mask: Tensor) -> Tensor:
    """Connected parts of a (1, 1, h, w) mask of 0 and 1: each cell has its part's number, or 0."""
    parts = torch.arange(1, mask.numel() + 1, dtype=torch.float32).view_as(mask) * mask
    while True:
        spread = F.max_pool2d(parts, 3, 1, 1) * mask
        if torch.equal(spread, parts):
            return parts
        parts = spread
