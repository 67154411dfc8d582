"""The main.py of a board whose MicroPython image contains the firmware.

The web page is in the folder inside/page of the flash.
"""

import sys

# Leave the root of the flash out of sys.path, so that `import main` finds the firmware's main and not this file.
sys.path[:] = ["/inside", ".frozen"]

import main  # noqa: E402, F401
