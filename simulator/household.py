"""Household: the power that a household draws from the grid or feeds into the grid, second by second.

All values are a pure function of the seed and the moment, so that calls in any order return the same values. A day is
computed once in steps of 10 s, and stored in a cache. A small noise changes the power from second to second. The
running sums of the noise are computed in advance. Therefore energy_ws() can usually add a step of 10 s at once,
instead of second by second.
"""

from array import array
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import Protocol

from simulator.clock import DAY_S, is_summer
from simulator.weather import Weather

STEP_S = 10
STEPS = DAY_S // STEP_S
NOISE_S = 997
"""Period of the noise in seconds. It is a prime, so that the noise never repeats in step with the quarters."""
NOISE_W = 12


class Load(Protocol):
    """Load behind a meter, such as a household. A second is named by its end: second 100 is from 99 to 100."""

    phases: int

    def power_w(self, at: int) -> Sequence[int]:
        """Return the net power by phase in the second that ends at `at` (W). Import is positive, export negative."""

    def energy_ws(self, begin: int, end: int) -> tuple[int, int]:
        """Return import and export between two moments (W s).

        The powers of all phases are added before import and export are separated. With 1000 W of import on one phase
        and 400 W of export on another, a second has an import of 600 W s and no export.
        """

    def gas_ml(self, begin: int, end: int) -> int:
        """Return the gas used between two moments (ml)."""

    def water_ml(self, begin: int, end: int) -> int:
        """Return the water used between two moments (ml)."""


class _Day:
    """One UTC day of a household in steps of 10 s: net W by phase and in total, gas and water in ml."""

    def __init__(self, phases: int) -> None:
        self.phase_w = [array("i", bytes(4 * STEPS)) for _ in range(phases)]
        self.total_w = array("i", bytes(4 * STEPS))
        self.gas_ml = array("i", bytes(4 * STEPS))
        self.water_ml = array("i", bytes(4 * STEPS))

    def add_power(self, phase: int, begin_s: float, length_s: float, power_w: float) -> None:
        """Add a load to a phase, except the part outside the day. `begin_s` counts from the start of the day."""
        first = max(0, round(begin_s / STEP_S))
        last = min(STEPS, round((begin_s + length_s) / STEP_S))
        row, watts = self.phase_w[phase % len(self.phase_w)], round(power_w)
        for step in range(first, last):
            row[step] += watts

    def add_volume(self, row: array[int], begin_s: float, length_s: float, total_ml: float) -> None:
        """Spread a volume of gas or water over `length_s` seconds, except the part outside the day."""
        first = max(0, round(begin_s / STEP_S))
        last = min(STEPS, round((begin_s + length_s) / STEP_S))
        for step in range(first, last):
            row[step] += round(total_ml * STEP_S / length_s)


