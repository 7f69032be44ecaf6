"""The app, wired: settings, networks, traces, routes, guards, errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import torch
from fastapi import FastAPI

from . import __version__, paths
from .core import image
from .data import pictures
from .errors import StartError
from .settings import MIB, Settings
from .web import api, pages, tracing
from .web.body import Uploads
from .web.guard import WILDCARDS, Guard, allowed_names
from .web.head import Head
from .web.here import Here
from .web.inference import Tracer, Workbench, choose_device
from .web.openapi import correct
from .web.problems import HANDLERS
from .web.traces import Traces
from .zoo import Zoo, ZooError

# Bodies held at once: 25 of the largest, or a class of 200 that sends photographs of 2 MB.
UPLOAD_BYTES = 512 * MIB


def create_app(settings: Settings) -> FastAPI:
    """Returns the app with its networks loaded and the first picture traced.

    Raises:
        StartError: networks or the page are missing or broken.
    """
    torch.set_num_threads(1)
    pages.bundle()
    here = Here(
        tracer=_tracer(settings),
        workbench=Workbench(workers=settings.workers, queue=settings.queue),
        uploads=Uploads(cap=image.MAX_BYTES, seconds=settings.upload_seconds, budget=UPLOAD_BYTES),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        here.workbench.close()

    app = FastAPI(
        title="ConvLens",
        version=__version__,
        summary="What every layer of a convolutional network makes of a picture.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
    )
    app.state.here = here
    for router in (api.router, tracing.router, pages.router):
        app.include_router(router)
    app.add_middleware(Head)
    app.add_middleware(
        Guard,
        names=allowed_names(settings.host, settings.allowed_hosts),
        addresses=settings.host in WILDCARDS,
    )
    correct(app)
    return app


def _tracer(settings: Settings) -> Tracer:
    """Loads every network and traces the page's first picture, so that the page opens drawn."""
    zoo = Zoo(settings.models or paths.models())
    traces = Traces(settings.trace_bytes)
    tracer = Tracer(zoo, traces, choose_device(settings.device))
    try:
        for name in zoo.ids():
            zoo.graph(name)
    except ZooError as error:
        raise StartError(error.sentence, hint=error.hint) from error
    first = pictures.catalogue()[0].id
    tracer.trace(zoo.ids()[0], pictures.read(first), api.framing(first))
    return tracer
