"""Odd meters, which send rare values or lines. Each odd meter changes the telegrams of a simulated meter."""

import re

from simulator.dialect import crc16
from simulator.telegram_source import TelegramSource

type Changes = dict[bytes, bytes]
"""Patterns in a telegram, and what takes the place of each match (re.sub)."""

CLOCK_NOT_SET: Changes = {rb"0-0:1\.0\.0\(\d{6}": b"0-0:1.0.0(000101"}
_GAS_LINE = rb"(0-\d:24\.2\.3\(\w+\))\(.*?\)"
_HEAT = {rb"(0-\d:24\.1\.0)\(003\)": rb"\1(004)"}

ODD_METERS: dict[str, tuple[str, Changes]] = {
    "clock-not-set": ("the clock was never set, and counts from 2000", CLOCK_NOT_SET),
    "limiter": ("a limiter at 2.3 kW", {rb"0-0:17\.0\.0\([^)]*\)": b"0-0:17.0.0(002.3*kW)"}),
    "fuse": ("a main fuse of 10 A", {rb"1-0:31\.4\.0\([^)]*\)": b"1-0:31.4.0(010*A)"}),
    "heavy": (
        "a month's peak of 30.9 kW, above an ordinary connection",
        {rb"1-0:1\.6\.0\((\w+)\)\(.*?\)": rb"1-0:1.6.0(\1)(30.900*kW)"},
    ),
    "heat-kwh": ("heat in kWh in place of gas", {**_HEAT, _GAS_LINE: rb"\1(00012345*kWh)"}),
    "heat-mj": ("heat in MJ in place of gas", {**_HEAT, _GAS_LINE: rb"\1(0044442.0*MJ)"}),
    "slash": ('a line with "/" in it', {rb"\r\n!$": b"\r\n0-4:24.1.0(004)\r\n0-4:24.9.9(00.512*m3/h)\r\n!"}),
}
"""By name: the description of an odd meter, and its changes."""


class OddMeter:
    """Source that changes the telegrams of another source, and computes the CRC of each changed telegram."""

    def __init__(self, source: TelegramSource, changes: Changes) -> None:
        self.source, self.changes = source, changes

    @property
    def stamp(self) -> str:
        """Timestamp of the telegram before the change."""
        return self.source.stamp

    def telegram(self) -> bytes:
        body = self.source.telegram()[: -len("1234\r\n")]
        for pattern, replacement in self.changes.items():
            body = re.sub(pattern, replacement, body)
        return body + b"%04X\r\n" % crc16(body)

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        self.source.advance(seconds, powered=powered)

    def set_clock(self, seconds: int) -> None:
        self.source.set_clock(seconds)
