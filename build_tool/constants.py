"""Build step that replaces each public constant of the firmware with its value.

MicroPython itself replaces a private constant, such as `_STEP = const(5)`, in the module that defines it. A public
constant would use memory on a board, for its name and for its entry in the module. After this step, a public constant
uses no memory either. Therefore modules can share constants: one module defines the positions of the fields in a
record, and other modules import these positions.
"""

import ast
from collections.abc import Mapping
from typing import Any

Constants = dict[str, dict[str, Any]]
"""By module the public constants that it defines."""


def inline(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the sources {"folder.module": text} with each public constant replaced with its value.

    ValueError if the value of a constant is not known at build time.
    """
    trees = {module: ast.parse(text) for module, text in sources.items()}
    constants: Constants = {}
    for module in trees:
        _define(module, trees, constants)
    return {
        module: ast.unparse(ast.fix_missing_locations(_Inliner(module, constants).visit(tree))) + "\n"
        for module, tree in trees.items()
    }


def _define(module: str, trees: Mapping[str, ast.Module], constants: Constants) -> None:
    """Add a module's constants to `constants`.

    First add the constants of the imported modules, because the module's own constants may depend on them.
    """
    if module in constants:
        return
    constants[module] = {}
    known: dict[str, Any] = {}
    for statement in trees[module].body:
        match statement:
            case ast.ImportFrom(module=str(other)) if other in trees:
                _define(other, trees, constants)
                names = {alias.asname or alias.name: alias.name for alias in statement.names}
                known.update(
                    (local, constants[other][name])
                    for local, name in names.items()
                    if name in constants[other]
                )
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="const"), args=[value])
            ):
                known[name] = _value(module, name, value, known)
                if not name.startswith("_"):
                    constants[module][name] = known[name]


def _value(module: str, name: str, expression: ast.expr, known: Mapping[str, Any]) -> Any:
    try:
        return eval(compile(ast.Expression(expression), module, "eval"), {"__builtins__": {}}, dict(known))
    except NameError as error:
        raise ValueError(f"{module}: {name} is no constant: {error}") from None


class _Inliner(ast.NodeTransformer):
    """Transformer of one module: replaces constants with values, and removes imports and definitions of constants."""

    def __init__(self, module: str, constants: Constants) -> None:
        self._constants = constants
        self._values = dict(constants[module])
        self._modules: dict[str, str] = {}
        """The local names of imported modules."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        for statement in ast.walk(node):
            if isinstance(statement, ast.ImportFrom) and statement.module:
                for alias in statement.names:
                    local = alias.asname or alias.name
                    if alias.name in self._constants.get(statement.module, {}):
                        self._values[local] = self._constants[statement.module][alias.name]
                    elif f"{statement.module}.{alias.name}" in self._constants:
                        self._modules[local] = f"{statement.module}.{alias.name}"
        return self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | None:
        own = self._constants.get(node.module or "", {})
        node.names = [alias for alias in node.names if alias.name not in own]
        return node if node.names else None

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="const"))):
                if name in self._values:
                    return None
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self._values[node.id]) if node.id in self._values else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        match node.value:
            case ast.Name(id=name) if node.attr in self._constants.get(self._modules.get(name, ""), {}):
                return ast.Constant(self._constants[self._modules[name]][node.attr])
            case ast.Call(func=ast.Name(id="load"), args=[ast.Constant(value=str(module))]):
                if node.attr in self._constants.get(module, {}):
                    return ast.Constant(self._constants[module][node.attr])
        return self.generic_visit(node)
