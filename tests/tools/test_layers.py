"""The order of the folders, which the README shows: each imports only from those above it, at start or on demand."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from build_tool import short_names
from build_tool.bytecode import ROOT

TREE = (ROOT / "README.md").read_text().split("firmware/  ", 1)[1].split("custom_components/", 1)[0]
FOLDERS = [
    folder for folder in re.findall(r"^ +(\w+)/ ", TREE, re.MULTILINE) if folder not in ("page", "loader")
]
FIRST = ("overlay", "version")
"""Modules of the root that any other may use."""
AFTER_METER = ("crash_report", "log")
LAST = ("native_code", "self_test", "supervisor", "routes", "dispatcher", "device", "app", "cable", "main")
SOURCES = {module: file.read_text() for module, file in short_names.modules().items()}
TREES = {module: ast.parse(text) for module, text in SOURCES.items()}
OPENS_FLASH = (
    "server.pages",
    "update.folders",
    "update.keys",
    "update.manifest",
    "update.receive",
    "update.signature",
    "update.slots",
)
"""Modules that open files of the flash; those of board/ and storage/ open them too."""
FILE_FUNCTIONS = ("ilistdir", "listdir", "mkdir", "remove", "rename", "rmdir", "stat", "statvfs")


def order() -> list[str]:
    """Return folders and modules of the root, the first one first."""
    after = FOLDERS.index("meter") + 1
    return [*FIRST, *FOLDERS[:after], *AFTER_METER, *FOLDERS[after:], *LAST]


def edges(tree: ast.AST) -> Iterator[str]:
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
    return [
        other for other in edges(tree) if other not in SOURCES or ranks.index(other.partition(".")[0]) > own
    ]


def defined(tree: ast.Module) -> set[str]:
    """Return the names that a module defines."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    stored = (
        node for statement in tree.body if isinstance(statement, ast.Assign) for node in ast.walk(statement)
    )
    return {
        *(node.name for node in tree.body if isinstance(node, functions)),
        *(node.id for node in stored if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)),
    }


def loaded(node: ast.expr) -> str | None:
    """Return the module of `load("module")`, None for another expression."""
    match node:
        case ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(module))]):
            return module
    return None


def variables(tree: ast.AST) -> dict[str, str]:
    """Return the variables of a function, or of a module, that are loaded modules."""
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                pairs = list(zip(names, values, strict=True))
            case ast.Assign(targets=[name], value=value):
                pairs = [(name, value)]
            case _:
                pairs = []
        for name, value in pairs:
            if isinstance(name, ast.Name) and (module := loaded(value)):
                found[name.id] = module
    return found


