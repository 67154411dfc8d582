"""Small JSON files in the board's own flash: a copy of the settings, secrets, the last crash.

LittleFS renames in one step, so a power cut leaves the old file or the new one, never half of one.
"""

import json
import os


def read_json(board, name):
    """What a file holds; {} when there is none, or it is no JSON object."""
    try:
        with open("%s/%s" % (board.flash, name)) as file:
            value = json.load(file)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(board, name, value):
    """Replace a file by this dict. OSError when the flash is full."""
    path = "%s/%s" % (board.flash, name)
    with open(path + ".new", "w") as file:
        json.dump(value, file)
    os.rename(path + ".new", path)
