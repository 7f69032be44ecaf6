"""Experiments on what is learned from: how many pictures, how true, how told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .shape import QUIET, SGD, SHAPES, Expect, Experiment, arm, words

FEW: Mapping[str, Any] = {
    **SHAPES,
    "pictures": 48,
    "noise": 0.5,
    "lr": 0.002,
    "epochs": 150,
    "evaluate_every": 10,
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

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        "overfit",
        words("Learn 48 pictures by heart", "背下 48 张图片"),
        words(
            "48 noisy pictures, 150 times each. How many of them will it get right, and how "
            "many new ones?",
            "48 张有噪声的图片，每张看 150 遍。它能答对其中多少？新图片呢？",
        ),
        words(
            "All of them, and far fewer new ones, whose loss rises again. Shifted and noised "
            "pictures help; 1,200 pictures help more.",
            "全部答对，新图片则差得多，验证损失还会回升。平移和加噪有帮助；1,200 张图片帮助更大。",
        ),
        (
            arm("few", "48 pictures", "48 张", FEW),
            arm(
                "vary",
                "48, shifted and noised",
                "48 张，平移并加噪",
                FEW,
                shift=0.12,
                blur_noise=0.3,
            ),
            arm(
                "good", "1,200 pictures", "1,200 张", FEW, pictures=1200, epochs=8, evaluate_every=0
            ),
        ),
        (
            Expect("few", "train_accuracy", 1, 1),
            Expect("few", "accuracy", 0.35, 0.7),
            Expect("few", "loss_rise", 1.1),
            Expect("few", "verdict:overfitting", 1, 1),
            Expect("vary", "accuracy", 0.02, 1, minus="few"),
            Expect("good", "accuracy", 0.1, 1, minus="few"),
            QUIET,
        ),
    ),
    Experiment(
        "shuffled",
        words("Labels drawn from a hat", "随机打乱的标签"),
        words(
            "The labels of 48 pictures are shuffled. Can the network still get all of them right?",
            "48 张图片的标签被打乱。网络还能全部答对吗？",
        ),
        words(
            "Yes: it has room to learn anything by heart, and new pictures stay guesswork.",
            "能：它有足够的容量死记任何东西，而新图片只能靠猜。",
        ),
        (
            arm("shuffled", "shuffled labels", "打乱的标签", FEW, label_noise=1.0),
            arm("good", "true labels", "真实的标签", FEW),
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
        words("24 pictures and a network that knows digits", "24 张图片，和一个认识数字的网络"),
        words(
            "Six pictures of each of four turned shapes. From scratch, only a new last layer, or "
            "everything tuned from what digits taught: which is best?",
            "四种旋转图形各六张。从零开始、只训练新的最后一层，还是从数字学到的一切继续微调：哪种最好？",
        ),
        words(
            "Fine-tuning: it begins with kernels for strokes and bends them to the task. Frozen, "
            "they fit no better than a start from scratch.",
            "微调：它从识别笔画的卷积核开始，再调整到新任务。若冻结不动，并不比从零开始更好。",
        ),
        (
            arm("scratch", "from scratch", "从零开始", TURNED),
            arm(
                "probe",
                "last layer only",
                "只训练最后一层",
                TURNED,
                start="lenet-5",
                freeze="probe",
            ),
            arm("tune", "fine-tune all", "全部微调", TURNED, start="lenet-5"),
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
        words("A mark that gives the answer away", "泄露答案的标记"),
        words(
            "Every cross has a white patch in its corner while it learns. What becomes of crosses "
            "without the patch?",
            "训练时每个十字的角落都有一个白块。没有白块的十字会怎样？",
        ),
        words(
            "None is recognised: the network has learned the patch, not the cross.",
            "一个也认不出：网络学到的是白块，而不是十字。",
        ),
        (
            arm("marked", "with the mark", "有标记", SGD, lr=0.1, epochs=6, mark=True),
            arm("good", "without", "无标记", SGD, lr=0.1, epochs=6),
        ),
        (
            Expect("marked", "validation:cross", 0.95, 1),
            Expect("marked", "test:cross", 0, 0.1),
            Expect("good", "test:cross", 0.85, 1),
            QUIET,
        ),
    ),
    Experiment(
        "imbalance",
        words("A hundred circles for one stripe", "一百个圆对一个条纹"),
        words(
            "The largest class has a hundred times the pictures of the smallest. What will the "
            "network say of new pictures, equally many of each class?",
            "最大的类别的图片是最小的一百倍。面对每类一样多的新图片，网络会怎么说？",
        ),
        words(
            "Always the largest class: that is right most of the time while it trains.",
            "总是说最大的那一类：在训练中这样说大多是对的。",
        ),
        (
            arm("uneven", "1 : 100", "1 : 100", SGD, lr=0.02, epochs=8, imbalance=100.0),
            arm("good", "1 : 1", "1 : 1", SGD, lr=0.02, epochs=8),
        ),
        (
            Expect("uneven", "train_accuracy", 0.4, 0.8),
            Expect("uneven", "accuracy", 0.1, 0.25),
            Expect("uneven", "verdict:one_class", 1, 1),
            Expect("good", "accuracy", 0.5, 1),
            QUIET,
        ),
    ),
    Experiment(
        "uncertain",
        words("How sure is an accuracy?", "准确率有多可靠？"),
        words(
            "The same digits, of which 40 or 270 are kept aside to check. Whose accuracy would you "
            "believe?",
            "同样的数字，留出 40 张或 270 张来检验。你相信哪个准确率？",
        ),
        words(
            "That of 270: forty pictures leave it open by 15 points either way.",
            "270 张的：只用 40 张时，上下误差可达 15 个百分点。",
        ),
        (
            arm("few", "2 % to check", "2 % 用于检验", {}, validation_share=0.02),
            arm("good", "15 % to check", "15 % 用于检验", {}),
        ),
        (
            Expect("few", "verdict:validation_small", 1, 1),
            Expect("good", "verdict:validation_small", 0, 0),
            Expect("good", "accuracy", 0.93, 1),
            QUIET,
        ),
    ),
)
