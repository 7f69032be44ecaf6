"""The bodies of the API; the page's types and the OpenAPI page are made from these."""

from typing import Any

from pydantic import BaseModel, Field


class ProblemBody(BaseModel):
    """An error, `application/problem+json` (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = Field(description="what was wrong with the value in it, then what is allowed")
    hint: str = Field(description="what to do next")
    code: str = Field(description="names the reason, for words in another language")
    values: dict[str, int | str] = Field(description="what was filled into `detail`")


class Health(BaseModel):
    """The server can answer."""

    status: str
    version: str


class InputShape(BaseModel):
    """What a network takes in, in cells."""

    channels: int
    height: int
    width: int


class Text(BaseModel):
    """A text in both languages of the app."""

    en: str
    zh: str


class Label(Text):
    """A class of a network."""

    id: str


class ModelSummary(BaseModel):
    """A network in the list; `classes` are ids."""

    id: str
    name: str
    input: InputShape
    classes: list[str]
    parameters: int
    fit: str = Field(description="how a picture is prepared: photo or digit")


class Node(BaseModel):
    """An operation that the network performs."""

    id: str
    op: str
    label: str
    inputs: list[str]
    shape: list[int] = Field(description="[C, H, W] or [N], without the batch axis")
    parameters: int
    geometry: dict[str, Any]
    weights: dict[str, str] = Field(description="role -> name in the state_dict")
    note: str
    block: int


class ModelCard(ModelSummary):
    """A network with its card and graph."""

    labels: list[Label]
    about: Text
    mean: list[float]
    std: list[float]
    data: dict[str, Any]
    metrics: dict[str, Any]
    recipe: dict[str, Any]
    licence: str
    nodes: list[Node]


class Ranges(BaseModel):
    """Lowest and highest value per map, per layer, per block and of the whole network."""

    map: dict[str, list[list[float]]]
    layer: dict[str, list[float]]
    block: dict[str, list[float]]
    network: list[float]


class GradientOf(BaseModel):
    """What the values are derivatives of."""

    of: str = Field(description="loss: the cross-entropy; logit: the class's own")
    class_id: str = Field(alias="class")


class TraceHeader(BaseModel):
    """What one picture became in one network; in the payload it is `__metadata__.trace`."""

    trace_id: str
    model: str
    classes: list[str]
    logits: list[float]
    probabilities: list[float]
    nodes: list[Node]
    ranges: Ranges
    picture: dict[str, Any] = Field(description="what was done to the picture")
    base: str = Field(description="the trace that this one was made from; empty for none")
    edits: list[dict[str, Any]] = Field(description="what was changed")
    gradient: GradientOf | None = Field(description="of a trace of gradients")


class PictureSummary(Text):
    """A bundled picture."""

    id: str
    fit: str
    source: str = Field(description="the package that ships it")
    credit: str
    licence: str
