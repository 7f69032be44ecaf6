"""From settings to a listening server: the socket, the data directory, the browser."""

import errno
import gc
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import StartError
from .settings import Settings


def _bound(family: int, settings: Settings) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # Elsewhere it would let two programs take the same port.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError:
        listening.close()
        raise
    return listening


@contextmanager
def listen(settings: Settings) -> Iterator[socket.socket]:
    """Yields a socket bound to the host and port of the settings, closed afterwards.

    Raises:
        StartError: the port is in use, not permitted, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = _bound(family, settings)
    except OSError as error:
        raise _cannot_listen(settings, error) from error
    with listening:
        yield listening


HINTS = {
    errno.EADDRINUSE: "Another program uses the port: give another one with --port, or --port 0 "
    "for any free one.",
    errno.EACCES: "Ports below 1024 belong to the system: give a higher one with --port.",
}


def _cannot_listen(settings: Settings, error: OSError) -> StartError:
    return StartError(
        f"Cannot listen on {settings.host} port {settings.port}: {error.strerror or error}.",
        hint=HINTS.get(error.errno or 0, "Give an address of this machine with --host."),
    )


def check_data_dir(folder: Path) -> None:
    """Makes the data directory if need be and proves that it can be written.

    Raises:
        StartError: it cannot be made or written.
    """
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"The data directory {folder} cannot be written: {error.strerror or error}.",
            hint="Choose another one with --data-dir FOLDER or CONVLENS_DATA_DIR.",
        ) from error


def address(listening: socket.socket) -> str:
    """Returns the URL to open for a bound socket; a wildcard address opens as loopback."""
    host, port = listening.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def run(app: Any, listening: socket.socket, settings: Settings, say: Callable[[str], None]) -> None:
    """Serves until stopped; prints the URL once connections are taken.

    Raises:
        StartError: another program has begun to listen on the port in the meantime.
    """
    import uvicorn

    # What is loaded by now stays: the collector need not look at it again at every request.
    gc.collect()
    gc.freeze()
    url = address(listening)
    try:
        listening.listen(2048)
    except OSError as error:
        raise _cannot_listen(settings, error) from error
    say(url)
    if settings.browser:
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    config = uvicorn.Config(
        app, log_level="warning", ws_per_message_deflate=False, timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=[listening])
