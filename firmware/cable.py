"""Functions of the firmware that scripts/firmware calls over the cable.

The build never shortens their names, because scripts/firmware may be of another version than the firmware on the board.
"""

from overlay import load


def check(settings):
    """Return a list of (key, one line of text): the faults of `settings`, which has the shape of /config.json."""
    return load("settings.schema").check(settings)[1]
