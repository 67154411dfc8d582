"""Measure the product's speed and memory, and compare each figure with its goal."""

import argparse
import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import BenchmarkError, Figure, table
from build_tool import bytecode
from simulator.interpreters import CALLGRIND, MICROPYTHON, MICROPYTHON32, described

GROUPS = (
    "parser",
    "memory",
    "firmware",
    "romfs",
    "history",
    "live",
    "page",
    "coach",
    "security",
    "home_assistant",
)


def main() -> int:
    """Measure the chosen groups. Return the exit status: 0; 1 if a group failed; 2 for a wrong command."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS) + "; all by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as one flat object")
    parser.add_argument(
        "--short", action="store_true", help="only try whether each group runs; the figures mean nothing"
    )
    arguments = parser.parse_args()
    for group in arguments.groups:
        if group not in GROUPS:
            print(f"bench: there is no group {group}: it is one of {', '.join(GROUPS)}", file=sys.stderr)
            return 2
    target = arguments.json.resolve() if arguments.json else None
    if target and not target.parent.is_dir():
        print(f"bench: there is no folder {target.parent}", file=sys.stderr)
        return 2
    bytecode.build()
    figures: list[Figure] = []
    failed = False
    for group in arguments.groups or GROUPS:
        print(f"bench: {group}", file=sys.stderr)
        try:
            module = importlib.import_module(f"benchmarks.{group}")
            figures.extend(
                replace(figure, interpreter=figure.interpreter or module.INTERPRETER)
                for figure in module.measure(arguments.short)
            )
        except BenchmarkError as error:
            print(f"bench: {group}: {error}", file=sys.stderr)
            failed = True
    if arguments.short:
        figures = [replace(figure, goal=None) for figure in figures]
    print(table(figures))
    for interpreter in (MICROPYTHON, MICROPYTHON32, CALLGRIND):
        if any(interpreter.name in figure.interpreter.split(", ") for figure in figures):
            print(f"{interpreter.name}: {described(interpreter)}")
    if target:
        values = {figure.key: figure.value for figure in figures}
        target.write_text(json.dumps(values, indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench: stopped")
    except OSError as error:
        sys.exit(f"bench: {error}")
