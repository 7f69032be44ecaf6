"""Experiments on how far a step goes: rates, batches, optimisers."""

from __future__ import annotations

from .shape import QUIET, SGD, Expect, Experiment, arm, words

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        "rate",
        words("Learning rate: too low, good, too high", "学习率：太低、合适、太高"),
        words(
            "What does a learning rate that is far too high look like: an error, a slow descent, "
            "or a flat line?",
            "学习率太高会是什么样子：报错、缓慢下降，还是一条平线？",
        ),
        words(
            "A flat line at the loss of guessing, ln 6 = 1.79: the first steps kill the channels.",
            "停在瞎猜的损失 ln 6 = 1.79：最初几步就让通道失活。",
        ),
        (
            arm("low", "0.0005, too low", "0.0005，太低", SGD, lr=0.0005),
            arm("good", "0.1, good", "0.1，合适", SGD, lr=0.1),
            arm("high", "3, too high", "3，太高", SGD, lr=3.0),
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
        words("Batch of 1, of 32, of all pictures", "批量：1、32、全部"),
        words(
            "Five times through the same pictures at the same rate: which batch learns most?",
            "同样的图片看五遍、同样的学习率：哪种批量学到最多？",
        ),
        words(
            "The smallest: 6,000 noisy steps go farther than 5 exact ones.",
            "最小的批量：6,000 个有噪声的步比 5 个精确的步走得更远。",
        ),
        (
            arm(
                "one", "batch 1: 6,000 steps", "批量 1：6,000 步", SGD, lr=0.02, batch=1, speed=0.0
            ),
            arm("good", "batch 32: 190 steps", "批量 32：190 步", SGD, lr=0.02),
            arm("all", "all 1,200: 5 steps", "全部 1,200：5 步", SGD, lr=0.02, batch=0, speed=2.0),
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
        words("Six optimisers, one seed", "六种优化算法，同一个种子"),
        words(
            "All six take the rate 0.002. Which of them hardly moves?",
            "六种都用学习率 0.002。哪一种几乎不动？",
        ),
        words(
            "Plain SGD: the same number is a tiny step for it, a tenth of what momentum makes of "
            "it, and Adam and RMSprop divide the gradient by its own size.",
            "普通 SGD：同一个数对它来说步子极小；动量约等于放大十倍，"
            "Adam 和 RMSprop 会除以梯度自身的大小。",
        ),
        tuple(
            arm(key, name, name, SGD, lr=0.002, optimiser=key)
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
)
