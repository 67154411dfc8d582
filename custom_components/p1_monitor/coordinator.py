"""Coordinator for our firmware, and the snapshot of a device's newest data, from which all entities read their values.

LiveCoordinator listens to the live stream, and polls while the stream is down. Its base, P1MonitorCoordinator, is also
the base of the coordinator for the original firmware in coordinator_original.py.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, override
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import (
    Device,
    LiveEvent,
    P1MonitorClient,
    P1MonitorError,
    P1MonitorProofError,
    P1MonitorTokenError,
    Peaks,
    Quarter,
    Reading,
    Settings,
)
from .const import CONF_EVERY_SECOND, DOMAIN, LOGGER
from .device_client import proof_of
from .error_text import failure_key
from .identity import async_identity
from .storage import EntryStorage
from .today import Today

POLL_INTERVAL = timedelta(seconds=5)
SLOW_POLL_S = 60
# After 30 s without a telegram, the meter counts as silent. A meter older than DSMR 5 sends a telegram every 10 s, so
# three are then missing.
SILENT_AFTER_S = 30
SNAPSHOT_TIMEOUT_S = 10.0
# Waiting time before the next attempt to open the live stream: 5 s after the first failed attempt, then 10 s, and so on
# up to 60 s. Other clients may be using all streams that the device offers. If polls failed too, the first poll that
# succeeds ends the wait.
STREAM_RETRY_FIRST_S = 5.0
STREAM_RETRY_LAST_S = 60.0
# Every 10 minutes, the settings are polled, because the live stream does not contain all of them. They rarely change
# outside Home Assistant.
SETTINGS_EVERY_S = 600

MAC_DIGITS = 12
# Time zone of the meter's days and months. Home Assistant's time zone may differ from it.
BRUSSELS = ZoneInfo("Europe/Brussels")

type P1MonitorConfigEntry = ConfigEntry[P1MonitorCoordinator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The newest data of a device.

    device: None with the original firmware. device_at: the time at which `device` was received. settings: None without
    a token. area: the network area of the capacity tariff. interval_s: the time between the two newest telegrams.
    reading_at: the time at which `reading` was received. silent: True while no telegrams arrive.
    """

    device: Device | None = None
    device_at: datetime | None = None
    settings: Settings | None = None
    area: str | None = None
    day: Today = Today()
    interval_s: float | None = None
    reading: Reading = Reading()
    reading_at: datetime = datetime.min.replace(tzinfo=UTC)
    quarter: Quarter = Quarter()
    peaks: Peaks = Peaks()
    silent: bool = True

    @property
    def telegram_at(self) -> datetime:
        """Time of the newest telegram: the meter's time, or the time of receipt if the meter's clock is not set."""
        return self.reading.time or self.reading_at


