"""Connection to a Wi-Fi network: settings of the radio, the reason of a failure, and a scan for networks."""

import network
from micropython import const

from overlay import load

_MOST = const(20)  # networks that are listed
_4WAY_HANDSHAKE_TIMEOUT = const(15)  # from esp_wifi_types.h, because MicroPython has no name for it


def join(wifi):
    """Begin to join the network of the settings; False if they name no network."""
    device = wifi.device
    ssid, password = load("settings.store").wifi(device)
    if not ssid:
        return False
    begin(wifi, ssid, password, device.config)
    print("Connecting ...")
    device.note("Wi-Fi: joining as %s" % wifi.name)
    return True


def begin(wifi, ssid, password, config, attempts=-1):
    """Set up the radio and begin to join. It retries `attempts` times, or for ever if that is -1."""
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
        # Without a name server in the settings use the gateway: in a home it usually answers for names.
        gateway = config["gateway"]
        sta.ifconfig((config["ip"], config["subnet"], gateway, config["dns"] or gateway))
    sta.connect(ssid, password or None)


def failure(sta):
    """Return why the last attempt failed: "password", "absent", "security", "address" or "failed".

    Call it only after an attempt has ended: until then the radio reports the reason of an earlier one.
    """
    try:
        sta.status("rssi")
        return "address"  # it is in the network, but got no address
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
    """Return the networks in reach, strongest first: [{"ssid", "rssi_dbm", "secure"}].

    Blocks all tasks for 2 to 3 s.
    """
    try:
        heard = sta.scan()
    except OSError:
        return []  # the radio is busy with an attempt to join
    best = {}
    for ssid, _, _, rssi, security, _ in heard:
        if ssid and (ssid not in best or rssi > best[ssid][0]):
            best[ssid] = (rssi, security)
    found = []
    for ssid in sorted(best, key=lambda ssid: -best[ssid][0])[:_MOST]:
        try:
            name = ssid.decode()
        except UnicodeError:
            continue  # neither the form nor config.json can contain this name
        found.append({"ssid": name, "rssi_dbm": best[ssid][0], "secure": best[ssid][1] != 0})
    return found
