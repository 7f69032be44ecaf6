"""The bodies of the two heads that the lab compares."""

from pydantic import BaseModel, Field

from .schema import Label, Text


class HeadBody(BaseModel):
    """One network and how far its answers hold."""

    id: str
    name: str
    about: Text
    parameters: int
    shifts: list[float] = Field(description="share named rightly, 0 to 1, for each of `shifts`")
    radii: list[float] = Field(description="the same for each of `radii`")


class HeadsBody(BaseModel):
    """Networks that differ in the head alone, asked about shapes elsewhere and in other sizes."""

    heads: list[HeadBody]
    classes: list[Label]
    pictures: int = Field(description="how many were asked about for each share")
    shifts: list[float] = Field(description="pixels by which every shape was moved")
    radii: list[float] = Field(description="pixels")
    learned: list[float] = Field(description="the least and the greatest radius learned from")
