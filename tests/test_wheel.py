"""What people install: the wheel and the source distribution, and the step that builds the page.

The environment installed into is empty but for one line that lends it this one's packages, so
that torch is not installed twice; the checkout is not on its path.
"""

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from shutil import copytree, rmtree
from threading import Timer

import httpx2
import pytest
from PIL import Image
from safetensors.torch import load

from tests.server import START_S

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "static" / "dist"
# Nothing may be fetched, and npm fails at once instead of trying again.
OFFLINE = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    "PIP_NO_INDEX": "1",
    "npm_config_registry": "http://127.0.0.1:9",
    "npm_config_fetch_retries": "0",
}


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**OFFLINE, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def built(*command: str | Path, cwd: Path) -> None:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr


def build_wheel(source: Path, folder: Path) -> Path:
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir")
    built(sys.executable, "-m", "pip", "wheel", *options, folder, source, cwd=folder)
    return next(folder.glob("convlens-*.whl"))


def names_in(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def relative(folder: Path, base: Path) -> set[str]:
    return {p.relative_to(base).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the checkout."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source distribution, unpacked, without a bundle; the wheel came first and renewed ours."""
    folder = tmp_path_factory.mktemp("sdist")
    script = f"from setuptools import build_meta; build_meta.build_sdist({str(folder)!r})"
    built(sys.executable, "-c", script, cwd=ROOT)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        # Python knows filters from 3.11.4 on.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **safely)  # type: ignore[arg-type]
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    options = ("install", "--no-deps", "--ignore-installed")
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    built(*pip, *options, wheel, cwd=home)
    lent = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    site = next(home.rglob("site-packages"))
    (site / "lent.pth").write_text("\n".join(lent), "utf-8")
    return programs


@pytest.fixture(scope="module")
def client(scripts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of the installed command, started in a folder of its own."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    command = [scripts / "convlens", "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        [*map(str, command), "--data-dir", str(elsewhere / "data")],
        cwd=elsewhere,
        env=OFFLINE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            with httpx2.Client(base_url=printed_address(server), timeout=START_S) as session:
                yield session
        finally:
            server.terminate()


def printed_address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said = []
    deadline = Timer(START_S, server.kill)
    deadline.start()
    for line in server.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            deadline.cancel()
            return found[0]
    deadline.cancel()
    raise AssertionError("the server printed no address:\n" + "".join(said))


def test_the_wheel_holds_page_templates_and_networks_and_no_sources_of_the_page(
    wheel: Path,
) -> None:
    carried = relative(DIST, ROOT) | relative(ROOT / "templates", ROOT)
    carried |= relative(ROOT / "models", ROOT)
    inside = {name for name in names_in(wheel) if ".dist-info/" not in name}
    modules = {f"convlens/{name}" for name in relative(ROOT / "server", ROOT / "server")}
    assert inside == {f"convlens/{name}" for name in carried} | {
        name for name in modules if name.endswith(".py")
    }


def test_the_wheel_names_its_licence(wheel: Path) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in names_in(wheel))


def test_a_wheel_from_the_source_distribution_is_the_wheel_from_the_checkout(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    copytree(unpacked, source)
    copytree(DIST, source / "static" / "dist")
    (tmp_path / "wheel").mkdir()
    assert names_in(build_wheel(source, tmp_path / "wheel")) == names_in(wheel)


def test_the_source_distribution_holds_all_that_builds_the_page(unpacked: Path) -> None:
    sources = relative(ROOT / "static" / "src", ROOT) | relative(ROOT / "static" / "public", ROOT)
    assert sources <= relative(unpacked / "static", unpacked)
    assert {"package.json", "package-lock.json"} <= relative(
        unpacked / "static", unpacked / "static"
    )
    assert not (unpacked / "static" / "node_modules").exists()


def test_the_installed_command_imports_the_wheel_and_not_the_checkout(
    scripts: Path, tmp_path: Path
) -> None:
    asked = run(scripts / "python", "-c", "import convlens; print(convlens.__file__)", cwd=tmp_path)
    assert Path(asked.stdout.strip()).is_relative_to(scripts.parent), asked.stderr


def test_the_installed_page_and_every_file_it_names_are_served(client: httpx2.Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text)
    assert any(name.endswith(".js") for name in named)
    assert {name: client.get(name).status_code for name in named} == dict.fromkeys(named, 200)


def test_every_file_of_the_manifest_is_served_as_it_was_built(client: httpx2.Client) -> None:
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    chunks = manifest.values()
    files = {chunk["file"] for chunk in chunks}
    files |= {name for chunk in chunks for name in chunk.get("css", []) + chunk.get("assets", [])}
    for name in files:
        for encoding in ("gzip", "identity"):
            answer = client.get(f"/static/{name}", headers={"accept-encoding": encoding})
            assert answer.status_code == 200
            assert answer.content == (DIST / name).read_bytes()


def test_the_installed_network_traces_a_picture(client: httpx2.Client) -> None:
    picture = BytesIO()
    Image.new("RGB", (80, 60), (200, 90, 40)).save(picture, "PNG")
    answer = client.post(
        "/api/models/tiny-vgg/trace",
        content=picture.getvalue(),
        headers={"content-type": "image/png"},
    )
    assert answer.status_code == 200, answer.text
    header_bytes = int.from_bytes(answer.content[:8], "little")
    header = json.loads(answer.content[8 : 8 + header_bytes])
    trace = json.loads(header["__metadata__"]["trace"])
    assert trace["model"] == "tiny-vgg"
    assert sum(trace["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert load(answer.content)["conv_1_1"].shape == (10, 62, 62)


@pytest.fixture
def checkout(unpacked: Path, tmp_path: Path) -> Path:
    """A copy of the sources in which nothing is installed or built, and npm reaches nobody."""
    return Path(copytree(unpacked, tmp_path / "checkout"))


def build_page(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "setup.py", "--quiet", "build_page", "--inplace")
    cache = str(checkout / "npm-cache")
    return run(*command, cwd=checkout, npm_config_cache=cache)


def test_without_a_registry_and_a_bundle_the_build_stops_with_the_remedy(checkout: Path) -> None:
    done = build_page(checkout)
    assert done.returncode != 0
    assert "Remedy: make an npm registry reachable" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_registry_an_older_bundle_is_used_with_a_warning(checkout: Path) -> None:
    copytree(DIST, checkout / "static" / "dist")
    (checkout / "static" / "src" / "new.ts").write_text("export {};\n", "utf-8")
    done = build_page(checkout)
    assert done.returncode == 0, done.stderr
    assert "the page built earlier is used" in done.stderr


def test_a_bundle_of_these_sources_is_kept_without_asking_npm(checkout: Path) -> None:
    copytree(DIST, checkout / "static" / "dist")
    done = build_page(checkout)
    assert (done.returncode, "npm" in done.stderr) == (0, False), done.stderr


def test_a_bundle_whose_entry_is_missing_is_not_taken_for_a_bundle(checkout: Path) -> None:
    copytree(DIST, checkout / "static" / "dist")
    rmtree(checkout / "static" / "dist" / "assets")
    done = build_page(checkout)
    assert done.returncode != 0
    assert "Remedy" in done.stderr
