"""Wi-Fi state in flash, in wifi.json.

joined  true if the board has ever joined a network
taken   a device name that another device had at the newest check, None without such a device
"""

from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_FILE = const("wifi.json")


def read(device):
    """Return the stored Wi-Fi state as a dict, {} if none is stored yet."""
    return read_json(device.board, _FILE)


def mark(device, key, value):
    """Store a value in wifi.json. The flash is written only if the value changes."""
    marks = read(device)
    if marks.get(key) != value:
        marks[key] = value
        try:
            write_json(device.board, _FILE, marks)
        except OSError as error:
            device.note("%s: %s" % (_FILE, error))
