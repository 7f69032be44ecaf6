"""The app, wired: settings, networks, traces, routes, guards, errors."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import torch
from fastapi import FastAPI

from . import __version__, paths
from .core import image
from .data import pictures
from .data.recent import Recent
from .data.sets import Roots
from .errors import StartError
from .settings import MIB, Settings
from .store import Store, StoreError
from .train.executor import Executor
from .train.wire import Caps
from .web import (
    api,
    cells,
    datasets,
    editing,
    exports,
    gradients,
    guide,
    lab,
    pages,
    pins,
    plans,
    runs,
    schedule,
    socket,
    tracing,
)
from .web.archive import Archives
from .web.body import Uploads
from .web.guard import WILDCARDS, Guard, allowed_names
from .web.head import Head
from .web.heads import Heads
from .web.here import Here
from .web.hub import RESTING, Hub
from .web.inference import Tracer, Workbench, choose_device
from .web.openapi import correct
from .web.problems import HANDLERS
from .web.shelf import Shelf
from .web.specs import Specs
from .web.traces import Traces
from .zoo import Zoo, ZooError

ROUTERS = (
    *(api, tracing, cells, gradients, editing),
    *(datasets, plans, runs, pins, exports, schedule, socket),
    *(lab, guide, pages),
)
# Bodies held at once: 25 of the largest, or a class of 200 that sends photographs of 2 MB.
UPLOAD_BYTES = 512 * MIB
RECENT_BYTES = 256 * MIB  # of decoded data sets that the page shows pictures of
# Archives of pictures taken in at once, and how many times a picture's time each may take.
ARCHIVES, ARCHIVE_PATIENCE = 2, 10


def create_app(settings: Settings) -> FastAPI:
    """Returns the app with its networks loaded and the first picture traced.

    Raises:
        StartError: networks or the page are missing or broken.
    """
    torch.set_num_threads(1)
    pages.bundle()
    here = _here(settings)
    app = FastAPI(
        title="ConvLens",
        version=__version__,
        summary="What every layer of a convolutional network makes of a picture.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        exception_handlers=HANDLERS,
    )
    app.state.here = here
    for part in ROUTERS:
        app.include_router(part.router)
    app.add_middleware(Head)
    app.add_middleware(
        Guard,
        names=allowed_names(settings.host, settings.allowed_hosts),
        addresses=settings.host in WILDCARDS,
    )
    correct(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    here: Here = app.state.here
    here.hub.audience.open()
    await asyncio.to_thread(here.hub.open)
    yield
    await asyncio.to_thread(here.hub.close)
    here.hub.audience.close()
    here.workbench.close()


def _here(settings: Settings) -> Here:
    store = _store(settings)
    shelf = Shelf(settings.models or paths.models(), store)
    roots = Roots(
        own=settings.data_dir / "data",
        extra=settings.datasets,
        downloads=settings.data_dir / "downloads",
    )
    caps = Caps(
        steps=settings.run_steps,
        minutes=settings.run_minutes,
        parameters=settings.run_parameters,
    )
    specs = Specs(store, shelf, roots, caps)
    # With more threads, runs and requests beside each other wait for spinning threads.
    executor = Executor(
        settings.runs + RESTING + 1, threads=max(1, ((os.cpu_count() or 1) - 1) // settings.runs)
    )
    workbench = Workbench(workers=settings.workers, queue=settings.queue)
    return Here(
        tracer=_tracer(settings, shelf),
        workbench=workbench,
        uploads=Uploads(cap=image.MAX_BYTES, seconds=settings.upload_seconds, budget=UPLOAD_BYTES),
        hub=Hub(
            store, executor, specs.of, places=settings.runs, storage=settings.run_storage_mb * MIB
        ),
        specs=specs,
        roots=roots,
        recent=Recent(roots, budget=RECENT_BYTES),
        archives=Archives(
            roots.own,
            cap=settings.dataset_mb * MIB,
            seconds=settings.upload_seconds * ARCHIVE_PATIENCE,
            at_once=ARCHIVES,
        ),
        heads=Heads(Zoo(paths.models() / "lab"), workbench),
    )


def _store(settings: Settings) -> Store:
    try:
        return Store(settings.data_dir)
    except StoreError as error:
        raise StartError(error.sentence, hint=error.hint) from error


def _tracer(settings: Settings, shelf: Shelf) -> Tracer:
    """Loads every network and traces the page's first picture, so that the page opens drawn."""
    traces = Traces(settings.trace_bytes)
    tracer = Tracer(shelf, traces, choose_device(settings.device))
    try:
        for name in shelf.ids():
            shelf.graph(name)
    except ZooError as error:
        raise StartError(error.sentence, hint=error.hint) from error
    first = pictures.catalogue()[0].id
    tracer.trace(shelf.ids()[0], pictures.read(first), api.framing(first))
    return tracer
