"""Queries of a device's stored history, for the actions and for Assist. The results are JSON values.

All queries raise ServiceValidationError for an impossible time span, and HomeAssistantError if the device does not
answer.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from .api import P1MonitorError, Totals
from .const import DOMAIN
from .coordinator import P1MonitorCoordinator
from .error_text import failure_key

# Longest span of a query for quarters. The 8832 quarters of 92 days, with about 250 bytes each, are 2.2 MB.
MAX_DAYS = 92
# Longest span of a query for totals or month peaks. Totals need one request to the device per month.
MAX_MONTHS = 25
QUARTER = timedelta(minutes=15)

TOTALS = ("import_kwh", "export_kwh", "gas_m3", "water_m3")


async def quarters(coordinator: P1MonitorCoordinator, start: datetime, end: datetime) -> list[JsonValueType]:
    """Return the stored quarters from `start` up to but not including `end`, oldest first."""
    _check_span(coordinator, start, end, timedelta(days=MAX_DAYS))
    try:
        found = [asdict(quarter) async for quarter in coordinator.client.history(start, end)]
    except P1MonitorError as err:
        raise communication_error(coordinator, err) from err
    return [{**quarter, "start": quarter["start"].isoformat()} for quarter in found]


async def month_peaks(
    coordinator: P1MonitorCoordinator, first: date | None, last: date | None
) -> list[JsonValueType]:
    """Return the peaks of the months from the day `first` to the day `last`, oldest first.

    A month's peak is from the meter, or from the card if the meter no longer sends the peak of that month. If `last` is
    None, the last day is today. If `first` is None, return only the peaks that the meter sends: the peak of the running
    month and the peaks of up to 13 closed months.
    """
    peaks = coordinator.data.peaks
    running = [peaks.running] if peaks.running else []
    known = {peak.month: _peak(peak.month, peak.power_w, peak.end) for peak in (*running, *peaks.months)}
    if first is not None:
        last = last or dt_util.now().date()
        _check_span(coordinator, first, last, timedelta(days=31 * MAX_MONTHS))
        try:
            years = [await coordinator.client.year(year) for year in range(first.year, last.year + 1)]
        except P1MonitorError as err:
            raise communication_error(coordinator, err) from err
        for stored in (month for year in years for month in year):
            known.setdefault(stored.name, _peak_of_card(stored))
        known = {
            month: peak
            for month, peak in known.items()
            if f"{first:%Y-%m}" <= (month or "") <= f"{last:%Y-%m}"
        }
    return [known[month] for month in sorted(month for month in known if month)]


async def totals(coordinator: P1MonitorCoordinator, first: date, last: date) -> JsonObjectType:
    """Return the total energy, gas and water of the days `first` to `last` inclusive, and their highest quarter."""
    _check_span(coordinator, first, last + timedelta(days=1), timedelta(days=31 * MAX_MONTHS))
    try:
        months = [await coordinator.client.month(month) for month in _months(first, last)]
    except P1MonitorError as err:
        raise communication_error(coordinator, err) from err
    days = [day for month in months for day in month if first.isoformat() <= day.name <= last.isoformat()]
    highest = max(
        (day for day in days if day.peak_w is not None), key=lambda day: day.peak_w or 0, default=None
    )
    return {
        "days_stored": len(days),
        **{key: _sum_of_known(getattr(day, key) for day in days) for key in TOTALS},
        "highest_quarter_w": highest.peak_w if highest else None,
        "highest_quarter_start": highest.peak_start.isoformat() if highest and highest.peak_start else None,
    }


def _sum_of_known(amounts: Iterable[float | None]) -> float | None:
    """Return the sum of the amounts that are not None, or None if all amounts are None."""
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), 3) if known else None


def _months(first: date, last: date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = [divmod(first.year * 12 + first.month - 1 + index, 12) for index in range(count)]
    return [f"{year:04}-{month + 1:02}" for year, month in months]


def _peak(month: str | None, power_w: int | None, end: datetime | None) -> dict[str, Any]:
    return {"month": month, "peak_w": power_w, "peak_end": end.isoformat() if end else None}


def _peak_of_card(month: Totals) -> dict[str, Any]:
    return _peak(month.name, month.peak_w, month.peak_start + QUARTER if month.peak_start else None)


def _check_span[T: (date, datetime)](
    coordinator: P1MonitorCoordinator, start: T, end: T, most: timedelta
) -> None:
    if coordinator.data.device is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_stored")
    if start > end:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="ends_before_it_starts")
    if end - start > most:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="span_too_long",
            translation_placeholders={"days": str(most.days)},
        )


def communication_error(coordinator: P1MonitorCoordinator, err: P1MonitorError) -> HomeAssistantError:
    """Return the translated error for a device that does not answer."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=failure_key(err),
        translation_placeholders={"host": coordinator.client.host, "error": str(err)},
    )
