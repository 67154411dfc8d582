"""The three prices of tarif Impact, Wallonia's tariff by the clock: eco (lowest), medium and pic (highest).

The code calls these prices colours. The colour depends only on the hour of the day in Belgium.

The module does not depend on Home Assistant. Source: CWaPE, grid tariffs from 2026-01-01.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

AREA = "wallonia_impact"
COLOURS = ["eco", "medium", "pic"]
# The hour in Belgian time at which each price begins.
HOURS = ((0, "medium"), (1, "eco"), (7, "medium"), (11, "eco"), (17, "pic"), (22, "medium"))
BRUSSELS = ZoneInfo("Europe/Brussels")


def colour(now: datetime) -> str:
    """Return "eco", "medium" or "pic": the price of tarif Impact that applies at the time `now`."""
    hour = now.astimezone(BRUSSELS).hour
    return next(name for begin, name in reversed(HOURS) if hour >= begin)


def next_change(now: datetime) -> datetime:
    """Return the next time at which tarif Impact changes its price, such as from "eco" to "medium".

    Midnight is not such a time, because "medium" lasts from 22:00 to 1:00.
    """
    local = now.astimezone(BRUSSELS)
    changes = (
        datetime.combine(local.date() + timedelta(days=days), time(begin), tzinfo=BRUSSELS)
        for days in (0, 1)
        for begin, name in HOURS
        if name != colour(now)
    )
    return next(at for at in changes if at > local)
