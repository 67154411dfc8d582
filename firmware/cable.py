"""What scripts/firmware asks of a board over the cable. Names in here are never shortened.

A board that is asked may have another version than the tool that asks.
"""

from overlay import load


def check(settings):
    """Return the faults of /config.json's settings, as settings/schema.py tells them."""
    return load("settings.schema").check(settings)[1]
