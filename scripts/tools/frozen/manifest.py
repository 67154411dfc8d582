"""Manifest for the build of a MicroPython image that contains the firmware.

The modules keep the names and folders of their sources, because names and folders use no memory in an image.
"""
# ruff: noqa: F821

import os
import sys
from pathlib import Path

root = Path(os.environ["P1_ROOT"])
sys.path.insert(0, str(root))
from build_tool.board_folder import SELECTED, modules_of, selected_source  # noqa: E402

include("$(PORT_DIR)/boards/manifest.py")
board = os.environ["P1_BOARD"]
made = root / "build" / "frozen" / "sources"
selected = SELECTED.replace(".", "/") + ".py"
(made / selected).parent.mkdir(parents=True, exist_ok=True)
(made / selected).write_text(selected_source(board))
freeze(str(root / "firmware"), tuple(f"{module.replace('.', '/')}.py" for module in modules_of(board)), opt=3)
freeze(str(made), selected, opt=3)