class P1MonitorCoordinator(DataUpdateCoordinator[Snapshot]):
    """Base class of the two coordinators: one for our firmware, and one for the original firmware."""

    config_entry: P1MonitorConfigEntry
    # async_setup_entry() sets the storage before it sets up the platforms.
    storage: EntryStorage

    def __init__(self, hass: HomeAssistant, entry: P1MonitorConfigEntry, client: P1MonitorClient) -> None:
        """Prepare to read the device of a config entry through `client`."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=POLL_INTERVAL,
        )
        self.client = client
        self.identity = async_identity(hass, entry)
        self.every_second: bool = entry.options.get(CONF_EVERY_SECOND, False)
        # A task that changes the device's statistics in the recorder must acquire this lock before its first read and
        # release it after its last write.
        self.statistics_lock = asyncio.Lock()
        self._telegram_at: float | None = None

    @property
    def device_id(self) -> str:
        """Id of the device: its MAC, the serial number that the original firmware sent, or its host."""
        return self.config_entry.unique_id or self.config_entry.entry_id

    @property
    def mac(self) -> str | None:
        """MAC of the device in Home Assistant's notation, or None if the MAC is not known."""
        if len(self.device_id) != MAC_DIGITS:
            return None
        return dr.format_mac(self.device_id)

    def refuse_other_device(self, actual: str | None) -> None:
        """Raise UpdateFailed if the device that answers is not the device of the config entry.

        The device of the config entry may be back at any time. Therefore Home Assistant must try again.
        """
        if self.mac is None or actual is None or actual == self.device_id:
            return
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="other_device",
            translation_placeholders={
                "host": self.client.host,
                "expected": self.device_id,
                "actual": actual,
            },
        )

    def start(self) -> None:
        """Start background work in addition to polling. The base class has no such work."""

    def _note_telegram(self, ago_s: float | None = 0.0) -> None:
        """Note that the newest telegram arrived `ago_s` seconds ago. `ago_s` is None if no telegram has arrived."""
        self._telegram_at = None if ago_s is None else monotonic() - ago_s

    def _is_silent(self) -> bool:
        return self._telegram_at is None or monotonic() - self._telegram_at > SILENT_AFTER_S

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Look for the device at the addresses that were announced, if it does not answer at its own."""
        if self.last_update_success:
            self.identity.note_answer()
        elif self.config_entry.state is ConfigEntryState.LOADED:
            self._start_task(self.identity.search(), "search")

    def _start_task(self, work: Coroutine[Any, Any, None], what: str) -> None:
        name = f"{DOMAIN} {what} {self.client.host}"
        self.config_entry.async_create_background_task(self.hass, work, name)

    def _communication_error(self, err: P1MonitorError) -> UpdateFailed | ConfigEntryAuthFailed:
        if isinstance(err, P1MonitorTokenError):
            return ConfigEntryAuthFailed(
                translation_domain=DOMAIN,
                translation_key="token_refused",
                translation_placeholders={"host": self.client.host},
            )
        if isinstance(err, P1MonitorProofError):
            self.identity.report(err)
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=failure_key(err),
            translation_placeholders={"host": self.client.host, "error": str(err)},
        )


class LiveCoordinator(P1MonitorCoordinator):
    """Coordinator for our firmware. It listens to the live stream, and polls while the stream is down."""

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
        """Open the live stream and read its first events, which set-up needs. Return False if this fails."""
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
        """Publish the events of the live stream, and poll while the stream is down."""
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
            # The device may be back with its previous firmware, so that only a stored proof counts.
            self.client.proof = proof_of(self.config_entry.data)
            self.update_interval = POLL_INTERVAL
            self._slow_due = 0.0  # Poll the device's id next, because another device may answer.
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
        """Request today's stored quarters and the settings, because the live stream does not contain these."""
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
        """Poll the reading and the quarter at each update. Poll the device and the peaks once a minute."""
        events, self._opening_events = self._opening_events, []
        if events:
            return self._snapshot_with(events)
        try:
            # If telegrams have no time, only the device's own data show whether telegrams still arrive.
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
        """Let _listen() open the live stream again as soon as the device answers after failed polls."""
        super()._async_refresh_finished()
        if self._was_failing and self.last_update_success:
            self._device_is_back.set()
        self._was_failing = not self.last_update_success

    def _snapshot_with(self, events: Iterable[LiveEvent]) -> Snapshot:
        """Return the newest snapshot, updated by the events. UpdateFailed if another device sent the events."""
        snapshot = self.data or Snapshot()
        for event in events:
            match event:
                case Device():
                    self.refuse_other_device(event.id)
                    if (
                        event.update.state != "trial"
                    ):  # a version on trial may give way to one that cannot prove
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
    only if both readings have a time and the two times differ. If the meter's clock is not set, readings have no time.
    Then any change of a value makes `reading` newer.
    """
    if _has_no_time(before) and _has_no_time(reading):
        return reading != before
    return None not in (before.time, reading.time) and reading.time != before.time
