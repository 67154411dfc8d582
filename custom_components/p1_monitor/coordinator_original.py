"""Coordinator for the original firmware.

The coordinator polls two paths of the device, and computes all other data from the two responses.
"""

from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import override

from homeassistant.core import HomeAssistant

from .api import (
    Device,
    MonthPeak,
    OriginalPeak,
    OriginalQuarter,
    P1MonitorClient,
    P1MonitorError,
    Peaks,
    Quarter,
    Reading,
)
from .capacity_tariff import target_w, unknown_limit_w
from .const import CONF_AREA, CONF_COUNTED_FROM, CONF_TARGET_W, CONF_WARNING_PERCENT
from .coordinator import (
    SLOW_POLL_S,
    P1MonitorConfigEntry,
    P1MonitorCoordinator,
    Snapshot,
)
from .original_advice import advise, in_same_month, quarter_start
from .today import Today

QUARTER = timedelta(minutes=15)


class OriginalCoordinator(P1MonitorCoordinator):
    """Coordinator for the original firmware.

    The coordinator polls the running quarter every 5 s, and the month's peak every minute and at each new quarter.
    """

    def __init__(
        self, hass: HomeAssistant, entry: P1MonitorConfigEntry, client: P1MonitorClient, serial: str | None
    ) -> None:
        """Read the capacity tariff's settings from the entry's options, because the device cannot store them.

        serial: the serial number of the device that answers at the entry's host.
        """
        super().__init__(hass, entry, client)
        self._serial = serial
        self._area: str | None = entry.options.get(CONF_AREA)
        self._own_target_w: int | None = entry.options.get(CONF_TARGET_W)
        self._warning_percent: int = entry.options.get(CONF_WARNING_PERCENT, 100)
        self._counted_from: str = entry.options.get(CONF_COUNTED_FROM, "")
        self._peak: OriginalPeak | None = None
        self._peak_due = 0.0
        self._newest: tuple[int, int] | None = None

    @override
    async def _async_setup(self) -> None:
        self.refuse_other_device(self._serial)

    @override
    async def _async_update_data(self) -> Snapshot:
        """Poll the device, and return a snapshot that is computed from the running quarter's samples."""
        try:
            if not self.last_update_success:
                await self._identify_again()
            quarter = await self.client.original_quarter()
            if quarter is None:
                return self._with_today(Snapshot())
            newest = (quarter.quarter_id, len(quarter.consumed_w))
            new_quarter = self._newest is None or self._newest[0] != newest[0]
            if new_quarter or monotonic() >= self._peak_due:
                self._peak = await self.client.original_peak()
                self._peak_due = monotonic() + SLOW_POLL_S
        except P1MonitorError as err:
            raise self._communication_error(err) from err
        if newest != self._newest:
            self._note_telegram()
            self._newest = newest
        return self._with_today(self._snapshot(quarter))

    async def _identify_again(self) -> None:
        """Identify a device that answers again. Reload the config entry if the device now runs our firmware."""
        identified = await self.client.identify()
        if isinstance(identified, Device):
            self.refuse_other_device(identified.id)
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)
        else:
            self.refuse_other_device(identified.serial)

    def _with_today(self, snapshot: Snapshot) -> Snapshot:
        day = self.data.day if self.data else Today()
        return replace(snapshot, area=self._area, day=day.with_running(snapshot.quarter))

    def _snapshot(self, quarter: OriginalQuarter) -> Snapshot:
        start = quarter_start(quarter.quarter_id)
        if start is None:
            return Snapshot()
        running = _running_peak(self._peak, quarter, self._counted_from)
        target = target_w(self._area, running.power_w if running else None, self._own_target_w)
        limit = unknown_limit_w(self._peak.power_w if self._peak else None)
        advice = advise(quarter.consumed_w, quarter.produced_w, target, self._warning_percent, limit)
        if advice is None:
            return Snapshot(peaks=Peaks(running=running))
        return Snapshot(
            reading=Reading(
                time=start + timedelta(seconds=advice.elapsed_s),
                power_import_w=advice.import_w,
                power_export_w=advice.export_w,
            ),
            quarter=Quarter(
                id=quarter.quarter_id,
                start=start,
                end=start + QUARTER,
                elapsed_s=advice.elapsed_s,
                demand_w=advice.demand_w,
                demand_source="samples",
                projected_w=advice.projected_w,
                target_w=target,
                limit_w=limit,
                allowed_w=advice.allowed_w,
                headroom_w=advice.headroom_w,
                at_risk=advice.at_risk,
                unavoidable=advice.unavoidable,
            ),
            peaks=Peaks(running=running),
            silent=self._is_silent(),
        )


def _running_peak(peak: OriginalPeak | None, quarter: OriginalQuarter, counted_from: str) -> MonthPeak | None:
    """Return the running month's peak, or None if the peak is not known.

    In a month's first quarter, the meter may still send the previous month's peak. That peak is not returned. A peak
    before the day `counted_from`, such as "2026-06-15", is not returned either.
    """
    if peak is None or not in_same_month(peak.quarter_id, quarter.quarter_id):
        return None
    start = quarter_start(peak.quarter_id)
    if start is None or f"{start:%Y-%m-%d}" < counted_from:
        return None
    return MonthPeak(month=f"{start:%Y-%m}", power_w=peak.power_w, end=start + QUARTER)
