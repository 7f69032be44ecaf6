"""The body of one cell's arithmetic."""

from pydantic import BaseModel, Field


class CellBody(BaseModel):
    """Which number of a node; y and x are 0 in vectors and may lie in a padding ring."""

    c: int
    y: int
    x: int


class TermBody(CellBody):
    """One product, candidate or contribution: an input cell and what it gives."""

    node: str
    value: float | None = Field(description="of the input cell, 0 in the padding")
    weight: float | None = Field(description="what it is multiplied with")
    product: float | None = Field(description="value * weight, or what it contributes otherwise")
    padded: bool = Field(description="whether it lies in the ring around the input")
    at: tuple[int, int] | None = Field(description="[ky, kx] in the kernel or window")


class PartBody(BaseModel):
    """A named number with the terms that it is made of; null is a number that is not finite."""

    name: str
    value: float | None
    terms: list[TermBody]
    c: int | None = Field(description="the input channel of a part named channel")
    count: int = Field(description="terms it stands for, those of a rest included")


class TermShareBody(BaseModel):
    """What a term gets through this cell alone; null where there is nothing to change."""

    value: float | None = Field(description="by the input cell")
    weight: float | None = Field(description="by the learned number that it is multiplied with")


class PartShareBody(BaseModel):
    """What a part gets, with its terms in their order."""

    name: str
    c: int | None
    value: float | None = Field(description="by the part's own number")
    terms: list[TermShareBody]


class CellGradientBody(BaseModel):
    """A cell backwards; `parts` are none where PyTorch follows no gradient to it."""

    class_id: str = Field(alias="class")
    of: str = Field(description="loss or logit")
    output: float | None = Field(description="d(loss or logit) / d(this cell)")
    parts: list[PartShareBody]


class ScaledBody(BaseModel):
    """A channel that an edit scaled: before * scale is the value."""

    before: float | None = Field(description="what the parts come to")
    scale: float


class ArithmeticBody(BaseModel):
    """How one output cell was computed, in full precision."""

    node: str
    op: str
    kind: str
    cell: CellBody
    value: float | None = Field(description="what PyTorch computed, float32")
    parts: list[PartBody] = Field(description="in the order of the computation, summed in float64")
    winner: CellBody | None = Field(description="of max pooling, in the input")
    additive: bool = Field(description="whether the parts add up to the value, or to `before`")
    scaled: ScaledBody | None = Field(description="of a channel that an edit scaled")
    reason: str = Field(description="names why something is missing; empty when nothing is")
    note: str = Field(description="the same as a sentence")
    code: str = Field(description="a PyTorch program that prints the value, where it can be had")
    gradient: CellGradientBody | None = Field(description="with `class` alone")
