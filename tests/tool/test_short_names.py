"""The names that a board's copy of the firmware has: no two meet, and none is anybody else's."""

import ast
import re
import subprocess
from collections.abc import Iterable

import pytest

from build_tool import bytecode, short_names
from build_tool.rom_names import ROM_NAMES

MICROPYTHON32 = bytecode.ROOT / ".tools/bin/micropython32"
TYPINGS = bytecode.ROOT / ".tools/typings"
SOURCES = {
    "one": '''
from micropython import const
from two import Lamp

_MOST = const(3)


def shine(lamp, colour="red"):
    """Not colour, but lamp."""
    lamp.lit = _MOST
    return {"lamp": lamp.level, "wattage": lamp.wattage}
''',
    "two": """
class Lamp:
    def __init__(self, wattage):
        self.wattage = wattage
        self.level = self._inside = 0


shine = borrow("one", "shine")
""",
}


def test_only_what_costs_memory_has_another_name() -> None:
    names = short_names.short_names(SOURCES)
    assert set(names["one"]) == {"Lamp", "shine", "colour", "lit", "level"}
    assert set(names["two"]) == {"Lamp", "shine", "level", "_inside"}


def test_names_of_several_modules_are_the_same_in_all() -> None:
    names = short_names.short_names(SOURCES)
    for name in {"Lamp", "shine", "level"}:
        assert names["one"][name] == names["two"][name]
    for module in names.values():
        assert len(set(module.values())) == len(module)
    # What one sets on an object of two is no name of two's.
    assert names["one"]["lit"] not in names["two"].values()


def test_renamed_source_has_the_same_lines_and_text() -> None:
    names = short_names.short_names(SOURCES)["one"]
    renamed = short_names.rename(SOURCES["one"], names)
    assert renamed.count("\n") == SOURCES["one"].count("\n")
    assert '"""Not colour, but lamp."""' in renamed
    assert f'return {{"lamp": lamp.{names["level"]}, "wattage": lamp.wattage}}' in renamed
    assert f'borrow("one", "{names["shine"]}")' in short_names.rename(
        SOURCES["two"], short_names.short_names(SOURCES)["two"]
    )


def test_report_of_a_crash_is_told_in_names_of_the_sources() -> None:
    own = short_names.of_firmware()
    keep, closes = own["history.store"]["line_of"], own["demand.coach"]["_judge"]
    report = f'tick: OSError: 5\n  File "monitor", in tick\n  File "history.store", line 1, in {keep}\n'
    report += f'  File "demand.coach", in {closes}\n  File "gone.module", in {keep}\n'
    assert short_names.explain(report) == report.replace(f"1, in {keep}", "1, in line_of").replace(
        f"in {closes}", "in _judge"
    )


def test_no_two_names_of_the_firmware_meet() -> None:
    texts = {module: file.read_text() for module, file in short_names.modules().items()}
    names = short_names.of_firmware()
    meaning: dict[str, dict[str, str]] = {}
    for module, own in names.items():
        assert len(set(own.values())) == len(own)
        assert not set(own.values()) & short_names._words(texts[module])
        for name, short in own.items():
            meaning.setdefault(short, {})[module] = name
    for told in meaning.values():
        several = {name for name in told.values() if list(told.values()).count(name) > 1}
        assert not several or len(set(told.values())) == 1


def test_no_class_of_the_firmware_grows_from_another_modules() -> None:
    """Its own names could be those of the other."""
    for module, file in short_names.modules().items():
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            assert not isinstance(node, ast.JoinedStr), f"{module}: names in an f-string are not seen"
            if isinstance(node, ast.ClassDef):
                assert {ast.unparse(base) for base in node.bases} <= {"Exception"}, module


def test_names_that_the_tool_says_to_a_board_stay() -> None:
    renamed = {name for own in short_names.of_firmware().values() for name in own}
    for file in ("settings.py", "card.py", "device.py", "deploy.py"):
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
    renamed = {name for own in short_names.of_firmware().values() for name in own}
    assert not renamed & theirs, "add them to _THEIRS of build_tool/short_names.py"


@pytest.mark.skipif(not MICROPYTHON32.exists(), reason="no micropython32 here; scripts/setup says why")
def test_short_names_cost_nothing() -> None:
    assert _new_names(ROM_NAMES) == []

    # What is in ROM stays as it is: it may be theirs, and costs nothing.
    renamed = sorted({name for own in short_names.of_firmware().values() for name in own})
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
