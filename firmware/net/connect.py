"""Joining a Wi-Fi network: from the settings to the radio, and why it did not work."""

import network
from micropython import const

from overlay import load

_MOST = const(20)  # networks that are listed
_4WAY_HANDSHAKE_TIMEOUT = const(15)  # of esp_wifi_types.h: MicroPython has no name for it


def join(wifi):
    """Begin to join the network of the settings. False when they name none."""
    device = wifi.device
    ssid, password = load("settings.store").wifi(device)
    if not ssid:
        return False
    begin(wifi, ssid, password, device.config)
    print("Connecting ...")
    device.note("Wi-Fi: joining as %s" % wifi.name)
    return True


def begin(wifi, ssid, password, config, attempts=-1):
    """Set the radio to join; it then tries by itself, for ever or `attempts` times more."""
    network.hostname(wifi.name)  # before the radio is on: DHCP and mDNS take the name from here
    sta = wifi.sta
    if sta.active():
        sta.disconnect()
    sta.active(True)
    sta.config(txpower=config["tx_power_dbm"])
    sta.config(reconnects=attempts)
    if config["dhcp"]:
        sta.ipconfig(dhcp4=True)
    else:
        # Where no name server is set the gateway is asked, which in a house knows the names.
        gateway = config["gateway"]
        sta.ifconfig((config["ip"], config["subnet"], gateway, config["dns"] or gateway))
    sta.connect(ssid, password or None)


def why_not(sta):
    """Why the last attempt failed: "password", "absent", "security", "address" or "failed".

    To be asked at its end, since the radio keeps the reason of an older one.
    """
    try:
        sta.status("rssi")
        return "address"  # it is in the network, but nobody gave it an address
    except OSError:
        pass
    status = sta.status()
    if status in (_4WAY_HANDSHAKE_TIMEOUT, network.STAT_WRONG_PASSWORD, network.STAT_HANDSHAKE_TIMEOUT):
        return "password"
    if status in (network.STAT_NO_AP_FOUND, network.STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD):
        return "absent"
    if status in (
        network.STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD,
        network.STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY,
    ):
        return "security"
    return "failed"


def networks(sta):
    """What the radio hears, strongest first: [{"ssid", "rssi_dbm", "secure"}]. All else waits 2 to 3 s for it."""
    try:
        heard = sta.scan()
    except OSError:
        return []  # it is busy with an attempt to join
    best = {}
    for ssid, _, _, rssi, security, _ in heard:
        if ssid and (ssid not in best or rssi > best[ssid][0]):
            best[ssid] = (rssi, security)
    found = []
    for ssid in sorted(best, key=lambda ssid: -best[ssid][0])[:_MOST]:
        try:
            name = ssid.decode()
        except UnicodeError:
            continue  # neither the form nor config.json could name it
        found.append({"ssid": name, "rssi_dbm": best[ssid][0], "secure": best[ssid][1] != 0})
    return found
