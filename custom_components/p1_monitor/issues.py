"""Issues under Repairs for problems that the household has to solve, and the rules that raise and delete the issues.

A problem must last for some time before its issue is raised, and be over for some time before the issue is deleted.
Therefore no issue appears or disappears because of a single telegram.
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
from .error_text import as_markdown
from .storage import EntryStorage

MINUTE_S = 60
# Time without peaks after which an issue is raised. The meter stops sending peaks when the permission for its P1 port
# ends. If peaks are missing for less than a day, the cause may be a short failure.
GONE_AFTER = timedelta(hours=24)
BLANK = "blank"
"""The format of a card that is not formatted."""
PEAKS_SEEN, PEAKS_GONE_SINCE = "peaks_seen", "peaks_gone_since"

type Placeholders = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class IssueRule:
    """A row of the table of issues: the conditions on which the issue is raised and deleted.

    is_present_fn: True if the problem exists, False if not, None if unknown. None leaves the issue unchanged.
    raise_after_s: the time for which the problem must last before the issue is raised. clear_after_s: the time for
    which the problem must be over before the issue is deleted. placeholders_fn: the values for the issue's text.
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
    """True if the meter once sent peaks, and has sent no peaks for a day.

    None if the meter has never sent peaks, or if it is not known whether the meter sends peaks now.
    """
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
    """True if the meter sends the demand and the peak. None if this is unknown, as in a month's first hour."""
    quarter, running = snapshot.quarter, snapshot.peaks.running
    if snapshot.silent or quarter.start is None or (quarter.start.day == 1 and quarter.start.hour == 0):
        return None
    # If `counted_from` is a day of this month, the device may compute the peak from its stored quarters, although the
    # meter sends peaks. In this month the peak's source proves nothing about the meter, and is ignored.
    counted_from = (snapshot.device.capacity.counted_from if snapshot.device else None) or ""
    sources = {quarter.demand_source}
    if not counted_from.startswith(f"{quarter.start:%Y-%m}"):
        sources.add(running.source if running else None)
    if sources == {"meter"}:
        return True
    return False if sources & {"registers", "samples", "card"} else None


def _is_clock_not_set(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    """True if the meter's clock was never set. None if the device does not report this, as with firmware 0.1.0."""
    is_set = snapshot.device.clock.is_set if snapshot.device else None
    return None if is_set is None or snapshot.silent else not is_set


def _is_card_failing(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return _has_failed(snapshot, None)


def _is_card_blank(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return _has_failed(snapshot, BLANK)


def _is_card_foreign(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    if snapshot.device is None:
        return None
    return snapshot.device.card.state == "failed" and snapshot.device.card.format not in (None, BLANK)


def _has_failed(snapshot: Snapshot, card_format: str | None) -> bool | None:
    """True if the card has failed and its format is `card_format`. None if the device's data are not known."""
    if snapshot.device is None:
        return None
    return snapshot.device.card.state == "failed" and snapshot.device.card.format == card_format


def _is_card_full(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    return snapshot.device.card.nearly_full if snapshot.device else None


def _is_firmware_old(snapshot: Snapshot, _: EntryStorage) -> bool | None:
    if snapshot.device is None or snapshot.device.firmware is None:
        return None
    try:
        return bool(AwesomeVersion(snapshot.device.firmware) < AwesomeVersion(OLDEST_FIRMWARE))
    except AwesomeVersionException:
        return None  # the version of a self-built firmware cannot be compared


def _card_error(snapshot: Snapshot) -> Placeholders:
    return {"error": as_markdown((snapshot.device.card.error if snapshot.device else None) or "?")}


def _card_format(snapshot: Snapshot) -> Placeholders:
    return {"format": (snapshot.device.card.format if snapshot.device else None) or "?"}


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
    IssueRule(
        key="clock_not_set",
        is_present_fn=_is_clock_not_set,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=MINUTE_S,
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
        key="card_blank",
        is_present_fn=_is_card_blank,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
    ),
    IssueRule(
        key="card_foreign",
        is_present_fn=_is_card_foreign,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
        placeholders_fn=_card_format,
    ),
    IssueRule(
        key="card_full",
        is_present_fn=_is_card_full,
        raise_after_s=10 * MINUTE_S,
        clear_after_s=10 * MINUTE_S,
    ),
    # The issue about old firmware has no delay, because the firmware version changes only at a restart.
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
    """The state of a rule for one config entry.

    raised: True if the issue exists. changing_since: the monotonic time since which the issue waits to be raised or
    deleted. None if the issue need not be raised or deleted, or if it is unknown whether the problem exists.
    """

    rule: IssueRule
    issue_id: str
    raised: bool
    changing_since: float | None = field(default=None)


@callback
def async_watch_issues(hass: HomeAssistant, coordinator: P1MonitorCoordinator) -> None:
    """Apply the issue rules to every snapshot until the config entry is unloaded."""
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
            else:
                # The problem may be over while the device does not answer. Therefore the waiting time begins again.
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
    """Delete the issues of a removed config entry."""
    for rule in ISSUE_RULES:
        ir.async_delete_issue(hass, DOMAIN, issue_id(rule.key, entry_id))


def issue_id(key: str, entry_id: str) -> str:
    """Return the id of the issue that the rule with this key raises for a config entry."""
    return f"{key}_{entry_id}"
