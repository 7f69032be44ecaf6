"""The networks to choose from: each makes a plan for any size of picture, or for points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Pair
from .examine import first_problem
from .kinds import PlanError
from .plan import Plan, read_plan
from .problem import Words

Layer = dict[str, Any]
Layers = list[Layer]
PICTURES, POINTS = "pictures", "points"
DATA_ZH = {PICTURES: "图片", POINTS: "点"}


@dataclass(frozen=True)
class Style:
    """What a person may set of a preset; one that does not know a setting ignores it."""

    activation: str = "relu"
    norm: str = "none"
    dropout: float = 0.0
    width: int = 8
    depth: int = 4

    def after(self, tail: str = "", *, norm: bool = False) -> Layers:
        """Returns what follows a convolution: batch norm if asked for, then the activation.

        With a tail such as `_1_2` the layers are named `norm_1_2`, `relu_1_2`.
        """
        normed = norm or self.norm == "batch"
        layers: Layers = [{"kind": "norm"} | _named(f"norm{tail}", tail)] if normed else []
        name = _named(f"{self.activation}{tail}", tail)
        return [*layers, {"kind": "activation", "function": self.activation} | name]

    def drop(self) -> Layers:
        """Returns a dropout layer, or nothing when none is wanted."""
        return [{"kind": "dropout", "p": self.dropout}] if self.dropout else []


@dataclass(frozen=True)
class Preset:
    """A network to choose, in words.

    Attributes:
        id: what `net` says.
        name: in both languages.
        about: one sentence in both languages.
        settings: those of `Style` that matter to it.
        takes: "pictures", "points", or both.
        layers: makes the layers for an input shape.
        zoo: id of the shipped network whose weights fit it by name; "" for none.
    """

    id: str
    name: Words
    about: Words
    settings: tuple[str, ...]
    takes: tuple[str, ...]
    layers: Callable[[list[int], Style], Layers]
    zoo: str = ""

    def make(self, shape: list[int], classes: int, style: Style | None = None) -> Plan:
        """Returns the preset's plan for an input of this shape.

        Raises:
            PlanError: it does not take such an input, or the input is too small for it.
        """
        style = style or Style()
        if (POINTS if len(shape) == 1 else PICTURES) not in self.takes:
            what = POINTS if len(shape) == 1 else PICTURES
            fitting = ", ".join(p.id for p in PRESETS.values() if what in p.takes)
            words = (
                f"net is {self.id!r}, which takes {' and '.join(self.takes)}; the data are {what}.",
                f"net 为 {self.id!r}，它只接受{'和'.join(map(DATA_ZH.__getitem__, self.takes))}，"
                f"而数据是{DATA_ZH[what]}。",
            )
            raise PlanError("net", words, hint=_one_of(fitting))
        plan = read_plan({"input": shape, "layers": self.layers(shape, style)})
        problem = first_problem(plan, classes)
        if problem:
            raise PlanError(
                "net",
                (
                    f"net is {self.id!r}, which cannot take an input of {shape}: "
                    f"{problem[1]['en']}",
                    f"net 为 {self.id!r}，它不能接受 {shape} 的输入：{problem[1]['zh']}",
                ),
                hint=(
                    "Choose another network or larger pictures.",
                    "请换一个网络，或用更大的图片。",
                ),
            )
        return plan

    def describe(self) -> dict[str, Any]:
        """Returns the preset as JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "about": self.about,
            "settings": list(self.settings),
            "takes": list(self.takes),
            "zoo": self.zoo,
        }


def plan_of(
    net: str,
    shape: list[int] | tuple[int, ...],
    classes: int,
    *,
    activation: str = "relu",
    norm: str = "none",
    dropout: float = 0.0,
    width: int = 8,
    depth: int = 4,
) -> Plan:
    """Returns the plan of the preset `net` for an input of this shape.

    Raises:
        PlanError: there is no such preset, or it does not take such an input.
    """
    if net not in PRESETS:
        raise PlanError(
            "net",
            (
                f"net is {net[:60]!r}, which is no preset.",
                f"net 为 {net[:60]!r}，没有这个预设网络。",
            ),
            hint=_one_of(", ".join(PRESETS)),
        )
    style = Style(activation, norm, dropout, width, depth)
    return PRESETS[net].make(list(shape), classes, style)


