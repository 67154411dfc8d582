"""Gives the firmware of a board names that cost it no memory: those that its MicroPython has in ROM already.

MicroPython keeps each name of a program for ever, some 17 bytes of the heap with its place in a table, and doubles that
table when it is full; the sources have 600 names of their own. So a board's copy of them calls `recorder.spare`
`recorder.exc`. It has the same lines, and explain() tells a crash report of it in the names of the sources.
"""

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

from build_tool.rom_names import ROM_NAMES

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
LOADER = tuple((FIRMWARE / "loader").glob("*.py"))
Names = dict[str, dict[str, str]]
"""By module the short name of each of its names."""
# Of our names those that something of the port has too: in `wlan.scan()` it is not ours.
_THEIRS = """
HEAD RUNNING _chunk _fields _make _path _put _serve _state block broken build derive drain duty empty event feed measure
method parse publish scan serial shape shift size t target ticks total waiting writeblocks
"""
# What the tool on a computer, and the board's own line in board/this.py, call by these names.
_SAID_TO_A_BOARD = "NAME Board check format_card"


def modules() -> dict[str, Path]:
    """The sources of the firmware by module, without the loader, which no update replaces."""
    files = [file for file in sorted(FIRMWARE.rglob("*.py")) if file.parent.name != "loader"]
    return {".".join(file.relative_to(FIRMWARE).with_suffix("").parts): file for file in files}


def shortened() -> dict[str, str]:
    """The same with short names: the text of each module."""
    texts, names = _texts(), of_firmware()
    return {module: rename(text, names[module]) for module, text in texts.items()}


def of_firmware() -> Names:
    """The short names of these sources."""
    return short_names(_texts())


def _texts() -> dict[str, str]:
    return {module: file.read_text() for module, file in modules().items()}


def short_names(sources: Mapping[str, str]) -> Names:
    """A short name for each name that the firmware gives itself, as long as there are any.

    What one module alone uses is short in that module alone: others use the same short names again. Left as they are:
    names that are a string too, but for those that borrow() is given; arguments that are passed by name; private
    constants, which MicroPython does not keep; and whatever is called as something in ROM.
    """
    words = {module: _words(source) for module, source in sources.items()}
    trees = [ast.parse(source) for source in sources.values()]
    kept = {
        *ROM_NAMES,
        *_THEIRS.split(),
        *_SAID_TO_A_BOARD.split(),
        *(word for module in sources for word in module.split(".")),
    }
    kept.update(*map(_said, trees), *map(_private_constants, trees))
    kept.update(*(_words(file.read_text()) for file in LOADER))
    own = {name for tree in trees for name in _given(tree) if name not in kept and not name.startswith("__")}
    outside = {name for tree in trees for name in _set_from_outside(tree)}
    users = {name: [module for module in sources if name in words[module]] for name in sorted(own)}
    common = [name for name in users if len(users[name]) > 1 or name in outside]
    common.sort(key=lambda name: -len(users[name]))  # the shortest for what is named most
    taken = set().union(*words.values(), *map(_said, trees))
    free = [name for name in ROM_NAMES if name not in taken]
    everywhere = dict(zip(common, free, strict=False))
    left = free[len(everywhere) :]
    names = {}
    for module in sources:
        alone = [name for name in users if users[name] == [module] and name not in outside]
        names[module] = dict(zip(alone, left, strict=False))
        names[module].update((name, short) for name, short in everywhere.items() if name in words[module])
    return names


def rename(source: str, names: Mapping[str, str]) -> str:
    """A source with these names in the place of its own, line for line."""
    lines = source.splitlines(keepends=True)
    for row, begin, name in sorted(_names(source), reverse=True):
        if name in names:
            line = lines[row - 1]
            lines[row - 1] = line[:begin] + names[name] + line[begin + len(name) :]
    return "".join(lines)


def explain(report: str) -> str:
    """A crash report with its places in the names of these sources, whose version must be the report's.

    What the error itself says stays as it is.
    """
    names = of_firmware()

    def told(place: re.Match[str]) -> str:
        own = {short: name for name, short in names.get(place[1], {}).items()}
        return f'File "{place[1]}", {place[2] or ""}in {own.get(place[3], place[3])}'

    return re.sub(r'File "([\w.]+)", (line \d+, )?in (\w+)', told, report)


def _names(source: str) -> Iterator[tuple[int, int, str]]:
    """Row (from 1), column (from 0) and text of each name in a source, and of the names that borrow() is given."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            yield *token.start, token.string
    for node in _borrowed(ast.parse(source)):
        yield node.lineno, node.col_offset + 1, str(node.value)


def _words(source: str) -> set[str]:
    return {name for _, _, name in _names(source)}


def _borrowed(tree: ast.Module) -> Iterator[ast.Constant]:
    """The strings by which functions of other modules are borrowed, at once or later: each follows a module's name."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="borrow"), args=[_, ast.Constant() as name]):
                yield name
            case (
                ast.Tuple(elts=[ast.Constant(value=str(module)), ast.Constant() as name, *_])
                | ast.List(elts=[ast.Constant(value=str(module)), ast.Constant() as name, *_])
            ):
                file = FIRMWARE / f"{module.replace('.', '/')}.py"
                if file.exists() and f"def {name.value!s}(" in file.read_text():
                    yield name


def _given(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives to what MicroPython finds by name: all but local variables."""
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
    """The names that the statements of a module or class set, but for private constants."""
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


def _said(tree: ast.Module) -> Iterator[str]:
    """Names in strings, by which something may be looked up, and those of arguments in calls."""
    others = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # documentation
    others.update(map(id, _borrowed(tree)))
    looks_up = any(isinstance(node, ast.Name) and node.id == "getattr" for node in ast.walk(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in others:
                yield from re.findall(r"\w+", text) if looks_up else [text]
            case ast.keyword(arg=str(name)):
                yield name


def _set_from_outside(tree: ast.Module) -> Iterator[str]:
    """Attributes that a module sets on what may be another's: they must not be called as one of its own."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self")):
                pass
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
