"""Short names: the firmware's sources for a board, in one flat folder, with names that use no memory.

MicroPython never frees the names of a program. Each name uses about 17 bytes of the heap, including its entry in a
table. When the table is full, MicroPython doubles the table. Names in the ROM of MicroPython use no memory. Therefore
the build renames `recorder.spare` to `recorder.exc`, and the module storage.recorder to `heappop`. explain() translates
a board's crash report back to the names of the sources.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from build_tool.constants import inline
from build_tool.packed_tables import pack
from build_tool.rom_names import MODULES, ROM_NAMES

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
LOADER = tuple((FIRMWARE / "loader").glob("*.py"))
KEPT_MODULES = ("main", "cable")
"""The loader imports the first by its name, and scripts/firmware the second (firmware/cable.py)."""
# Names in the firmware that are also names in MicroPython or in its port to a chip. These names are never shortened.
# For example, `wlan.scan()` would fail with another name than `scan`.
_THEIRS = """
HEAD RUNNING _chunk _configure _fields _make _path _put _replace _run _serve _state block broken build config derive
drain duty empty event feed lines measure method modulus parse pending publish scan serial server shape shift size
sock t target ticks total waiting writeblocks
"""
# Names in the firmware that scripts/firmware uses on the board. These names are never shortened.
_CALLED_BY_CABLE = "board check format_card"


def modules() -> dict[str, Path]:
    """Return the paths of the firmware's modules: {"folder.module": path}.

    The modules of the loaders are left out, because no update replaces a loader.
    """
    files = [file for file in sorted(FIRMWARE.rglob("*.py")) if file.parent.name not in ("loader", "romfs")]
    return {".".join(file.relative_to(FIRMWARE).with_suffix("").parts): file for file in files}


@dataclass(frozen=True)
class ShortNames:
    """Short names for the modules in `sources`, which is {"folder.module": text}.

    If only one module uses a name, the short name is valid in that module alone. Other modules may use the same short
    name for other names. Some names are never shortened: names that also occur in a string, arguments that are passed
    by name, and names that are in ROM. Private constants are not shortened either, because MicroPython does not store
    their names.
    """

    sources: Mapping[str, str]

    @cached_property
    def modules(self) -> dict[str, str]:
        """Name of each module in a board's flat folder. No name is the name of a module of MicroPython."""
        kept = {name for name in self.sources if name in KEPT_MODULES}
        taken = {*MODULES, *(file.stem for file in LOADER), *KEPT_MODULES}
        free, seen = [], {name.lower() for name in taken}
        for name in ROM_NAMES:
            # No two names may differ only in case, because Lock.mpy and lock.mpy are the same file on some computers.
            if name.lower() not in seen:
                seen.add(name.lower())
                free.append(name)
        shortened = [name for name in self.sources if name not in kept]
        return {**dict(zip(shortened, free, strict=False)), **{name: name for name in kept}}

    @cached_property
    def by_module(self) -> dict[str, dict[str, str]]:
        """Short names by module: {module: {name: short name}}."""
        return {
            module: {
                **{name: short for name, short in self.common.items() if name in words},
                **self._alone[module],
            }
            for module, words in self._words.items()
        }

    @cached_property
    def common(self) -> dict[str, str]:
        """Short names that are the same in all modules: {name: short name}.

        Names that more than one module uses have such a short name. Attributes that a module sets on another module's
        object have such a short name too. If no module uses both of two names, the two names may get the same short
        name. But no other name gets the short name of such an attribute, because the attribute's object has attributes
        of several modules.
        """
        names = [name for name in self._users if len(self._users[name]) > 1 or name in self._outside]
        # First, attributes of other modules' objects get short names. Then other names get short names. A name that
        # more modules use gets a shorter short name.
        names.sort(key=lambda name: (name not in self._outside, -len(self._users[name])))
        everywhere = set(self._words)
        users: dict[str, set[str]] = {}
        common = {}
        for name in names:
            own = everywhere if name in self._outside else set(self._users[name])
            short = next((short for short in self._free if own.isdisjoint(users.get(short, ()))), None)
            if short:
                common[name] = short
                users.setdefault(short, set()).update(own)
        return common

    def rename(self, text: str, names: Mapping[str, str] | None = None) -> str:
        """Return a source in which `names` are replaced with short names.

        `names` is {name: short name}. Without `names`, the short names in `common` are used.
        """
        tree = _Renamer(self, self.common if names is None else names).visit(ast.parse(text))
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"

    def flat(self) -> dict[str, str]:
        """Return the sources for a board's flat folder: {short name of the module: text}."""
        return {
            self.modules[module]: self.rename(text, self.by_module[module])
            for module, text in self.sources.items()
        }

    def explain(self, report: str) -> str:
        """Translate the short names of modules and functions in a crash report to the names of the sources.

        The sources must be those of the version that wrote the report. The error's message stays unchanged.
        """
        full = {short: module for module, short in self.modules.items()}

        def translate(place: re.Match[str]) -> str:
            module = full.get(place[1], place[1])
            own = {short: name for name, short in self.by_module.get(module, {}).items()}
            return f'File "{module}", {place[2] or ""}in {own.get(place[3], place[3])}'

        return re.sub(r'File "([\w.]+)", (line \d+, )?in (\w+)', translate, report)

    @cached_property
    def _trees(self) -> dict[str, ast.Module]:
        return {module: ast.parse(text) for module, text in self.sources.items()}

    @cached_property
    def _words(self) -> dict[str, set[str]]:
        return {module: set(self._names(tree)) for module, tree in self._trees.items()}

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        """Modules that use each name, for all names that may be shortened: {name: [module]}."""
        kept = {*ROM_NAMES, *MODULES, *_THEIRS.split(), *_CALLED_BY_CABLE.split()}
        trees = [*self._trees.values()]
        kept.update(*map(self._in_strings, trees), *map(_private_constants, trees))
        kept.update(*(self._names(ast.parse(file.read_text())) for file in LOADER))
        given = {name for tree in trees for name in (*_given(tree), *self._imported_modules(tree))}
        own = {name for name in given - kept if not name.startswith("__")}
        return {
            name: [module for module, words in self._words.items() if name in words] for name in sorted(own)
        }

    @cached_property
    def _outside(self) -> set[str]:
        return {name for tree in self._trees.values() for name in _set_from_outside(tree)}

    @cached_property
    def _free(self) -> list[str]:
        taken = set().union(*self._words.values(), *map(self._in_strings, self._trees.values()))
        return [name for name in ROM_NAMES if name not in taken]

    @cached_property
    def _alone(self) -> dict[str, dict[str, str]]:
        """Short names for the names that only one module uses: {module: {name: short name}}.

        Two modules may use the same short name for different names. But no name gets the short name of an attribute
        that a module sets on another module's object. Otherwise two attributes of one object could get the same short
        name.
        """
        outside = {self.common[name] for name in self._outside if name in self.common}
        alone = {}
        for module, words in self._words.items():
            used = outside | {self.common[name] for name in words if name in self.common}
            names = [
                name for name in self._users if self._users[name] == [module] and name not in self._outside
            ]
            alone[module] = dict(zip(names, (name for name in self._free if name not in used), strict=False))
        return alone

    def _names(self, tree: ast.Module) -> Iterator[str]:
        """Yield each name in a source. Also yield each string in the source that names a function (table_functions)."""
        for node in ast.walk(tree):
            match node:
                case (
                    ast.Name(id=name)
                    | ast.Attribute(attr=name)
                    | ast.arg(arg=name)
                    | ast.keyword(arg=str(name))
                ):
                    yield name
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    yield name
                case ast.alias(name=name, asname=other):
                    yield from (name, other or name)
                case ast.ExceptHandler(name=str(name)):
                    yield name
                case ast.Global(names=names) | ast.Nonlocal(names=names):
                    yield from names
        yield from (str(node.value) for node in self.table_functions(tree))

    def _imported_modules(self, tree: ast.Module) -> Iterator[str]:
        """Yield the names of the firmware's modules that a source imports."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                yield from (
                    alias.name for alias in node.names if f"{node.module}.{alias.name}" in self.sources
                )

    def table_functions(self, tree: ast.AST) -> Iterator[ast.Constant]:
        """Yield the strings in a source that are names of functions.

        Such a string follows the name of its module, for example "log" in the tuple ("api.device_actions", "log").
        load() imports the module when the function is needed.
        """
        for node in ast.walk(tree):
            match node:
                case (
                    ast.Tuple(
                        elts=[ast.Constant(value=str(module)), ast.Constant(value=str(name)) as function, *_]
                    )
                    | ast.List(
                        elts=[ast.Constant(value=str(module)), ast.Constant(value=str(name)) as function, *_]
                    )
                ):
                    if f"def {name}(" in self.sources.get(module, ""):
                        yield function

    def _in_strings(self, tree: ast.Module) -> Iterator[str]:
        """Yield the names that must not be shortened: names in strings, and names of keyword arguments in calls.

        Names in strings are included, because code may look up an attribute by such a string.
        """
        others = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        others.update(map(id, self.table_functions(tree)))
        looks_up = any(isinstance(node, ast.Name) and node.id == "getattr" for node in ast.walk(tree))
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if id(node) not in others and text not in self.sources:
                    yield from re.findall(r"\w+", text) if looks_up else [text]
                case ast.keyword(arg=str(name)):
                    yield name


def of_firmware() -> ShortNames:
    """Return the short names of the firmware's sources."""
    return _of(tuple((module, file.read_text()) for module, file in modules().items()))


