"""Pictures through networks, off the event loop: a bounded queue in front of a few threads."""

import asyncio
import copy
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

import torch

from ..core import image, stats, tap
from ..core.edits import Edited, put_in
from ..core.ends import Ends, measure
from ..core.record import Op, Record
from ..errors import Problem, StartError
from ..zoo import Card, Zoo, ZooError
from .traces import Kept, Traces, trace_id

Result = TypeVar("Result")


class Workbench:
    """Threads for decoding and inference; when too many callers wait, the next one gets 503."""

    def __init__(self, *, workers: int, queue: int) -> None:
        self.limit = workers + queue
        self.waiting = 0
        # One torch thread per request: with more, requests beside each other wait for spinning
        # threads (measured: 22 times the latency at the 95th percentile).
        self._threads = ThreadPoolExecutor(
            workers, "inference", initializer=torch.set_num_threads, initargs=(1,)
        )

    async def do(self, work: Callable[[], Result]) -> Result:
        """Returns what `work` returns; raises a 503 problem when the queue is full."""
        if self.waiting >= self.limit:
            raise Problem(
                503,
                f"{self.waiting} pictures are being worked on; at most {self.limit} may be.",
                hint="Try again in a second.",
                title="Server busy",
                headers={"Retry-After": "1"},
            )
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Ends the threads once their work is done."""
        self._threads.shutdown(cancel_futures=True)


def choose_device(name: str) -> torch.device:
    """Returns the device of a setting; `auto` takes cuda, then mps, then cpu."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next((each for each, is_there in there.items() if is_there), "cpu")
    elif not there.get(name, True):
        raise StartError(
            f"The device {name} is not available to PyTorch on this machine.",
            hint="Use --device cpu or --device auto.",
        )
    if name == "cuda":  # Its convolutions otherwise round every factor to 10 bits (TF32).
        torch.backends.cudnn.allow_tf32 = False
    return torch.device(name)


def picture_problem(error: image.PictureError) -> Problem:
    """Returns the problem of a picture that cannot be read."""
    return Problem(
        error.status,
        error.detail,
        hint=error.hint,
        title=error.title,
        code=error.code,
        values=error.values,
    )


class Tracer:
    """Traces pictures through the zoo's networks and keeps the results."""

    def __init__(self, zoo: Zoo, traces: Traces, device: torch.device) -> None:
        self.zoo = zoo
        self.traces = traces
        self.device = device

    def network(self, model: str) -> torch.nn.Module:
        """Returns a network on the tracer's device, shared: it is not to be changed."""
        return self.zoo.network(model) if self.device.type == "cpu" else self._moved(model)

    def network_of(self, kept: Kept) -> torch.nn.Module:
        """Returns the network that made a trace, without the trace's edits.

        Raises:
            Problem: 410, it is a run's, and has gone.
        """
        try:
            return self.network(kept.header["model"])
        except ZooError as error:
            raise Problem(410, error.sentence, hint=error.hint, title="Network gone") from error

    def edited(self, kept: Kept) -> Edited:
        """Returns the network and picture of a trace with its edits in place."""
        network, x = self.network_of(kept), self.input_of(kept)
        return put_in(network, x, kept.edits, kept.records)

    def input_of(self, kept: Kept) -> torch.Tensor:
        """Returns what the network of a trace was given, (1, C, H, W)."""
        value = kept.records[0].value
        assert value is not None
        return value[None].to(self.device)

    @lru_cache(maxsize=16)  # noqa: B019 (one tracer lives as long as the process)
    def _moved(self, model: str) -> torch.nn.Module:
        return copy.deepcopy(self.zoo.network(model)).to(self.device)  # The zoo's own stays.

    def weights(self, kept: Kept) -> Mapping[str, torch.Tensor]:
        """Returns the weights that made a kept trace, by the names of `state_dict`."""
        return self.edited(kept).model.state_dict()

    def trace(self, model: str, picture: bytes, crop: image.Crop | None) -> Kept:
        """Returns the kept trace of a picture, computed unless it is still there.

        Raises:
            Problem: the picture cannot be read.
        """
        model = self.zoo.exact(model)
        key = trace_id(model, picture, str(crop))
        found = self.traces.find(key)
        if found is not None:
            return found
        card = self.zoo.card(model)
        try:
            prepared = image.prepare(picture, card.spec, crop=crop)
        except image.PictureError as error:
            raise picture_problem(error) from error
        seen = tap.run(self.network(model), prepared.tensor.to(self.device))
        ends = measure(seen.records)
        head = header(key, card, seen.records, prepared.facts, ends=ends)
        kept = Kept(key, seen.records, head, ends)
        self.traces.keep(kept)
        return kept


def header(
    key: str,
    card: Card,
    records: tuple[Record, ...],
    facts: dict[str, Any],
    *,
    ends: Mapping[str, Ends],
) -> dict[str, Any]:
    """Returns the JSON header of a trace, as `__metadata__.trace` and as the JSON answer."""
    probabilities = records[-1] if records[-1].op is Op.SOFTMAX else None
    logits = _source(probabilities, records)
    blocks = stats.blocks(records)
    return {
        "trace_id": key,
        "model": card.id,
        "classes": [each["id"] for each in card.classes],
        "logits": _numbers(logits),
        "probabilities": _numbers(probabilities),
        "nodes": describe(records, blocks),
        "ranges": stats.ranges(records, ends=ends, number=blocks),
        "picture": facts,
        "base": "",
        "edits": [],
        "gradient": None,
    }


def describe(
    records: tuple[Record, ...], blocks: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Returns the nodes as the contract lists them, each with the number of its block."""
    blocks = stats.blocks(records) if blocks is None else blocks
    return [{**record.describe(), "block": blocks[record.id]} for record in records]


def _source(record: Record | None, records: tuple[Record, ...]) -> Record | None:
    inputs = record.inputs if record else ()
    return next((each for each in records if each.id in inputs), None)


def _numbers(record: Record | None) -> list[float]:
    if record is None or record.value is None:
        return []
    return [float(number) for number in record.value.flatten().tolist()]
