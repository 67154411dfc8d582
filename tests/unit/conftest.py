"""Collects the tests of this folder, which run under MicroPython, as tests of pytest.

A test is a function `test_*` without arguments, plain or async, that asserts. Each runs twice: on this computer's
64-bit MicroPython, and on a 32-bit one that counts memory as the board does and has as much of it. The firmware is
imported as on the board: compiled, from build/firmware. All tests of one file share one interpreter.
"""

import ast
import functools
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from build_tool import bytecode
from simulator.interpreters import EMULATED, MICROPYTHON, MICROPYTHON32
from tests.fixtures.simulated_telegrams import write_telegrams

INTERPRETERS = {
    "micropython": [str(MICROPYTHON)],
    # The board's 128 KB, and what the tests take.
    "micropython32": [str(MICROPYTHON32), "-X", "heapsize=160k"],
}
TESTS = bytecode.ROOT / "build" / "tests"
RECORDING = bytecode.ROOT / "benchmarks" / "board" / "recording.py"
SECONDS = 900 if EMULATED else 120  # for all tests of one file


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> MicroPythonFile:
    """Take the place of pytest's own collector, which would import the file into CPython."""
    return MicroPythonFile.from_parent(parent, path=module_path)


class MicroPythonFile(pytest.File):
    def collect(self) -> Iterator[MicroPythonTest]:
        tests = {
            node.name: node.lineno
            for node in ast.parse(self.path.read_bytes(), self.path).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        }
        for interpreter in INTERPRETERS:
            run = Run(self.path.stem, interpreter)
            for name, line in tests.items():
                yield MicroPythonTest.from_parent(
                    self, name=f"{name}[{interpreter}]", test=name, line=line, run=run
                )


class MicroPythonTest(pytest.Item):
    def __init__(self, *, test: str, line: int, run: Run, **node: Any) -> None:
        super().__init__(**node)
        self.test = test
        self.line = line
        self.run = run
        # The first test of a file waits for all of them; Run has a time limit of its own.
        self.add_marker(pytest.mark.timeout(0))

    def runtest(self) -> None:
        if not Path(INTERPRETERS[self.run.interpreter][0]).exists():
            pytest.skip(f"no {self.run.interpreter} here; scripts/setup says why")
        selected = [
            item.test
            for item in self.session.items
            if isinstance(item, MicroPythonTest) and item.run is self.run
        ]
        passed, output = self.run.results(tuple(selected))[self.test]
        if not passed:
            raise TestFailed(output)
        if output:
            self.add_report_section("call", "stdout", output)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, TestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.line - 1, self.name


class TestFailed(Exception):
    """What the interpreter printed about a test that failed."""


class Run:
    """One interpreter that runs one file's tests."""

    def __init__(self, module: str, interpreter: str) -> None:
        self.module = module
        self.interpreter = interpreter

    @functools.cache  # noqa: B019 - a run lives as long as the session
    def results(self, functions: tuple[str, ...]) -> dict[str, tuple[bool, str]]:
        """Whether each function passed, and what it printed."""
        bytecode.build()
        for source in [*Path(__file__).parent.rglob("*.py"), RECORDING]:
            if source.name != "conftest.py":
                name = source.relative_to(bytecode.ROOT).as_posix()
                bytecode.compile_python(source, TESTS / f"{source.stem}.mpy", name, optimise=0)
        write_telegrams(TESTS / "dialects.json")
        output, end = self.execute(functions)
        return read_results(output, end, functions)

    def execute(self, functions: tuple[str, ...]) -> tuple[str, str]:
        """What the interpreter printed, and how it ended."""
        command = [*INTERPRETERS[self.interpreter], "-m", "runner", self.module, *functions]
        environment = {**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:{TESTS}:.frozen"}
        process = subprocess.Popen(
            command,
            cwd=bytecode.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            output, _ = process.communicate(timeout=SECONDS)
            end = f"the interpreter ended with status {process.returncode}"
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            end = f"the interpreter was stopped after {SECONDS} s"
        return output.decode(errors="replace"), end


def read_results(output: str, end: str, functions: tuple[str, ...]) -> dict[str, tuple[bool, str]]:
    """Read the runner's lines; a function without a closing line has failed, however the interpreter ended."""
    results = {}
    text: list[str] = []
    running = None
    for line in output.splitlines():
        match line.split():
            case ["@@", "start", name]:
                running, text = name, []
            case ["@@", "passed" | "failed" as outcome, name]:
                results[name] = (outcome == "passed", "\n".join(text).strip())
                running, text = None, []
            case _:
                text.append(line)
    rest = "\n".join(text).strip()
    for name in functions:
        if name not in results:
            state = "did not finish" if name == running else "did not run"
            results[name] = (False, f"{rest}\n{name} {state}: {end}".lstrip())
    return results