@lru_cache(maxsize=1)  # found only once, because the search in the firmware takes a second
def _of(sources: tuple[tuple[str, str], ...]) -> ShortNames:
    return ShortNames(inline(pack(dict(sources))))


class _Renamer(ast.NodeTransformer):
    """Transformer that replaces the names in a source with short names."""

    def __init__(self, short: ShortNames, names: Mapping[str, str]) -> None:
        self._modules, self._short, self._names = short.modules, short, names

    def visit(self, node: ast.AST) -> Any:
        match node:
            case ast.Module():
                for function in self._short.table_functions(node):
                    function.value = self._name(str(function.value))
            case ast.Name():
                node.id = self._name(node.id)
            case ast.Attribute():
                node.attr = self._name(node.attr)
            case ast.arg():
                node.arg = self._name(node.arg)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                node.name = self._name(node.name)
            case ast.ExceptHandler(name=str(name)):
                node.name = self._name(name)
            case ast.Global() | ast.Nonlocal():
                node.names = [self._name(name) for name in node.names]
            case ast.ImportFrom():
                return self._imports(node)
            case ast.Import():
                for alias in node.names:
                    local = self._name(alias.asname or alias.name)
                    alias.name = self._modules.get(alias.name, alias.name)
                    alias.asname = None if local == alias.name else local
            case ast.Constant(value=str(text)) if "." in text:
                node.value = self._modules.get(text, text)
            case ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(module)) as argument]):
                argument.value = self._modules[module]
        return self.generic_visit(node)

    def _imports(self, node: ast.ImportFrom) -> list[ast.stmt]:
        """Return the statements that replace an import in the source for a board.

        An import of a module, such as `from storage import journal`, becomes `import` with the module's short name. An
        import of names from a module stays an import of names.
        """
        package = node.module or ""
        found: list[ast.stmt] = []
        left = []
        for alias in node.names:
            local = self._name(alias.asname or alias.name)
            if module := self._modules.get(f"{package}.{alias.name}"):
                found.append(ast.Import([ast.alias(module, local)]))
            else:
                name = self._name(alias.name) if package in self._modules else alias.name
                left.append(ast.alias(name, None if local == name else local))
        if left:
            found.append(ast.ImportFrom(self._modules.get(package, package), left, 0))
        return found

    def _name(self, name: str) -> str:
        return self._names.get(name, name)


def _given(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines, except local variables, which MicroPython does not look up by name."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.alias(asname=str(name)):
                yield name
            case ast.ClassDef(name=name, body=body):
                yield name
                yield from _stored(body)
    yield from _stored(tree.body)


def _stored(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names to which the body of a module or class assigns a value, outside of its functions and classes."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                pass
            case _:
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node.id


def _private_constants(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="const"))):
                if name.startswith("_"):
                    yield name


def _set_from_outside(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes that a module sets on objects other than `self`.

    Such an attribute may belong to another module, and must then have the same short name in both modules.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self")):
                pass
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
