"""The bodies of the networks that a person puts together."""

from typing import Any

from pydantic import BaseModel, Field

from .schema import Text


class SettingBody(BaseModel):
    """One thing that can be set of a layer."""

    name: str
    type: str = Field(description="integer, number, flag or choice")
    default: Any = Field(description="what it is when left out")
    low: float | None
    high: float | None
    choices: list[str] | None
    label: Text


class KindBody(BaseModel):
    """A kind of layer of the allow-list."""

    kind: str
    name: Text
    settings: list[SettingBody]


class PresetBody(BaseModel):
    """A network to choose."""

    id: str
    name: Text
    about: Text
    settings: list[str] = Field(
        description="which of activation, norm, dropout, width, depth matter"
    )
    takes: list[str] = Field(description="pictures, points, or both")
    zoo: str = Field(description="the shipped network whose weights fit it; empty for none")


class LimitsBody(BaseModel):
    """How large a network of one's own may be."""

    layers: int
    parameters: int


class PresetsBody(BaseModel):
    """Networks to choose from, and the layers that others can be made of."""

    presets: list[PresetBody]
    kinds: list[KindBody]
    limits: LimitsBody


class FieldBody(BaseModel):
    """Cells of the input's side that one value sees, and the step between two such values."""

    size: int
    jump: int


class RowBody(BaseModel):
    """One layer, examined."""

    path: list[int] = Field(description="[2] is the third layer, [2, 0] the first inside it")
    name: str
    kind: str
    shape: list[int] | None
    parameters: int
    macs: int = Field(description="multiplications for one picture")
    receptive_field: FieldBody | None
    problem: Text | None


class TotalsBody(BaseModel):
    """The sums of a network."""

    layers: int
    parameters: int
    macs: int
    receptive_field: FieldBody | None


class PlanBody(BaseModel):
    """A network's layers as they would become, and what is wrong with them, if anything."""

    plan: dict[str, Any]
    classes: int
    rows: list[RowBody]
    totals: TotalsBody
    problem: Text | None
