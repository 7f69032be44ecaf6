"""The doctor: rules that turn a run's events into verdicts, with evidence and a remedy.

The thresholds were measured on five seeds a rule: `experiments.py` has the runs in which each must
speak and those in which it must be silent. The rules began as those of our notes on other tools
(research/peers.md, section 3.4).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from .advice import words
from .events import Event, Health, Layers, Started, State, Verdict
from .options import Options
from .signs import WINDOW, Signs

Values = dict[str, Any]

NEAR_CHANCE = 0.1  # share of the way from chance to all right that counts as nothing learned
FLAT = 0.95  # of the loss of blind guessing
DEAD, DIED = 0.9, 0.4  # share of channels that never fire (up to 0.84 in healthy runs); new ones
STUCK = 0.85  # share of dead channels with which nothing is learned any more
VANISHED = 1e-4  # gradient of the first layers over that of the last
EXPLODED = 100.0  # gradient norm of a layer in the first step
RATIO_HIGH = 0.1  # update over weight
RATIO_LOW = 1e-3
ALIKE = 0.99  # cosine
ONE_CLASS = 0.95  # share of the guesses
GAP = 0.1  # training over validation accuracy
RISEN = 1.1  # validation loss over its lowest
UNSURE = 0.1  # half of the 95 % interval of the validation accuracy
EVERY = WINDOW  # steps between two looks at rules that do not wait for an evaluation


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong.

    Attributes:
        name: of the verdict.
        level: "note", "warning" or "failure".
        sees: returns the evidence, or None while there is none.
        remedy: returns the options that would help.
        hides: rules that it explains and that are silent beside it.
        quick: whether it also looks between evaluations.
    """

    name: str
    level: str
    sees: Callable[[Signs], Values | None]
    remedy: Callable[[Options, Signs], dict[str, Any]]
    hides: frozenset[str] = field(default_factory=frozenset)
    quick: bool = False


class Doctor:
    """Hears the events of one run and says what is wrong; the same events give the same verdicts.

    A verdict is said once, and again only after its evidence was gone for two evaluations.

    Args:
        options: of the run.
        classes: how many there are.
    """

    def __init__(self, options: Options, *, classes: int) -> None:
        self._signs = Signs(options, classes)
        self._open: dict[str, int] = {}  # rule -> looks in a row without its evidence
        self._looked = 0

    def hear(self, event: Event) -> list[Verdict]:
        """Returns the verdicts that this event leads to, most often none."""
        signs = self._signs
        signs.hear(event)
        if isinstance(event, State):
            return self._ended(event)
        if isinstance(event, Health):
            return self._look(RULES)
        if isinstance(event, Started):
            self._looked = event.step
        if isinstance(event, Layers) and (signs.step == 1 or signs.step - self._looked >= EVERY):
            return self._quick()
        return []

    def _quick(self) -> list[Verdict]:
        self._looked = self._signs.step
        return self._look([rule for rule in RULES if rule.quick])

    def _look(self, rules: list[Rule]) -> list[Verdict]:
        said = []
        for rule in rules:
            hidden = any(rule.name in each.hides for each in RULES if each.name in self._open)
            values = None if hidden else rule.sees(self._signs)
            if values is not None:
                if rule.name not in self._open:
                    said.append(self._verdict(rule, values))
                self._open[rule.name] = 0
            elif rule.name in self._open:
                self._open[rule.name] += 1
                if self._open[rule.name] >= 2:
                    del self._open[rule.name]
        return said

    def _verdict(self, rule: Rule, values: Values) -> Verdict:
        remedy = rule.remedy(self._signs.options, self._signs)
        return Verdict(
            step=self._signs.step,
            rule=rule.name,
            level=rule.level,
            values=values,
            remedy=remedy,
            text=words(rule.name, values),
        )

    def _ended(self, event: State) -> list[Verdict]:
        reason = event.reason or {}
        if event.state != "failed" or reason.get("code") != "not_finite":
            return []
        lr = self._signs.lr
        values = {"step": event.step, "layer": reason.get("layer") or "?", "lr": lr}
        remedy = slower(self._signs.options, self._signs)
        text = words("not_finite", values)
        return [Verdict(event.step, "not_finite", "failure", values, remedy, text)]

    def state(self) -> dict[str, Any]:
        """Returns all that the doctor remembers, as JSON."""
        return {"signs": self._signs.state(), "open": dict(self._open), "looked": self._looked}

    def restore(self, saved: dict[str, Any]) -> None:
        """Goes on from what `state` returned."""
        self._signs.restore(saved["signs"])
        self._open, self._looked = dict(saved["open"]), saved["looked"]


