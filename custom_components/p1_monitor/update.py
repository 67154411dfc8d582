"""Update entity for a board's firmware. The entity installs the firmware package inside this integration."""

import asyncio
from dataclasses import dataclass
from typing import Any, override

from awesomeversion import AwesomeVersion, AwesomeVersionException
from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations

from .api import Device, P1MonitorError, P1MonitorRefusedError, P1MonitorTokenError, Update
from .const import DOMAIN
from .coordinator import P1MonitorConfigEntry, P1MonitorCoordinator
from .entity import P1MonitorEntity, P1MonitorEntityDescription, async_add_when_present
from .error_text import as_markdown, failure_key
from .firmware_packages import FirmwarePackage, bundled_packages

# One update at a time for each config entry, because a board accepts one package at a time. Two boards may update at
# the same time.
PARALLEL_UPDATES = 1

# A board restarts within seconds, but may need a minute more to join a weak Wi-Fi network.
RESTART_TIMEOUT_S = 180
INSTALLING_STATES = ("receiving", "restarting")

RELEASE_URL = "https://github.com/p1-monitor/p1-monitor/releases/tag/v{version}"


@dataclass(frozen=True, kw_only=True)
class P1MonitorUpdateDescription(P1MonitorEntityDescription, UpdateEntityDescription):
    """Description of the only update entity."""


FIRMWARE = P1MonitorUpdateDescription(
    key="firmware",
    device_class=UpdateDeviceClass.FIRMWARE,
    needs_telegrams=False,
    has_fn=lambda s: s.device is not None and s.device.update.board is not None,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: P1MonitorConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the firmware entity if the board can be updated over the network."""
    packages = await hass.async_add_executor_job(bundled_packages)
    texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})

    def make(coordinator: P1MonitorCoordinator, description: P1MonitorUpdateDescription) -> P1MonitorUpdate:
        return P1MonitorUpdate(coordinator, description, packages, texts)

    async_add_when_present(entry.runtime_data, (FIRMWARE,), async_add_entities, make)


class P1MonitorUpdate(P1MonitorEntity, UpdateEntity):
    """Update entity for the board's firmware.

    The entity offers the package inside this integration if the package is newer.
    """

    entity_description: P1MonitorUpdateDescription
    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS

    def __init__(
        self,
        coordinator: P1MonitorCoordinator,
        description: P1MonitorUpdateDescription,
        packages: dict[str, FirmwarePackage],
        texts: dict[str, str],
    ) -> None:
        """Create the update entity. `packages` is {board: package}, and `texts` is {key: translation}."""
        self._packages = packages
        self._texts = texts
        self._installing = False
        super().__init__(coordinator, description)

    @property
    @override
    def available(self) -> bool:
        """True if the device answers, and also while the board restarts during an installation."""
        return self._installing or super().available

    @override
    def _current_value(self) -> tuple[str | None, Update] | None:
        device = self.coordinator.data.device
        return None if device is None else (device.firmware, device.update)

    @override
    def _set_value(self, value: tuple[str | None, Update] | None) -> None:
        if value is None:
            return
        installed, update = value
        package = self._newer_package(installed, update)
        self._attr_installed_version = installed
        self._attr_latest_version = package.version if package else installed
        self._attr_release_url = RELEASE_URL.format(version=self._attr_latest_version)
        self._attr_release_summary = self._summary(package, update)
        if not self._installing:
            self._attr_in_progress = update.state in INSTALLING_STATES
            self._attr_update_percentage = update.percent

    def _newer_package(self, installed: str | None, update: Update) -> FirmwarePackage | None:
        """Return the package for this board if the package is newer than the installed version, otherwise None."""
        package = self._packages.get(update.board or "")
        try:
            return (
                package
                if package and AwesomeVersion(package.version) > AwesomeVersion(installed or "")
                else None
            )
        except AwesomeVersionException:
            return None  # the version of a self-built firmware cannot be compared

    def _summary(self, package: FirmwarePackage | None, update: Update) -> str | None:
        """Return why no package can be installed, which presses of BOOT are needed, or why the last update failed.

        None if there is nothing to say.
        """
        if update.presses:
            # A stranger with a token may send another package at the same time, and hope for the owner's presses.
            is_ours = self._installing and package and package.digest == update.waiting_digest
            if not is_ours:
                return self._texts[f"component.{DOMAIN}.common.update_of_others"]
            text = self._texts[f"component.{DOMAIN}.common.update_press_boot"]
            return text.format(presses=update.presses)
        if (update.board or "") not in self._packages:
            return self._texts[f"component.{DOMAIN}.common.no_firmware_inside"]
        if package and not self.coordinator.client.token:
            return self._texts[f"component.{DOMAIN}.common.update_needs_token"]
        if package and not _is_accepted(package, update):
            return self._texts[f"component.{DOMAIN}.common.update_needs_boot"]
        return as_markdown(update.error) if update.error else None

    @override
    async def async_install(self, version: str | None, backup: bool, **kwargs: Any) -> None:
        """Send the package, and wait until the board runs it. Raise HomeAssistantError if the update fails."""
        device = self.coordinator.data.device
        package = device and self._newer_package(device.firmware, device.update)
        if not device or not package:
            return  # the board has already been updated, from its own web page
        self._installing = True
        try:
            await self._send_package(package)
            self._show_progress(None)
            async with asyncio.timeout(RESTART_TIMEOUT_S):
                await self._wait_until_running(device, package)
        except TimeoutError as err:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="update_not_back") from err
        finally:
            self._installing = False

    async def _send_package(self, package: FirmwarePackage) -> None:
        content = await self.hass.async_add_executor_job(package.path.read_bytes)
        try:
            await self.coordinator.client.update(content, self._show_progress)
        except P1MonitorTokenError as err:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="update_needs_token") from err
        except P1MonitorError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="update_refused"
                if isinstance(err, P1MonitorRefusedError)
                else failure_key(err),
                translation_placeholders={"host": self.coordinator.client.host, "error": str(err)},
            ) from err

    @callback
    def _show_progress(self, percent: int | None) -> None:
        self._attr_in_progress = True
        self._attr_update_percentage = percent
        self.async_write_ha_state()

    async def _wait_until_running(self, before: Device, package: FirmwarePackage) -> None:
        """Wait until the board runs the package.

        Raise HomeAssistantError, with the reason, if the old version runs again.
        """
        changed = asyncio.Event()
        unsubscribe = self.coordinator.async_add_listener(changed.set)
        try:
            while True:
                device = self.coordinator.data.device
                if device and device.firmware == package.version:
                    return
                if device and (device.uptime_s or 0) < (before.uptime_s or 0) and device.update.error:
                    raise HomeAssistantError(
                        translation_domain=DOMAIN,
                        translation_key="update_refused",
                        translation_placeholders={
                            "host": self.coordinator.client.host,
                            "error": device.update.error,
                        },
                    )
                changed.clear()
                await changed.wait()
        finally:
            unsubscribe()


def _is_accepted(package: FirmwarePackage, update: Update) -> bool:
    """True if the board installs the package without a press of BOOT."""
    if update.keys is None:
        return True
    return bool(package.signed_by & update.keys) and package.build >= update.lowest_build