# --- parts ---


def _one_of(names: str) -> Pair:
    return f"Choose one of: {names}.", f"请从中选择：{names}。"


def _named(name: str, tail: str) -> Layer:
    return {"name": name} if tail else {}


def _conv(out: int, kernel: int = 3, *, padding: int = 1, stride: int = 1, tail: str = "") -> Layer:
    layer = {"kind": "conv", "out": out, "kernel": kernel, "padding": padding, "stride": stride}
    return layer | _named(f"conv{tail}", tail)


def _dense(out: int | None = None, name: str = "") -> Layer:
    return {"kind": "dense", "out": out or "classes"} | _named(name, name)


POOL: Layer = {"kind": "pool"}
FLATTEN: Layer = {"kind": "flatten"}
GLOBAL: Layer = {"kind": "global_pool"}


def _vector(shape: list[int]) -> Layers:
    return [FLATTEN] if len(shape) == 3 else []


def _softmax(shape: list[int], _: Style) -> Layers:
    return [*_vector(shape), _dense()]


def _mlp(shape: list[int], style: Style) -> Layers:
    return [*_vector(shape), _dense(4 * style.width), *style.after(), *style.drop(), _dense()]


def _points_mlp(_: list[int], style: Style) -> Layers:
    hidden = [_dense(style.width), *style.after()]
    return [*hidden, *hidden, *style.drop(), _dense()]


def _tiny8(_: list[int], style: Style) -> Layers:
    first = [_conv(style.width), *style.after(), POOL]
    second = [_conv(2 * style.width), *style.after(), POOL]
    hidden = [_dense(4 * style.width), *style.after()]
    return [*first, *second, FLATTEN, *hidden, *style.drop(), _dense()]


def _lenet(shape: list[int], style: Style) -> Layers:
    """The names are those of `nets.lenet`; small pictures are padded before the second window."""
    narrow = min(shape[1:]) // 2 < 6
    return [
        _conv(6, 5, padding=2, tail="_1"),
        *style.after("_1"),
        POOL | {"name": "pool_1"},
        _conv(16, 5, padding=2 if narrow else 0, tail="_2"),
        *style.after("_2"),
        POOL | {"name": "pool_2"},
        FLATTEN | {"name": "flatten"},
        _dense(120, "dense_1"),
        *style.after("_3"),
        _dense(84, "dense_2"),
        *style.after("_4"),
        *style.drop(),
        _dense(name="output"),
    ]


def _tiny_vgg(shape: list[int], style: Style, *, norm: bool = False) -> Layers:
    """The names are those of `nets.tiny_vgg`; pictures below 16 cells are padded."""
    padding = 1 if min(shape[1:]) < 16 else 0
    layers: Layers = []
    for block in (1, 2):
        for place in (1, 2):
            tail = f"_{block}_{place}"
            layers += [_conv(10, padding=padding, tail=tail), *style.after(tail, norm=norm)]
        layers.append(POOL | {"name": f"max_pool_{block}"})
    return [*layers, FLATTEN | {"name": "flatten"}, *style.drop(), _dense(name="output")]


def _tiny_vgg_bn(shape: list[int], style: Style) -> Layers:
    return _tiny_vgg(shape, style, norm=True)


def _block(
    out: int, style: Style, *, stride: int = 1, norm: bool = False, convs: int = 2
) -> Layers:
    """A residual block of `convs` convolutions and the activation behind its sum."""
    normed: Layers = [{"kind": "norm"}] if norm or style.norm == "batch" else []
    act: Layer = {"kind": "activation", "function": style.activation}
    inner: Layers = [_conv(out, stride=stride), *normed]
    for _ in range(convs - 1):
        inner += [act, _conv(out), *normed]
    return [{"kind": "residual", "layers": inner}, act]


def _resnet(_: list[int], style: Style) -> Layers:
    width = style.width
    body = [
        layer
        for out, stride in ((width, 1), (2 * width, 2), (4 * width, 2))
        for layer in _block(out, style, stride=stride, norm=True)
    ]
    return [_conv(width), *style.after(norm=True), *body, GLOBAL, *style.drop(), _dense()]