class Household:
    """Household with base load, fridge, kitchen, laundry, electric car, heat pump, boiler and solar panels.

    `phases` is 1 or 3. `solar_wp` is the peak power of the solar panels in W, 0 for none. If `car` is False,
    there is no electric car, and all other loads stay the same.
    """

    def __init__(self, seed: int = 1, phases: int = 3, solar_wp: int = 5_000, car: bool = True) -> None:
        self.seed, self.phases, self.solar_wp, self.car = seed, phases, solar_wp, car
        random = Random(f"{seed} noise")
        self._noise = [[random.randint(-NOISE_W, NOISE_W) for _ in range(NOISE_S)] for _ in range(phases)]
        self._noise_total = [sum(values) for values in zip(*self._noise, strict=True)]
        self._noise_sum = [0]
        # _noise_sum[i] is the sum of the first i seconds of noise. The list covers two periods of the noise, so that a
        # step of 10 s may begin in the first period and end in the second.
        for value in self._noise_total * 2:
            self._noise_sum.append(self._noise_sum[-1] + value)
        self._max_noise_w = NOISE_W * phases
        self._day = lru_cache(maxsize=4)(self._make_day)

    def power_w(self, at: int) -> list[int]:
        day, second = divmod(at - 1, DAY_S)
        step, tick = second // STEP_S, at % NOISE_S
        return [
            row[step] + noise[tick] for row, noise in zip(self._day(day).phase_w, self._noise, strict=True)
        ]

    def energy_ws(self, begin: int, end: int) -> tuple[int, int]:
        imported = exported = 0
        noise_sum, noise_total, max_noise_w = self._noise_sum, self._noise_total, self._max_noise_w
        while begin < end:
            day, second = divmod(begin, DAY_S)
            total_w = self._day(day).total_w
            day_end = min(end, begin - second + DAY_S)
            while begin < day_end:
                step = second // STEP_S
                base, length = total_w[step], min((step + 1) * STEP_S - second, day_end - begin)
                tick = (begin + 1) % NOISE_S
                if abs(base) > max_noise_w:
                    energy = base * length + noise_sum[tick + length] - noise_sum[tick]
                    if energy > 0:
                        imported += energy
                    else:
                        exported -= energy
                else:
                    # Count each second separately, because the noise may change the sign of the power.
                    for moment in range(begin + 1, begin + 1 + length):
                        power = base + noise_total[moment % NOISE_S]
                        if power > 0:
                            imported += power
                        else:
                            exported -= power
                begin += length
                second += length
        return imported, exported

    def gas_ml(self, begin: int, end: int) -> int:
        """Return the gas used between two moments (ml), in whole steps of 10 s."""
        return self._volume("gas_ml", begin, end)

    def water_ml(self, begin: int, end: int) -> int:
        """Return the water used between two moments (ml), in whole steps of 10 s."""
        return self._volume("water_ml", begin, end)

    def _volume(self, kind: str, begin: int, end: int) -> int:
        first, last, volume = begin // STEP_S, end // STEP_S, 0
        while first < last:
            day, step = divmod(first, STEPS)
            until = min(STEPS, step + last - first)
            volume += sum(getattr(self._day(day), kind)[step:until])
            first += until - step
        return volume

    def _make_day(self, number: int) -> _Day:
        day = _Day(self.phases)
        weather = Weather(self.seed, number)
        # Add the activities of the previous day too, because the car or the washing may still run after midnight.
        for shift in (-1, 0):
            self._add_activities(day, number + shift, shift * DAY_S)
        self._add_heating(day, number, weather)
        self._add_solar(day, weather)
        for step in range(STEPS):
            day.total_w[step] = sum(row[step] for row in day.phase_w)
        return day

    def _add_activities(self, day: _Day, number: int, midnight_s: int) -> None:
        """Add to `day` the loads that people switch on during one local day.

        `number` is the number of days from 1 January 2000 to this local day. `midnight_s` is 0:00 UTC on this date, in
        seconds from the start of `day`.
        """
        random = Random(f"{self.seed} living {number}")
        weekend = (number + 5) % 7 < 2  # day 0, 1 January 2000, was a Saturday
        # Use the UTC offset at noon for the whole day. If the clock changes on this day, the offset is wrong before the
        # change. But before the change nobody switches on a load.
        clock_s = midnight_s - (7200 if is_summer(number * DAY_S + DAY_S // 2) else 3600)

        def at(hour: float, spread: float = 0.0) -> float:
            return clock_s + 3600 * (hour + random.uniform(-spread, spread))

        for phase, standby in enumerate((70, 55, 45)):
            day.add_power(phase, clock_s, DAY_S, standby)
        fridge = at(0)
        while fridge < clock_s + DAY_S:
            run = random.uniform(600, 1000)
            day.add_power(1, fridge, run, 85)
            fridge += run + random.uniform(1500, 2400)
        for hour in (7.2, 10.5, 13, 16, 20):
            if weekend or hour in (7.2, 20) or random.random() < 0.4:
                day.add_power(0, at(hour, 0.6), random.uniform(100, 220), 2150)  # kettle
        evening = at(17.5, 0.7)
        day.add_power(0, evening, 5.2 * 3600, 120)  # lights in the evening
        day.add_power(2, evening, 4.5 * 3600, 140)  # television in the evening
        if random.random() < 0.7:
            oven = at(18.2, 0.6)
            day.add_power(1, oven, 600, 2600)  # the oven heats up, and then stays warm in cycles
            for cycle in range(random.randint(6, 14)):
                day.add_power(1, oven + 600 + cycle * 180, 80, 2600)
        day.add_power(0, at(18.4, 0.5), random.uniform(1200, 2400), random.choice((1200, 1800)))  # hob
        if weekend or random.random() < 0.3:
            washing = at(10 if weekend else 21, 1.0)
            day.add_power(1, washing, 900, 2000)
            day.add_power(1, washing + 900, 3600, 160)
            day.add_power(2, washing + 4800, 4200, 650)  # dryer with a heat pump
        if random.random() < 0.4:
            car = at(18.9, 1.0) if random.random() < 0.6 else at(22.3, 0.2)
            # The car charges with 16 A on one phase.
            day.add_power(2, car, random.uniform(1.5, 5) * 3600, 3650 if self.car else 0)
        for _ in range(random.randint(2, 4)):
            shower = at(random.choice((7.0, 7.4, 21.5)), 0.5)
            day.add_volume(day.water_ml, shower, 420, random.uniform(40_000, 75_000))
            day.add_volume(day.gas_ml, shower, 420, random.uniform(150_000, 260_000))
        for _ in range(random.randint(12, 22)):
            day.add_volume(day.water_ml, at(random.uniform(6.5, 23)), 60, random.uniform(2_000, 9_000))

    def _add_heating(self, day: _Day, number: int, weather: Weather) -> None:
        """Add the heat pump, and below 2 °C also the gas boiler. Both run for a part of each half hour."""
        random = Random(f"{self.seed} heating {number}")
        for half_hour in range(48):
            outside = weather.temperature_c[half_hour // 2]
            heat_w = max(0.0, 15.5 - outside) * 230
            if heat_w < 300:
                continue
            pump_w = min(heat_w / (2.2 + 0.09 * max(-5.0, outside)), 1900)
            begin = half_hour * 1800 + random.uniform(0, 500)
            day.add_power(0, begin, 1300, pump_w * 1800 / 1300)
            if outside < 2:
                day.add_volume(day.gas_ml, begin, 900, (2 - outside) * 25_000)

    def _add_solar(self, day: _Day, weather: Weather) -> None:
        if not self.solar_wp:
            return
        per_minute = 60 // STEP_S
        for minute, sun in enumerate(weather.sun):
            if sun <= 0:
                continue
            share, rest = divmod(round(sun * self.solar_wp * 0.9), self.phases)
            for phase, row in enumerate(day.phase_w):
                watts = share + (rest if phase == 0 else 0)
                for step in range(minute * per_minute, (minute + 1) * per_minute):
                    row[step] -= watts
