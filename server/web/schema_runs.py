"""The bodies of the API about training runs."""

from typing import Any

from pydantic import BaseModel, Field

from .schema import Text


class Reason(BaseModel):
    """Why a run ended."""

    code: str
    sentence: Text
    layer: str | None = Field(description="the layer to blame, if one is")
    step: int


class Run(BaseModel):
    """A run as the list shows it."""

    id: str
    name: str
    state: str = Field(
        description="queued, running, paused, finished, stopped, failed or interrupted"
    )
    reason: Reason | None
    place: int | None = Field(description="place in the queue, 1 for the next; null outside of it")
    options: dict[str, Any] = Field(description="every option; see GET /api/options")
    results: dict[str, Any] = Field(
        description="what is known so far: epoch, loss, accuracy, lr, validation_loss, "
        "validation_accuracy, best_accuracy, parameters, trainable, steps, steps_per_epoch, classes"
    )
    created_s: float = Field(description="Unix time")
    changed_s: float = Field(description="Unix time")
    seq: int = Field(description="number of the last event")
    step: int = Field(description="last step that is stored")
    model: str | None = Field(description="id of its last checkpoint among the networks")
    checkpoints: list[int] = Field(description="steps that can be opened: run-<id>@<step>")
    bytes: int = Field(description="what it takes on the disk")
    watchers: int = Field(description="sockets that watch it now")


class Choice(Text):
    """A value of an option that is chosen from a list."""

    id: str


class Option(BaseModel):
    """An option of a run, with its bounds and its words."""

    name: str
    kind: str = Field(description="number, integer, choice, flag, text or list")
    group: str
    default: float | bool | str | None
    low: float | None
    high: float | None
    step: float | None = Field(description="the smallest change, or the smallest value above 0")
    scale: str | None = Field(description="lin or log")
    unit: str
    live: bool = Field(description="may change while a run goes on")
    choices: list[Choice] | None
    label: Text
    help: Text


class Point(BaseModel):
    """A step of a run; null stands for what is not finite."""

    step: int
    epoch: float | None
    loss: float | None = Field(description="of the batch, before the step")
    accuracy: float | None = Field(description="of the batch, before the step")
    lr: float | None


class History(BaseModel):
    """Every recorded point of a run, and what else happened."""

    id: str
    state: str
    seq: int = Field(description="number of the last event")
    points: list[Point]
    events: list[dict[str, Any]] = Field(
        description="`{seq, type, ...}` in order: all but points, layers, health and phases"
    )


class Events(BaseModel):
    """Events of a run as its socket sends them."""

    events: list[dict[str, Any]] = Field(description="`{seq, type, ...}` in order")


class Pin(BaseModel):
    """A picture that a run shows while it trains."""

    slot: int
    picture: dict[str, Any] = Field(description="what was done to it; its index in the data set")


class Schedule(BaseModel):
    """The learning rate over a run."""

    steps: int = Field(description="about as many as the run would have")
    points: list[tuple[int, float]] = Field(description="step and learning rate")
    note: Text | None = Field(description="what cannot be known before the run")


class Arm(BaseModel):
    """One run of an experiment: what differs from the defaults, and what it is called."""

    id: str
    label: Text
    options: dict[str, Any]


class Expect(BaseModel):
    """What was measured on several seeds: a figure of an arm, or its difference to another's."""

    arm: str
    figure: str
    low: float | None
    high: float | None
    minus: str | None = Field(description="arm whose figure is taken away")


class Experiment(BaseModel):
    """A question that some runs answer when they are laid side by side."""

    id: str
    title: Text
    question: Text
    answer: Text
    arms: list[Arm]
    expects: list[Expect]
