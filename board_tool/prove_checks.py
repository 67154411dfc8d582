"""Table of the checks of `firmware prove`: the figure that each check compares, its range, and the range's source."""

from dataclasses import dataclass
from typing import Any

Figures = dict[str, dict[str, float]]
"""Figures by measurement, such as {"card": {"write_kb_s": 300}}."""

OK, OUTSIDE, NOT_RUN = "ok", "outside", "could not run"


@dataclass(frozen=True, kw_only=True)
class Check:
    """Check of one figure. `low` and `high` are the smallest and the largest figure that is as expected."""

    of: str
    """Measurement and figure, such as "card.write_kb_s"."""
    title: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    why: str

    @property
    def expected(self) -> str:
        """Range in words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.low is None:
            return f"≤ {show(self.high)}{unit}"
        if self.high is None:
            return f"≥ {show(self.low)}{unit}"
        if self.low == self.high:
            return f"{show(self.low)}{unit}"
        return f"{show(self.low)} to {show(self.high)}{unit}"

    def judge(self, figures: Figures, reasons: dict[str, str]) -> tuple[str, str]:
        """Return (result, figure with its unit or the reason why there is none)."""
        measurement, _, name = self.of.partition(".")
        value = figures.get(measurement, {}).get(name)
        if value is None:
            return NOT_RUN, reasons.get(measurement, "it was not measured")
        fits = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return OK if fits else OUTSIDE, f"{show(value)}{' ' + self.unit if self.unit else ''}"


def show(value: Any) -> str:
    """Return a number as text for a person."""
    return f"{value:,.1f}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"


_CALLS = "docs/calls.md, "
_MEMORY = "docs/memory.md; an emulated ESP32-C3"

CHECKS = (
    # Restarts, and what survives them
    Check(of="after_reset.cause", title="Cause after a reset", low=2, high=2, why=_CALLS + "reset_cause"),
    Check(
        of="after_reset.rtc_same", title="RTC memory over a reset", low=1, high=1, why=_CALLS + "RTC().memory"
    ),
    Check(
        of="after_watchdog.cause",
        title="Cause after the watchdog",
        low=3,
        high=3,
        why=_CALLS + "WDT: a second one changes the limit of the first",
    ),
    Check(
        of="after_watchdog.rtc_same",
        title="RTC memory over the watchdog",
        low=1,
        high=1,
        why=_CALLS + "RTC().memory",
    ),
    # Memory by stage
    Check(
        of="start.system_free",
        title="System memory, before Wi-Fi",
        low=80_000,
        unit="bytes",
        why=f"{_MEMORY}: 153,644, and 88,104 with Python's second area",
    ),
    Check(
        of="start.python_bytes",
        title="Python's heap at the start",
        low=50_000,
        high=131_072,
        unit="bytes",
        why="docs/memory.md: areas of 64 KB",
    ),
    Check(of="wifi.radio_takes", title="Wi-Fi on takes", high=45_000, unit="bytes", why=f"{_MEMORY}: 38,300"),
    Check(
        of="wifi.joined_takes",
        title="Wi-Fi joined takes, in all",
        high=58_000,
        unit="bytes",
        why=f"{_MEMORY}: 44,200",
    ),
    Check(
        of="idle.system_free",
        title="System memory, firmware idle",
        low=35_000,
        unit="bytes",
        why=f"{_MEMORY}: 42,872",
    ),
    Check(
        of="idle.python_used",
        title="Python's heap in use, firmware idle",
        high=86_016,
        unit="bytes",
        why="docs/memory.md: at most 84 KB just after a collection",
    ),
    Check(
        of="idle.areas", title="Areas of Python's heap, firmware idle", high=2, why=_CALLS + "gc.mem_alloc"
    ),
    Check(
        of="page.system_lowest",
        title="System memory, lowest with a page",
        low=20_480,
        unit="bytes",
        why="docs/memory.md: below 20 KB clients are refused",
    ),
    Check(
        of="page.ms",
        title="The page, over Wi-Fi",
        high=3_000,
        unit="ms",
        why="docs/memory.md: 1.1 s at a round trip of 50 ms",
    ),
    Check(
        of="streams.system_free",
        title="System memory, three live streams",
        low=24_576,
        unit="bytes",
        why=f"{_MEMORY}: 41,000",
    ),
    Check(
        of="streams.system_largest",
        title="Its largest piece, three live streams",
        low=9_216,
        unit="bytes",
        why=f"{_MEMORY}: 24,576",
    ),
    Check(of="streams.areas", title="Areas, three live streams", high=2, why=_CALLS + "gc.mem_alloc"),
    # Wi-Fi
    Check(
        of="wifi.join_ms",
        title="Wi-Fi, time to join",
        high=10_000,
        unit="ms",
        why=f"{_CALLS}connect(); 2 s on an emulated C3",
    ),
    Check(
        of="wifi.rssi_dbm",
        title="Wi-Fi, signal",
        low=-80,
        high=-10,
        unit="dBm",
        why=_CALLS + 'status("rssi"); a weak one is below -80',
    ),
    Check(
        of="wifi.power_error_dbm",
        title="Wi-Fi, power set and reported, largest difference",
        high=1,
        unit="dB",
        why=_CALLS + "config(txpower=)",
    ),
    # Serial line
    Check(
        of="loop.bytes_back",
        title="UART looped back, of 1,024 bytes",
        low=1024,
        high=1024,
        why=_CALLS + "UART(...)",
    ),
    Check(
        of="loop.bytes_wrong", title="UART looped back, wrong bytes", low=0, high=0, why=_CALLS + "UART(...)"
    ),
    Check(
        of="loop.bytes_kept",
        title="UART, bytes that wait unread, of 4,000",
        low=3_900,
        unit="bytes",
        why=_CALLS + "uart.any()",
    ),
    Check(
        of="loop.same_if_not_inverted",
        title="UART, the inversion has an effect",
        low=0,
        high=0,
        why=_CALLS + "invert=UART.INV_RX",
    ),
    Check(
        of="request.high",
        title="Request pin high, of 50 times",
        low=50,
        high=50,
        why=_CALLS + "Pin.OUT, value=1",
    ),
    Check(
        of="request.falls",
        title="Request pin, falling edges",
        low=0,
        high=0,
        why="DSMR P1 5.0.2, 5.7.2: never low; an oscilloscope sees more",
    ),
    # Card and flash
    Check(
        of="card.wrong", title="Card, pieces that were read wrong", low=0, high=0, why=_CALLS + "writeblocks"
    ),
    Check(
        of="card.write_kb_s",
        title="Card, writing",
        low=50,
        unit="KB/s",
        why="1 to 2 ms a sector, and the card's own time",
    ),
    Check(of="card.read_kb_s", title="Card, reading", low=100, unit="KB/s", why="1 to 2 ms a sector"),
    Check(
        of="card.longest_write_ms",
        title="Card, longest write of 4 KB",
        high=3_000,
        unit="ms",
        why=_CALLS + "the line's buffer has room for 3 s",
    ),
    Check(
        of="card.statvfs_ms",
        title="Card, free space",
        high=1_000,
        unit="ms",
        why=_CALLS + "os.statvfs: without reading the card",
    ),
    Check(
        of="flash.wrong", title="Flash, pieces that were read wrong", low=0, high=0, why=_CALLS + "os.rename"
    ),
    Check(
        of="flash.longest_write_ms",
        title="Flash, longest write of 4 KB",
        high=1_000,
        unit="ms",
        why="a block is erased in 20 to 50 ms; LittleFS erases some",
    ),
    # Hands and eyes
    Check(of="light.seen", title="Light is on when its pin is high", low=1, high=1, why=_CALLS + "PWM"),
    Check(of="button.pressed", title="BOOT was seen", low=1, high=1, why=_CALLS + "Pin.PULL_UP"),
    Check(
        of="button.changes",
        title="BOOT, changes in 2 s",
        low=0,
        high=20,
        why="firmware/board/button.py: contacts bounce for less than 100 ms",
    ),
    # Speed
    Check(
        of="telegram.read", title="Telegrams that were read, of 11", low=11, high=11, why="meter/framer.py"
    ),
    Check(
        of="telegram.next_ms",
        title="A telegram like the previous one",
        high=30,
        unit="ms",
        why="about 14 ms by count of instructions",
    ),
    Check(
        of="telegram.first_ms",
        title="The first telegram",
        high=200,
        unit="ms",
        why="it also loads the modules of its plan",
    ),
    Check(
        of="crc.native",
        title="CRC by native code",
        low=1,
        high=1,
        why=_CALLS + "sys.implementation._mpy",
    ),
    Check(
        of="crc.us",
        title="CRC of 1,000 bytes",
        high=2_000,
        unit="µs",
        why="docs/memory.md: a tenth of bytecode",
    ),
    Check(
        of="crc.bytecode_us",
        title="CRC of 1,000 bytes, bytecode",
        high=15_000,
        unit="µs",
        why="about 5 ms by count of instructions",
    ),
    Check(
        of="collection.ms",
        title="A garbage collection",
        high=25,
        unit="ms",
        why="6 to 11 ms by count of instructions",
    ),
    Check(
        of="password.ms",
        title="A password",
        low=300,
        high=3_000,
        unit="ms",
        why="auth/password.py: about a second for 2,000 rounds",
    ),
    Check(
        of="signature.ms",
        title="A signature",
        high=800,
        unit="ms",
        why="update/signature.py: 200 to 400 ms on a C3",
    ),
    Check(
        of="signature.judged",
        title="Only the right signature is accepted",
        low=1,
        high=1,
        why="update/signature.py",
    ),
    # With the meter
    Check(of="meter.telegrams", title="Telegrams in a minute", low=5, why=_CALLS + "UART(...), Pin.OUT"),
    Check(of="meter.crc_errors", title="Telegrams with a wrong CRC", low=0, high=0, why=_CALLS + "UART(...)"),
    Check(of="meter.overruns", title="Overruns of the line", low=0, high=0, why=_CALLS + "uart.any()"),
    Check(
        of="meter.brownout",
        title="Brownout on the meter's supply",
        low=0,
        high=0,
        why=_CALLS + "RTC_CNTL_RESET_STATE_REG",
    ),
)
