"""What a driver may turn while the loop runs; the loop reads it between phases."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(slots=True)
class Knobs:
    """Live values and requests; the loop serves a request before its next phase and clears it.

    Attributes:
        lr: the learning rate before the schedule's factor; a new one is used from the next update
            on and told by a Change. The loop sets it when it begins from a checkpoint.
        frame: asks for a Frame of the pinned picture `pin`.
        checkpoint: asks for a Checkpoint; served between two steps.
        evaluate: asks for an Evaluation of this part, "validation" or "test" (then opened).
        finder: asks for the learning-rate finder's walk.
        pins: (P, C, H, W) float32, normalised as the run's pictures; None has none.
        pin: the one whose maps are shown.
        exact: whether frames hold the exact values too, beside their bytes: of a run that rests.
        glass: state_dict name of a parameter and the index of one weight in it, flattened.
    """

    lr: float
    frame: bool = False
    checkpoint: bool = False
    evaluate: str = ""
    finder: bool = False
    pins: Tensor | None = None
    pin: int = 0
    exact: bool = False
    glass: tuple[str, int] | None = None

    def asks(self, *, between: bool) -> bool:
        """Whether a request can be served now; a checkpoint only `between` two steps."""
        waits = self.frame or self.finder or self.evaluate != ""
        return waits or (self.checkpoint and between)

    @property
    def asked(self) -> bool:
        """Whether a request waits that can be served between two steps."""
        return self.asks(between=True)
