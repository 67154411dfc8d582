"""What the flash remembers of the network (wifi.json): "joined", true once it ever was; "taken", another's name."""

from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_FILE = const("wifi.json")


def read(device):
    return read_json(device.board, _FILE)


def name(device):
    """The device's name in the network; where another device has it, with the end of this board's id."""
    wanted = device.config["device_name"]
    if read(device).get("taken") == wanted:
        return "%s-%s" % (wanted[:27], device.board.id[-4:])
    return wanted


def mark(device, key, value):
    """Remember; the flash is written only when that is news."""
    marks = read(device)
    if marks.get(key) != value:
        marks[key] = value
        try:
            write_json(device.board, _FILE, marks)
        except OSError as error:
            device.note("%s: %s" % (_FILE, error))
