"""The names that a board's copy of the firmware has: no two meet, and none is anybody else's."""

import ast
import re
import subprocess
from collections.abc import Iterable

import pytest

from build_tool import bytecode, short_names
from build_tool.rom_names import MODULES, ROM_NAMES
from build_tool.short_names import ShortNames
from simulator.interpreters import MICROPYTHON, MICROPYTHON32, NO_MICROPYTHON32

TYPINGS = bytecode.ROOT / ".tools/typings"
SOURCES = {
    "shop.one": '''
from micropython import const
from shop.two import Lamp
from shop import two

_MOST = const(3)
_LATER = ("shop.two", "dim")


def shine(lamp, colour="red"):
    """Not colour, but lamp."""
    lamp.lit = _MOST
    two.dim(lamp)
    return {"lamp": lamp.level, "wattage": lamp.wattage}
''',
    "shop.two": """
class Lamp:
    def __init__(self, wattage):
        self.wattage = wattage
        self.level = self._inside = 0


def dim(lamp):
    load("shop.one").shine(lamp)
""",
}


def test_only_what_costs_memory_has_another_name() -> None:
    names = ShortNames(SOURCES).by_module
    assert set(names["shop.one"]) == {"Lamp", "shine", "colour", "lit", "level", "two", "dim", "_LATER"}
    assert set(names["shop.two"]) == {"Lamp", "shine", "level", "_inside", "dim"}


def test_names_of_several_modules_are_the_same_in_all() -> None:
    names = ShortNames(SOURCES).by_module
    for name in ("Lamp", "shine", "level", "dim"):
        assert names["shop.one"][name] == names["shop.two"][name]
    for module in names.values():
        assert len(set(module.values())) == len(module)
    # What one sets on an object of two is no name of two's.
    assert names["shop.one"]["lit"] not in names["shop.two"].values()


def test_modules_lie_in_one_folder_by_names_of_their_own() -> None:
    names = ShortNames(SOURCES)
    one, two = names.modules["shop.one"], names.modules["shop.two"]
    own = names.by_module["shop.one"]
    text = names.flat()[one]
    assert f"from {two} import {own['Lamp']}\n" in text
    assert f"import {two} as {own['two']}\n" in text
    assert f"{own['two']}.{own['dim']}(lamp)" in text
    assert f"('{two}', '{own['dim']}')" in text
    assert f"load('{one}').{own['shine']}(lamp)" in names.flat()[two]


def test_text_stays() -> None:
    names = ShortNames(SOURCES)
    text = names.flat()[names.modules["shop.one"]]
    assert '"""Not colour, but lamp."""' in text
    assert f"return {{'lamp': lamp.{names.common['level']}, 'wattage': lamp.wattage}}" in text


def test_report_of_a_crash_is_told_in_names_of_the_sources() -> None:
    short = short_names.of_firmware()
    store, coach, main = (short.modules[name] for name in ("storage.quarter_store", "demand.coach", "main"))
    keep, judge = (
        short.by_module["storage.quarter_store"]["_store_on_card"],
        short.by_module["demand.coach"]["_judge"],
    )
    report = f'tick: OSError: 5\n  File "{main}", in tick\n  File "{store}", line 1, in {keep}\n'
    report += f'  File "{coach}", in {judge}\n  File "gone.module", in {keep}\n'
    assert short.explain(report) == (
        'tick: OSError: 5\n  File "main", in tick\n  File "storage.quarter_store", line 1, in _store_on_card\n'
        f'  File "demand.coach", in _judge\n  File "gone.module", in {keep}\n'
    )


def test_no_two_names_of_the_firmware_meet() -> None:
    short = short_names.of_firmware()
    assert len({name.lower() for name in short.modules.values()}) == len(short.modules)
    meaning: dict[str, dict[str, str]] = {}
    for module, own in short.by_module.items():
        assert len(set(own.values())) == len(own)
        assert not set(own.values()) & short._words[module]
        for name, other in own.items():
            meaning.setdefault(other, {})[module] = name
    for name, other in short.common.items():
        assert all(own.get(name, other) == other for own in short.by_module.values())
    # A module sets these on another's objects: no name of that other module may be the same.
    for name in short._outside & short.common.keys():
        assert set(meaning[short.common[name]].values()) == {name}


