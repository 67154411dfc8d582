"""Wi-Fi state in flash (wifi.json): `joined`, has ever connected; `taken`, a name that another device uses."""

from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_FILE = const("wifi.json")


def read(device):
    """Return the Wi-Fi state as a dict, {} before the first one."""
    return read_json(device.board, _FILE)


def name(device):
    """Return the device's name in the network: with the end of this board's id if another device has that name."""
    wanted = device.config["device_name"]
    if read(device).get("taken") == wanted:
        return "%s-%s" % (wanted[:27], device.board.id[-4:])
    return wanted


def mark(device, key, value):
    """Store a value; the flash is written only if the value changes."""
    marks = read(device)
    if marks.get(key) != value:
        marks[key] = value
        try:
            write_json(device.board, _FILE, marks)
        except OSError as error:
            device.note("%s: %s" % (_FILE, error))
