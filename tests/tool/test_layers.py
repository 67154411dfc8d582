"""The order of the folders, which the README shows: each imports only from those above it, at start or on demand."""

import ast
import re
from collections.abc import Iterator

import pytest

from build_tool import short_names
from build_tool.bytecode import ROOT
from build_tool.short_names import ShortNames

TREE = (ROOT / "README.md").read_text().split("firmware/  ", 1)[1].split("custom_components/", 1)[0]
FOLDERS = re.findall(r"^ +(\w+)/ ", TREE, re.MULTILINE)
FIRST = ("overlay", "version")
"""Modules of the root that any other may use."""
AFTER_METER = ("crash_report", "log")
LAST = ("self_test", "supervisor", "routes", "dispatcher", "device", "app", "cable", "main")
SOURCES = {module: file.read_text() for module, file in short_names.modules().items()}
TREES = {module: ast.parse(text) for module, text in SOURCES.items()}
NAMES = ShortNames(SOURCES)


def order() -> list[str]:
    """Return folders and modules of the root, the first one first."""
    folders = [folder for folder in FOLDERS if folder not in ("page", "loader")]
    after = folders.index("meter") + 1
    return [*FIRST, *folders[:after], *AFTER_METER, *folders[after:], *LAST]


def edges(tree: ast.Module) -> Iterator[str]:
    """Yield each module of ours that a source imports, loads, or names in a table."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                yield from (
                    name
                    for name in {module, *(f"{module}.{alias.name}" for alias in names)}
                    if name in SOURCES
                )
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name in SOURCES)
            case ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(module))]):
                yield module
            case ast.Constant(value=str(module)) if "." in module and module in SOURCES:
                yield module


def against_the_order(module: str, tree: ast.Module) -> list[str]:
    """Return the edges of a module that lead to a later folder."""
    ranks = order()
    own = ranks.index(module.partition(".")[0])
    return [other for other in edges(tree) if ranks.index(other.partition(".")[0]) > own]


@pytest.mark.parametrize("module", SOURCES)
def test_module_uses_only_what_stands_above_it(module: str) -> None:
    assert not against_the_order(module, TREES[module])


@pytest.mark.parametrize(
    "text", ["from storage.card import Card", 'load("api.status").write()', 'job = ["api.status", "x"]']
)
def test_edge_against_the_order_is_found(text: str) -> None:
    assert against_the_order("settings.store", ast.parse(text))


@pytest.mark.parametrize("module", SOURCES)
def test_what_is_loaded_exists(module: str) -> None:
    for node in ast.walk(TREES[module]):
        match node:
            case ast.Attribute(
                value=ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(other))]), attr=name
            ):
                assert other in SOURCES, f"{module} loads {other}"
                assert re.search(
                    rf"^(async def|def|class) {name}\b|^{name} = ", SOURCES[other], re.MULTILINE
                ), f"{module} loads {name} of {other}"
            case ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(other))]):
                assert other in SOURCES, f"{module} loads {other}"
            case (
                ast.Tuple(elts=[ast.Constant(value=str(other)), ast.Constant(value=str(name)), *_])
                | ast.List(elts=[ast.Constant(value=str(other)), ast.Constant(value=str(name)), *_])
            ) if other in SOURCES:
                assert f"def {name}(" in SOURCES[other], f"{module} names {name} of {other}"


def test_files_of_the_card_are_opened_by_storage_alone() -> None:
    """But for /config.json, which settings/store.py reads: it comes before storage."""
    allowed = {"settings.store", *(module for module in SOURCES if module.startswith(("board.", "storage.")))}
    users = {module for module, text in SOURCES.items() if "mount_point" in text or "/sd" in text}
    assert users <= allowed


def imported_folders(folder: str) -> set[str]:
    """Return the folders of this repository that the modules of one import."""
    found = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
    return found & {"benchmarks", "board_tool", "build_tool", "custom_components", "simulator", "tests"} - {
        folder
    }


@pytest.mark.parametrize(
    ("folder", "may"),
    [
        ("build_tool", set()),
        ("board_tool", {"build_tool"}),
        ("simulator", {"build_tool"}),
        ("benchmarks", {"build_tool", "simulator", "custom_components"}),
        ("custom_components", set()),
    ],
)
def test_tools_import_one_way(folder: str, may: set[str]) -> None:
    assert imported_folders(folder) <= may
