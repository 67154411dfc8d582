"""Weather in the middle of Belgium, generated from a seed: outside temperature, sun and clouds."""

import math
from random import Random

LATITUDE = math.radians(50.9)
LONGITUDE_DEG = 4.4
MINUTES = 1440


class Weather:
    """Weather of one UTC day.

    `temperature_c` is the outside temperature by hour. `sun` is the sunlight by minute: 0 is dark, 1 is a clear noon in
    June.
    """

    def __init__(self, seed: int, day: int) -> None:
        random = Random(f"{seed} weather {day}")
        # Day 0 is 1 January 2000. The coldest time of the year is late January.
        season = math.cos(2 * math.pi * (day - 25) / 365.25)
        mean = 10.8 - 7.5 * season + random.gauss(0, 2.8)
        self.temperature_c = [mean - 3.5 * math.cos(2 * math.pi * (hour - 3) / 24) for hour in range(24)]
        self.sun = self._sun(random, day)

    @staticmethod
    def _sun(random: Random, day: int) -> list[float]:
        declination = math.radians(-23.44) * math.cos(2 * math.pi * (day + 10) / 365.25)
        base = math.sin(LATITUDE) * math.sin(declination)
        swing = math.cos(LATITUDE) * math.cos(declination)
        clear = random.choice((0.25, 0.45, 0.7, 0.9, 1.0))
        restless = 0.35 * (1 - abs(2 * clear - 1))
        sun, cloud = [], 0.0
        for minute in range(MINUTES):
            # `cloud` is a random walk that slowly returns to 0, so that a cloud comes and goes within minutes.
            cloud = 0.93 * cloud + random.uniform(-restless, restless)
            hour_angle = 2 * math.pi * (minute / MINUTES + LONGITUDE_DEG / 360 - 0.5)
            height = base + swing * math.cos(hour_angle)
            sun.append(max(0.0, height) * min(1.0, max(0.08, clear + cloud)) / 0.885 if height > 0 else 0.0)
        return sun
