"""Build step that replaces readable tables in the firmware's sources with their packed form.

On a board, a readable table uses several times the memory of its packed form. Therefore a board gets the packed form
only. A source contains the readable table, and a function `_packed_by_build` that computes the packed form:

    CODES, FIELDS = _packed_by_build(OBJECTS)

This step runs the function and writes the results into the source as literals. Then it removes the table, the function,
and the definitions that only the table and the function use. Without this step, the function runs when the module is
imported.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MARK = "_packed_by_build"


def pack(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources {"folder.module": text} with packed tables.

    ValueError if a module imports a name that this step removes from another module.
    """
    packed = {module: _pack(text) if MARK in text else (text, set()) for module, text in sources.items()}
    for module, (text, _) in packed.items():
        for statement in ast.walk(ast.parse(text)):
            if isinstance(statement, ast.ImportFrom):
                gone = packed.get(statement.module or "", ("", set()))[1]
                for alias in statement.names:
                    if alias.name in gone:
                        raise ValueError(f"{module}: a board has no {statement.module}.{alias.name}")
    return {module: text for module, (text, _) in packed.items()}


def _pack(text: str) -> tuple[str, set[str]]:
    """Return (source with packed tables, set of the names that this step removes from the source)."""
    tree = ast.parse(text)
    marked = [statement for statement in tree.body if _is_marked(statement)]
    needed = _closure(marked, tree.body)
    values = _run([statement for statement in tree.body if statement in needed])
    kept = [statement for statement in tree.body if statement not in needed or _is_constant(statement)]
    used = _closure(kept, [statement for statement in needed if statement not in marked])
    gone = {name for statement in needed if statement not in [*used, *marked] for name in _gives(statement)}
    body: list[ast.stmt] = []
    for statement in tree.body:
        if statement in marked:
            body += [_literal(name, values[name]) for name in _gives(statement)]
        elif statement in kept or statement in used or isinstance(statement, ast.ImportFrom):
            body.append(statement)
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, []))) + "\n", gone


def _is_marked(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id=name))):
            return name == MARK
    return False


def _is_constant(statement: ast.stmt) -> bool:
    """True if a statement defines a constant. Such a statement stays in the source, because constants use no memory."""
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id="const"))):
            return True
    return False


def _closure(statements: Iterable[ast.stmt], others: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Return `statements`, followed by the statements in `others` on which `statements` depend.

    A statement depends on each statement that defines a name in it, directly or through other statements.
    """
    found, left = list(statements), list(others)
    for statement in found:
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        found += [other for other in left if other not in found and names.intersection(_gives(other))]
    return found


def _gives(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name for alias in names)
        case ast.Assign(targets=targets):
            for target in targets:
                yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _run(statements: list[ast.stmt]) -> dict[str, Any]:
    """Run statements, and return {name: value} of the names that these statements define."""
    ours = [statement for statement in statements if not _is_of_micropython(statement)]
    values: dict[str, Any] = {"const": lambda value: value}
    exec(compile(ast.Module(ours, []), "<tables>", "exec"), values)
    return values


def _is_of_micropython(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "micropython"


def _literal(name: str, value: Any) -> ast.stmt:
    """Return a statement that defines `name` with this value.

    If the value is a number or the name is private, the statement is `name = const(value)`. Otherwise the
    statement is `name = value`, because constants.py would copy a constant into each module that imports the name.
    """
    expression = repr(value)
    if isinstance(value, int) or name.startswith("_"):
        expression = f"const({expression})"
    return ast.parse(f"{name} = {expression}").body[0]
