"""The colours of the Walloon tariff Impact: by the clock, the same every day.

Pure: knows nothing of Home Assistant. Source: CWaPE, grid tariffs from 2026-01-01.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

AREA = "wallonia_impact"
COLOURS = ["eco", "medium", "pic"]
# From this hour on, in Belgian time.
HOURS = ((0, "medium"), (1, "eco"), (7, "medium"), (11, "eco"), (17, "pic"), (22, "medium"))
BRUSSELS = ZoneInfo("Europe/Brussels")


def colour(now: datetime) -> str:
    """The colour of a moment."""
    hour = now.astimezone(BRUSSELS).hour
    return next(name for begin, name in reversed(HOURS) if hour >= begin)


def next_change(now: datetime) -> datetime:
    """When the colour changes next; the last of a day goes on until 1 in the night."""
    local = now.astimezone(BRUSSELS)
    for days in (0, 1):
        day = local.date() + timedelta(days=days)
        for begin, name in HOURS:
            at = datetime.combine(day, time(begin), tzinfo=BRUSSELS)
            if at > local and name != colour(now):
                return at
    raise AssertionError("the colours of a day do not change")
