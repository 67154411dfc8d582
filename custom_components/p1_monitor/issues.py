"""What the household has to mend itself, as issues under Repairs that come late and go by themselves.

Each needs its trouble to last before it is raised, and to be over for a while before it is
taken back, so that none comes and goes with a telegram.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from awesomeversion import AwesomeVersion, AwesomeVersionException
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOCUMENTATION, DOMAIN, OLDEST_FIRMWARE
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator, Snapshot
from .storage import EntryStorage

MINUTE_S = 60
# Fields that a meter sent go away when the permission for its port ends; a day is no hiccup.
GONE_AFTER = timedelta(hours=24)
PEAKS_SEEN, PEAKS_GONE_SINCE = "peaks_seen", "peaks_gone_since"

type Told = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A line in the table. is_there: None where that cannot be said now, so that nothing changes.

    raise_after_s, clear_after_s: so long must the trouble last, or be over.
    """

    key: str
    is_there: Callable[[Snapshot, EntryStorage], bool | None]
    raise_after_s: float
    clear_after_s: float
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    words: Callable[[Snapshot], Told] = lambda _: {}


def _is_silent(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return snapshot.silent


def _are_peaks_gone(snapshot: Snapshot, storage: EntryStorage) -> bool | None:
    """Whether the peaks that the meter gave before have been missing for a day."""
    given = _gives_peaks(snapshot)
    if given is None or (storage.get(PEAKS_SEEN) is None and not given):
        return None
    if given:
        storage.put(PEAKS_SEEN, True)
        storage.put(PEAKS_GONE_SINCE, None)
        return False
    now = dt_util.utcnow()
    if (since := storage.get(PEAKS_GONE_SINCE)) is None:
        storage.put(PEAKS_GONE_SINCE, now.isoformat())
        return False
    return now - datetime.fromisoformat(since) >= GONE_AFTER


def _gives_peaks(snapshot: Snapshot) -> bool | None:
    """Whether the meter itself tells demand and peak; nobody knows in a month's first hour."""
    quarter, running = snapshot.quarter, snapshot.peaks.running
    if snapshot.silent or quarter.start is None or (quarter.start.day == 1 and quarter.start.hour == 0):
        return None
    sources = {quarter.demand_source, running.source if running else None}
    if sources == {"meter"}:
        return True
    return False if sources & {"registers", "samples", "card"} else None


def _is_card_failing(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return snapshot.device.card.state == "failed" if snapshot.device else None


def _is_card_full(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return snapshot.device.card.nearly_full if snapshot.device else None


def _is_firmware_old(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    if snapshot.device is None or snapshot.device.firmware is None:
        return None
    try:
        return bool(AwesomeVersion(snapshot.device.firmware) < AwesomeVersion(OLDEST_FIRMWARE))
    except AwesomeVersionException:
        return None  # a version that somebody built for themselves


def _card_error(snapshot: Snapshot) -> Told:
    return {"error": (snapshot.device.card.error if snapshot.device else None) or "?"}


def _versions(snapshot: Snapshot) -> Told:
    return {
        "installed": (snapshot.device.firmware if snapshot.device else None) or "?",
        "needed": OLDEST_FIRMWARE,
    }


TROUBLES = (
    Trouble(
        key="meter_silent",
        is_there=_is_silent,
        raise_after_s=15 * MINUTE_S,
        clear_after_s=MINUTE_S,
        severity=ir.IssueSeverity.ERROR,
    ),
    Trouble(key="peaks_gone", is_there=_are_peaks_gone, raise_after_s=0, clear_after_s=5 * MINUTE_S),
    Trouble(
        key="card_failing",
        is_there=_is_card_failing,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
        words=_card_error,
    ),
    Trouble(
        key="card_full",
        is_there=_is_card_full,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
    ),
    # The device says it in one word, and a restart into another version says it in another.
    Trouble(
        key="firmware_old",
        is_there=_is_firmware_old,
        raise_after_s=0,
        clear_after_s=0,
        words=_versions,
    ),
)


@dataclass(slots=True)
class _Watched:
    """How a trouble is doing: raised or not, and since when the opposite has held."""

    trouble: Trouble
    issue_id: str
    raised: bool
    changing_since: float | None = field(default=None)


@callback
def watch(hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
    """Look at every snapshot for what has to be mended, until the entry is unloaded."""
    entry = coordinator.config_entry
    registry = ir.async_get(hass)
    watched = []
    for trouble in TROUBLES:
        found = registry.async_get_issue(DOMAIN, issue_id(trouble.key, entry.entry_id))
        raised = found is not None and found.active
        watched.append(_Watched(trouble, issue_id(trouble.key, entry.entry_id), raised))

    @callback
    def look() -> None:
        for item in watched:
            if coordinator.last_update_success:
                _look_at(hass, entry, item, coordinator)
            else:  # whoever is away says nothing of how its meter and card are doing
                item.changing_since = None

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


def _look_at(
    hass: HomeAssistant, entry: P1MonitorConfigEntry, item: _Watched, coordinator: P1MonitorCoordinator
) -> None:
    trouble, snapshot = item.trouble, coordinator.data
    is_there = trouble.is_there(snapshot, coordinator.storage)
    if is_there is None or is_there == item.raised:
        item.changing_since = None
        return
    now = monotonic()
    if item.changing_since is None:
        item.changing_since = now
    if now - item.changing_since < (trouble.raise_after_s if is_there else trouble.clear_after_s):
        return
    item.raised, item.changing_since = is_there, None
    if not is_there:
        ir.async_delete_issue(hass, DOMAIN, item.issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        item.issue_id,
        is_fixable=False,
        is_persistent=False,
        learn_more_url=DOCUMENTATION,
        severity=trouble.severity,
        translation_key=trouble.key,
        translation_placeholders={"title": entry.title, **trouble.words(snapshot)},
    )


@callback
def forget(hass: HomeAssistant, entry_id: str) -> None:
    """Take back the issues of an entry that is gone."""
    for trouble in TROUBLES:
        ir.async_delete_issue(hass, DOMAIN, issue_id(trouble.key, entry_id))


def issue_id(key: str, entry_id: str) -> str:
    """The issue about one trouble of one entry."""
    return f"{key}_{entry_id}"
