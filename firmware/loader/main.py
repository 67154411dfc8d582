"""Starts the firmware. This and slot.py lie at the root of the flash: put there over the cable, and never updated.

slot.py knows which version starts, and what to do when it fails; it is loaded only for that.
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
