"""Docstrings of functions: each begins with a verb, as docs/style.md asks."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("firmware", "custom_components", "board_tool", "build_tool", "simulator", "benchmarks", "scripts")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
ROUTE = ("GET /", "POST /", "PATCH /", "DELETE /")  # a handler begins with its route
BOOL = ("True if ", "False if ")
# Words that begin many sentences and are no verbs. A word in "s" is a noun, or "Returns" for "Return".
OTHERS = """
    a all also an any anybody as below between both dark each every first from how in it its local mean net no none
    nothing of one only own so something summer text that the this those three two under what when where whether which
    who whose why with without
"""
NO_VERBS = set(OTHERS.split())
VERBS_IN_S = {"compress", "discuss", "pass", "press", "process"}


def begins_with_a_verb(docstring: str) -> bool:
    """True if the first word can be a verb in the imperative mood."""
    if docstring.startswith(ROUTE + BOOL):
        return True
    word = docstring.split()[0].rstrip(",;:.").lower()
    return word.isalpha() and word not in NO_VERBS and (not word.endswith("s") or word in VERBS_IN_S)


def is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """True if it reads as an attribute, whose docstring is a noun."""
    return any(ast.unparse(decorator).endswith("property") for decorator in node.decorator_list)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstring_of_a_function_begins_with_a_verb(path: Path) -> None:
    wrong = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_property(node):
            docstring = ast.get_docstring(node)
            if docstring and not begins_with_a_verb(docstring):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {docstring.splitlines()[0]}")
    assert wrong == []
