"""The pieces that an exported program is put together from; see `script.py`.

They repeat what `loop.py`, `feed.py` and `optim.py` do, in the order of operations that gives the
same bits; a test runs what comes out and compares it with the run.
"""

from __future__ import annotations

from collections.abc import Mapping

TOP = '''"""{title}: the run, trained again by plain PyTorch.

    python this_file.py > points.csv

prints step, epoch, loss, accuracy and learning rate of every step, and what an evaluation found
where there was one: the numbers of the run, on the same machine and number of threads digit by
digit. ConvLens itself is needed for the pictures alone.
"""

import math
import os
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
{imports}
SEED = {seed}
torch.set_num_threads({threads})

# --- the pictures: three parts, the same for the same settings ---

folder = Path(os.environ.get("CONVLENS_DATA_DIR", Path.home() / ".local/share/convlens"))
extra = os.environ.get("CONVLENS_DATASETS")
task = prepare(
    {setup},
    Roots(own=folder / "data", extra=extra and Path(extra), downloads=folder / "downloads"),
)
train, validation = task.train, task.validation
each = (1, -1, *[1] * (len(task.shape) - 1))  # a number for each channel
mean, std = (torch.tensor(values).reshape(each) for values in (task.mean, task.std))


def ready(x, changing=None):
    """Pixels from 0 to 255 become what the network reads; channels lie last, which is faster."""
    x = x.float() / 255 if x.dtype == torch.uint8 else x
{change}    x = (x - mean) / std
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x

'''

CHANGE = """    if changing is not None:  # in training alone, new at every step
        x = augment(x, {augment}, changing)
"""

GLOBAL_POOL = '''
class GlobalPool(nn.Module):
    """The mean of each map."""

    def forward(self, x):
        return x.mean((2, 3))

'''

RESIDUAL = '''
class Residual(nn.Module):
    """Its layers' output and its input, added; a projection makes the input fit."""

    def __init__(self, /, project=None, **layers):
        super().__init__()
        self.names = list(layers)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.project = project

    def forward(self, x):
        y = x
        for name in self.names:
            y = self.get_submodule(name)(y)
        return y + (x if self.project is None else self.project(x))

'''

NETWORK = """
# --- the network ---

torch.manual_seed(SEED)
network = {network}
"""

INIT_HEAD = """chance = torch.Generator().manual_seed(SEED)
weighted = [m for m in network.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
"""
EACH = "for layer in weighted:\n    nn.init.{draw}\n"
NO_BIAS = "    if layer.bias is not None:\n        nn.init.zeros_(layer.bias)\n"
HIDDEN = """convs = [m for m in weighted if isinstance(m, nn.Conv2d)]
for layer in convs or weighted[:-1]:
    nn.init.constant_(layer.weight, {scale!r})
"""

INITS: Mapping[str, str] = {
    "default": "",  # what PyTorch draws when it makes the layers
    "he": INIT_HEAD
    + EACH.format(draw="kaiming_normal_(layer.weight, nonlinearity='relu', generator=chance)")
    + NO_BIAS,
    "xavier": INIT_HEAD
    + EACH.format(draw="xavier_uniform_(layer.weight, generator=chance)")
    + NO_BIAS,
    "normal": INIT_HEAD
    + EACH.format(draw="normal_(layer.weight, 0.0, {scale!r}, generator=chance)")
    + NO_BIAS,
    "constant": INIT_HEAD + HIDDEN + NO_BIAS,
    "zeros": INIT_HEAD + EACH.format(draw="zeros_(layer.weight)") + NO_BIAS,
}

STARTED = """# The run began from {start}: export its checkpoint of step 0 to this file.
from safetensors.torch import load_file

network.load_state_dict(load_file("step-0.safetensors"))
"""

FROZEN = """for name in {names}:
    for parameter in network.get_submodule(name).parameters(recurse=False):
        parameter.requires_grad_(False)
"""

MODE = '''network.to(memory_format=torch.channels_last)


def set_mode(training):
    """Training or evaluation; a batch normalisation that is frozen keeps its statistics."""
    network.train(training)
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not module.weight.requires_grad:
            module.eval()

'''

SHARES = '''
def shares(y, smoothing):
    """A one for the right class, some of it spread over all."""
    classes = len(task.classes)
    return F.one_hot(y, classes).float() * (1 - smoothing) + smoothing / classes

'''
LOSSES: Mapping[str, tuple[str, str]] = {
    "cross-entropy": ("", "F.cross_entropy(logits, y, label_smoothing=smoothing)"),
    "mse": (SHARES, "F.mse_loss(logits.softmax(1), shares(y, smoothing))"),
    "bce": (SHARES, "F.binary_cross_entropy_with_logits(logits, shares(y, smoothing))"),
}