def _plain(_: list[int], style: Style) -> Layers:
    stem = [_conv(style.width, stride=2), *style.after()]
    rest = [_conv(style.width), *style.after()] * (style.depth - 1)
    return [*stem, *rest, GLOBAL, *style.drop(), _dense()]


def _residual(_: list[int], style: Style) -> Layers:
    """As many convolutions as `plain` of the same depth, in pairs that are skipped over."""
    blocks, left = divmod(style.depth - 1, 2)
    stem = [_conv(style.width, stride=2), *style.after()]
    pairs = _block(style.width, style) * blocks
    single = _block(style.width, style, convs=1) if left else []
    return [*stem, *pairs, *single, GLOBAL, *style.drop(), _dense()]


# --- the table ---

STYLE = ("activation", "norm", "dropout", "width")


def _row(
    key: str,
    name: tuple[str, str],
    about: tuple[str, str],
    layers: Callable[[list[int], Style], Layers],
    settings: tuple[str, ...],
    *,
    takes: tuple[str, ...] = (PICTURES,),
    zoo: str = "",
) -> Preset:
    names, words = Words(en=name[0], zh=name[1]), Words(en=about[0], zh=about[1])
    return Preset(key, names, words, settings, takes, layers, zoo)


ROWS = (
    _row(
        "softmax",
        ("Softmax regression", "softmax 回归"),
        (
            "One dense layer: each class weighs every pixel.",
            "只有一个全连接层：每个类别给每个像素一个权重。",
        ),
        _softmax,
        (),
        takes=(PICTURES, POINTS),
    ),
    _row(
        "mlp",
        ("Multilayer perceptron", "多层感知机"),
        (
            "One hidden layer; it does not know which pixels are neighbours.",
            "一个隐藏层；它不知道哪些像素相邻。",
        ),
        _mlp,
        STYLE,
        takes=(PICTURES, POINTS),
    ),
    _row(
        "lenet",
        ("LeNet-5", "LeNet-5"),
        ("Two 5×5 convolutions and three dense layers.", "两个 5×5 卷积层和三个全连接层。"),
        _lenet,
        ("activation", "norm", "dropout"),
        zoo="lenet-5",
    ),
    _row(
        "tiny8",
        ("Tiny 8", "Tiny 8"),
        (
            "Two convolutions of 8 and 16 kernels: learns within seconds.",
            "两个卷积层，8 个和 16 个卷积核：几秒就能学会。",
        ),
        _tiny8,
        STYLE,
    ),
    _row(
        "tiny-vgg",
        ("Tiny VGG", "Tiny VGG"),
        (
            "CNN Explainer's network: two blocks of two convolutions.",
            "CNN Explainer 的网络：两个块，每块两个卷积层。",
        ),
        _tiny_vgg,
        ("activation", "norm", "dropout"),
        zoo="tiny-vgg",
    ),
    _row(
        "tiny-vgg-bn",
        ("Tiny VGG + batch norm", "Tiny VGG + 批量规范化"),
        (
            "The same, normalised after each convolution.",
            "同样的网络，每个卷积层之后做批量规范化。",
        ),
        _tiny_vgg_bn,
        ("activation", "dropout"),
    ),
    _row(
        "resnet",
        ("Small ResNet", "小型 ResNet"),
        (
            "Three residual blocks; maps shrink twice, channels double.",
            "三个残差块；特征图缩小两次，通道数翻倍两次。",
        ),
        _resnet,
        ("activation", "dropout", "width"),
    ),
    _row(
        "plain",
        ("Plain, of chosen depth", "普通网络（深度可选）"),
        ("Convolutions one after another, as many as you like.", "一层接一层的卷积，层数任选。"),
        _plain,
        (*STYLE, "depth"),
    ),
    _row(
        "residual",
        ("Residual, of chosen depth", "残差网络（深度可选）"),
        (
            "As many convolutions, with shortcuts around every two.",
            "同样多的卷积层，每两层有一条捷径。",
        ),
        _residual,
        (*STYLE, "depth"),
    ),
    _row(
        "points-mlp",
        ("Points: two hidden layers", "平面点：两个隐藏层"),
        ("Two hidden layers for points in the plane.", "用于平面上的点的两个隐藏层。"),
        _points_mlp,
        STYLE,
        takes=(POINTS,),
    ),
)
PRESETS: Mapping[str, Preset] = {each.id: each for each in ROWS}
