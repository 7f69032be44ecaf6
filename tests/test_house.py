"""The house rules that can be counted: who imports whom, how long things are, where colours live.

An exception is a row with its reason in one of the tables; there is no other way around a rule.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "server"
PAGE = ROOT / "static" / "src"

FILE_LINES, FUNCTION_LINES, COMPONENT_LINES = 400, 40, 150
# Path from the checkout -> why it may be longer.
LONG_FILES: dict[str, str] = {}
LONG_COMPONENTS: dict[str, str] = {}
# "path:function" -> why it may be longer. TypeScript's functions are counted by eslint.
LONG_FUNCTIONS: dict[str, str] = {}

# Room of server/ (a folder or a top file) -> rooms it may import; rooms that are absent wire.
SERVER_ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "paths": set(),
    "nets": {"errors"},
    "core": set(),
    "settings": {"errors"},
    "card": {"core", "nets", "errors"},
    "data": {"core", "nets", "errors", "paths"},
    "zoo": {"card", "core", "nets", "errors", "paths"},
    "train": {"card", "core", "nets", "data", "errors", "paths"},
    "store": {"train", "errors", "paths"},
    "web": {"core", "nets", "data", "train", "store", "zoo", "card", "settings", "errors", "paths"},
}
STANDARD = sys.stdlib_module_names
# Room -> all that it may import from outside the package beside the standard library; safetensors
# is the payload's layout and touches only bytes.
ONLY_OUTSIDE = {"nets": {"torch"}, "core": {"torch", "PIL", "safetensors"}}
# Room -> parts of the standard library that would make it impure.
IMPURE = {
    "core": {"asyncio", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "time"}
}
# Module from outside -> where alone it may be imported (path prefixes in server/).
AT_HOME = {
    "fastapi": ("web/", "app.py"),
    "starlette": ("web/", "app.py"),
    "asyncio": ("web/", "app.py"),
    "uvicorn": ("cli.py", "launch.py"),
    "PIL": ("core/image", "core/digit", "data/"),
    "sqlite3": ("store/",),
    "multiprocessing": ("train/worker.py", "train/executor.py"),
    "subprocess": ("train/executor.py",),
}

# Room of static/src -> rooms it may import; what lies beside the rooms (App, main) may import all.
BELOW_VIEWS = {"core", "draw", "io", "i18n", "state", "ui"}
PAGE_ROOMS: dict[str, set[str]] = {
    "core": set(),
    "draw": {"core"},
    "io": {"core"},
    "i18n": {"core"},
    "state": {"core", "io", "i18n"},
    "ui": {"core", "draw", "io", "i18n"},
    "view": BELOW_VIEWS,
    "lab": BELOW_VIEWS,
    "lesson": BELOW_VIEWS,
}
WITHOUT_SVELTE = {"core", "draw"}
SPECIFIER = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*)(?P<quote>['"])(?P<path>[^'"\n]+)(?P=quote)"""
)
RAW_COLOUR = re.compile(r"(?<!&)#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(")
COLOUR_HOMES = ("style/tokens.css", "core/colour")


class Import(NamedTuple):
    """One import: the file, its path in its tree, and what it names there or outside."""

    where: str
    inside: str | None
    outside: str | None


def python_files() -> list[Path]:
    folders = [SERVER, ROOT / "tests"]
    return [ROOT / "setup.py", *(p for folder in folders for p in sorted(folder.rglob("*.py")))]


def page_files(*suffixes: str) -> list[Path]:
    found = (path for path in sorted(PAGE.rglob("*")) if path.suffix in suffixes)
    return [path for path in found if not path.name.endswith(".test.ts")]


def room(path: str) -> str:
    """The first folder of a path, or its file's name without suffixes."""
    return path.split("/")[0].split(".")[0]


