"""Record of the leaps of registers. A leap is a change of a register's value that is not use.

Home Assistant's recorder counts a leap as use. Therefore the correction of the statistics needs this record. The
backfill also reads the record, and does not fill a gap that contains a leap.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from .const import LOGGER
from .register_guard import Leap
from .storage import EntryStorage

LEAPS = "register_leaps"
# Time after which a leap is forgotten. This time is longer than the 31 days for which the backfill searches for gaps.
RECORDED_FOR = timedelta(days=62)
# Maximum number of recorded leaps. A device that sends another meter's id with each telegram must not fill the storage.
MOST_RECORDED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLeap:
    """A leap of the register that the entity with this key shows.

    at: the time of the entity's first state after the leap. last, first: the last value before the leap and the first
    value after the leap, in `unit`. corrected: True if the statistics after the leap are known to be correct.
    """

    key: str
    at: datetime
    last: float
    first: float
    unit: str
    corrected: bool = False

    @property
    def row_start(self) -> datetime:
        """Start of the 5-minute row of statistics that contains the leap."""
        return self.at.replace(minute=self.at.minute // 5 * 5, second=0, microsecond=0)


def recorded_leaps(storage: EntryStorage) -> list[RecordedLeap]:
    """Return the recorded leaps, oldest first."""
    return [
        RecordedLeap(**{**leap, "at": datetime.fromisoformat(leap["at"])})
        for leap in storage.get(LEAPS) or []
    ]


def record_leaps(storage: EntryStorage, key: str, at: datetime, leaps: Iterable[Leap], unit: str) -> None:
    """Record the leaps that a register made with its newest state, at the time `at`.

    Forget leaps older than RECORDED_FOR.
    """
    kept = [leap for leap in recorded_leaps(storage) if at - leap.at < RECORDED_FOR]
    added = [RecordedLeap(key=key, at=at, last=leap.last, first=leap.first, unit=unit) for leap in leaps]
    for leap in added:
        LOGGER.info("%s counts from %s on, its last value was %s", key, leap.first, leap.last)
    store_leaps(storage, kept + added)


def store_leaps(storage: EntryStorage, leaps: list[RecordedLeap]) -> None:
    """Replace all recorded leaps by `leaps`. If `leaps` has more than MOST_RECORDED, keep only the newest."""
    newest = leaps[-MOST_RECORDED:]
    storage.put(LEAPS, [{**asdict(leap), "at": leap.at.isoformat()} for leap in newest])