SGD = "torch.optim.SGD(learned, lr={lr!r}, momentum={momentum!r}, nesterov={nesterov!r}, "
OPTIMISERS: Mapping[str, str] = {
    "sgd": SGD + "weight_decay={weight_decay!r}, fused=True)",
    "momentum": SGD + "weight_decay={weight_decay!r}, fused=True)",
    "nesterov": SGD + "weight_decay={weight_decay!r}, fused=True)",
    "rmsprop": "torch.optim.RMSprop("
    "learned, lr={lr!r}, weight_decay={weight_decay!r}, foreach=True)",
    "adam": "torch.optim.Adam(learned, lr={lr!r}, weight_decay={weight_decay!r}, fused=True)",
    "adamw": "torch.optim.AdamW(learned, lr={lr!r}, weight_decay={weight_decay!r}, fused=True)",
}

RISE = "    rise = min(1.0, step / {warmup}) if {warmup} else 1.0\n"
CYCLE = """    def cosine(first, last, share):
        return last + (first - last) / 2 * (1 + math.cos(math.pi * share))

    done, top = step - 1, 0.3 * steps - 1
    if done <= top or steps == 1:
        return cosine(1 / 25.0, 1.0, done / top if top > 0 else 1.0)
    return cosine(1.0, 1 / 25.0 / 1e4, (min(done, steps - 1) - top) / (steps - 1 - top))
"""
SCHEDULES: Mapping[str, str] = {
    "constant": RISE + "    return rise\n",
    "warm-up": RISE + "    return rise\n",
    "step": RISE + "    return rise * {factor!r} ** ((step - 1) // {every})\n",
    "cosine": RISE
    + "    return rise * (1 + math.cos(math.pi * min(step - 1, steps) / steps)) / 2\n",
    "plateau": RISE + '    return rise * plateau["factor"]\n',
    "one-cycle": CYCLE,
}

PLATEAU = """    best = plateau["best"]
    if best is None or found < best * (1 - 1e-4):
        plateau.update(best=found, waited=0)
    else:
        plateau["waited"] += 1
        if plateau["waited"] > 2:
            plateau.update(waited=0, factor=plateau["factor"] * {factor!r})
"""

MAIN = '''
# --- the loss, the optimiser, the schedule ---
{helpers}

def loss_of(logits, y, smoothing):
    return {loss}


count = len(train.y)
batch = min({batch} or count, count)
per_epoch = {per_epoch}
steps = {epochs} * per_epoch
learned = [p for p in network.parameters() if p.requires_grad]
optimiser = {optimiser}
{plateau}

def factor(step):
    """What the learning rate is multiplied by."""
{schedule}

CHANGES = {changes}  # step -> a learning rate that was set while the run went on


# --- training ---


def evaluate():
    """Loss and accuracy on the validation pictures."""
    set_mode(False)
    with torch.no_grad():
        logits = torch.cat([network(ready(x)) for x in validation.x.split(256)])
    set_mode(True)
    right = (logits.argmax(1) == validation.y).sum().item()
    return loss_of(logits, validation.y, 0.0).item(), right / len(validation.y)


def row(*values):
    """Prints a line; the test pictures stay sealed here."""
    print(",".join("" if value is None else str(value) for value in (*values, None, None)[:9]))


order, changing = (torch.Generator().manual_seed(SEED) for _ in range(2))
torch.manual_seed(SEED)  # for dropout
set_mode(True)
columns = ["step", "epoch", "loss", "accuracy", "lr", "validation_loss", "validation_accuracy"]
row(*columns, "test_loss", "test_accuracy")
if len(validation.y):
    row(0, 0.0, None, None, None, *evaluate())
base, lowest, waited = {lr!r}, math.inf, 0
for step in range(1, {last} + 1):
    place = (step - 1) % per_epoch
    if place == 0:
        shuffled = {shuffled}
    chosen = shuffled[place * batch : (place + 1) * batch]
    x, y = ready(train.x[chosen], changing), train.y[chosen]
    logits = network(x)
    loss = loss_of(logits, y, {label_smoothing!r})
    if not math.isfinite(loss.item()):
        break
    optimiser.zero_grad()
    loss.backward()
{clip}    base = CHANGES.get(step, base)
    rate = base * factor(step)
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.step()
    accuracy = (logits.argmax(1) == y).sum().item() / len(y)
    point = [step, step / per_epoch, loss.item(), accuracy, rate]
    if not len(validation.y) or (step % {check} and step != steps):
        row(*point, None, None)
        continue
    found, share = evaluate()
    row(*point, found, share)
{hear}    waited = 0 if found < lowest else waited + 1
    lowest = min(lowest, found)
    if ({until!r} and share >= {until!r}) or ({patience} and waited >= {patience}):
        break
'''
