"""Connection to a Wi-Fi network: set-up of the radio, the reason for a failure, and a scan for networks."""

import network
from micropython import const

from overlay import load

_MOST = const(20)  # maximum number of networks that a scan returns
# Status of the radio after a wrong password (esp_wifi_types.h). MicroPython lacks this constant.
_4WAY_HANDSHAKE_TIMEOUT = const(15)


def join(wifi):
    """Begin to join the Wi-Fi network of the settings. Return False if the settings contain no network."""
    device = wifi.device
    ssid, password = load("settings.store").wifi(device)
    if not ssid:
        return False
    begin(wifi, ssid, password, device.config)
    print("Connecting ...")
    device.note("Wi-Fi: joining as %s" % wifi.name)
    return True


def begin(wifi, ssid, password, config, attempts=-1):
    """Set up the radio and begin to join a network. The radio retries `attempts` times. -1 means for ever."""
    # Set the device's name before the radio is on, because DHCP and mDNS read the name at their start.
    network.hostname(wifi.name)
    sta = wifi.sta
    if sta.active():
        sta.disconnect()
    sta.active(True)
    sta.config(txpower=config["tx_power_dbm"])
    sta.config(reconnects=attempts)
    if config["dhcp"]:
        sta.ipconfig(dhcp4=True)
    else:
        # Without a name server in the settings, use the gateway: in a home, the gateway usually is a name server too.
        gateway = config["gateway"]
        sta.ifconfig((config["ip"], config["subnet"], gateway, config["dns"] or gateway))
    sta.connect(ssid, password or None)


def failure(sta):
    """Return why the last attempt to join failed.

    password  the password is wrong
    absent    no network in range has this name
    security  the network has a kind of security that the board does not accept
    address   the board has joined the network, but got no IP address
    failed    another reason

    Call this only after the attempt has ended. During an attempt, the radio reports the reason of an earlier attempt.
    """
    try:
        sta.status("rssi")
        return "address"
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
    """Return the Wi-Fi networks in range, the strongest first: [{"ssid", "rssi_dbm", "secure"}].

    The scan blocks all tasks for 2 to 3 s.
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
            if len(name) != len(ssid):
                load("board.utf8").check(ssid)
        except UnicodeError:
            continue  # skip a name that is not UTF-8, because config.json cannot contain such a name
        found.append({"ssid": name, "rssi_dbm": best[ssid][0], "secure": best[ssid][1] != 0})
    return found
