"""The main.py of a board whose MicroPython contains the firmware; the web page is in the flash, in inside/page."""

import sys

sys.path[:] = [
    "/inside",
    ".frozen",
]  # without the root, so that `main` is the firmware's and not this file

import main  # noqa: E402, F401
