"""The bodies of the API about data sets."""

from pydantic import BaseModel, Field

from .schema import Label, Text


class Listing(BaseModel):
    """A data set in the list."""

    id: str
    name: Text
    classes: list[Label]
    shape: list[int] = Field(description="[C, H, W] of a picture, [2] for points")
    count: int = Field(description="pictures; of the training part where the set is generated")
    per_class: list[int]
    kind: str = Field(description="bundled, points, torchvision, own or folder")
    available: bool
    why: Text | None = Field(description="why it cannot be used as it is")
    downloadable: bool
    settings: list[str] = Field(description="options that a generated set is drawn by")


class Taken(BaseModel):
    """A data set of one's own after pictures were added to it."""

    listing: Listing
    notes: list[Text] = Field(description="what was left out, and what is unequal")


class TakenPicture(Taken):
    """The same for one picture."""

    index: int = Field(description="the picture's place in the set")


class Cell(BaseModel):
    """A picture of a contact sheet."""

    row: int
    column: int
    id: int = Field(description="its place in the set")
    label: int = Field(description="class number, as it is learned")
    part: str = Field(description="train or validation")


class Counts(BaseModel):
    """Pictures of every class in the three parts."""

    train: list[int]
    validation: list[int]
    test: list[int] = Field(description="sealed: counted and not shown")


class Sheet(BaseModel):
    """A contact sheet without its pixels: one row a class, cells without gaps."""

    columns: int
    rows: int
    width: int = Field(description="of a cell, in pixels")
    height: int
    cells: list[Cell]
    counts: Counts
    points: list[tuple[float, float, int, str]] = Field(
        description="x, y, class number and part, where the set holds points"
    )
    mean: list[float] = Field(description="of every channel, what is taken away")
    std: list[float] = Field(description="of every channel, what is divided by")
    notes: list[Text]
