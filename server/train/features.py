"""Many-dimensional features in the plane: principal components, and axes that keep still."""

from __future__ import annotations

import torch
from torch import Tensor


def plane(features: Tensor) -> Tensor:
    """Returns (N, 2) float32, the first two principal components of features (N, D).

    Each axis points to where its largest weight is positive, as in scikit-learn's PCA; a second
    axis that does not exist (D or N below 2) is 0. Source: Jolliffe, "Principal Component
    Analysis", 2002; of the covariance or of the Gram matrix, whichever is smaller.
    """
    centred = features.double() - features.double().mean(0)
    count, size = centred.shape
    if size <= count:
        axes = torch.linalg.eigh(centred.T @ centred).eigenvectors[:, -2:].flip(1)
        scores = centred @ axes
    else:
        lengths, vectors = torch.linalg.eigh(centred @ centred.T)
        scores = (vectors * lengths.clamp_min(0).sqrt())[:, -2:].flip(1)
        axes = centred.T @ scores
    if not scores.shape[1]:
        return torch.zeros(count, 2)
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True)).squeeze(0)
    scores = scores * torch.where(largest < 0, -1.0, 1.0)
    return torch.nn.functional.pad(scores, (0, 2 - scores.shape[1])).float()


def kept_still(points: Tensor, before: Tensor | None) -> Tensor:
    """Returns points (N, 2) turned and mirrored to lie as near as they can to those `before`.

    Distances stay as they are. Source: Schoenemann, "A generalized solution of the orthogonal
    Procrustes problem", 1966.
    """
    if before is None or before.shape != points.shape:
        return points
    u, _, vh = torch.linalg.svd(points.double().T @ before.double())
    turned: Tensor = points.double() @ (u @ vh)
    return turned.float()
