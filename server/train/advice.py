"""The doctor's words: what is wrong, the numbers that say so, and what to do, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Rule -> English, Chinese; `{...}` are the verdict's values.
WORDS: Mapping[str, tuple[str, str]] = {
    "not_finite": (
        "At step {step} a number became infinite or not a number, first in {layer}; the learning "
        "rate was {lr:g}. Nothing after it can be trusted: begin again with a tenth of the rate.",
        "第 {step} 步出现了无穷大或非数值，最先在 {layer}；当时学习率为 {lr:g}。"
        "此后的结果都不可信：请用十分之一的学习率重新开始。",
    ),
    "exploding": (
        "The gradient explodes: in {layer} its length is {gradient:g} in the first steps, where "
        "about {healthy:g} is healthy. The weights begin too large for this depth: take He's "
        "start, and clip the gradient.",
        "梯度爆炸：最初几步 {layer} 的梯度长度为 {gradient:g}，健康值约为 {healthy:g}。"
        "对这个深度来说初始权重太大：请用 He 初始化，并裁剪梯度。",
    ),
    "rate_high:flat": (
        "The learning rate {lr:g} is too high: the loss is stuck at {loss:.2f}, as for blind "
        "guessing ({blind:.2f}), accuracy {accuracy:.0%}; {dead:.0%} of the channels of {node} "
        "never fire. The first steps threw the weights too far: begin again with a tenth of it.",
        "学习率 {lr:g} 太大：损失停在 {loss:.2f}，等于瞎猜（{blind:.2f}），准确率 {accuracy:.0%}；"
        "{node} 有 {dead:.0%} 的通道从不激活。最初几步把权重甩得太远：请用十分之一重新开始。",
    ),
    "rate_high:climbs": (
        "The learning rate {lr:g} is too high: the loss climbed to {loss:.3g}, far above blind "
        "guessing ({blind:.2f}). Begin again with a tenth of it.",
        "学习率 {lr:g} 太大：损失升到 {loss:.3g}，远高于瞎猜（{blind:.2f}）。"
        "请用十分之一重新开始。",
    ),
    "rate_low": (
        "The learning rate {lr:g} is too low: after {steps} steps the loss is {loss:.3f}, at the "
        "start it was {before:.3f}; a step changes the weights by {ratio:.2g} of their size, "
        "where 0.001 is healthy. Take ten times as much.",
        "学习率 {lr:g} 太小：{steps} 步后损失为 {loss:.3f}，开始时为 {before:.3f}；"
        "每步只让权重改变其大小的 {ratio:.2g}，健康值约为 0.001。请取十倍。",
    ),
    "vanishing": (
        "The gradient vanishes: in {layer} it is {share:.1g} of that in {last_layer}, so the "
        "first layers cannot learn, and accuracy stays at {accuracy:.0%}. Take ReLU with He's "
        "start and batch normalisation, or residual blocks.",
        "梯度消失：{layer} 的梯度只有 {last_layer} 的 {share:.1g}，前面的层学不到东西，"
        "准确率停在 {accuracy:.0%}。请用 ReLU、He 初始化和批量规范化，或残差块。",
    ),
    "overfitting": (
        "It learns the training pictures by heart: {train_accuracy:.0%} right there, "
        "{accuracy:.0%} on the validation pictures, whose loss was lowest at step {lowest_step} "
        "({lowest:.2f}) and is {loss:.2f} now. Shift and noise the pictures, or use more of them.",
        "它在死记训练图片：训练准确率 {train_accuracy:.0%}，验证准确率 {accuracy:.0%}；"
        "验证损失在第 {lowest_step} 步最低（{lowest:.2f}），现在是 {loss:.2f}。"
        "请给图片加平移和噪声，或使用更多图片。",
    ),
    "dead_relu": (
        "{dead:.0%} of the channels of {node} give the same value for every picture: they are "
        "dead, no gradient passes them ({before:.0%} at the start). Take leaky ReLU and a lower "
        "learning rate.",
        "{node} 有 {dead:.0%} 的通道对所有图片输出相同：它们已经失活，梯度无法通过"
        "（开始时为 {before:.0%}）。请用 Leaky ReLU 并降低学习率。",
    ),
    "filters_alike": (
        "All kernels of {layer} are alike (cosine {cosine:.3f}): they began equal, get equal "
        "gradients, and count as one. Begin with random weights.",
        "{layer} 的所有卷积核都一样（余弦 {cosine:.3f}）：起点相同，梯度也相同，只相当于一个。"
        "请用随机权重开始。",
    ),
    "one_class": (
        "{share:.0%} of all guesses are “{name}”; the accuracy of {accuracy:.0%} is only "
        "that class's share ({majority:.0%} is the largest class). Balance the classes, or lower "
        "the learning rate.",
        "全部预测中有 {share:.0%} 是“{name_zh}”；{accuracy:.0%} 的准确率只是该类所占的比例"
        "（最大的类占 {majority:.0%}）。请平衡各类，或降低学习率。",
    ),
    "validation_small": (
        "Only {pictures} pictures validate: the accuracy of {accuracy:.0%} is known to about "
        "±{half:.0%} and jumps by itself. Keep more pictures aside, or take folds.",
        "只有 {pictures} 张验证图片：{accuracy:.0%} 的准确率误差约为 ±{half:.0%}，会自行跳动。"
        "请多留一些验证图片，或使用交叉验证。",
    ),
}


def words(rule: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Returns the sentences of a verdict in both languages, its numbers filled in."""
    symptom = values.get("symptom")
    english, chinese = WORDS[f"{rule}:{symptom}" if symptom else rule]
    return {"en": english.format(**values), "zh": chinese.format(**values)}
