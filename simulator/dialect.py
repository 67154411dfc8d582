"""Dialect of a meter: the fields, formats and CRC of its telegrams.

A dialect is a text with named fields, such as `{import_t1:9.3}` (simulator.dialects). The format 9.3 is F9(3,3) of the
P1 standard: nine digits, of which three follow the decimal point. The value of a field is an integer in base units (W,
Wh, dV, mA, dm3). The class of this integer, Milli or Deci, defines the position of the decimal point.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.clock import previous_month, stamp
from simulator.grid import Grid, star
from simulator.mbus import GAS, MBusDevice
from simulator.meter import Meter

INVALID = "632525252525W"
"""A COSEM time of which every byte is FF, printed in decimal."""


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """Return the CRC-16/ARC of the P1 standard: polynomial 0x8005 reflected, initial value 0, check value 0xBB3D."""
    crc, table = 0, _TABLE
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


class Fixed(int):
    """Integer in base units that a telegram shows in larger units, with a fixed number of digits.

    The format "9.3" is nine digits, of which three follow the decimal point: F9(3,3) in the P1 standard. For example,
    format(Milli(301548), "9.3") shows 301548 Wh as 000301.548 (kWh).
    """

    places = 0

    def __format__(self, spec: str) -> str:
        digits, after = (int(part) for part in spec.split("."))
        text = f"{self // 10 ** (self.places - after):0{digits}d}"
        return f"{text[:-after]}.{text[-after:]}" if after else text


class Milli(Fixed):
    """Integer in thousandths of the printed unit: W printed as kW, Wh as kWh, mA as A, dm3 as m3."""

    places = 3


class Deci(Fixed):
    """Integer in tenths of the printed unit: dV printed as V."""

    places = 1


def octets(text: str) -> str:
    """Return a text as an octet string, with two hexadecimal digits for each character."""
    return text.encode("latin-1", "replace").hex().upper()


@dataclass(frozen=True, slots=True)
class Dialect:
    """Format of one meter's telegrams. All differences between meters are data in this class.

    `text` is the telegram from the header to the last line, with a {name} for each value. `gas` and `water` are the
    lines of a gas and a water meter. `no_device` is the line that the meter prints if it has no gas or water meter.
    `months` is the number of closed months at the start of a simulation.

    Some meters were still in the factory when their oldest closed month ended. That month has no peak, but the telegram
    must show a time for the peak. `filler` is the text of this time. If `filler` is "month", the time is the month's
    first moment. If `filler` is None, each closed month of the meter has a peak.
    """

    name: str
    about: str
    text: str
    phases: int = 3
    grid: Grid = star
    months: int = 13
    filler: str | None = None
    newest_first: bool = False
    gas: str = ""
    water: str = ""
    no_device: str = ""
    default_gas: int | None = None
    default_water: int | None = None

    def telegram(self, meter: Meter) -> bytes:
        """Return a meter's telegram of the current second, with the CRC."""
        body = self._body(meter).encode("ascii")
        return body + b"%04X\r\n" % crc16(body)

    def _body(self, meter: Meter) -> str:
        lines = self.text.format_map(self._fields(meter))
        return "\r\n".join(line for line in lines.split("\n") if line != "-") + "!"

    def _fields(self, meter: Meter) -> Mapping[str, object]:
        power = meter.phase_w
        seen = self.grid(meter.moment, power)
        net = sum(power)
        fields: dict[str, object] = {
            "clock": stamp(meter.moment),
            "tariff": meter.tariff,
            "demand": Milli(meter.demand_w),
            "peak": Milli(meter.peak.power_w),
            "peak_end": INVALID if meter.peak.end is None else stamp(meter.peak.end),
            "history": self._history(meter),
            "power_import": Milli(max(net, 0)),
            "power_export": Milli(max(-net, 0)),
            "breaker": meter.breaker,
            "message": octets(meter.message),
            "mbus": self._mbus(meter),
        }
        for number, (imported, exported) in enumerate(zip(meter.import_wh, meter.export_wh, strict=True), 1):
            fields[f"import_t{number}"] = Milli(imported)
            fields[f"export_t{number}"] = Milli(exported)
        for number, watts in enumerate(seen.power_w, 1):
            fields[f"import_l{number}"] = Milli(max(watts, 0))
            fields[f"export_l{number}"] = Milli(max(-watts, 0))
            fields[f"voltage_l{number}"] = Deci(seen.voltage_dv[number - 1])
            fields[f"current_l{number}"] = Milli(seen.current_ma[number - 1])
        return fields

    def _history(self, meter: Meter) -> str:
        """Return the values of object 98.1.0, the closed months.

        First come the number of months and the names of two columns. Then come three values for each month: (end of the
        month)(time of the peak)(peak).
        """
        head = f"({len(meter.closed)})(1-0:1.6.0)(1-0:1.6.0)"
        if not meter.closed:
            return head + "()"
        records = []
        for month in meter.closed:
            closing, end = stamp(month.closing), month.peak.end
            occurred = stamp(end) if end is not None else self._filler(month.closing)
            records.append(f"({closing})({occurred})({Milli(month.peak.power_w):5.3}*kW)")
        return head + "".join(reversed(records) if self.newest_first else records)

    def _filler(self, closing: int) -> str:
        if self.filler == "month":
            return stamp(previous_month(closing))
        return self.filler or INVALID

    def _mbus(self, meter: Meter) -> str:
        lines = [self._device(device) for device in meter.devices]
        # In `text`, {mbus} is alone on a line. Without M-Bus devices, this line becomes `no_device`. If `no_device` is
        # empty, this line becomes "-". Then _body() removes the line.
        return "\n".join(lines) or self.no_device or "-"

    def _device(self, device: MBusDevice) -> str:
        template = self.gas if device.type == GAS else self.water
        value = f"({stamp(device.captured)})({Milli(device.volume_dm3):8.3}*m3)"
        if not device.linked:
            # For a device that never reported to the meter, the meter shows a volume of 0 without a unit.
            value = f"({INVALID})(00000.000)"
        return template.format(
            n=device.channel,
            type=f"{device.type:03d}",
            id=octets(device.id),
            valve=device.valve if device.linked else 0,
            value=value,
        )
