"""The coach's warnings over 30 days of a simulated household, with and without its electric car.

The household ignores the warnings, so each quarter ends as it would have ended anyway. A quarter that ends above its
target is a new peak, and a warning of it is right. A warning of any other quarter is a false alarm.
"""

import subprocess
import sys
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import BenchmarkError, Figure
from build_tool import bytecode
from simulator.clock import DAY_S, moment
from simulator.household import Household

INTERPRETER = "micropython"
DAYS = 30
SEED = 1
_JUDGE = Path(__file__).parent / "judge_days.py"
_BEGIN = (2026, 11, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """A quarter that was a peak or had a warning. Warnings are in s before its end, -1 without one."""

    average_w: int
    target_w: int
    coach_s: int
    naive_s: int

    @property
    def is_peak(self) -> bool:
        return self.average_w > self.target_w


def judged(car: bool, days: int) -> list[Quarter]:
    """Return the quarters in which there was a peak, or the firmware's coach or the naive rule warned."""
    household, begin = Household(SEED, car=car), moment(*_BEGIN)
    with tempfile.TemporaryDirectory(prefix="p1-coach-") as folder:
        file = Path(folder) / "powers"
        with file.open("wb") as powers:
            for day in range(days):
                first = begin + day * DAY_S + 1
                array("h", [sum(household.power_w(at)) for at in range(first, first + DAY_S)]).tofile(powers)
        done = subprocess.run(
            [
                Path(sys.executable).with_name("micropython"),
                *(_JUDGE, bytecode.TARGET, file, str(begin + 3600)),  # local time, in winter
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise BenchmarkError((done.stderr or done.stdout).strip().splitlines()[-1])
    rows = [[int(number) for number in line.split()] for line in done.stdout.splitlines()]
    return [Quarter(average_w=row[0], target_w=row[1], coach_s=row[2], naive_s=row[3]) for row in rows]


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    days = 1 if short else DAYS
    without, with_car = judged(False, days), judged(True, days)
    both = without + with_car
    missed = [quarter for quarter in both if quarter.is_peak and quarter.coach_s < 0]
    naive_missed = [quarter for quarter in both if quarter.is_peak and quarter.naive_s < 0]
    leads = [quarter.coach_s for quarter in both if quarter.is_peak and quarter.coach_s >= 0]
    yield Figure(
        key="coach.missed_peaks",
        value=len(missed),
        unit="quarters",
        goal=0,
        what=f"of {sum(quarter.is_peak for quarter in both)} new peaks in twice {days} days, with and without a car",
        peer=f"the naive rule misses {len(naive_missed)}",
    )
    for key, quarters, goal, which in (
        ("coach.false_warnings", without, 5, "without a car"),
        ("coach.false_warnings_with_car", with_car, None, "with a car"),
    ):
        false = [quarter for quarter in quarters if not quarter.is_peak]
        yield Figure(
            key=key,
            value=sum(quarter.coach_s >= 0 for quarter in false),
            unit="quarters",
            goal=goal,
            what=f"with a warning but no new peak, in {days} days {which}",
            peer=f"the naive rule warns of {sum(quarter.naive_s >= 0 for quarter in false)}",
        )
    if leads:
        yield Figure(
            key="coach.lead_s_min",
            value=min(leads),
            unit="s",
            goal=300,
            more_is_better=True,
            what=f"from the warning to the quarter's end, the shortest of {len(leads)}",
        )