def names_used(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of what a source uses of modules loaded on demand, and of the pairs in tables and calls."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if module := loaded(value):
                yield module, name
            case (
                ast.Tuple(elts=[ast.Constant(value=str(module)), ast.Constant(value=str(name)), *_])
                | ast.List(elts=[ast.Constant(value=str(module)), ast.Constant(value=str(name)), *_])
                | ast.Call(args=[ast.Constant(value=str(module)), ast.Constant(value=str(name)), *_])
            ) if module in SOURCES:
                yield module, name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Module():
                own = variables(node)
                for inner in ast.walk(node):
                    match inner:
                        case ast.Attribute(value=ast.Name(id=variable), attr=name) if variable in own:
                            yield own[variable], name


def unknown_names(tree: ast.Module) -> list[tuple[str, str]]:
    """Return the names that a source uses of modules which do not define them."""
    return [
        (module, name)
        for module, name in names_used(tree)
        if module not in TREES or name not in defined(TREES[module])
    ]


def names_put_together(tree: ast.Module) -> list[str]:
    """Return the places that name a module by a text of several parts, or by a wrong one."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="load"), args=[ast.Constant() | ast.Name() | ast.Subscript()]):
                pass
            case ast.Call(func=ast.Name(id="load" | "__import__" | "exec" | "eval")):
                found.append(ast.unparse(node))
            case ast.Constant(value=str(text)) if re.fullmatch(rf"({'|'.join(FOLDERS)})\.\S*", text):
                if text not in SOURCES:
                    found.append(text)
    return found


def opened_files(tree: ast.Module) -> list[str]:
    """Return the calls of a source that open, list, measure or change files."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="open")):
                found.append(ast.unparse(node))
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in FILE_FUNCTIONS:
                found.append(ast.unparse(node))
    return found


def test_readme_names_every_folder_of_the_firmware() -> None:
    assert sorted(FOLDERS) == sorted({module.partition(".")[0] for module in SOURCES if "." in module})


@pytest.mark.parametrize("module", SOURCES)
def test_module_uses_only_what_stands_above_it(module: str) -> None:
    assert against_the_order(module, TREES[module]) == []


@pytest.mark.parametrize(
    "text",
    [
        "from storage.card import Card",
        "from storage import card",
        "from device import Device",
        'load("api.status").write_status()',
        'load("supervisor").start()',
        'job = ["api.status", "x"]',
        'load("meter.crc_32").check()',
    ],
)
def test_edge_against_the_order_is_found(text: str) -> None:
    assert against_the_order("settings.store", ast.parse(text))


@pytest.mark.parametrize("module", SOURCES)
def test_all_that_is_used_of_a_loaded_module_exists(module: str) -> None:
    assert unknown_names(TREES[module]) == []


@pytest.mark.parametrize(
    "text",
    [
        'load("api.status").show()',
        'load("api.state").write_status()',
        'ROUTES = {b"GET /": ("api.status", "show", True)}',
        'send("api.status", "show", device)',
        'def f():\n    rows, log = load("storage.day_csv_reader"), load("log")\n    rows.head()',
    ],
)
def test_name_that_a_loaded_module_lacks_is_found(text: str) -> None:
    assert unknown_names(ast.parse(text))


@pytest.mark.parametrize("module", [module for module in SOURCES if module != "overlay"])
def test_module_is_named_by_one_whole_text(module: str) -> None:
    assert names_put_together(TREES[module]) == []


@pytest.mark.parametrize(
    "text",
    [
        'load("api." + name)',
        'load("api.%s" % name)',
        'load(f"{folder}.status")',
        'path = "api." + name',
        '"api.x"',
    ],
)
def test_name_that_is_put_together_is_found(text: str) -> None:
    assert names_put_together(ast.parse(text))


@pytest.mark.parametrize(
    "module", [module for module in SOURCES if not module.startswith(("board.", "storage."))]
)
def test_files_of_the_card_are_opened_by_storage_and_board_alone(module: str) -> None:
    assert "board.mount_point" not in edges(TREES[module])
    assert "/sd" not in SOURCES[module]
    assert module in OPENS_FLASH or opened_files(TREES[module]) == []


def cycle(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules of a cycle, [] without one."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def imports_of_page(folder: Path) -> dict[str, set[str]]:
    """Return the modules that each module of the page imports, by path."""
    shape = re.compile(r'^(?:import|export)\b[^;"]*"(\.[^"]+\.js)"', re.MULTILINE)
    return {
        str(file.relative_to(folder)): {
            str((file.parent / name).resolve().relative_to(folder))
            for name in shape.findall(file.read_text())
        }
        for file in folder.rglob("*.js")
    }


def imports_of_package(folder: Path) -> dict[str, set[str]]:
    """Return the modules that each module of a package imports when it is imported, by path."""
    return {
        str(file.relative_to(folder)): set(imported_files(file, ast.parse(file.read_text()), folder))
        for file in folder.rglob("*.py")
    }


def imported_files(file: Path, tree: ast.Module, folder: Path) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            base = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for path in (base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)):
                if path.exists():
                    yield str(path.relative_to(folder))
            if node.module and (base / "__init__.py").exists():
                yield str((base / "__init__.py").relative_to(folder))


def test_modules_of_the_page_import_one_way() -> None:
    imports = imports_of_page(ROOT / "firmware/page")
    assert imports["main.js"] > {"state.js", "screens/now.js"}
    assert cycle(imports) == []
    common = [module for module in imports if "/" not in module and module != "main.js"]
    assert not [name for module in common for name in imports[module] if name.startswith(("screens", "dash"))]


def test_modules_of_the_integration_import_one_way() -> None:
    imports = imports_of_package(ROOT / "custom_components/p1_monitor")
    assert imports["sensor.py"] > {"coordinator.py"}
    assert cycle(imports) == []


def test_client_of_the_integration_imports_nothing_of_the_rest() -> None:
    imports = imports_of_package(ROOT / "custom_components/p1_monitor")
    clients = [module for module in imports if module.startswith("api/")]
    assert clients
    assert all(name.startswith("api/") for module in clients for name in imports[module])


def test_cycle_is_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def imported_folders(folder: str) -> set[str]:
    """Return the other folders of this repository that the modules of one import."""
    found = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
    ours = {"benchmarks", "board_tool", "build_tool", "custom_components", "simulator", "tests"}
    return (found & ours) - {folder}


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
