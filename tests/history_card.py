"""A card as the firmware writes it, by a plain writer of its own: day.csv and days.csv below /meter."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from simulator import clock

QUARTERS = (
    "start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    "samples,source,check\n"
)
DAYS = "day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check\n"


def sealed(text: str) -> str:
    """A line with its check."""
    return f"{text},{zlib.crc32(text.encode()):08x}\n"


def quarters_of(day: int) -> Iterator[int]:
    """The quarters of a local day, by a moment in it."""
    here = clock.local(day)
    begin = clock.moment(here.year, here.month, here.day)
    for number in range(clock.quarters_of_day(day)):
        yield begin + number * clock.QUARTER_S


def import_w(quarter: int) -> int:
    """What a made-up household imports in a quarter."""
    return quarter // 900 * 7919 % 3000


def quarter_line(quarter: int, energy_wh: int) -> str:
    """The line of a quarter at whose end the register stands there; water is not known."""
    gas_m3 = quarter % 10**8 / 1000
    registers = f"{energy_wh / 1000:.3f},12.345,{gas_m3:.3f},"
    return sealed(f"{clock.iso(quarter)},{import_w(quarter)},0,{registers},180,registers")


def write_day(card: Path, day: int, energy_wh: int) -> int:
    """Write the day.csv of a moment's day, and give the register at its end."""
    here = clock.local(day)
    folder = card / f"meter/{here:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [QUARTERS]
    for quarter in quarters_of(day):
        energy_wh += import_w(quarter) // 4
        lines.append(quarter_line(quarter, energy_wh))
    (folder / "day.csv").write_text("".join(lines))
    return energy_wh


def day_text(day: int) -> str:
    """The fields of a day's line."""
    here = clock.local(day)
    quarters = list(quarters_of(day))
    peak = max(quarters, key=import_w)
    used = sum(import_w(quarter) // 4 for quarter in quarters)
    return (
        f"{here:%Y-%m-%d},{used / 1000:.3f},0.000,1.234,,{import_w(peak)},{clock.iso(peak)},{len(quarters)}"
    )


def write_year(card: Path, year: int) -> None:
    """Write the days.csv of a year."""
    lines = [DAYS]
    day = clock.moment(year, 1, 1, 12)
    while clock.local(day).year == year:
        lines.append(sealed(day_text(day)))
        day += clock.DAY_S
    folder = card / f"meter/{year}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "days.csv").write_text("".join(lines))
