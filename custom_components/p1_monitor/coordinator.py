"""Base of the two coordinators, and the snapshot of a device's newest data, from which all entities read their values.

The coordinator for our firmware is in coordinator_live.py, and the coordinator for the original firmware in
coordinator_original.py.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, override
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .api import (
    Device,
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
from .device_identity import async_identity
from .error_text import failure_key
from .storage import EntryStorage
from .today import Today

POLL_INTERVAL = timedelta(seconds=5)
SLOW_POLL_S = 60
# After 30 s without a telegram, the meter counts as silent. A meter older than DSMR 5 sends a telegram every 10 s.
# After 30 s, three telegrams of such a meter are missing.
SILENT_AFTER_S = 30
MAC_DIGITS = 12
# Time zone of the meter's days and months. Home Assistant may be set to another time zone.
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
        # A task that changes the device's statistics in the recorder must acquire this lock before its first read, and
        # release this lock after its last write.
        self.statistics_lock = asyncio.Lock()
        self._telegram_at: float | None = None

    @property
    def device_id(self) -> str:
        """Id of the device: the device's MAC, the serial number that the original firmware sent, or the host."""
        return self.config_entry.unique_id or self.config_entry.entry_id

    @property
    def mac(self) -> str | None:
        """MAC of the device in Home Assistant's notation, or None if the MAC is not known."""
        if len(self.device_id) != MAC_DIGITS:
            return None
        return dr.format_mac(self.device_id)

    def refuse_other_device(self, actual: str | None) -> None:
        """Raise UpdateFailed if the device that answers is not the device of the config entry.

        Home Assistant tries again after UpdateFailed. The device of the config entry may be back by that time.
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
        """Store the time of the newest telegram: `ago_s` seconds ago. `ago_s` is None if no telegram has arrived."""
        self._telegram_at = None if ago_s is None else monotonic() - ago_s

    def _is_silent(self) -> bool:
        return self._telegram_at is None or monotonic() - self._telegram_at > SILENT_AFTER_S

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """If the device did not answer at the entry's host, look for the device at the announced addresses."""
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
