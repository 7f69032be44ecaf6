"""What may be asked of a run that goes on, by HTTP or through a socket: names, values, bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import Problem
from ..train.options import LIVE, OptionError, check
from .refusals import option_refused

PINS = 8
Said = Mapping[str, Any]


def look(said: Said) -> dict[str, Any]:
    """Returns which pin is shown, and whether frames are wanted, as far as it is said.

    Raises:
        ValueError: a sentence with the value that is not allowed.
    """
    if "pin" in said:
        _whole("pin", said["pin"], PINS - 1)
    if "frames" in said and not isinstance(said["frames"], bool):
        raise ValueError(f"frames={str(said['frames'])[:20]!r} is not true or false.")
    return {name: said[name] for name in ("pin", "frames") if name in said}


def glass(said: Said) -> dict[str, Any]:
    """Returns the name and the index of the weight under the glass; the name is null for none.

    The index counts the weight's numbers laid end to end, or is a list with one for each axis.

    Raises:
        ValueError: a sentence with the value that is not allowed.
    """
    name, index = said.get("name"), said.get("index", 0)
    if name is not None and (not isinstance(name, str) or len(name) > 200):
        raise ValueError(f"name={str(name)[:20]!r} is not the name of a weight, and not null.")
    for each in index[:8] if isinstance(index, list) else [index]:
        _whole("index", each, 2**40)
    return {"name": name, "index": index}


def live_option(said: Said) -> dict[str, Any]:
    """Returns the name and the new value of an option that may change while a run goes on.

    Raises:
        ValueError: it may not change then, or there is no such option.
        OptionError: the value is not allowed.
    """
    name = said.get("name")
    if name not in LIVE:
        raise ValueError(f"name={str(name)[:40]!r} cannot change while a run goes on.")
    if "value" not in said:
        raise ValueError(f"The new value of {name} is missing.")
    return {"name": name, "value": check(str(name), said["value"])}


def nothing(_: Said) -> dict[str, Any]:
    """Returns nothing: the action needs no more than its name."""
    return {}


# action -> what goes with it
ACTIONS: Mapping[str, Callable[[Said], dict[str, Any]]] = {
    **dict.fromkeys(("pause", "resume", "step_phase", "step_batch", "step_epoch", "stop"), nothing),
    **dict.fromkeys(("find_lr", "evaluate", "open_test"), nothing),
    "set": live_option,
    "look": look,
    "glass": glass,
}


def read_command(said: Said) -> dict[str, Any]:
    """Returns the command of a control's body; one that is not allowed is a 422 problem."""
    action = said.get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        raise Problem(
            422,
            f"action={str(action)[:40]!r} is none of {', '.join(ACTIONS)}.",
            hint='For example {"action": "pause"}.',
            title="No such action",
        )
    try:
        return {"action": action, **ACTIONS[action](said)}
    except OptionError as error:
        raise option_refused(error) from error
    except ValueError as error:
        hints = {"set": f"These can: {', '.join(LIVE)}. Others need a new run: POST /api/runs."}
        hint = hints.get(action, "See /docs for what goes with each action.")
        raise Problem(422, str(error), hint=hint, title="Action not allowed") from error


def _whole(name: str, value: Any, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{name}={str(value)[:20]!r} is not a whole number from 0 to {most}.")