# --- parts of the evidence ---


def learned(signs: Signs) -> float:
    """Returns how far the accuracy has come from that of the largest class (0) to 1."""
    last = signs.exams[-1]
    return (last.accuracy - last.majority_share) / max(1e-9, 1 - last.majority_share)


def _has_learned_nothing(signs: Signs, steps: int) -> bool:
    """Whether, after so many steps, accuracy and loss are still those of blind guessing."""
    if signs.steps_here < steps or not signs.exams or signs.exams[-1].step < steps:
        return False
    flat = signs.recent_loss(signs.window) > FLAT * signs.exams[-1].prior_loss
    return flat and learned(signs) < NEAR_CHANCE


def _rounded(**values: Any) -> Values:
    return {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in values.items()}


# --- the rules ---


def _exploding(signs: Signs) -> Values | None:
    """The gradient of the very first step is too long: no learning rate has touched it yet."""
    gradients = signs.first_gradients()
    if not any(EXPLODED <= value < math.inf for value in gradients):
        return None
    worst = max(range(len(gradients)), key=gradients.__getitem__)
    return _rounded(layer=signs.layers[worst], gradient=gradients[worst], healthy=1.0)


def _rate_high(signs: Signs) -> Values | None:
    """Nothing learned with channels that died, or with steps too large, or a loss that climbs."""
    if signs.steps_here < WINDOW or not signs.exams:
        return None
    loss, prior = signs.recent_loss(signs.window), signs.exams[-1].prior_loss
    node, dead, before = signs.deadest()
    ratio = max(signs.ratios(), default=0.0)
    climbs = loss > 1.5 * max(prior, signs.exams[0].loss)
    died = dead > STUCK and dead - before >= DIED
    stuck = _has_learned_nothing(signs, WINDOW)
    if not (climbs or (stuck and (died or ratio > RATIO_HIGH))):
        return None
    return _rounded(
        loss=loss,
        blind=prior,
        accuracy=signs.exams[-1].accuracy,
        dead=dead,
        node=node or "-",
        ratio=ratio,
        lr=signs.lr,
        symptom="climbs" if climbs else "flat",
    )


def _filters_alike(signs: Signs) -> Values | None:
    if not signs.exams or signs.step < WINDOW:
        return None
    weights = dict(zip(signs.layers, signs.weights(), strict=False))
    for name in signs.layers:
        cosine = signs.nodes.get(name, {}).get("alike")
        if cosine is not None and (cosine > ALIKE or weights.get(name) == 0):
            return _rounded(layer=name, cosine=1.0 if weights.get(name) == 0 else cosine)
    return None


def _vanishing(signs: Signs) -> Values | None:
    gradients = signs.first_gradients()
    if len(gradients) < 3 or not _has_learned_nothing(signs, WINDOW):
        return None
    first, last = gradients[0], gradients[-1]
    if not 0 <= first < VANISHED * last:
        return None
    return _rounded(
        first=first,
        last=last,
        share=first / last,
        layer=signs.layers[0],
        last_layer=signs.layers[-1],
        accuracy=signs.exams[-1].accuracy,
    )


def _rate_low(signs: Signs) -> Values | None:
    """Nothing learned, and every step was small from the first on: nothing died on the way."""
    ratios = [*signs.ratios(), *signs.first_ratios()]
    if not ratios or not _has_learned_nothing(signs, 3 * WINDOW):
        return None
    if max(ratios) > RATIO_LOW:
        return None
    return _rounded(
        ratio=max(ratios),
        loss=signs.recent_loss(signs.window),
        before=signs.exams[0].loss,
        steps=signs.steps_here,
        lr=signs.lr,
    )


def _dead_relu(signs: Signs) -> Values | None:
    node, dead, before = signs.deadest()
    if not signs.exams or signs.step < WINDOW or dead <= DEAD or dead - before < DIED:
        return None
    return _rounded(node=node, dead=dead, before=before)


