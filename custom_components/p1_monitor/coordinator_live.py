"""Coordinator for our firmware.

The coordinator listens to the live stream, and polls while the stream is interrupted.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from .api import (
    Device,
    LiveEvent,
    P1MonitorClient,
    P1MonitorError,
    Peaks,
    Quarter,
    Reading,
    Settings,
)
from .const import DOMAIN, LOGGER
from .coordinator import (
    BRUSSELS,
    POLL_INTERVAL,
    SLOW_POLL_S,
    P1MonitorConfigEntry,
    P1MonitorCoordinator,
    Snapshot,
)
from .device_client import proof_of

SNAPSHOT_TIMEOUT_S = 10.0
# Waiting time before the next attempt to open the live stream: 5 s after the first failed attempt, then 10 s, and so on
# up to 60 s. Other clients may be using all streams that the device offers. If polls failed too, the first poll that
# succeeds ends the wait.
STREAM_RETRY_FIRST_S = 5.0
STREAM_RETRY_LAST_S = 60.0
# The settings are polled every 10 minutes, because the live stream does not contain all settings. Settings rarely
# change outside Home Assistant.
SETTINGS_EVERY_S = 600


class LiveCoordinator(P1MonitorCoordinator):
    """Coordinator for our firmware.

    The coordinator listens to the live stream, and polls while the stream is interrupted.
    """

    def __init__(self, hass: HomeAssistant, entry: P1MonitorConfigEntry, client: P1MonitorClient) -> None:
        """Begin with polling. open_stream() or start() opens the live stream later."""
        super().__init__(hass, entry, client)
        self._slow_due = 0.0
        self._settings_due = 0.0
        self._needs_day = True
        self._was_failing = False
        self._device_is_back = asyncio.Event()
        self._stream: AsyncGenerator[list[LiveEvent]] | None = None
        self._opening_events: list[LiveEvent] = []

    async def open_stream(self) -> bool:
        """Open the live stream and read its first events, because set-up needs these events.

        Return False if the stream fails before the first quarter arrives.
        """
        stream = self.client.live()
        self.config_entry.async_on_unload(self._close_stream)
        try:
            async with asyncio.timeout(SNAPSHOT_TIMEOUT_S):
                while not any(isinstance(event, Quarter) for event in self._opening_events):
                    self._opening_events += await anext(stream)
        except P1MonitorError, TimeoutError:
            self._opening_events = []
            await stream.aclose()
            return False
        self._stream = stream
        self.update_interval = None
        return True

    async def _close_stream(self) -> None:
        """Close the stream that open_stream() opened, unless _listen() has taken it over."""
        if self._stream is not None:
            await self._stream.aclose()

    @override
    def start(self) -> None:
        """Listen to the live stream until the entry is unloaded."""
        self.config_entry.async_create_background_task(
            self.hass, self._listen(), f"{DOMAIN} live {self.client.host}"
        )

    async def _listen(self) -> None:
        """Publish the events of the live stream, and poll while the stream is interrupted."""
        retry_s = STREAM_RETRY_FIRST_S
        while True:
            self._device_is_back.clear()
            self._settings_due, self._needs_day = 0.0, True
            if self._stream is not None:
                self._fetch_missing()
            stream, self._stream = self._stream or self.client.live(), None
            try:
                async with aclosing(stream) as live:
                    async for events in live:
                        retry_s = STREAM_RETRY_FIRST_S
                        self._publish_events(events)
            except (P1MonitorError, UpdateFailed) as err:
                LOGGER.debug("Live stream of %s is down: %s", self.client.host, err)
            except Exception:  # An unexpected error must not end this task, which updates all entities.
                LOGGER.exception("Unexpected error on the live stream of %s", self.client.host)
            # Use the stored proof again. A proof that came from a version on trial is not stored. If the trial has
            # failed, the device has returned to its previous version, which may be unable to give a proof.
            self.client.proof = proof_of(self.config_entry.data)
            self.update_interval = POLL_INTERVAL
            self._slow_due = 0.0  # The next poll includes the device's id, because another device may answer.
            await self.async_refresh()
            try:
                async with asyncio.timeout(retry_s):
                    await self._device_is_back.wait()
            except TimeoutError:
                retry_s = min(retry_s * 2, STREAM_RETRY_LAST_S)

    @callback
    def _publish_events(self, events: Iterable[LiveEvent]) -> None:
        """Publish one snapshot for the events that arrived together on the live stream."""
        snapshot = self._snapshot_with(events)
        if not self.last_update_success:
            LOGGER.info("Live stream of %s is back", self.client.host)
        self._was_failing = False
        self.identity.note_answer()
        self.update_interval = None
        self.async_set_updated_data(snapshot)
        self._fetch_missing()

    @callback
    def _fetch_missing(self) -> None:
        """Request the data that the live stream does not contain: today's stored quarters and some of the settings."""
        if self._needs_day and (start := self.data.quarter.start):
            self._needs_day = False
            self._start_task(self._fetch_day(start), "day")
        if self.client.token and monotonic() >= self._settings_due:
            self._settings_due = monotonic() + SETTINGS_EVERY_S
            self._start_task(self._fetch_settings(), "settings")

    async def _fetch_day(self, now: datetime) -> None:
        midnight = datetime(now.year, now.month, now.day, tzinfo=BRUSSELS)
        try:
            stored = [quarter async for quarter in self.client.history(midnight, now)]
        except P1MonitorError as err:
            LOGGER.debug("Could not read today's quarters of %s: %s", self.client.host, err)
            return
        self._publish(replace(self.data, day=self.data.day.with_stored(stored)))

    async def _fetch_settings(self) -> None:
        try:
            self.publish_settings(await self.client.settings())
        except P1MonitorError as err:
            LOGGER.debug("Could not read the settings of %s: %s", self.client.host, err)

    @callback
    def publish_settings(self, settings: Settings) -> None:
        """Publish settings that the device has just returned, without waiting for the device's next status."""
        device = self.data.device
        if device is not None:
            device = replace(device, capacity=settings.capacity)
        self._publish(replace(self.data, device=device, settings=settings, area=settings.capacity.area))

    @callback
    def _publish(self, snapshot: Snapshot) -> None:
        """Publish data that did not come from the live stream. The device's availability remains unchanged."""
        self.data = snapshot
        self.async_update_listeners()

    @override
    async def _async_update_data(self) -> Snapshot:
        """Poll the reading and the quarter each time. Poll the device and the peaks once a minute."""
        events, self._opening_events = self._opening_events, []
        if events:
            return self._snapshot_with(events)
        try:
            # Readings of a meter whose clock is not set have no time. With such a meter, only GET /api/device shows
            # whether telegrams still arrive.
            if monotonic() >= self._slow_due or (self.data and _has_no_time(self.data.reading)):
                events.append(await self.client.device())
                events.append(await self.client.peaks())
                self._slow_due = monotonic() + SLOW_POLL_S
            events.append(await self.client.reading())
            events.append(await self.client.quarter())
        except P1MonitorError as err:
            self._slow_due = 0.0
            raise self._communication_error(err) from err
        return self._snapshot_with(events)

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """If the device answers after failed polls, let _listen() open the live stream again at once."""
        super()._async_refresh_finished()
        if self._was_failing and self.last_update_success:
            self._device_is_back.set()
        self._was_failing = not self.last_update_success

    def _snapshot_with(self, events: Iterable[LiveEvent]) -> Snapshot:
        """Return the newest snapshot, updated by the events. Raise UpdateFailed if another device sent the events."""
        snapshot = self.data or Snapshot()
        for event in events:
            match event:
                case Device():
                    self.refuse_other_device(event.id)
                    # Do not store the proof of a version on trial. If the trial fails, the previous version returns,
                    # and may be unable to prove the device's identity.
                    if event.update.state != "trial":
                        self.identity.note_proof(self.client)
                    self._show_firmware_version(snapshot.device, event)
                    age_ms = event.p1.age_ms
                    self._note_telegram(None if age_ms is None else age_ms / 1000)
                    snapshot = replace(
                        snapshot, device=event, device_at=dt_util.utcnow(), area=event.capacity.area
                    )
                case Reading():
                    before = snapshot.reading
                    if _is_next_telegram(before, event):
                        self._note_telegram()
                        if event.time and before.time:
                            interval_s = (event.time - before.time).total_seconds()
                            snapshot = replace(snapshot, interval_s=interval_s)
                    snapshot = replace(snapshot, reading=event, reading_at=dt_util.utcnow())
                case Quarter():
                    snapshot = replace(snapshot, quarter=event, day=snapshot.day.with_running(event))
                case Peaks():
                    snapshot = replace(snapshot, peaks=event)
        return replace(snapshot, silent=self._is_silent())

    def _show_firmware_version(self, before: Device | None, now: Device) -> None:
        """Update the firmware version in the device registry if the version has changed."""
        if before is None or before.firmware == now.firmware:
            return
        registry = dr.async_get(self.hass)
        if device := registry.async_get_device_by_identifier(
            (DOMAIN, self.device_id), self.config_entry.entry_id
        ):
            registry.async_update_device(device.id, sw_version=now.firmware)


def _has_no_time(reading: Reading) -> bool:
    """True if the reading is from a meter whose clock is not set."""
    return reading.time is None and reading != Reading()


def _is_next_telegram(before: Reading, reading: Reading) -> bool:
    """True if `reading` is from a newer telegram than `before`, the previous reading.

    The first reading may be from an old telegram, or empty just after the board's start. Therefore `reading` is newer
    only if both readings have a time and the two times differ. Readings of a meter whose clock is not set have no time.
    With such a meter, any change of a value makes `reading` newer.
    """
    if _has_no_time(before) and _has_no_time(reading):
        return reading != before
    return None not in (before.time, reading.time) and reading.time != before.time
