"""The device's name, which mDNS and DHCP announce on the network (net/connect.py). Loaded on demand."""

from overlay import load


def choose(device):
    """Return the device's name from the settings. If another device has this name, add the end of the board's id."""
    wanted = device.config["device_name"]
    if load("net.wifi_state").read(device).get("taken") == wanted:
        return "%s-%s" % (wanted[:27], device.board.id[-4:])
    return wanted
