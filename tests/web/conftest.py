"""One app with the networks that ship, for all tests of the web."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from convlens.app import create_app
from convlens.settings import Settings


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