def python_imports(path: Path) -> Iterator[Import]:
    where = path.relative_to(SERVER)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(where.as_posix(), None, alias.name.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield Import(where.as_posix(), None, str(node.module).split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            base = [*where.parent.parts][: len(where.parts) - node.level]
            named = node.module.split(".") if node.module else []
            for alias in node.names:
                yield Import(where.as_posix(), "/".join([*base, *named, alias.name]), None)


def server_imports() -> list[Import]:
    return [each for path in sorted(SERVER.rglob("*.py")) for each in python_imports(path)]


def page_imports() -> Iterator[Import]:
    for path in page_files(".ts", ".svelte"):
        where = path.relative_to(PAGE).as_posix()
        for match in SPECIFIER.finditer(path.read_text("utf-8")):
            named = match["path"]
            if named.startswith("."):
                target = (path.parent / named).resolve()
                assert target.is_relative_to(PAGE), f"{where} reaches outside the page: {named}"
                yield Import(where, target.relative_to(PAGE).as_posix(), None)
            else:
                yield Import(where, None, named)


def is_allowed(where: str, target: str, rooms: dict[str, set[str]]) -> bool:
    own = room(where)
    return own not in rooms or room(target) in rooms[own] | {own}


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with its number of lines, the docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            words = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - words


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_room_of_the_server_imports_only_rooms_below_it() -> None:
    package_members = {"__version__"}
    wrong = [
        f"{each.where} imports {each.inside}"
        for each in server_imports()
        if each.inside and room(each.inside) not in package_members
        if not is_allowed(each.where, each.inside, SERVER_ROOMS)
    ]
    assert wrong == []


def test_the_store_knows_of_training_only_its_events() -> None:
    taken = {each.inside for each in server_imports() if room(each.where) == "store"}
    assert [t for t in taken if t and t.startswith("train") and "events" not in t] == []


def test_imports_inside_the_package_are_relative() -> None:
    own = {"convlens", "server"}
    assert [each.where for each in server_imports() if each.outside in own] == []


def test_nets_and_core_need_nothing_but_torch_pillow_and_safetensors() -> None:
    wrong = [
        f"{each.where} imports {each.outside}"
        for each in server_imports()
        if each.outside and room(each.where) in ONLY_OUTSIDE
        if each.outside not in ONLY_OUTSIDE[room(each.where)] | STANDARD
    ]
    assert wrong == []


def test_core_touches_no_file_socket_or_clock() -> None:
    wrong = [
        f"{each.where} imports {each.outside}"
        for each in server_imports()
        if each.outside in IMPURE.get(room(each.where), set())
    ]
    assert wrong == []


@pytest.mark.parametrize("module", AT_HOME)
def test_a_tool_is_imported_only_where_it_lives(module: str) -> None:
    users = {each.where for each in server_imports() if each.outside == module}
    assert [user for user in users if not user.startswith(AT_HOME[module])] == []


def test_every_folder_of_modules_is_a_package_that_setup_finds() -> None:
    folders = {path.parent for path in SERVER.rglob("*.py")}
    assert [named(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_room_of_the_page_imports_only_rooms_below_it() -> None:
    wrong = [
        f"{each.where} imports {each.inside}"
        for each in page_imports()
        if each.inside and not is_allowed(each.where, each.inside, PAGE_ROOMS)
    ]
    assert wrong == []


def test_every_folder_of_the_page_has_its_row_in_the_table() -> None:
    folders = {path.name for path in PAGE.iterdir() if path.is_dir()}
    assert folders <= PAGE_ROOMS.keys() | {"style"}


def test_views_never_import_each_other() -> None:
    wrong = [
        f"{each.where} imports {each.inside}"
        for each in page_imports()
        if each.inside and each.where.startswith("view/") and each.inside.startswith("view/")
        if room(each.where[len("view/") :]) != room(each.inside[len("view/") :])
    ]
    assert wrong == []


def test_core_and_draw_are_plain_typescript() -> None:
    wrong = [
        f"{each.where} imports {each.inside or each.outside}"
        for each in page_imports()
        if room(each.where) in WITHOUT_SVELTE and "svelte" in (each.inside or each.outside or "")
    ]
    components = [named(p) for r in WITHOUT_SVELTE for p in (PAGE / r).rglob("*.svelte*")]
    assert wrong + components == []


def long_files() -> dict[str, int]:
    files = [*python_files(), *page_files(".ts", ".svelte", ".css")]
    return {named(path): lines(path) for path in files if lines(path) > FILE_LINES}


def long_components() -> dict[str, int]:
    return {named(p): lines(p) for p in page_files(".svelte") if lines(p) > COMPONENT_LINES}


def long_functions() -> dict[str, int]:
    return {
        f"{named(path)}:{name}": length
        for path in python_files()
        for name, length in functions(path)
        if length > FUNCTION_LINES
    }


BUDGETS = {
    "file": (long_files, LONG_FILES),
    "component": (long_components, LONG_COMPONENTS),
    "function": (long_functions, LONG_FUNCTIONS),
}


@pytest.mark.parametrize("kind", BUDGETS)
def test_nothing_is_longer_than_its_budget_without_a_reason(kind: str) -> None:
    find, excused = BUDGETS[kind]
    assert {name: length for name, length in find().items() if name not in excused} == {}


@pytest.mark.parametrize("kind", BUDGETS)
def test_every_exception_has_a_reason_and_is_still_needed(kind: str) -> None:
    find, excused = BUDGETS[kind]
    assert all(excused.values())
    assert excused.keys() <= find().keys()


def test_raw_colours_live_in_the_tokens_and_the_colour_tables_alone() -> None:
    wrong = [
        f"{named(path)}: {match[0]}"
        for path in page_files(".ts", ".svelte", ".css")
        if not path.relative_to(PAGE).as_posix().startswith(COLOUR_HOMES)
        for match in RAW_COLOUR.finditer(path.read_text("utf-8"))
    ]
    assert wrong == []


def test_the_lock_file_pins_every_package_and_names_no_registry() -> None:
    text = (ROOT / "static" / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert '"resolved"' not in text
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_the_page_pins_its_own_packages_exactly() -> None:
    manifest = json.loads((ROOT / "static" / "package.json").read_text("utf-8"))
    pins = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert {
        name: pin for name, pin in pins.items() if not re.fullmatch(r"\d+\.\d+\.\d+", pin)
    } == {}
