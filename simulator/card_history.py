"""A card with a household's quarters of several months, and the meter's history that matches these quarters."""

import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from simulator import clock
from simulator.clock import DAY_S, QUARTER_S
from simulator.household import Load
from simulator.meter_history import MOST_MONTHS, ClosedMonth, MeterHistory, Peak

_DAY_CSV_HEADER = (
    "start,import_w,export_w,energy_import_kwh,energy_export_kwh,gas_volume_m3,water_volume_m3,"
    "samples,source,check\n"
)
_DAYS_CSV_HEADER = "day,import_kwh,export_kwh,gas_m3,water_m3,peak_w,peak_start,quarters,check\n"
_SAMPLE_S = 5
_DETAILED_DAYS = 2
"""On the last days each quarter has a file with its samples; before, only the peak of each month has one."""


@dataclass(slots=True)
class _Totals:
    """Registers of a meter: import and export in Wh by tariff (day, night), gas and water in ml."""

    import_wh: list[float] = field(default_factory=lambda: [9_000_000.0, 8_000_000.0])
    export_wh: list[float] = field(default_factory=lambda: [6_000_000.0, 2_000_000.0])
    gas_ml: int = 1_500_000_000
    water_ml: int = 320_000_000

    def add(self, load: Load, begin: int) -> tuple[int, int]:
        """Add a quarter to the registers, and return its mean import and export in W."""
        end = begin + QUARTER_S
        imported, exported = load.energy_ws(begin, end)
        tariff = 0 if clock.is_day_tariff(begin) else 1
        self.import_wh[tariff] += imported / 3600
        self.export_wh[tariff] += exported / 3600
        self.gas_ml += load.gas_ml(begin, end)
        self.water_ml += load.water_ml(begin, end)
        return imported // QUARTER_S, exported // QUARTER_S

    def registers(self) -> tuple[float, float, float, float]:
        """Return the registers (import in kWh, export in kWh, gas in m³, water in m³)."""
        return sum(self.import_wh) / 1e3, sum(self.export_wh) / 1e3, self.gas_ml / 1e6, self.water_ml / 1e6


def write_card_history(card: Path, load: Load, start: int, days: int) -> MeterHistory:
    """Write the quarters of the last `days` days before the moment `start`; return the meter's history at `start`."""
    totals, peaks = _Totals(), dict[str, Peak]()
    day = _midnight(start - days * DAY_S)
    while day < start:
        _write_day(card, load, day, min(start, _midnight(day + 30 * 3600)), totals, peaks)
        day = _midnight(day + 30 * 3600)
    for highest in peaks.values():
        if highest.end:
            _write_samples(card, load, highest.end - QUARTER_S)
    detailed = clock.quarter_start(start - _DETAILED_DAYS * DAY_S)
    for begin in range(detailed, clock.quarter_start(start), QUARTER_S):
        _write_samples(card, load, begin)
    closing, closed = clock.month_start(start), list[ClosedMonth]()
    while len(closed) < MOST_MONTHS and (peak := peaks.get(_month(clock.previous_month(closing)))):
        closed.insert(0, ClosedMonth(closing, peak))
        closing = clock.previous_month(closing)
    return MeterHistory(
        [round(energy) for energy in totals.import_wh],
        [round(energy) for energy in totals.export_wh],
        peaks.get(_month(start)),
        closed,
        totals.gas_ml,
        totals.water_ml,
    )


def _midnight(at: int) -> int:
    here = clock.local(at)
    return clock.moment(here.year, here.month, here.day)


def _month(at: int) -> str:
    return f"{clock.local(at):%Y-%m}"


def _write_day(card: Path, load: Load, begin: int, end: int, totals: _Totals, peaks: dict[str, Peak]) -> None:
    """Write a day's quarters to day.csv. If the day is over, add the day's totals as a line to the year's days.csv."""
    before, lines, highest = totals.registers(), [_DAY_CSV_HEADER], Peak(0, None)
    for start in range(begin, clock.quarter_start(end), QUARTER_S):
        import_w, export_w = totals.add(load, start)
        registers = ",".join(f"{figure:.3f}" for figure in totals.registers())
        lines.append(_with_check(f"{clock.iso(start)},{import_w},{export_w},{registers},180,registers"))
        highest = max(highest, Peak(import_w, start + QUARTER_S), key=lambda peak: peak.power_w)
    folder = card / f"meter/{clock.local(begin):%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "day.csv").write_text("".join(lines))
    month = _month(begin)
    peaks[month] = max(peaks.get(month, highest), highest, key=lambda peak: peak.power_w)
    if end != _midnight(end) or highest.end is None:
        return
    used = ",".join(f"{now - then:.3f}" for now, then in zip(totals.registers(), before, strict=True))
    peak = f"{highest.power_w},{clock.iso(highest.end - QUARTER_S)}"
    year = folder.parents[1] / "days.csv"
    text = _with_check(f"{clock.local(begin):%Y-%m-%d},{used},{peak},{len(lines) - 1}")
    with year.open("a") as file:
        file.write(text if file.tell() else _DAYS_CSV_HEADER + text)


def _write_samples(card: Path, load: Load, start: int) -> None:
    """Write a quarter's JSON file with its 5 s samples."""
    powers = [
        [sum(load.power_w(at)) for at in range(begin + 1, begin + _SAMPLE_S + 1)]
        for begin in range(start, start + QUARTER_S, _SAMPLE_S)
    ]
    imported = [sum(max(power, 0) for power in sample) // _SAMPLE_S for sample in powers]
    content = {
        "quarter_id": clock.quarter_id(start),
        "consumed_power_avg": sum(imported) // len(imported),
        "interval_secs": _SAMPLE_S,
        "consumed_power_interval_avgs": imported,
        "produced_power_interval_avgs": [
            sum(min(power, 0) for power in sample) // _SAMPLE_S for sample in powers
        ],
    }
    letter = "S" if clock.is_summer(start) else "W"
    file = card / f"meter/{clock.local(start):%Y/%m/%d/%H%M}{letter}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, separators=(",", ":")))


def _with_check(line: str) -> str:
    return f"{line},{zlib.crc32(line.encode()):08x}\n"
