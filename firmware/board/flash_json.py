"""Small JSON files in the board's flash: a copy of the settings, secrets, the newest crash. Loaded on demand.

LittleFS renames in one step, so a power cut leaves the old file or the new one, never a part of one.
"""

import json
import os


def read_json(board, name):
    """Return the object in a file, {} if the file does not exist or is not a JSON object."""
    try:
        with open("%s/%s" % (board.flash, name)) as file:
            value = json.load(file)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(board, name, value):
    """Replace a file by a dict. OSError if the flash is full."""
    path = "%s/%s" % (board.flash, name)
    with open(path + ".new", "w") as file:
        json.dump(value, file)
    os.rename(path + ".new", path)
