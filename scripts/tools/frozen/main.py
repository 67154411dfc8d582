"""The main.py of a board whose MicroPython has the firmware inside; its page lies in the flash, in inside/page."""

import sys

sys.path[:] = [
    "/inside",
    ".frozen",
]  # without the root: it is the firmware's main that is meant, and not this file

import main  # noqa: E402, F401
