"""What a plan would become, without building it: shapes, numbers, receptive fields, problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from .kinds import CLASSES, names_of
from .problem import Impossible, Shape, Words, said, said_zh

MAX_PARAMETERS = 20_000_000
MAX_VALUES = 8_000_000  # that one layer makes of one picture
Layer = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """Receptive field: cells of the input's side that one value sees, and the step between two.

    `cells` is the side of the map that a vector was flattened from: a dense layer sees them all.
    """

    size: int
    jump: int
    cells: int = 1


@dataclass(frozen=True)
class Row:
    """One layer, examined.

    Attributes:
        path: its place: (2,) is the third layer, (2, 0) the first inside it.
        name: of its module, such as `conv1` or `block1.conv2`.
        kind: key of `KINDS`.
        shape: of what it puts out, without the batch axis; None behind a problem.
        parameters: learned numbers; a residual block's count what is inside it.
        macs: multiplications for one picture, likewise.
        field: its receptive field; None for points and behind a problem.
        problem: why it cannot be, in words; None where it can.
    """

    path: tuple[int, ...]
    name: str
    kind: str
    shape: Shape | None = None
    parameters: int = 0
    macs: int = 0
    field: Field | None = None
    problem: Words | None = None


@dataclass(frozen=True)
class Totals:
    """The sums of a plan; `problem` is what is wrong with the whole."""

    layers: int
    parameters: int
    macs: int
    field: Field | None
    problem: Words | None


@dataclass(frozen=True)
class State:
    """What arrives at a layer, and what came so far."""

    shape: Shape
    field: Field | None
    classes: int
    parameters: int = 0
    macs: int = 0
    rows: tuple[Row, ...] = ()


def examine(plan: Mapping[str, Any], classes: int) -> list[Row]:
    """Returns a row for each layer, a residual block before the layers inside it.

    The first layer that cannot be has a `problem`; rows behind it have no shape.

    Args:
        plan: as `read_plan` returns it.
        classes: of the data.
    """
    shape = tuple(plan["input"])
    seen = Field(1, 1, max(shape[1:])) if len(shape) == 3 else None
    state = State(shape, seen, classes)
    rows, _ = _walk(plan["layers"], state, (), "")
    return list(rows)


def totals(
    plan: Mapping[str, Any], rows: list[Row], classes: int, *, parameters: int = MAX_PARAMETERS
) -> Totals:
    """Returns the sums of examined rows, and what is wrong with the network as a whole."""
    top = [row for row in rows if len(row.path) == 1]
    count = sum(row.parameters for row in top)
    return Totals(
        layers=len(rows),
        parameters=count,
        macs=sum(row.macs for row in top),
        field=top[-1].field if top else None,
        problem=_whole(plan, top, classes, count, parameters),
    )


def first_problem(
    plan: Mapping[str, Any], classes: int, *, parameters: int = MAX_PARAMETERS
) -> tuple[str, Words] | None:
    """Returns the place and the words of the first problem; None for a network that can be."""
    rows = examine(plan, classes)
    for row in rows:
        if row.problem:
            path = "layers" + ".layers".join(f"[{index}]" for index in row.path)
            return path, row.problem
    whole = totals(plan, rows, classes, parameters=parameters).problem
    return ("layers", whole) if whole else None


def _whole(
    plan: Mapping[str, Any], top: list[Row], classes: int, count: int, most: int
) -> Words | None:
    shape = top[-1].shape if top else tuple(plan["input"])
    if shape is None:
        return None
    if shape != (classes,):
        return Words(
            en=f"The network ends with {said(shape)}; it must end with {classes} numbers, one for "
            "each class: let the last layer be dense with out “classes”.",
            zh=f"网络最后输出{said_zh(shape)}，而需要 {classes} 个数，每类一个："
            "最后一层应为全连接层，输出数设为“classes”。",
        )
    if count > most:
        return Words(
            en=f"The network has {count:,} parameters; at most {most:,} are allowed: use fewer "
            "kernels, or pool before the first dense layer.",
            zh=f"网络有 {count:,} 个参数，最多允许 {most:,} 个：减少卷积核，"
            "或在第一个全连接层之前池化。",
        )
    if count == 0:
        return Words(
            en="The network has no parameters, so there is nothing to learn: add a dense layer.",
            zh="网络没有任何参数，没有什么可学：请加一个全连接层。",
        )
    return None


def _walk(
    layers: list[dict[str, Any]], state: State, path: tuple[int, ...], prefix: str
) -> tuple[tuple[Row, ...], State | None]:
    """The rows of a list of layers, and what leaves it; None when something in it cannot be."""
    rows: tuple[Row, ...] = ()
    now: State | None = state
    for index, (layer, name) in enumerate(zip(layers, names_of(layers), strict=True)):
        row = Row((*path, index), prefix + name, layer["kind"])
        if now is None:
            rows += (row, *_blank(layer, row))
            continue
        try:
            after = _checked(TAKES[layer["kind"]](layer, now, row))
        except Impossible as error:
            rows += (replace(row, problem=error.words), *(error.rows or _blank(layer, row)))
            now = None
            continue
        row = replace(
            row,
            shape=after.shape,
            field=after.field,
            parameters=after.parameters,
            macs=after.macs,
        )
        rows += (row, *after.rows)
        now = replace(after, parameters=0, macs=0, rows=())
    return rows, now


def _blank(layer: Layer, row: Row) -> Iterator[Row]:
    """The rows inside a block that nothing is known of."""
    inner = layer.get("layers", [])
    for index, (each, name) in enumerate(zip(inner, names_of(inner), strict=True)):
        blank = Row((*row.path, index), f"{row.name}.{name}", each["kind"])
        yield from (blank, *_blank(each, blank))


def _checked(state: State) -> State:
    if prod(state.shape) > MAX_VALUES:
        raise Impossible(
            f"It makes {said(state.shape)}, {prod(state.shape):,} values of one picture; at most "
            f"{MAX_VALUES:,} are allowed: use fewer kernels or a larger stride.",
            f"它对一张图片产生{said_zh(state.shape)}，共 {prod(state.shape):,} 个值；"
            f"最多允许 {MAX_VALUES:,} 个："
            "减少卷积核或加大步幅。",
        )
    return state


def _maps(state: State) -> tuple[int, int, int]:
    if len(state.shape) != 3:
        raise Impossible(
            f"It works on maps, but {said(state.shape)} arrives: put it before flatten.",
            f"它作用于特征图，而到达的是{said_zh(state.shape)}：请放到展平层之前。",
        )
    return state.shape[0], state.shape[1], state.shape[2]


def _window(layer: Layer, size: int) -> int:
    """Cells along one axis after a window, rounded down as PyTorch does."""
    kernel, padding = layer["kernel"], layer["padding"]
    room = size + 2 * padding - kernel
    if room < 0:
        raise Impossible(
            f"The window of {kernel}×{kernel} is larger than the map: {size} + 2 × {padding} "
            f"padding = {size + 2 * padding} cells. Make the window smaller, pad more, or pool "
            "less before it.",
            f"{kernel}×{kernel} 的窗口大于特征图：{size} + 2 × {padding} 填充 = "
            f"{size + 2 * padding}。请缩小窗口、增加填充，或在此之前少做池化。",
        )
    return int(room // (layer["stride"] or kernel)) + 1


def _seen(layer: Layer, before: Field | None, cells: int) -> Field | None:
    if before is None:
        return None
    grown = before.size + (layer["kernel"] - 1) * before.jump
    return Field(grown, before.jump * (layer["stride"] or layer["kernel"]), cells)


def _conv(layer: Layer, state: State, _: Row) -> State:
    channels, height, width = _maps(state)
    out, groups = layer["out"], layer["groups"]
    if channels % groups or out % groups:
        raise Impossible(
            f"{channels} maps into {out} kernels cannot be split into {groups} groups: both "
            "numbers must be multiples of it.",
            f"{channels} 张输入特征图和 {out} 个卷积核不能分成 {groups} 组："
            "两者都必须是组数的倍数。",
        )
    shape = (out, _window(layer, height), _window(layer, width))
    weights = out * (channels // groups) * layer["kernel"] ** 2
    return replace(
        state,
        shape=shape,
        field=_seen(layer, state.field, max(shape[1:])),
        parameters=weights + out * layer["bias"],
        macs=weights * shape[1] * shape[2],
    )


def _pool(layer: Layer, state: State, _: Row) -> State:
    channels, height, width = _maps(state)
    if layer["padding"] > layer["kernel"] // 2:
        raise Impossible(
            f"Padding {layer['padding']} is more than half of the window {layer['kernel']}; "
            f"at most {layer['kernel'] // 2} is allowed.",
            f"填充 {layer['padding']} 超过窗口 {layer['kernel']} 的一半，"
            f"最多为 {layer['kernel'] // 2}。",
        )
    shape = (channels, _window(layer, height), _window(layer, width))
    return replace(state, shape=shape, field=_seen(layer, state.field, max(shape[1:])))


def _global_pool(_: Layer, state: State, __: Row) -> State:
    channels, height, width = _maps(state)
    return replace(state, shape=(channels,), field=_all(state.field, max(height, width)))


def _all(before: Field | None, cells: int) -> Field | None:
    return before and Field(before.size + (cells - 1) * before.jump, before.jump, 1)


def _norm(_: Layer, state: State, __: Row) -> State:
    return replace(state, parameters=2 * state.shape[0])


def _same(_: Layer, state: State, __: Row) -> State:
    return state


def _activation(layer: Layer, state: State, _: Row) -> State:
    return replace(state, parameters=int(layer["function"] == "prelu"))


def _spatial(_: Layer, state: State, __: Row) -> State:
    _maps(state)
    return state


def _flatten(_: Layer, state: State, __: Row) -> State:
    return replace(state, shape=(prod(state.shape),))


def _dense(layer: Layer, state: State, _: Row) -> State:
    if len(state.shape) != 1:
        raise Impossible(
            f"It works on a vector, but {said(state.shape)} arrive: put flatten or global pooling "
            "before it.",
            f"它作用于向量，而到达的是{said_zh(state.shape)}：请在它之前加展平或全局池化。",
        )
    out = state.classes if layer["out"] == CLASSES else layer["out"]
    weights = out * state.shape[0]
    seen = state.field and _all(state.field, state.field.cells)
    return replace(
        state, shape=(out,), field=seen, parameters=weights + out * layer["bias"], macs=weights
    )


def _residual(layer: Layer, state: State, row: Row) -> State:
    rows, after = _walk(layer["layers"], state, row.path, f"{row.name}.")
    if after is None:
        raise Impossible("A layer inside it cannot be.", "其中有一层无法实现。", rows)
    inside = [each for each in rows if len(each.path) == len(row.path) + 1]
    try:
        extra, macs = shortcut(layer["layers"], state.shape, after.shape)
    except Impossible as error:
        raise Impossible(error.words["en"], error.words["zh"], rows) from error
    return replace(
        after,
        parameters=sum(each.parameters for each in inside) + extra,
        macs=sum(each.macs for each in inside) + macs,
        rows=rows,
    )


def shortcut(layers: list[dict[str, Any]], before: Shape, after: Shape) -> tuple[int, int]:
    """Returns parameters and multiplications of a block's projection, zeros when it needs none.

    Raises:
        Impossible: no projection turns the one shape into the other.
    """
    if before == after:
        return 0, 0
    stride_between(before, after)
    bias = not has_norm(layers)
    weights = before[0] * after[0]
    return weights + after[0] * (1 if bias else 2), weights * prod(after[1:])


def has_norm(layers: list[dict[str, Any]]) -> bool:
    """Returns whether a block normalises, so that its projection does as well."""
    return any(layer["kind"] == "norm" for layer in layers)


def stride_between(before: Shape, after: Shape) -> int:
    """Returns the stride of the 1×1 projection that makes maps (or vectors) fit to each other.

    Raises:
        Impossible: there is none.
    """
    if len(before) == len(after):
        pairs = list(zip(before[1:], after[1:], strict=True))
        for stride in range(1, max(before[1:], default=1) + 1):
            if all((a - 1) // stride + 1 == b for a, b in pairs):
                return stride
    raise Impossible(
        f"{said(before).capitalize()} cannot be added to {said(after)}: no stride of a 1×1 "
        "convolution makes the sizes equal. Pad the layers inside, so that they keep the size "
        "or halve it.",
        f"{said_zh(before).lstrip()}与{said_zh(after)}无法相加："
        "没有哪个步幅的 1×1 卷积能让大小相等。"
        "请给内部的层加填充，使大小不变或减半。",
    )


TAKES: Mapping[str, Callable[[Layer, State, Row], State]] = {
    "conv": _conv,
    "activation": _activation,
    "pool": _pool,
    "global_pool": _global_pool,
    "norm": _norm,
    "dropout": _same,
    "spatial_dropout": _spatial,
    "flatten": _flatten,
    "dense": _dense,
    "residual": _residual,
}
