"""What an independent parser says of a real telegram, in the firmware's fields and units.

The folder's *.expected.json are by dsmr-parser, specification BELGIUM_FLUVIUS. Left out is what each file names under
`library_wrong`; fillers, and limits that are off, are absent in the firmware.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_BRUSSELS = ZoneInfo("Europe/Brussels")
_GAS_UNITS = ("m3", "GJ")

# Name of the library: field of the firmware, base units in the library's unit.
_NUMBERS = {
    "ELECTRICITY_USED_TARIFF_1": ("energy_import_t1_wh", 1000),
    "ELECTRICITY_USED_TARIFF_2": ("energy_import_t2_wh", 1000),
    "ELECTRICITY_DELIVERED_TARIFF_1": ("energy_export_t1_wh", 1000),
    "ELECTRICITY_DELIVERED_TARIFF_2": ("energy_export_t2_wh", 1000),
    "ELECTRICITY_ACTIVE_TARIFF": ("tariff", 1),
    "BELGIUM_CURRENT_AVERAGE_DEMAND": ("demand_w", 1000),
    "CURRENT_ELECTRICITY_USAGE": ("power_import_w", 1000),
    "CURRENT_ELECTRICITY_DELIVERY": ("power_export_w", 1000),
    "ACTUAL_SWITCH_POSITION": ("breaker", 1),
    **{
        f"INSTANTANEOUS_ACTIVE_POWER_L{phase}_{sign}": (f"power_{way}_l{phase}_w", 1000)
        for phase in (1, 2, 3)
        for sign, way in (("POSITIVE", "import"), ("NEGATIVE", "export"))
    },
    **{f"INSTANTANEOUS_VOLTAGE_L{phase}": (f"voltage_l{phase}_dv", 10) for phase in (1, 2, 3)},
    **{f"INSTANTANEOUS_CURRENT_L{phase}": (f"current_l{phase}_ma", 1000) for phase in (1, 2, 3)},
}
_LIMITS = {"ACTUAL_TRESHOLD_ELECTRICITY": "limiter_w", "FUSE_THRESHOLD_L1": "fuse_ma"}
_TEXTS = {
    "BELGIUM_VERSION_INFORMATION": "meter_version",
    "BELGIUM_EQUIPMENT_IDENTIFIER": "meter_id",
    "TEXT_MESSAGE": "message",
}


def iso(utc: str) -> str:
    """A moment of the library, which has them in UTC, on the meter's clock."""
    return datetime.fromisoformat(utc).astimezone(_BRUSSELS).isoformat()


def text(value: str | None) -> str | None:
    """Text of hex octets, as it is where it is none; None for fillers."""
    if value and len(value) % 2 == 0 and re.fullmatch("[0-9A-Fa-f]+", value):
        octets = bytes.fromhex(value)
        if min(octets) >= 32:
            value = octets.decode("latin-1")
    return value if value and value.strip(" -0") else None


def fields(document: dict[str, Any]) -> dict[str, Any]:
    """Fields that the firmware must give; None: must be absent."""
    values = {
        name: value
        for name, value in document["values"].items()
        if name not in document.get("library_wrong", {})
    }
    found: dict[str, Any] = {"time": iso(values["P1_MESSAGE_TIMESTAMP"]["value"])}
    for name, (field, factor) in _NUMBERS.items():
        if name in values:
            found[field] = round(float(values[name]["value"]) * factor)
        elif name not in document.get("library_wrong", {}):
            found[field] = None
    for name, field in _LIMITS.items():
        if name in values:
            value = values[name]["value"]
            found[field] = round(value * 1000) if str(value).strip("9.0") else None
    for name, field in _TEXTS.items():
        if name in values:
            found[field] = text(values[name]["value"])
    if "BELGIUM_MAXIMUM_DEMAND_MONTH" in values:
        peak = values["BELGIUM_MAXIMUM_DEMAND_MONTH"]
        found["peak"] = peak["datetime"] and [round(peak["value"] * 1000), iso(peak["datetime"])]
    if "BELGIUM_MAXIMUM_DEMAND_13_MONTHS" in values:
        found["peaks"] = months(values["BELGIUM_MAXIMUM_DEMAND_13_MONTHS"])
    return found


def months(records: list[dict[str, Any]]) -> list[list[Any]]:
    """Closed months, newest first: month by number, W, end of the quarter."""
    found = []
    for record in records:
        if record["occurred"] is None:
            continue
        closing = datetime.fromisoformat(record["period"]).astimezone(_BRUSSELS)
        month = closing - timedelta(days=1)
        occurred = datetime.fromisoformat(record["occurred"]).astimezone(_BRUSSELS)
        if (occurred.day, occurred.hour, occurred.minute, occurred.month) == (1, 0, 0, month.month):
            continue  # a month before the meter was installed, with its own beginning in the peak's place
        found.append([month.year * 12 + month.month - 1, round(record["value"] * 1000), occurred.isoformat()])
    return sorted(found, reverse=True)


def mbus(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The M-Bus meters by channel; only those that have a type, which the library's phantoms lack."""
    found = {}
    for device in document["values"].get("MBUS_DEVICES", []):
        if "MBUS_DEVICE_TYPE" not in device:
            continue
        reading = device.get("MBUS_METER_READING", {})
        measured = reading.get("datetime") and reading["unit"] in _GAS_UNITS
        found[str(device["channel"])] = {
            "type": device["MBUS_DEVICE_TYPE"]["value"],
            "id": text(device.get("MBUS_EQUIPMENT_IDENTIFIER", {}).get("value")),
            "valve": device.get("MBUS_VALVE_POSITION", {}).get("value"),
            "volume": [round(reading["value"] * 1000), reading["unit"], iso(reading["datetime"])]
            if measured
            else None,
        }
    return found
