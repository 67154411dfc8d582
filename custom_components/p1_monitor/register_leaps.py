"""Record of the leaps of the registers, which the recorder of Home Assistant counts as use.

The correction of the statistics and the backfill read this record.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from .const import LOGGER
from .register_guard import Leap
from .storage import EntryStorage

LEAPS = "register_leaps"
# A leap is recorded for longer than the backfill looks back.
RECORDED_FOR = timedelta(days=62)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLeap:
    """A leap of the register that the entity with this key shows.

    at: the time of the first state after the leap. last, first: the values before and after it, in `unit`. corrected:
    True if the statistics are correct.
    """

    key: str
    at: datetime
    last: float
    first: float
    unit: str
    corrected: bool = False

    @property
    def row_start(self) -> datetime:
        """Start of the five minutes that contain the leap."""
        return self.at.replace(minute=self.at.minute // 5 * 5, second=0, microsecond=0)


def recorded_leaps(storage: EntryStorage) -> list[RecordedLeap]:
    """Return the recorded leaps, oldest first."""
    return [
        RecordedLeap(**{**leap, "at": datetime.fromisoformat(leap["at"])})
        for leap in storage.get(LEAPS) or []
    ]


def record_leaps(storage: EntryStorage, key: str, at: datetime, leaps: Iterable[Leap], unit: str) -> None:
    """Add the leaps of a register that a new state shows, and forget leaps that are no longer needed."""
    kept = [leap for leap in recorded_leaps(storage) if at - leap.at < RECORDED_FOR]
    added = [RecordedLeap(key=key, at=at, last=leap.last, first=leap.first, unit=unit) for leap in leaps]
    for leap in added:
        LOGGER.info("%s counts from %s on, its last value was %s", key, leap.first, leap.last)
    store_leaps(storage, kept + added)


def store_leaps(storage: EntryStorage, leaps: list[RecordedLeap]) -> None:
    """Store the leaps in place of those that are recorded."""
    storage.put(LEAPS, [{**asdict(leap), "at": leap.at.isoformat()} for leap in leaps])
