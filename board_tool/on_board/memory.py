"""Both kinds of memory, and Wi-Fi, as a board has them at its prompt.

The modules of this folder run on the board. `firmware prove` sends them over the cable, and keeps none of them there.
Each function returns a dict of figures. RuntimeError gives the reason why a figure cannot be measured.
"""

import gc
import json
import network
import time
from esp32 import HEAP_DATA, idf_heap_info
from micropython import const

# Wi-Fi takes memory only from regions between these two sizes, in bytes (firmware/board/esp32.py).
_SMALLEST = const(12 << 10)
_LARGEST = const(1 << 20)
_JOIN_MS = const(20000)


def now():
    """Return the bytes of both kinds of memory at this moment, after a garbage collection."""
    gc.collect()
    free = largest = lowest = next_area = 0
    for size, left, piece, least in idf_heap_info(HEAP_DATA):
        next_area = max(next_area, piece)
        if _SMALLEST < size < _LARGEST:
            free += left
            largest = max(largest, piece)
            lowest += least
    used = gc.mem_alloc()
    return {
        "system_free": free,
        "system_largest": largest,
        "system_lowest": lowest,
        "python_used": used,
        "python_bytes": used + gc.mem_free() - next_area,
        "radio_on": network.WLAN(network.WLAN.IF_STA).active(),
    }


def join(hostname, before):
    """Switch the radio on, and join the network of the settings. Return what that takes, and the signal.

    `hostname` is the name that the firmware gives to the board, because routers show the name. `before` is the free
    system memory before network.WLAN() was first called, because this call already takes memory. None: unknown.
    """
    if hostname:
        network.hostname(hostname)
    sta = network.WLAN(network.WLAN.IF_STA)
    figures = {}
    if not sta.active():
        sta.active(True)
        if before is not None:
            figures["radio_takes"] = before - now()["system_free"]
    name, password = _network()
    began = time.ticks_ms()
    if not sta.isconnected():
        sta.connect(name, password or None)
        while not sta.isconnected():
            if time.ticks_diff(time.ticks_ms(), began) > _JOIN_MS:
                raise RuntimeError("the board did not join its Wi-Fi network within 20 s")
            time.sleep_ms(50)
        figures["join_ms"] = time.ticks_diff(time.ticks_ms(), began)
        if "radio_takes" in figures:
            figures["joined_takes"] = before - now()["system_free"]
    time.sleep_ms(500)  # the first beacons give the signal
    figures["system_free"] = now()["system_free"]
    figures["rssi_dbm"] = sta.status("rssi")
    figures["power_dbm"] = sta.config("txpower")
    figures["power_error_dbm"] = _power_error(sta)
    return figures


def address():
    """Return the IPv4 address of the board and its name, for the tool alone. The report has neither."""
    return {"ip": network.WLAN(network.WLAN.IF_STA).ifconfig()[0], "hostname": network.hostname()}


def _network():
    try:
        with open("config.json") as file:
            wifi = json.load(file)["wifi"]
        return wifi["ssid"], wifi.get("password")
    except (OSError, ValueError, KeyError, TypeError):
        raise RuntimeError("the settings have no Wi-Fi network") from None


def _power_error(sta):
    """Return the largest difference between a power that was set and the power that the radio then reports."""
    kept = sta.config("txpower")
    most = 0
    try:
        for power in (2, 8, 14, 20):
            sta.config(txpower=power)
            most = max(most, abs(sta.config("txpower") - power))
    finally:
        sta.config(txpower=kept)
    return most
