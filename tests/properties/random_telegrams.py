"""Random telegrams in the formats of P1, with the reading that each of them means."""

import os
from typing import Any

from hypothesis import settings, strategies as st

from simulator.dialect import crc16

LONG = bool(os.environ.get("P1_LONG"))
"""Many more cases than the suite has time for."""
MANY = settings(max_examples=5000 if LONG else 100)

type Line = tuple[str, Any, Any]
"""Text of a line, the firmware's field, and its value; the field of an M-Bus meter is (channel, field)."""


def number(width: int, places: int, factor: int, unit: str) -> st.SearchStrategy[tuple[str, int]]:
    """Fn(places,places) with its unit, and the value in base units; `factor` base units are one of the last place."""

    def written(value: int) -> tuple[str, int]:
        digits = f"{value:0{width}d}"
        text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
        return f"({text}*{unit})", value * factor

    return st.integers(0, 10**width - 1).map(written)


def line(code: str, field: Any, value: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[Line]:
    return value.map(lambda found: (code + found[0], field, found[1]))


REGISTER = number(9, 3, 1, "kWh") | number(9, 2, 10, "kWh") | number(9, 0, 1, "Wh")
POWER = number(5, 3, 1, "kW") | number(5, 0, 1, "W")
VOLTAGE = number(4, 1, 1, "V") | number(7, 3, 10, "kV")
CURRENT = number(5, 2, 10, "A") | number(3, 0, 1000, "A") | number(6, 0, 1, "mA")
COUNT = st.integers(0, 9999).map(lambda value: (f"({value:04d})", value))
VOLUME = number(8, 3, 1, "m3")
# Not only digits, which a meter may mean as they are, and nothing that stands for "not known".
NAME = st.from_regex(r"[A-Z][A-Za-z0-9]{1,30}", fullmatch=True).map(
    lambda text: (f"({text.encode().hex().upper()})", text)
)

_OBJECTS = [
    line("0-0:96.1.4", "meter_version", NAME),
    line("0-0:96.1.1", "meter_id", NAME),
    line("0-0:96.1.2", "ean", NAME),
    line("1-0:94.32.1", "grid_v", st.sampled_from([("(230)", 230), ("(400)", 400)])),
    line("1-0:1.8.0", "energy_import_wh", REGISTER),
    *[line(f"1-0:1.8.{tariff}", f"energy_import_t{tariff}_wh", REGISTER) for tariff in range(1, 6)],
    line("1-0:2.8.0", "energy_export_wh", REGISTER),
    *[line(f"1-0:2.8.{tariff}", f"energy_export_t{tariff}_wh", REGISTER) for tariff in range(1, 6)],
    line("0-0:96.14.0", "tariff", COUNT),
    line("1-0:1.4.0", "demand_w", POWER),
    line("1-0:1.7.0", "power_import_w", POWER),
    line("1-0:2.7.0", "power_export_w", POWER),
    *[line(f"1-0:{phase * 20 + 1}.7.0", f"power_import_l{phase}_w", POWER) for phase in (1, 2, 3)],
    *[line(f"1-0:{phase * 20 + 2}.7.0", f"power_export_l{phase}_w", POWER) for phase in (1, 2, 3)],
    *[line(f"1-0:{phase * 20 + 12}.7.0", f"voltage_l{phase}_dv", VOLTAGE) for phase in (1, 2, 3)],
    *[line(f"1-0:{phase * 20 + 11}.7.0", f"current_l{phase}_ma", CURRENT) for phase in (1, 2, 3)],
    line("0-0:96.3.10", "breaker", st.sampled_from([("(0)", 0), ("(1)", 1), ("(2)", 2)])),
    *[
        line(f"0-{channel}:{code}", (channel, field), value)
        for channel in (1, 2, 3, 4)
        for code, field, value in (
            ("24.1.0", "type", st.sampled_from([("(003)", 3), ("(007)", 7), ("(012)", 12)])),
            ("96.1.1", "id", NAME),
            ("24.4.0", "valve", COUNT),
            ("24.2.1", "volume", VOLUME.map(lambda found: ("(261112182512W)" + found[0], found[1]))),
        )
    ],
    # what nobody knows, and what nobody can read
    *[
        line(code, None, value.map(lambda text: (text, None)))
        for code, value in (
            ("1-0:99.97.0", st.just("()")),
            ("0-0:98.1.1", st.from_regex(r"\([0-9.:*()A-Za-z-]{0,60}\)", fullmatch=True)),
            ("1-0:3.7.0", st.just("(00.000*kvar)")),
        )
    ],
]
OBJECTS: st.SearchStrategy[list[Line]] = st.lists(
    st.one_of(_OBJECTS), unique_by=lambda found: found[0].split("(")[0], max_size=60
)
HEADER = st.from_regex(r"/[A-Z]{3}5[A-Za-z0-9\\_]{0,20}", fullmatch=True)


def telegram(header: str, objects: list[Line], crc: str = "%04X") -> bytes:
    """The bytes of a telegram with these objects."""
    body = "\r\n".join([header, "", *[text for text, _, _ in objects], "!"]).encode()
    return body + (crc % crc16(body)).encode() + b"\r\n"


def meant(header: str, objects: list[Line]) -> dict[str, Any]:
    """The reading that these objects are."""
    reading: dict[str, Any] = {"meter_model": header[1:], "mbus": {}}
    for text, field, value in objects:
        if isinstance(field, tuple):
            reading["mbus"].setdefault(field[0], {})[field[1]] = value
        elif field:
            reading[field] = value
        elif text.startswith("0-") and text[2] != "0":
            reading["mbus"].setdefault(int(text[2]), {})
    return reading


def chunks(data: bytes, sizes: list[int]) -> list[bytes]:
    """The data in pieces of these sizes, over and over."""
    found, at, number = [], 0, 0
    while at < len(data):
        found.append(data[at : at + sizes[number % len(sizes)]])
        at += len(found[-1])
        number += 1
    return found
