"""The bodies of edits: what may be changed before a network runs, and of its knock-out."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..core import edits
from ..core.edits import LARGEST, STRONGEST, Edit

MOST_EDITS = 200
MOST_CELLS = 1 << 14

Index = Annotated[int, Field(ge=0, le=1 << 31, strict=True)]
Value = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=300, strict=True)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PixelsBody(_Body):
    """Cells of the network's input as it takes it, which is normalised."""

    kind: Literal["pixels"]
    cells: list[tuple[Index, Index, Index, Value]] = Field(
        min_length=1, max_length=MOST_CELLS, description="[c, y, x, value] each"
    )


class WeightBody(_Body):
    """One number of a weight or bias."""

    kind: Literal["weight"]
    name: Name = Field(description="as in the state_dict")
    index: list[Index] = Field(min_length=1, max_length=8)
    value: Value


class ChannelBody(_Body):
    """A channel of a node (an element of a vector) off or scaled."""

    kind: Literal["channel"]
    node: Name
    channel: Index
    scale: Annotated[float, Field(ge=0, le=STRONGEST, allow_inf_nan=False, strict=True)] = Field(
        description="0 is off"
    )


class ActivationBody(_Body):
    """Another activation function in a node's place."""

    kind: Literal["activation"]
    node: Name
    function: Literal["relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "identity"]


class PoolingBody(_Body):
    """The maximum or the average of the same windows."""

    kind: Literal["pooling"]
    node: Name
    mode: Literal["max", "average"]


EditBody = Annotated[
    PixelsBody | WeightBody | ChannelBody | ActivationBody | PoolingBody,
    Field(discriminator="kind"),
]


class EditedBody(_Body):
    """A picture and what is changed: of a kept trace, or of a bundled picture."""

    trace_id: str = Field("", description="a kept trace of the network")
    picture: str = Field("", description="a bundled picture, instead of a trace")
    crop: str = Field("", description="x,y,side in pixels of the upright picture")
    edits: list[EditBody] = Field(max_length=MOST_EDITS)


class KnockoutAsked(_Body):
    """A layer and a class that may stand on its channels."""

    node: Name
    class_id: str = Field("", alias="class", description="the predicted one by default")


class EffectBody(BaseModel):
    """What a class has left once a channel is off; -1 is none."""

    channel: int
    logit: float
    probability: float
    best: str = Field(description="the likeliest class then")


class KnockoutBody(BaseModel):
    """What a class loses with each channel of a node."""

    node: str
    class_id: str = Field(alias="class")
    before: EffectBody
    alone: list[EffectBody] = Field(description="each off by itself, the largest loss first")
    together: list[EffectBody] = Field(
        description="these off one after the other, until another class is the likeliest"
    )
    changes: bool = Field(description="whether another class is the likeliest in the end")
    total: int = Field(description="channels of the node; the strongest 64 at most are tried")


BODIES: dict[str, type[Edit]] = {
    "pixels": edits.Pixels,
    "weight": edits.Weight,
    "channel": edits.Channel,
    "activation": edits.Activation,
    "pooling": edits.Pooling,
}


def edit_of(body: BaseModel) -> Edit:
    """Returns what a checked body says, as the core takes it."""
    said = {key: _frozen(value) for key, value in body.model_dump().items()}
    return BODIES[said.pop("kind")](**said)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def sentence(error: ValidationError) -> str:
    """Returns the first fault of a body: where, the value, and what is allowed."""
    first = error.errors(include_url=False)[0]
    kinds = BODIES.keys()
    # Inside the list of edits, the kind is part of the path: (edits, 0, channel, scale).
    path = [part for i, part in enumerate(first["loc"]) if i != 2 or part not in kinds]
    where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
    if first["type"] == "missing":
        return f"{where} is missing"
    if first["type"] == "extra_forbidden":
        return f"{where} is not known"
    if first["type"].startswith("union_tag"):
        return f"{where}.kind must be one of {', '.join(kinds)}"
    words = first["msg"].replace("Input should be", "it must be")
    return f"{where or 'The body'} is {str(first['input'])[:60]!r}: {words}"
