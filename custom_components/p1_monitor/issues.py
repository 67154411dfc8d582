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

type Placeholders = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class IssueRule:
    """A line in the table. is_present_fn: None where that cannot be said now, so that nothing changes.

    raise_after_s, clear_after_s: so long must the trouble last, or be over.
    """

    key: str
    is_present_fn: Callable[[Snapshot, EntryStorage], bool | None]
    raise_after_s: float
    clear_after_s: float
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    placeholders_fn: Callable[[Snapshot], Placeholders] = lambda _: {}


def _is_silent(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return snapshot.silent


def _are_peaks_gone(snapshot: Snapshot, storage: EntryStorage) -> bool | None:
    """Whether the peaks that the meter gave before have been missing for a day."""
    present = _has_peaks_of_meter(snapshot)
    if present is None or (storage.get(PEAKS_SEEN) is None and not present):
        return None
    if present:
        storage.put(PEAKS_SEEN, True)
        storage.put(PEAKS_GONE_SINCE, None)
        return False
    now = dt_util.utcnow()
    if (since := storage.get(PEAKS_GONE_SINCE)) is None:
        storage.put(PEAKS_GONE_SINCE, now.isoformat())
        return False
    return now - datetime.fromisoformat(since) >= GONE_AFTER


def _has_peaks_of_meter(snapshot: Snapshot) -> bool | None:
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


def _card_error(snapshot: Snapshot) -> Placeholders:
    return {"error": (snapshot.device.card.error if snapshot.device else None) or "?"}


def _versions(snapshot: Snapshot) -> Placeholders:
    return {
        "installed": (snapshot.device.firmware if snapshot.device else None) or "?",
        "needed": OLDEST_FIRMWARE,
    }


ISSUE_RULES = (
    IssueRule(
        key="meter_silent",
        is_present_fn=_is_silent,
        raise_after_s=15 * MINUTE_S,
        clear_after_s=MINUTE_S,
        severity=ir.IssueSeverity.ERROR,
    ),
    IssueRule(key="peaks_gone", is_present_fn=_are_peaks_gone, raise_after_s=0, clear_after_s=5 * MINUTE_S),
    IssueRule(
        key="card_failing",
        is_present_fn=_is_card_failing,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
        placeholders_fn=_card_error,
    ),
    IssueRule(
        key="card_full",
        is_present_fn=_is_card_full,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
    ),
    # The device says it in one word, and a restart into another version says it in another.
    IssueRule(
        key="firmware_old",
        is_present_fn=_is_firmware_old,
        raise_after_s=0,
        clear_after_s=0,
        placeholders_fn=_versions,
    ),
)


@dataclass(slots=True)
class _RuleState:
    """How a trouble is doing: raised or not, and since when the opposite has held."""

    rule: IssueRule
    issue_id: str
    raised: bool
    changing_since: float | None = field(default=None)


@callback
def async_watch_issues(hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
    """Look at every snapshot for what has to be mended, until the entry is unloaded."""
    entry = coordinator.config_entry
    registry = ir.async_get(hass)
    states = []
    for rule in ISSUE_RULES:
        found = registry.async_get_issue(DOMAIN, issue_id(rule.key, entry.entry_id))
        raised = found is not None and found.active
        states.append(_RuleState(rule, issue_id(rule.key, entry.entry_id), raised))

    @callback
    def update_issues() -> None:
        for state in states:
            if coordinator.last_update_success:
                _update_issue(hass, entry, state, coordinator)
            else:  # whoever is away says nothing of how its meter and card are doing
                state.changing_since = None

    update_issues()
    entry.async_on_unload(coordinator.async_add_listener(update_issues))


def _update_issue(
    hass: HomeAssistant, entry: P1MonitorConfigEntry, state: _RuleState, coordinator: P1MonitorCoordinator
) -> None:
    rule, snapshot = state.rule, coordinator.data
    is_present = rule.is_present_fn(snapshot, coordinator.storage)
    if is_present is None or is_present == state.raised:
        state.changing_since = None
        return
    now = monotonic()
    if state.changing_since is None:
        state.changing_since = now
    if now - state.changing_since < (rule.raise_after_s if is_present else rule.clear_after_s):
        return
    state.raised, state.changing_since = is_present, None
    if not is_present:
        ir.async_delete_issue(hass, DOMAIN, state.issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        state.issue_id,
        is_fixable=False,
        is_persistent=False,
        learn_more_url=DOCUMENTATION,
        severity=rule.severity,
        translation_key=rule.key,
        translation_placeholders={"title": entry.title, **rule.placeholders_fn(snapshot)},
    )


@callback
def async_delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Take back the issues of an entry that is gone."""
    for rule in ISSUE_RULES:
        ir.async_delete_issue(hass, DOMAIN, issue_id(rule.key, entry_id))


def issue_id(key: str, entry_id: str) -> str:
    """The issue about one trouble of one entry."""
    return f"{key}_{entry_id}"
