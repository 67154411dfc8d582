"""GET /api/device: how the device is. Loaded when it is asked for, and every ten seconds while somebody watches."""

import gc
import json
import sys

from meter.timestamp import iso
from version import VERSION


def write_status(monitor, write):
    """Give the document to write(piece)."""
    board, card, config = monitor.board, monitor.card, monitor.config
    moment = monitor.reader.parser.reading["time"]
    status = {
        "id": board.id,
        "name": monitor.name(),
        "board": board.name,
        "firmware": VERSION,
        "micropython": "%d.%d.%d" % sys.implementation.version[:3],
        "uptime_s": monitor.clock.uptime_s(),
        "reset_cause": board.reset_cause,
        "crash": monitor.log.crash_line,
        "clock": {
            "source": "meter" if moment else None,
            "time": iso(*moment) if moment else None,
        },
        "capacity": {
            "area": config["area"],
            "target_w": config["target_w"],
            "warning_percent": config["warning_percent"],
            "counted_from": config["counted_from"],
        },
        "wifi": _wifi(monitor.wifi.sta) if monitor.wifi else None,
        "heap": {"used_bytes": gc.mem_alloc(), "free_bytes": gc.mem_free()},
        "card": {
            "state": card.state,
            "size_bytes": card.size_bytes,
            "free_bytes": card.free_bytes,
            "error": card.error,
            "waiting_quarters": monitor.recorder.waiting,
            "lost_quarters": monitor.recorder.lost,
            "nearly_full": card.nearly_full,
        },
        "p1": monitor.reader.health(),
        "update": monitor.update,
    }
    write(json.dumps(status))


def _wifi(sta):
    if not sta.isconnected():
        return None
    return {
        "ssid": sta.config("ssid"),
        "rssi_dbm": sta.status("rssi"),
        "ip": sta.ifconfig()[0],
    }
