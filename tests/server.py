"""The real command, for tests: run to its end, or serving on a free port until the test is over."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

COMMAND = (str(Path(sys.executable).with_name("convlens")),)
START_S = 120  # PyTorch alone took 58 s once, read from a disk that was at its limit.
STOP_S = 10


@dataclass(frozen=True)
class Running:
    """A server that answers at `url`; `said` is what its terminal showed until then."""

    url: str
    process: subprocess.Popen[str]
    said: tuple[str, ...]
    errors: Path

    @property
    def port(self) -> int:
        """The port in the URL."""
        return int(self.url.rsplit(":", 1)[1])


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without the settings of whoever runs the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CONVLENS_")}
    return {**kept, **variables}


def run(
    *arguments: str,
    cwd: Path,
    command: Sequence[str] = COMMAND,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """What the command said and returned; for commands that end by themselves."""
    return subprocess.run(
        [*command, *arguments],
        cwd=cwd,
        env=environment(**(variables or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_S,
    )


@contextmanager
def starting(
    *flags: str, command: Sequence[str] = COMMAND, variables: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A server that begins to load, and the file of what it complains about; stopped at the end.

    It gets a free port and a data directory of its own. `command` may be another program that
    ends in the same command line.
    """
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "stderr"
        own = ("serve", "--port", "0", "--no-browser", "--data-dir", str(Path(folder) / "data"))
        with (
            errors.open("w") as stream,
            subprocess.Popen(
                [*command, *own, *flags],
                cwd=folder,
                env=environment(**(variables or {})),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stream,
                text=True,
            ) as process,
        ):
            try:
                yield process, errors
            finally:
                stop(process)


@contextmanager
def serving(
    *flags: str, command: Sequence[str] = COMMAND, variables: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """A server that answers; it is waited for by reading what it says until the URL."""
    with starting(*flags, command=command, variables=variables) as (process, errors):
        said = said_until("http://", process)
        assert said[-1].startswith("http://"), f"It did not start: {said} {errors.read_text()}"
        yield Running(said[-1], process, said, errors)


def said_until(beginning: str, process: subprocess.Popen[str]) -> tuple[str, ...]:
    """The lines it says up to one that begins so, or all of them when it ends before."""
    assert process.stdout is not None
    said: list[str] = []
    alarm = Timer(START_S, process.kill)
    alarm.start()
    try:
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith(beginning):
                break
    finally:
        alarm.cancel()
    return tuple(said)


def stop(process: subprocess.Popen[str]) -> int:
    """Its exit code after SIGTERM; a server that does not end in time is killed."""
    process.terminate()
    alarm = Timer(STOP_S, process.kill)
    alarm.start()
    try:
        return process.wait()
    finally:
        alarm.cancel()
