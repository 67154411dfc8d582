"""Entry points for scripts/firmware, which calls them over the cable.

Their names are never shortened, because the board may have another version than the tool.
"""

from overlay import load


def check(settings):
    """Return the faults of settings in the shape of /config.json: (key, one line of text) each."""
    return load("settings.schema").check(settings)[1]
