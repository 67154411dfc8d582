"""GET /api/device: the state of the device. Loaded on demand, every ten seconds while a live stream is open."""

import gc
import json
import sys
from micropython import const

from meter.timestamp import iso
from overlay import load
from version import VERSION

_GRANTED = const("what name kind at")


def write_status(device, write):
    """Write the document of GET /api/device, by calls of write(piece)."""
    board, card, config = device.board, device.card, device.config
    moment = device.reader.parser.reading["time"]
    status = {
        "id": board.id,
        "name": device.name(),
        "name_taken_by": device.wifi.name_taken_by if device.wifi else None,
        "board": board.name,
        "firmware": VERSION,
        "micropython": "%d.%d.%d" % sys.implementation.version[:3],
        "uptime_s": device.clock.uptime_s(),
        "reset_cause": board.reset_cause,
        "crash": device.log.crash_line,
        "clock": {
            "source": "meter" if moment else None,
            "time": iso(*moment) if moment else None,
            "set": moment is not None if device.reader.age_ms() is not None else None,
        },
        "capacity": {
            "area": config["area"],
            "target_w": config["target_w"],
            "warning_percent": config["warning_percent"],
            "counted_from": config["counted_from"],
        },
        "wifi": _wifi(device.wifi.sta) if device.wifi else None,
        "heap": {
            "used_bytes": gc.mem_alloc(),
            "free_bytes": board.python_free(),
            "areas": board.areas,
        },
        "system_memory": _system_memory(board),
        "card": {
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
        "p1": device.reader.health(),
        "update": device.update,
        "access": _access(device.access, device.clock.uptime_s()),
    }
    write(json.dumps(status))


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
