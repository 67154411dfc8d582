"""What goes into an image of MicroPython with the firmware inside: MicroPython's build reads this file."""
# ruff: noqa: F821

import os

include("$(PORT_DIR)/boards/manifest.py")
freeze(os.environ["P1_FOLDER"])
