"""Small JSON files in the board's flash: copy of the settings, secrets, newest crash report. Loaded on demand.

LittleFS renames a file in one step. Therefore a power cut leaves either the old file or the new file complete.
"""

import json
import os

from overlay import load


def read_json(board, name):
    """Return the object in a file, {} if the file does not exist or is not a JSON object."""
    try:
        with open("%s/%s" % (board.flash, name), "rb") as file:
            content = file.read()
        # Only JSON with surrogates (U+D800 to U+DFFF) needs json_text.py. A surrogate is written as an escape, or in
        # bytes of which the first is ED.
        if b"\\u" in content or b"\xed" in content:
            value = load("board.json_text").parse(content, "\ufffd")
        else:
            value = json.loads(content)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(board, name, value):
    """Replace the content of a file by a dict. OSError if the flash is full."""
    path = "%s/%s" % (board.flash, name)
    with open(path + ".new", "w") as file:
        json.dump(value, file)
    os.rename(path + ".new", path)
