"""One app with the networks that ship, for all tests of the web."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from convlens.app import create_app
from convlens.settings import Settings
from tests.web.running import SLOW, start, until


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The app as the command makes it, with a memory for traces that a test can fill."""
    folder: Path = tmp_path_factory.mktemp("data")
    return create_app(Settings(data_dir=folder, trace_memory_mb=8, upload_seconds=5, runs=2))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of it; what would be a traceback in the terminal is the 500 that a person gets."""
    place = "http://127.0.0.1:8000"
    with TestClient(app, base_url=place, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def trained(client: TestClient) -> Any:
    """The default run, as fast as it can, at its end."""
    run = start(client, speed=0)
    until(client, run, "state", state="finished")
    return client.get(f"/api/runs/{run['id']}").json()


@pytest.fixture
def going(client: TestClient) -> Iterator[Any]:
    """A run that goes on, and is removed after the test."""
    run = start(client, **SLOW)
    until(client, run, "points")
    yield run
    client.delete(f"/api/runs/{run['id']}")
