"""Start of the firmware. This file and slot.py are at the root of the flash, and are replaced only by the cable tool.

slot.py chooses the version to start, and handles a failure. slot.py is not in memory while the firmware runs.
"""

import sys

import slot  # type: ignore[import-not-found]  # beside this file on the board

chosen = slot.choose()
began = slot.begin(chosen)
del sys.modules["slot"], slot
if chosen:
    try:
        import main  # noqa: F401
    except Exception as error:
        __import__("slot").failed(chosen, error, began)
