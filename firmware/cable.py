"""Functions of the firmware that scripts/firmware calls over the cable.

The build never shortens their names, because scripts/firmware may be of another version than the firmware on the board.
"""

from overlay import load


def check(settings):
    """Return the faults of `settings`, a dict as in /config.json. Each fault is (key, one line of text)."""
    return load("settings.schema").check(settings)[1]
