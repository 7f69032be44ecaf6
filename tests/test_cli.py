"""The real command in a process of its own: what it says, and with which exit code it ends."""

import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from convlens import __version__, paths
from convlens.settings import Settings
from tests.server import STOP_S, Running, run, said_until, serving, starting, stop

MODULE = (sys.executable, "-m", "convlens")


def refused(tmp_path: Path, *arguments: str, **variables: str) -> str:
    """What the command complains with: one sentence and a hint, exit code 2, no traceback."""
    done = run(*arguments, cwd=tmp_path, variables=variables)
    lines = done.stderr.splitlines()
    assert (done.returncode, len(lines)) == (2, 2), done.stderr
    assert lines[0].startswith("convlens: ")
    assert lines[0].endswith(".")
    assert lines[1].startswith("  hint: ")
    return done.stderr


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The command, started by its module's name."""
    with serving(command=MODULE) as server:
        yield server


def test_version_says_the_version(tmp_path: Path) -> None:
    assert run("version", cwd=tmp_path).stdout == f"convlens {__version__}\n"


def test_the_module_is_the_command(tmp_path: Path) -> None:
    assert run("version", cwd=tmp_path, command=MODULE).stdout == f"convlens {__version__}\n"


def test_help_lists_every_setting_of_serve(tmp_path: Path) -> None:
    words = run("serve", "--help", cwd=tmp_path).stdout
    assert [name for name in Settings.model_fields if f"CONVLENS_{name.upper()}" not in words] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--prot", "1"),
        ("serve", "--por", "8001"),
        ("frobnicate",),
        ("version", "--port", "1"),
        ("serve", "--port"),
    ],
)
def test_a_command_line_that_is_not_understood_is_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert "--help" in refused(tmp_path, *arguments)


def test_a_flag_with_a_bad_value_is_named_with_the_value(tmp_path: Path) -> None:
    assert "--port (CONVLENS_PORT) cannot be 'eight'" in refused(tmp_path, "--port", "eight")


def test_a_variable_with_a_bad_value_is_named_with_the_value(tmp_path: Path) -> None:
    said = refused(tmp_path, "serve", CONVLENS_DEVICE="abacus")
    assert "CONVLENS_DEVICE) cannot be 'abacus'" in said


def test_a_bad_value_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CONVLENS_WORKERS=none\n", "utf-8")
    assert "CONVLENS_WORKERS) cannot be 'none'" in refused(tmp_path)


def test_a_port_in_use_is_said_before_anything_is_loaded(tmp_path: Path, taken: int) -> None:
    said = refused(tmp_path, "--port", str(taken), "--no-browser")
    assert f"port {taken}: Address already in use" in said
    assert "--port" in said.splitlines()[1]


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    # 203.0.113.0/24 is kept for documentation (RFC 5737).
    assert "--host" in refused(tmp_path, "--host", "203.0.113.7", "--port", "0")


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    said = refused(tmp_path, "--port", "0", "--data-dir", str(file / "data"))
    assert str(file / "data") in said
    assert "CONVLENS_DATA_DIR" in said


def test_missing_weights_are_named_with_their_remedy(tmp_path: Path) -> None:
    shutil.copytree(paths.models(), tmp_path / "nets")
    weights = tmp_path / "nets" / "tiny-vgg" / "weights.safetensors"
    weights.unlink()
    said = refused(tmp_path, "--port", "0", CONVLENS_MODELS=str(tmp_path / "nets"))
    assert f"The weights {weights} are missing" in said


def test_a_folder_without_networks_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in refused(tmp_path, "--port", "0", "--models", str(tmp_path))


def test_the_doctor_names_all_that_is_missing_and_the_remedies(tmp_path: Path, taken: int) -> None:
    done = run(
        *("doctor", "--port", str(taken), "--models", str(tmp_path)),
        *("--data-dir", "/dev/null/data"),
        cwd=tmp_path,
    )
    missing = re.findall(r"^MISSING ([a-z ]+):.*\n {8}\S", done.stdout, re.MULTILINE)
    assert (done.returncode, missing) == (2, ["networks", "data directory", "port"])


def test_the_doctor_finds_a_good_installation_well(tmp_path: Path) -> None:
    done = run("doctor", "--port", "0", "--data-dir", str(tmp_path / "data"), cwd=tmp_path)
    assert (done.returncode, "MISSING" in done.stdout) == (0, False), done.stdout
    assert "network tiny-vgg: weights load" in done.stdout


def test_starting_says_what_is_done_and_ends_with_the_address(running: Running) -> None:
    assert running.said[0] == f"ConvLens {__version__}"
    assert running.said[1].startswith("Loading PyTorch")
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", running.said[-1])


def test_the_printed_address_answers_at_once(running: Running) -> None:
    answer = httpx2.get(f"{running.url}/healthz")
    assert answer.json() == {"status": "ok", "version": __version__}


def test_pictures_are_neither_logged_nor_written(running: Running) -> None:
    folder = running.errors.parent
    before = sorted(folder.rglob("*"))
    answer = httpx2.post(f"{running.url}/api/models/tiny-vgg/trace?picture=coffee")
    assert answer.status_code == 200
    assert sorted(folder.rglob("*")) == before
    assert running.errors.read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_quietly_with_code_0(number: signal.Signals) -> None:
    with serving() as server, httpx2.Client(base_url=server.url) as client:
        assert client.get("/healthz").status_code == 200  # The connection stays open.
        server.process.send_signal(number)
        assert server.process.wait(timeout=5) == 0
        assert server.errors.read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_loading_ends_the_command_quietly_too(number: signal.Signals) -> None:
    with starting() as (process, errors):
        said_until("Loading", process)
        process.send_signal(number)
        assert process.wait(timeout=STOP_S) == 0
        assert errors.read_text() == ""


def test_settings_reach_the_server_from_the_environment() -> None:
    with serving(variables={"CONVLENS_ALLOWED_HOSTS": "lens.example"}) as server:
        answer = httpx2.get(f"{server.url}/healthz", headers={"host": "lens.example"})
        assert answer.status_code == 200
        assert stop(server.process) == 0
    assert "CONVLENS_ALLOWED_HOSTS" not in os.environ
