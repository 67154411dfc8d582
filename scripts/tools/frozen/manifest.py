"""What goes into an image of MicroPython with the firmware inside: MicroPython's build reads this file.

The modules are those of the board's folder, from their sources: a frozen module is found by the path that it was
compiled from, and the folder's bytecode has its module's name there, which takes less memory.
"""
# ruff: noqa: F821

import os
from pathlib import Path

include("$(PORT_DIR)/boards/manifest.py")
folder = Path(os.environ["P1_FOLDER"])
made = folder.parent / f"frozen_{folder.name}"
(made / "board").mkdir(parents=True, exist_ok=True)
(made / "board/this.py").write_text(f"from board.esp32 import Board\n\nNAME = {folder.name!r}\n")
modules = [path.relative_to(folder).with_suffix(".py").as_posix() for path in sorted(folder.rglob("*.mpy"))]
modules.remove("board/this.py")
freeze(os.environ["P1_SOURCES"], tuple(modules), opt=3)
freeze(str(made), "board/this.py", opt=3)
