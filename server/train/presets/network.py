"""Experiments on what the network is and how its weights begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .shape import QUIET, SGD, SHAPES, Expect, Experiment, arm, words

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
RING: Mapping[str, Any] = {"data": "ring", "net": "points-mlp", "lr": 0.01, "speed": 120.0}

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        "constant",
        words("All kernels begin equal", "所有卷积核起点相同"),
        words(
            "Both convolutions begin with the same number everywhere. After training, how many "
            "different kernels has the first?",
            "两个卷积层的权重都从同一个数开始。训练之后，第一层有几种不同的卷积核？",
        ),
        words(
            "One: equal kernels get equal gradients, and stay equal bit for bit.",
            "一种：相同的卷积核得到相同的梯度，逐位保持相同。",
        ),
        (
            arm(
                "constant",
                "all 0.02",
                "全部为 0.02",
                SGD,
                lr=0.05,
                epochs=8,
                init="constant",
                init_scale=0.02,
            ),
            arm("good", "random", "随机", SGD, lr=0.05, epochs=8),
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
        words("Sixteen layers: who hears the gradient?", "十六层：谁能听到梯度？"),
        words(
            "Four starts of one deep network. In which does a gradient reach the first layer, and "
            "which of them learns?",
            "同一个深网络的四种起点。哪些能让梯度到达第一层？哪一个学得会？",
        ),
        words(
            "Sigmoid and PyTorch's own start lose it. He's start keeps it, which is needed but not "
            "enough: only with batch normalisation does the network learn.",
            "sigmoid 和 PyTorch 默认初始化会丢失梯度。He 初始化能保住它，这是必要条件但还不够："
            "只有加上批量规范化，网络才学得会。",
        ),
        (
            arm(
                "sigmoid",
                "sigmoid, Xavier",
                "sigmoid，Xavier",
                DEEP,
                activation="sigmoid",
                init="xavier",
            ),
            arm("relu", "ReLU, PyTorch's start", "ReLU，PyTorch 默认", DEEP),
            arm("he", "ReLU, He", "ReLU，He", DEEP, init="he"),
            arm(
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
            Expect("good", "accuracy", 0.75, 1),
            Expect("good", "accuracy", 0.2, 1, minus="he"),
            Expect("sigmoid", "verdict:vanishing", 1, 1),
            Expect("relu", "verdict:vanishing", 1, 1),
            QUIET,
        ),
    ),
    Experiment(
        "residual",
        words("Forty layers, plain or with shortcuts", "四十层：普通与残差"),
        words(
            "Four layers solve this. Forty layers: more accurate, the same, or less?",
            "四层就能解决这个问题。四十层会更准、一样，还是更差？",
        ),
        words(
            "Plain ones less, although they could copy the four; with shortcuts they learn.",
            "普通网络更差，尽管它可以照抄那四层；有了捷径就学得会。",
        ),
        (
            arm("plain", "plain", "普通", VERY_DEEP, speed=0.0),
            arm("good", "with shortcuts", "有捷径", VERY_DEEP, net="residual", speed=0.0),
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
        words("Weights that begin too large", "起点过大的权重"),
        words(
            "Sixteen layers whose weights begin with deviation 0.5: what happens within ten steps?",
            "十六层，权重初始标准差为 0.5：十步之内会发生什么？",
        ),
        words(
            "Each layer multiplies: the first gradient is in the millions, and then come infinity "
            "and not-a-number.",
            "每层都在放大：第一个梯度就上百万，随后出现无穷大和非数值。",
        ),
        (
            arm("wild", "normal, 0.5", "正态，0.5", DEEP, init="normal", init_scale=0.5),
            arm(
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
        "activation",
        words("Why an activation?", "为什么需要激活函数？"),
        words(
            "A disc inside a ring. Two hidden layers without an activation: which accuracy?",
            "圆盘在圆环之内。两个隐藏层、没有激活函数：准确率会是多少？",
        ),
        words(
            "That of guessing: layers without one melt into a single straight line.",
            "等于瞎猜：没有激活函数，多层等于一条直线。",
        ),
        (
            arm("none", "none", "无", RING, activation="none"),
            arm("good", "ReLU", "ReLU", RING),
        ),
        (
            Expect("none", "accuracy", 0.2, 0.75),
            Expect("good", "accuracy", 0.95, 1),
            QUIET,
        ),
    ),
)