def test_no_module_has_the_name_of_one_of_micropython() -> None:
    names = set(short_names.of_firmware().modules.values()) - set(short_names.KEPT_MODULES)
    assert not names & MODULES
    theirs = {file.stem for file in TYPINGS.glob("*.pyi")} | {
        file.stem for file in TYPINGS.glob("stdlib/*.pyi")
    }
    for interpreter in (MICROPYTHON32, MICROPYTHON):
        if interpreter.exists():
            listed = subprocess.run(
                [interpreter, "-c", "help('modules')"], capture_output=True, text=True, check=True
            ).stdout
            theirs |= {word.partition("/")[0] for word in listed.rpartition("Plus any")[0].split()}
    assert not names & theirs, "add them to MODULES of build_tool/rom_names.py"


def test_no_name_of_a_module_is_put_together() -> None:
    """The build would not see it: a module's name is a whole string, or follows `import`."""
    for module, file in short_names.modules().items():
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="load" | "__import__"), args=[argument, *_]) if (
                    module != "overlay"
                ):
                    assert isinstance(argument, ast.Constant | ast.Name | ast.Subscript), module
                    if isinstance(argument, ast.Constant):
                        assert argument.value in short_names.modules(), module


def test_no_class_of_the_firmware_grows_from_another_modules() -> None:
    """Its own names could be those of the other."""
    for module, file in short_names.modules().items():
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            assert not isinstance(node, ast.JoinedStr), f"{module}: names in an f-string are not seen"
            if isinstance(node, ast.ClassDef):
                assert {ast.unparse(base) for base in node.bases} <= {"Exception"}, module


def test_names_that_the_tool_says_to_a_board_stay() -> None:
    renamed = {name for own in short_names.of_firmware().by_module.values() for name in own}
    for file in ("config.py", "card_format.py", "connection.py", "deploy.py"):
        tree = ast.parse((bytecode.ROOT / "board_tool" / file).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "import " in node.value:
                said = re.findall(r"import (\w+)|\.(\w+)", node.value)
                assert not renamed & {name for names in said for name in names}, file


def test_names_of_the_port_stay() -> None:
    if not TYPINGS.exists():
        pytest.skip("no stubs of the ESP32 port here")
    theirs: set[str] = set()
    for file in TYPINGS.rglob("*.pyi"):
        for node in ast.walk(ast.parse(file.read_text(errors="ignore"))):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    theirs.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    theirs.add(name)
    renamed = {name for own in short_names.of_firmware().by_module.values() for name in own}
    assert not renamed & theirs, "add them to _THEIRS of build_tool/short_names.py"


@pytest.mark.skipif(not MICROPYTHON32.exists(), reason=NO_MICROPYTHON32)
def test_short_names_cost_nothing() -> None:
    assert _new_names(ROM_NAMES) == []

    # What is in ROM stays as it is: it may be theirs, and costs nothing.
    renamed = sorted({name for own in short_names.of_firmware().by_module.values() for name in own})
    assert not set(renamed) - set(_new_names(renamed)), "add them to _THEIRS of build_tool/short_names.py"
    assert len(renamed) > 500  # and nothing else was left


def _new_names(names: Iterable[str]) -> list[str]:
    """Those of some names that MicroPython does not have."""
    code = """
import micropython, sys
class Thing: pass
thing = Thing()
for name in sys.stdin:
    setattr(thing, name.strip(), 1)
    print(name.strip())
    micropython.qstr_info()
"""
    output = subprocess.run(
        [MICROPYTHON32, "-X", "heapsize=4m", "-c", code],
        input="first_of_all\n" + "\n".join(names) + "\n",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    told = [line for line in output if line]
    sizes = [line.split("n_qstr=")[1].split(",")[0] for line in told[1::2]]
    return [name for name, size, before in zip(told[2::2], sizes[1:], sizes, strict=False) if size != before]
