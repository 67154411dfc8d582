"""Figures that tests measure. They record them as properties in pytest's report."""

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.figures import BenchmarkError, Figure
from build_tool import bytecode


def measured(
    arguments: Sequence[str],
    figures: Sequence[Figure],
    combined: Mapping[str, Callable[[list[float]], float]],
) -> Iterator[Figure]:
    """Run pytest with these arguments, and yield the `figures` that its tests record.

    combined: by key, how a figure that several tests have is combined. A count, which is the sum, needs no entry.
    BenchmarkError if a test fails for another reason than a figure that misses its goal.
    """
    with tempfile.TemporaryDirectory(prefix="p1-tests-") as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--junitxml",
                report,
                *arguments,
            ],
            cwd=bytecode.ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise BenchmarkError(f"pytest failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
        cases = list(ElementTree.parse(report).iter("testcase"))
    values = defaultdict(list)
    for case in cases:
        found = _recorded(case, figures)
        problem = next((part for part in case if part.tag in ("failure", "error")), None)
        if problem is not None and all(figure.reached for figure in found):
            raise BenchmarkError(f"{case.get('name')} failed: {problem.get('message', '').splitlines()[0]}")
        for figure in found:
            values[figure.key].append(figure.value)
    for figure in figures:
        if figure.key in values:
            yield replace(figure, value=combined.get(figure.key, sum)(values[figure.key]))


def _recorded(case: ElementTree.Element, figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures that one test has recorded."""
    found = {part.get("name"): float(part.get("value", "")) for part in case.iter("property")}
    return [replace(figure, value=found[figure.key]) for figure in figures if figure.key in found]
