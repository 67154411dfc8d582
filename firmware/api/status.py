"""GET /api/device: the state of the device. Loaded on demand, every ten seconds while a live stream is open."""

import gc
import json
import sys
from micropython import const

from meter.timestamp import iso
from overlay import load
from version import VERSION

_GRANTED = const("what name kind at")
_CAPACITY = const("area target_w warning_percent counted_from")


def write_status(device, write):
    """Write the document of GET /api/device, by calls of write(piece)."""
    between = "{"
    # Write one member at a time, because a dict and a text of the whole document would take 1 KB more.
    for key, value in _members(device):
        write('%s"%s":%s' % (between, key, json.dumps(value)))
        between = ","
    write("}")


def _members(device):
    """Yield (key, value) of each member of the document."""
    board, card, config = device.board, device.card, device.config
    moment = device.reader.parser.reading["time"]
    yield "id", board.id
    yield "name", device.name()
    yield "name_taken_by", device.wifi.name_taken_by if device.wifi else None
    yield "board", board.name
    yield "firmware", VERSION
    yield "micropython", "%d.%d.%d" % sys.implementation.version[:3]
    yield "uptime_s", device.clock.uptime_s()
    yield "reset_cause", board.reset_cause
    yield "crash", device.log.crash_line
    is_set = moment is not None if device.reader.age_ms() is not None else None
    yield (
        "clock",
        {
            "source": "meter" if moment else None,
            "time": iso(*moment) if moment else None,
            "set": is_set,
        },
    )
    yield "capacity", {key: config[key] for key in _CAPACITY.split()}
    yield "wifi", _wifi(device.wifi.sta) if device.wifi else None
    heap = {"used_bytes": gc.mem_alloc(), "free_bytes": board.python_free()}
    heap["areas"] = board.areas  # which python_free() has counted
    yield "heap", heap
    yield "system_memory", _system_memory(board)
    yield (
        "card",
        {
            "state": card.state,
            "size_bytes": card.size_bytes,
            "free_bytes": card.free_bytes,
            "error": card.error,
            "format": card.format,
            "waiting_quarters": device.recorder.waiting,
            "lost_quarters": device.recorder.lost,
            "nearly_full": card.nearly_full,
            "changed_settings": card.changed_settings,
        },
    )
    yield "p1", device.reader.health()
    yield "update", device.update
    yield "access", _access(device.access, device.clock.uptime_s())


def _access(access, now_s):
    granted = access.granted
    return {
        "asks": load("auth.asks").shown(access, now_s) if access.asks else [],
        "granted": dict(zip(_GRANTED.split(), granted)) if granted else None,
    }


def _system_memory(board):
    memory = board.system_memory()
    return memory and {"free_bytes": memory[0], "largest_bytes": memory[1], "lowest_bytes": board.lowest}


def _wifi(sta):
    if not sta.isconnected():
        return None
    return {
        "ssid": sta.config("ssid"),
        "rssi_dbm": sta.status("rssi"),
        "ip": sta.ifconfig()[0],
    }