def _one_class(signs: Signs) -> Values | None:
    exams = [exam for exam in signs.exams if exam.step >= WINDOW][-2:]
    if len(exams) < 2 or min(exam.favourite_share for exam in exams) < ONE_CLASS:
        return None
    last = exams[-1]
    if last.majority_share > ONE_CLASS:
        return None
    name = signs.names[last.favourite] if signs.names else dict.fromkeys(("en", "zh"), "?")
    return _rounded(
        favourite=last.favourite,
        name=name["en"],
        name_zh=name["zh"],
        share=last.favourite_share,
        accuracy=last.accuracy,
        majority=last.majority_share,
    )


def _overfitting(signs: Signs) -> Values | None:
    """Validation loss well above its lowest for three evaluations, training accuracy far ahead."""
    exams = signs.exams
    if len(exams) < 5:
        return None
    best = min(exams, key=lambda exam: exam.loss)
    last = exams[-3:]
    if best.step >= last[0].step or min(exam.loss for exam in last) < RISEN * best.loss:
        return None
    gap = last[-1].train_accuracy - fmean(exam.accuracy for exam in last)
    sure = max(GAP, 2 * _half_width(last[-1].accuracy, last[-1].pictures))
    if gap < sure or last[-1].train_loss >= best.train_loss:
        return None
    return _rounded(
        train_accuracy=last[-1].train_accuracy,
        accuracy=last[-1].accuracy,
        lowest=best.loss,
        lowest_step=best.step,
        loss=last[-1].loss,
    )


def _half_width(share: float, count: int) -> float:
    """Half of the 95 % interval of a share measured on so many pictures (Wilson, 1927)."""
    z = 1.96
    spread = math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return z * spread / (1 + z * z / count)


def _validation_small(signs: Signs) -> Values | None:
    """The accuracy's own uncertainty hides what one would want to see."""
    if not signs.exams or signs.exams[-1].step < 1:
        return None
    last = signs.exams[-1]
    half = _half_width(0.5, last.pictures)
    if half <= UNSURE:
        return None
    return _rounded(pictures=last.pictures, accuracy=last.accuracy, half=half)


# --- remedies ---


def slower(options: Options, signs: Signs) -> dict[str, Any]:
    """Returns a tenth of the learning rate."""
    return {"lr": max(1e-7, float(f"{signs.lr / 10:.3g}"))}


def _faster(options: Options, signs: Signs) -> dict[str, Any]:
    return {"lr": min(10.0, float(f"{signs.lr * 10:.3g}"))}


def _level(options: Options, signs: Signs) -> dict[str, Any]:
    return {"activation": "relu", "init": "he", "norm": "batch"}


def _calm(options: Options, signs: Signs) -> dict[str, Any]:
    return {"init": "he", "clip": 1.0}


def _chance(options: Options, signs: Signs) -> dict[str, Any]:
    return {"init": "default"}


def _leak(options: Options, signs: Signs) -> dict[str, Any]:
    return {"activation": "leaky_relu", **slower(options, signs)}


def _vary(options: Options, signs: Signs) -> dict[str, Any]:
    return {"shift": 0.1, "blur_noise": 0.2}


def _balance(options: Options, signs: Signs) -> dict[str, Any]:
    return {"imbalance": 1.0} if options.imbalance > 1 else slower(options, signs)


def _keep_more(options: Options, signs: Signs) -> dict[str, Any]:
    return {"validation_share": min(0.5, round(2 * options.validation_share + 0.05, 2))}


SYMPTOMS = frozenset({"rate_low", "dead_relu", "one_class"})
RULES = [
    Rule("exploding", "failure", _exploding, _calm, SYMPTOMS | {"rate_high"}, quick=True),
    Rule("filters_alike", "warning", _filters_alike, _chance, SYMPTOMS),
    Rule("vanishing", "failure", _vanishing, _level, SYMPTOMS | {"rate_high"}),
    Rule("rate_high", "failure", _rate_high, slower, SYMPTOMS - {"dead_relu"}, quick=True),
    Rule("rate_low", "warning", _rate_low, _faster, frozenset({"one_class"})),
    Rule("dead_relu", "warning", _dead_relu, _leak),
    Rule("one_class", "warning", _one_class, _balance),
    Rule("overfitting", "warning", _overfitting, _vary),
    Rule("validation_small", "note", _validation_small, _keep_more),
]
