"""The device's name on the network, which mDNS and DHCP announce (net/connect.py). Loaded on demand."""

from overlay import load


def choose(device):
    """Return the name in the owner's settings, with a part of the board's id if another device has this name too."""
    wanted = device.config["device_name"]
    if load("net.wifi_state").read(device).get("taken") == wanted:
        return "%s-%s" % (wanted[:27], device.board.id[-4:])
    return wanted
