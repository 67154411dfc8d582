"""build_tool/packed_tables.py: a board gets the packed form of a table, not the table."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from build_tool import short_names
from build_tool.packed_tables import MARK, pack

SHOP = '''"""Prices."""
import json
from micropython import const
EURO = const(1)
_CENT = const(100)
PRICES = (("tea", EURO, 2), ("milk", EURO, 1))
def _separator():
    return ","
def _packed_by_build(prices):
    return _separator().join([name for name, _, _ in prices]), _text(3), len(prices)
def _text(number):
    return json.dumps(number * _CENT)
NAMES, _DEAREST, ROWS = _packed_by_build(PRICES)
def shown():
    return NAMES, _DEAREST, ROWS, _text(4)
'''
READ = """
import json, sys
sys.path.insert(0, {folder!r})
module = __import__({module!r}, None, None, ["x"])
for name in {names!r}:
    value = getattr(module, name)
    print(json.dumps([list(value)] if isinstance(value, (bytes, tuple)) else value))
"""
PACKED = [
    ("meter.objects", ["CODES", "FIELDS", "OWN_FIELDS", "MBUS_ROW"]),
    ("settings.schema", ["_ROWS", "_TEXTS", "_AREAS", "_LANGUAGES"]),
]


def test_results_are_in_place_and_the_table_is_gone() -> None:
    assert pack({"shop": SHOP, "other": "pass"}) == {
        "shop": (
            '"""Prices."""\nimport json\nfrom micropython import const\nEURO = const(1)\n_CENT = const(100)\n\n'
            "def _text(number):\n    return json.dumps(number * _CENT)\n"
            "NAMES = 'tea,milk'\n_DEAREST = const('300')\nROWS = const(2)\n\n"
            "def shown():\n    return (NAMES, _DEAREST, ROWS, _text(4))\n"
        ),
        "other": "pass",
    }


def test_module_that_uses_a_table_itself_is_named() -> None:
    with pytest.raises(ValueError, match=r"till: a board has no shop\.PRICES"):
        pack({"shop": SHOP, "till": "from shop import PRICES"})


@pytest.mark.parametrize(("module", "names"), PACKED)
def test_board_gets_what_the_source_computes_under_micropython(module: str, names: list[str]) -> None:
    script = READ.format(folder=str(short_names.FIRMWARE), module=module, names=names)
    micropython = Path(sys.executable).with_name("micropython")
    done = subprocess.run([micropython, "-c", script], capture_output=True, text=True, check=True)
    computed = [json.loads(line) for line in done.stdout.splitlines()]
    assert computed == [
        [list(value)] if isinstance(value, bytes | tuple) else value for value in on_board(module, names)
    ]


def on_board(module: str, names: list[str]) -> list[Any]:
    """Return the literals that a board gets; the build computes them under CPython."""
    built = pack({module: short_names.modules()[module].read_text()})[module]
    found = {}
    for statement in ast.parse(built).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                found[name] = ast.literal_eval(value.args[0] if isinstance(value, ast.Call) else value)
    return [found[name] for name in names]


def test_object_is_added_in_one_line() -> None:
    source = short_names.modules()["meter.objects"].read_text()
    last = '    (b"0-0:96.13.0", LONG_TEXT, "message"),\n'
    assert source.count(last) == 1
    more = source.replace(last, last + '    (b"1-0:99.9.9", POWER, "boiler_w"),\n')
    before, after = (pack({"meter.objects": text})["meter.objects"] for text in (source, more))
    assert "b'" in before
    assert "1-0:99.9.9( \\x05n:24.1.0(" in after
    assert "'message', 'boiler_w', 'type'" in after
    assert "MBUS_ROW = const(41)" in after


def test_every_source_that_packs_is_known_here() -> None:
    packing = [name for name, file in short_names.modules().items() if MARK in file.read_text()]
    assert packing == [module for module, _ in PACKED]
