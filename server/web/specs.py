"""From a run's options to all that its worker has to know: where data, weights, checkpoints lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..card import ZooError
from ..data.sets import DataError, Listing, Roots, listing
from ..nets.plan import PlanError, first_problem
from ..store import RunRow, Store
from ..train.assemble import plan_for
from ..train.options import OptionError, Options, read
from ..train.wire import Caps, Spec
from .refusals import option_refused, refused
from .shelf import Shelf, is_run

# What makes a network: a run that starts from another run has the same, unless it says otherwise.
NETWORK = ("net", "layers", "activation", "norm", "dropout", "width", "depth")

DOWNLOAD = {
    "en": "Choose another one from GET /api/data, or download it.",
    "zh": "请从 GET /api/data 中另选一个，或先下载它。",
}
CHANGE = {
    "en": "Change that layer; POST /api/plans says how each layer fits.",
    "zh": "请修改这一层；POST /api/plans 会说明每层是否合适。",
}
CHOOSE_ZH = "请选择现有的网络，或有检查点的训练。"


class Specs:
    """Reads options, and makes the spec of a run for its first start and for going on."""

    def __init__(self, store: Store, shelf: Shelf, roots: Roots, caps: Caps) -> None:
        self._store = store
        self._shelf = shelf
        self._roots = roots
        self._caps = caps

    def read(self, given: Mapping[str, Any]) -> Options:
        """Returns the options of a body, once it is clear that a run can begin with them.

        Raises:
            Problem: 422, an option is not allowed, the data set or the network to start from is
                not there, or the network cannot be.
        """
        options = self.options(self._begun_from_run(given))
        self._weights(options.start)
        self._check_network(options, self.data(options.data))
        return options

    def options(self, given: Mapping[str, Any]) -> Options:
        """Returns the options of a body, each checked by itself.

        Raises:
            Problem: 422, an option is not allowed.
        """
        try:
            return read(given)
        except OptionError as error:
            raise option_refused(error) from error

    def data(self, name: str) -> Listing:
        """Returns the row of a data set that can be learned from.

        Raises:
            Problem: 422, there is none of that name, or it is not on this machine.
        """
        try:
            row = listing(name, self._roots)
        except DataError as error:
            raise refused("data", error.words, hints=error.hints) from error
        if not row.available:
            raise refused("data", row.why or row.name, hints=DOWNLOAD)
        return row

    def of(self, row: RunRow) -> Spec:
        """Returns the spec of a run.

        Raises:
            Problem: 422, the network that it starts from is not there any more.
        """
        start = row.options["start"]
        roots = {name: getattr(self._roots, name) for name in ("own", "extra", "downloads")}
        return Spec(
            id=row.id,
            options=row.options,
            roots={name: str(path) if path else None for name, path in roots.items()},
            caps=self._caps,
            checkpoint=self._checkpoint(row.id),
            changes=self._store.changes(row.id),
            seen=row.step,
            weights=self._weights(start),
            same_classes=self._has_same_classes(start, row.options["data"]),
            paused=row.options["paused"] and not row.step,
        )

    def _begun_from_run(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options with the step of the checkpoint, and the network, that a run starts from."""
        start = given.get("start")
        if not isinstance(start, str) or not is_run(start):
            return dict(given)
        self._weights(start)
        exact = self._shelf.exact(start)
        row = self._store.run(exact.removeprefix("run-").split("@")[0])
        own = {} if "layers" in given or "net" in given else dict(row.options)
        return {name: own[name] for name in NETWORK if name in own} | {**given, "start": exact}

    def _weights(self, start: str) -> str | None:
        """The file of the weights to start from; None from scratch."""
        if not start:
            return None
        try:
            return str(self._shelf.weights_path(start))
        except ZooError as error:
            words = {
                "en": f"start is {start[:60]!r}. {error.sentence}",
                "zh": f"无法从 {start[:60]!r} 开始：{error.sentence}",
            }
            raise refused("start", words, hints={"en": error.hint, "zh": CHOOSE_ZH}) from error

    def _check_network(self, options: Options, data: Listing) -> None:
        try:
            plan = plan_for(options, data.shape, len(data.classes))
        except PlanError as error:
            raise refused(error.path, error.words, hints=error.hints) from error
        found = first_problem(plan, len(data.classes), parameters=self._caps.parameters)
        if found:
            path, words = found
            placed = {language: f"{path}: {text}" for language, text in words.items()}
            raise refused(path, placed, hints=CHANGE)

    def _has_same_classes(self, start: str, data: str) -> bool:
        """Whether the network to start from tells the data's classes apart, in the same order."""
        if not start:
            return False
        try:
            known = [each["id"] for each in self._shelf.card(start).classes]
            return known == [each["id"] for each in listing(data, self._roots).classes]
        except (ZooError, DataError):
            return False

    def _checkpoint(self, run_id: str) -> str | None:
        try:
            return str(self._store.checkpoint(run_id))
        except KeyError:
            return None
