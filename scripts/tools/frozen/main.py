"""The main.py of a board whose MicroPython image contains the firmware. Its flash has the web page in inside/page."""

import sys

# The root of the flash is not in the path, so that `import main` finds the firmware's main and not this file.
sys.path[:] = ["/inside", ".frozen"]

import main  # noqa: E402, F401
