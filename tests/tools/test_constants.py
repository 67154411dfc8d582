"""build_tool/constants.py: public constants cost a board nothing."""

import ast

import pytest

from build_tool import short_names
from build_tool.constants import inline

LAYOUT = """
from micropython import const
STEP_S = const(5)
STEPS = const(900 // STEP_S)
NAME = const("quarter")
"""
USER = """
from micropython import const
from shop import layout
from shop.layout import STEPS, Block
_HALF = const(STEPS // 2)
def rest(step):
    return STEPS - step, layout.STEP_S, load("shop.layout").NAME, _HALF
"""


def test_constants_are_in_place_and_their_names_gone() -> None:
    built = inline({"shop.user": USER, "shop.layout": LAYOUT})
    assert built["shop.layout"] == "from micropython import const\n"
    assert built["shop.user"] == (
        "from micropython import const\nfrom shop import layout\nfrom shop.layout import Block\n"
        "_HALF = const(180 // 2)\n\ndef rest(step):\n    return (180 - step, 5, 'quarter', _HALF)\n"
    )


def test_constant_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"shop\.layout: STEPS is no constant: .*size"):
        inline({"shop.layout": "STEPS = const(size * 2)"})


def test_no_constant_of_the_firmware_is_hidden_by_another_name() -> None:
    """A function's own variable of that name would get the value too."""
    for module, file in short_names.modules().items():
        names = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Name)]
        stored = [node.id for node in names if isinstance(node.ctx, ast.Store)]
        public = {name for name in stored if name.isupper() and not name.startswith("_")}
        assert all(stored.count(name) == 1 for name in public), module
