"""The experiments that hold: what to run, what to ask before, and what must come out of it.

Every interval is checked on five seeds by `make presets` and on one by the tests. Thresholds leave
room around what was measured; a preset that does not hold is not kept. The traps that decided the
settings are those of our notes (research/learning.md, section 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Words = Mapping[str, str]
INFINITE = float("inf")


@dataclass(frozen=True)
class Arm:
    """One of the runs that are compared: its id, its label in both languages, its options."""

    id: str
    label: Words
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Expect:
    """What must come out, for every seed: low <= figure of the arm <= high.

    With `minus` the figure of that other arm is taken away first. The figures are those of
    `experiments.FIGURES`.
    """

    arm: str
    figure: str
    low: float = -INFINITE
    high: float = INFINITE
    minus: str = ""


@dataclass(frozen=True)
class Experiment:
    """A question that a few runs answer: words in both languages, the runs, what must come out."""

    id: str
    title: Words
    question: Words
    answer: Words
    arms: tuple[Arm, ...]
    expects: tuple[Expect, ...]


def _words(en: str, zh: str) -> Words:
    return {"en": en, "zh": zh}


def _arm(key: str, en: str, zh: str, shared: Mapping[str, Any], **options: Any) -> Arm:
    return Arm(key, _words(en, zh), {**shared, **options})


SHAPES: Mapping[str, Any] = {"data": "shapes", "speed": 60.0}
SGD: Mapping[str, Any] = {**SHAPES, "optimiser": "sgd", "epochs": 5}
DEEP: Mapping[str, Any] = {
    **SHAPES,
    "net": "plain",
    "depth": 16,
    "optimiser": "momentum",
    "lr": 0.05,
    "schedule": "cosine",
    "epochs": 6,
}
VERY_DEEP: Mapping[str, Any] = {**DEEP, "depth": 40, "norm": "batch", "lr": 0.02}
FEW: Mapping[str, Any] = {
    **SHAPES,
    "pictures": 48,
    "noise": 0.35,
    "lr": 0.002,
    "epochs": 100,
    "evaluate_every": 8,
}
TURNED: Mapping[str, Any] = {
    "data": "shapes-rotated",
    "pictures": 24,
    "net": "lenet",
    "lr": 0.001,
    "batch": 12,
    "epochs": 40,
    "evaluate_every": 10,
}
RING: Mapping[str, Any] = {"data": "ring", "net": "points-mlp", "lr": 0.01, "speed": 120.0}
QUIET = Expect("good", "warnings", 0, 0)

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        "rate",
        _words("Learning rate: too low, good, too high", "学习率：太低、合适、太高"),
        _words(
            "What does a learning rate that is far too high look like: an error, a slow descent, "
            "or a flat line?",
            "学习率太高会是什么样子：报错、缓慢下降，还是一条平线？",
        ),
        _words(
            "A flat line at the loss of guessing, ln 6 = 1.79: the first steps kill the channels.",
            "停在瞎猜的损失 ln 6 = 1.79：最初几步就让通道失活。",
        ),
        (
            _arm("low", "0.0005, too low", "0.0005，太低", SGD, lr=0.0005),
            _arm("good", "0.1, good", "0.1，合适", SGD, lr=0.1),
            _arm("high", "3, too high", "3，太高", SGD, lr=3.0),
        ),
        (
            Expect("low", "accuracy", 0.1, 0.35),
            Expect("low", "verdict:rate_low", 1, 1),
            Expect("good", "accuracy", 0.85, 1),
            QUIET,
            Expect("high", "accuracy", 0.1, 0.25),
            Expect("high", "loss", 1.7, 1.95),
            Expect("high", "dead", 0.8, 1),
            Expect("high", "verdict:rate_high", 1, 1),
            Expect("high", "verdict:dead_relu", 1, 1),
        ),
    ),
    Experiment(
        "batch",
        _words("Batch of 1, of 32, of all pictures", "批量：1、32、全部"),
        _words(
            "Five times through the same pictures at the same rate: which batch learns most?",
            "同样的图片看五遍、同样的学习率：哪种批量学到最多？",
        ),
        _words(
            "The smallest: 6,000 noisy steps go farther than 5 exact ones.",
            "最小的批量：6,000 个有噪声的步比 5 个精确的步走得更远。",
        ),
        (
            _arm(
                "one", "batch 1: 6,000 steps", "批量 1：6,000 步", SGD, lr=0.02, batch=1, speed=0.0
            ),
            _arm("good", "batch 32: 190 steps", "批量 32：190 步", SGD, lr=0.02),
            _arm("all", "all 1,200: 5 steps", "全部 1,200：5 步", SGD, lr=0.02, batch=0, speed=2.0),
        ),
        (
            Expect("one", "steps", 6000, 6000),
            Expect("good", "steps", 190, 190),
            Expect("all", "steps", 5, 5),
            Expect("one", "accuracy", 0.9, 1),
            Expect("one", "accuracy", 0.03, 1, minus="good"),
            Expect("good", "accuracy", 0.15, 1, minus="all"),
            Expect("all", "accuracy", 0.1, 0.4),
            QUIET,
        ),
    ),
    Experiment(
        "optimisers",
        _words("Six optimisers, one seed", "六种优化算法，同一个种子"),
        _words(
            "All six take the rate 0.002. Which of them hardly moves?",
            "六种都用学习率 0.002。哪一种几乎不动？",
        ),
        _words(
            "Plain SGD: the same number is a tiny step for it, a tenth of what momentum makes of "
            "it, and Adam and RMSprop divide the gradient by its own size.",
            "普通 SGD：同一个数对它来说步子极小；动量约等于放大十倍，Adam 和 RMSprop 会除以梯度自身的大小。",
        ),
        tuple(
            _arm(key, name, name, SGD, lr=0.002, optimiser=key)
            for key, name in (
                ("sgd", "SGD"),
                ("momentum", "momentum"),
                ("nesterov", "Nesterov"),
                ("rmsprop", "RMSprop"),
                ("adam", "Adam"),
                ("adamw", "AdamW"),
            )
        ),
        (
            Expect("sgd", "accuracy", 0.1, 0.35),
            Expect("momentum", "accuracy", 0.2, 1, minus="sgd"),
            Expect("nesterov", "accuracy", 0.2, 1, minus="sgd"),
            Expect("rmsprop", "accuracy", 0.85, 1),
            Expect("adam", "accuracy", 0.85, 1),
            Expect("adamw", "accuracy", 0.85, 1),
            Expect("adam", "warnings", 0, 0),
        ),
    ),
    Experiment(
        "constant",
        _words("All kernels begin equal", "所有卷积核起点相同"),
        _words(
            "Both convolutions begin with the same number everywhere. After training, how many "
            "different kernels has the first?",
            "两个卷积层的权重都从同一个数开始。训练之后，第一层有几种不同的卷积核？",
        ),
        _words(
            "One: equal kernels get equal gradients, and stay equal bit for bit.",
            "一种：相同的卷积核得到相同的梯度，逐位保持相同。",
        ),
        (
            _arm(
                "constant",
                "all 0.02",
                "全部为 0.02",
                SGD,
                lr=0.05,
                epochs=8,
                init="constant",
                init_scale=0.02,
            ),
            _arm("good", "random", "随机", SGD, lr=0.05, epochs=8),
        ),
        (
            Expect("constant", "kernel_gap", 0, 0),
            Expect("good", "kernel_gap", 0.3),
            Expect("good", "accuracy", 0.05, 1, minus="constant"),
            Expect("constant", "verdict:filters_alike", 1, 1),
            QUIET,
        ),
    ),
    Experiment(
        "vanishing",
        _words("Sixteen layers: who hears the gradient?", "十六层：谁能听到梯度？"),
        _words(
            "Four starts of one deep network. In which does a gradient reach the first layer, and "
            "which of them learns?",
            "同一个深网络的四种起点。哪些能让梯度到达第一层？哪一个学得会？",
        ),
        _words(
            "Sigmoid and PyTorch's own start lose it. He's start keeps it, which is needed but not "
            "enough: only with batch normalisation does the network learn.",
            "sigmoid 和 PyTorch 默认初始化会丢失梯度。He 初始化能保住它，这是必要条件但还不够："
            "只有加上批量规范化，网络才学得会。",
        ),
        (
            _arm(
                "sigmoid",
                "sigmoid, Xavier",
                "sigmoid，Xavier",
                DEEP,
                activation="sigmoid",
                init="xavier",
            ),
            _arm("relu", "ReLU, PyTorch's start", "ReLU，PyTorch 默认", DEEP),
            _arm("he", "ReLU, He", "ReLU，He", DEEP, init="he"),
            _arm(
                "good",
                "ReLU, He, batch norm",
                "ReLU，He，批量规范化",
                DEEP,
                init="he",
                norm="batch",
            ),
        ),
        (
            Expect("sigmoid", "gradient_share", 0, 1e-7),
            Expect("relu", "gradient_share", 0, 1e-4),
            Expect("he", "gradient_share", 0.02, 50),
            Expect("good", "gradient_share", 0.02, 50),
            Expect("sigmoid", "accuracy", 0.1, 0.25),
            Expect("relu", "accuracy", 0.1, 0.25),
            Expect("good", "accuracy", 0.85, 1),
            Expect("good", "accuracy", 0.2, 1, minus="he"),
            Expect("sigmoid", "verdict:vanishing", 1, 1),
            Expect("relu", "verdict:vanishing", 1, 1),
            QUIET,
        ),
    ),
    Experiment(
        "residual",
        _words("Forty layers, plain or with shortcuts", "四十层：普通与残差"),
        _words(
            "Four layers solve this. Forty layers: more accurate, the same, or less?",
            "四层就能解决这个问题。四十层会更准、一样，还是更差？",
        ),
        _words(
            "Plain ones less, although they could copy the four; with shortcuts they learn.",
            "普通网络更差，尽管它可以照抄那四层；有了捷径就学得会。",
        ),
        (
            _arm("plain", "plain", "普通", VERY_DEEP, speed=0.0),
            _arm("good", "with shortcuts", "有捷径", VERY_DEEP, net="residual", speed=0.0),
        ),
        (
            Expect("plain", "accuracy", 0.1, 0.85),
            Expect("good", "accuracy", 0.88, 1),
            Expect("good", "accuracy", 0.1, 1, minus="plain"),
            QUIET,
        ),
    ),
    Experiment(
        "explode",
        _words("Weights that begin too large", "起点过大的权重"),
        _words(
            "Sixteen layers whose weights begin with deviation 0.5: what happens within ten steps?",
            "十六层，权重初始标准差为 0.5：十步之内会发生什么？",
        ),
        _words(
            "Each layer multiplies: the first gradient is in the millions, and then come infinity "
            "and not-a-number.",
            "每层都在放大：第一个梯度就上百万，随后出现无穷大和非数值。",
        ),
        (
            _arm("wild", "normal, 0.5", "正态，0.5", DEEP, init="normal", init_scale=0.5),
            _arm(
                "good", "He, batch norm", "He，批量规范化", DEEP, init="he", norm="batch", epochs=3
            ),
        ),
        (
            Expect("wild", "failed", 1, 1),
            Expect("wild", "steps", 0, 60),
            Expect("wild", "verdict:exploding", 1, 1),
            Expect("wild", "verdict:not_finite", 1, 1),
            Expect("good", "failed", 0, 0),
            QUIET,
        ),
    ),
    Experiment(
        "overfit",
        _words("Learn 48 pictures by heart", "背下 48 张图片"),
        _words(
            "48 noisy pictures, a hundred times each. How many of them will it get right, and how "
            "many new ones?",
            "48 张有噪声的图片，每张看一百遍。它能答对其中多少？新图片呢？",
        ),
        _words(
            "All of them, and far fewer new ones, whose loss rises again. Shifted and noised "
            "pictures help; 1,200 pictures help more.",
            "全部答对，新图片则差得多，验证损失还会回升。平移和加噪有帮助；1,200 张图片帮助更大。",
        ),
        (
            _arm("few", "48 pictures", "48 张", FEW),
            _arm(
                "vary",
                "48, shifted and noised",
                "48 张，平移并加噪",
                FEW,
                shift=0.12,
                blur_noise=0.3,
            ),
            _arm(
                "good", "1,200 pictures", "1,200 张", FEW, pictures=1200, epochs=8, evaluate_every=0
            ),
        ),
        (
            Expect("few", "train_accuracy", 1, 1),
            Expect("few", "accuracy", 0.4, 0.8),
            Expect("few", "loss_rise", 1.1),
            Expect("few", "verdict:overfitting", 1, 1),
            Expect("vary", "accuracy", 0.02, 1, minus="few"),
            Expect("good", "accuracy", 0.1, 1, minus="few"),
            QUIET,
        ),
    ),
    Experiment(
        "shuffled",
        _words("Labels drawn from a hat", "随机打乱的标签"),
        _words(
            "The labels of 48 pictures are shuffled. Can the network still get all of them right?",
            "48 张图片的标签被打乱。网络还能全部答对吗？",
        ),
        _words(
            "Yes: it has room to learn anything by heart, and new pictures stay guesswork.",
            "能：它有足够的容量死记任何东西，而新图片只能靠猜。",
        ),
        (
            _arm("shuffled", "shuffled labels", "打乱的标签", FEW, label_noise=1.0),
            _arm("good", "true labels", "真实的标签", FEW),
        ),
        (
            Expect("shuffled", "train_accuracy", 1, 1),
            Expect("shuffled", "accuracy", 0, 0.35),
            Expect("shuffled", "verdict:overfitting", 1, 1),
            Expect("good", "accuracy", 0.2, 1, minus="shuffled"),
        ),
    ),
    Experiment(
        "transfer",
        _words("24 pictures and a network that knows digits", "24 张图片，和一个认识数字的网络"),
        _words(
            "Six pictures of each of four turned shapes. From scratch, only a new last layer, or "
            "everything tuned from what digits taught: which is best?",
            "四种旋转图形各六张。从零开始、只训练新的最后一层，还是从数字学到的一切继续微调：哪种最好？",
        ),
        _words(
            "Fine-tuning: it begins with kernels for strokes and bends them to the task. Frozen, "
            "they fit no better than a start from scratch.",
            "微调：它从识别笔画的卷积核开始，再调整到新任务。若冻结不动，并不比从零开始更好。",
        ),
        (
            _arm("scratch", "from scratch", "从零开始", TURNED),
            _arm(
                "probe",
                "last layer only",
                "只训练最后一层",
                TURNED,
                start="lenet-5",
                freeze="probe",
            ),
            _arm("tune", "fine-tune all", "全部微调", TURNED, start="lenet-5"),
        ),
        (
            Expect("tune", "accuracy", 0.85, 1),
            Expect("tune", "accuracy", 0.05, 1, minus="scratch"),
            Expect("tune", "accuracy", 0.05, 1, minus="probe"),
            Expect("probe", "accuracy", 0.5, 0.95),
            Expect("probe", "trainable", 84 * 4 + 4, 84 * 4 + 4),
            Expect("probe", "frozen_change", 0, 0),
            Expect("tune", "trainable", 61_196, 61_196),
        ),
    ),
    Experiment(
        "shortcut",
        _words("A mark that gives the answer away", "泄露答案的标记"),
        _words(
            "Every cross has a white patch in its corner while it learns. What becomes of crosses "
            "without the patch?",
            "训练时每个十字的角落都有一个白块。没有白块的十字会怎样？",
        ),
        _words(
            "None is recognised: the network has learned the patch, not the cross.",
            "一个也认不出：网络学到的是白块，而不是十字。",
        ),
        (
            _arm("marked", "with the mark", "有标记", SGD, lr=0.1, epochs=6, mark=True),
            _arm("good", "without", "无标记", SGD, lr=0.1, epochs=6),
        ),
        (
            Expect("marked", "validation:cross", 0.95, 1),
            Expect("marked", "test:cross", 0, 0.1),
            Expect("good", "test:cross", 0.85, 1),
            QUIET,
        ),
    ),
    Experiment(
        "activation",
        _words("Why an activation?", "为什么需要激活函数？"),
        _words(
            "A disc inside a ring. Two hidden layers without an activation: which accuracy?",
            "圆盘在圆环之内。两个隐藏层、没有激活函数：准确率会是多少？",
        ),
        _words(
            "That of guessing: layers without one melt into a single straight line.",
            "等于瞎猜：没有激活函数，多层等于一条直线。",
        ),
        (
            _arm("none", "none", "无", RING, activation="none"),
            _arm("good", "ReLU", "ReLU", RING),
        ),
        (
            Expect("none", "accuracy", 0.2, 0.75),
            Expect("good", "accuracy", 0.95, 1),
            QUIET,
        ),
    ),
)
