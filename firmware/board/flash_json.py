"""Small JSON files in the board's flash: the secrets, the newest crash report, a copy of the settings.

LittleFS renames a file in one step. Therefore, after a power cut, either the old file or the new file is there,
complete. Loaded on demand.
"""

import json
import os

from overlay import load


def read_json(board, name):
    """Return the JSON object in a file as a dict, {} if the file does not exist or contains anything else."""
    try:
        with open("%s/%s" % (board.flash, name), "rb") as file:
            content = file.read()
        # Only JSON with surrogates (U+D800 to U+DFFF) needs json_text.py. A surrogate is written as an escape, or as
        # bytes that begin with ED.
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
