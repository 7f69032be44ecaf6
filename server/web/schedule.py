"""The learning rate over a run that has not begun: a curve to look at while choosing."""

from __future__ import annotations

from fastapi import APIRouter

from ..data.sets import Listing
from ..train.optim import schedule_curve
from ..train.options import Options
from . import schema_runs as schema
from .here import HereNow
from .jsonbody import DESCRIBED, JsonObject
from .openapi import problems
from .schema import Text

router = APIRouter(tags=["runs"], responses=problems(403))

PLATEAU = Text(
    en="It falls when the validation loss stops falling; when that is, only the run can tell.",
    zh="验证损失不再下降时学习率才会下降；那是什么时候，只有训练时才知道。",
)


def steps_of(options: Options, data: Listing) -> int:
    """Returns about how many steps a run would have; exact where every picture is dealt out."""
    if data.settings:
        count = float(options.pictures)
    else:
        count = data.count * (1 - options.test_share)
        count *= 1 - 1 / options.folds if options.folds else 1 - options.validation_share
    if options.samples:
        count = min(count, options.samples * len(data.classes))
    pictures = max(1, round(count))
    batch = min(options.batch or pictures, pictures)
    return options.epochs * -(-pictures // batch)


@router.post("/api/schedule", responses=problems(408, 413, 422), openapi_extra=DESCRIBED)
def schedule(given: JsonObject, here: HereNow) -> schema.Schedule:
    """Returns the learning rate over a run with these options, at up to 400 of its steps."""
    options = here.specs.options(given)
    steps = steps_of(options, here.specs.data(options.data))
    return schema.Schedule(
        steps=steps,
        points=schedule_curve(options, steps),
        note=PLATEAU if options.schedule == "plateau" else None,
    )
