"""Steps of the config flow for a device that announced itself, and the identification of the device at a host."""

from abc import abstractmethod
from typing import Any, override

from homeassistant.config_entries import SOURCE_IGNORE, ConfigFlowResult
from homeassistant.const import CONF_HOST
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.ssdp import (
    ATTR_UPNP_FRIENDLY_NAME,
    ATTR_UPNP_SERIAL,
    SsdpServiceInfo,
)
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .api import (
    Device,
    NotP1MonitorError,
    OriginalDevice,
    P1MonitorAddressError,
    P1MonitorError,
    P1MonitorHostError,
    P1MonitorProofError,
    P1MonitorTokenError,
    Proof,
    Token,
    normalize_serial,
)
from .const import DOMAIN
from .device_identity import async_identity
from .flow_access import AccessSteps
from .host import normalize_host

TITLE = "P1 meter"


class DiscoverySteps(AccessSteps):
    """Base of the config flow, with the steps that a discovery starts."""

    # The device that answered. None while the device requires a token for reading and the flow has no token.
    _identified: Device | OriginalDevice | None = None
    # The newest accepted proof that the device issued the token. A proof that reports an unexpected address is accepted
    # if the owner confirms the address.
    _proof: Proof | None = None
    # A proof in which the device reports an address to which the client did not connect. The owner must confirm such a
    # proof.
    _doubtful_proof: Proof | None = None

    @abstractmethod
    async def _continue_with_device(self) -> ConfigFlowResult:
        """Continue the flow with the device that answered."""

    async def _identify(self, token: Token | None = None) -> str | None:
        """Identify the device at the host. Return the key of an error message, or None if there is no error.

        token: a token that the device must prove to have issued. A device with firmware 0.1.0 need not prove this.
        """
        self._identified, self._doubtful_proof = None, None
        client = self._client(token, self._proof)
        try:
            self._identified = await client.identify()
        except P1MonitorTokenError:
            # The device requires a token for reading. The device is identified once the flow has a token.
            pass
        except P1MonitorAddressError as err:
            self._doubtful_proof = err.proof
        except P1MonitorProofError:
            return "not_proved"
        except P1MonitorHostError:
            return "host_refused"
        except NotP1MonitorError:
            return "not_p1_monitor"
        except P1MonitorError:
            return "cannot_connect"
        self._proof = client.proof
        return None

    def _reported_id(self) -> str | None:
        """Return the id that the device reported, or None if the device reported no id."""
        match self._identified:
            case Device(id=device_id):
                return device_id
            case OriginalDevice(serial=serial):
                return serial
        return None

    @override
    async def async_step_ssdp(self, discovery_info: SsdpServiceInfo) -> ConfigFlowResult:
        """Offer a device that announced itself by SSDP."""
        serial = discovery_info.upnp.get(ATTR_UPNP_SERIAL)
        name = discovery_info.upnp.get(ATTR_UPNP_FRIENDLY_NAME, TITLE)
        return await self._discovered(
            discovery_info.ssdp_location or "", normalize_serial(serial) if serial else None, name
        )

    @override
    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Offer a device that got an IP address by DHCP."""
        return await self._discovered(discovery_info.ip, discovery_info.macaddress, discovery_info.hostname)

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Offer a device that announced its name by mDNS.

        The announcement contains no device id, so the flow requests the id from the device.
        """
        address = f"[{discovery_info.host}]" if ":" in discovery_info.host else discovery_info.host
        name = discovery_info.name.removesuffix(f".{discovery_info.type}")
        return await self._discovered(f"{address}:{discovery_info.port or 80}", None, name)

    async def _discovered(self, location: str, device_id: str | None, name: str) -> ConfigFlowResult:
        """Identify the device and offer to add the device.

        If the device has an entry, only record the announced address.
        """
        try:
            self._host = normalize_host(location)
        except ValueError:
            return self.async_abort(reason="cannot_connect")
        if self._host.startswith("["):  # an IPv6 address, which no board has
            return self.async_abort(reason="not_p1_monitor")
        if device_id:
            await self._abort_if_known(device_id)
        self._async_abort_entries_match({CONF_HOST: self._host})
        if error := await self._identify():
            return self.async_abort(reason=error)
        if (reported_id := self._reported_id()) and reported_id != device_id:
            await self._abort_if_known(reported_id)
        if not self.unique_id:
            return self.async_abort(reason="add_by_hand")
        self.context["title_placeholders"] = {"name": f"{name} ({self._host})"}
        return await self.async_step_discovered()

    async def _abort_if_known(self, device_id: str) -> None:
        """Remember the announced address and abort, if the device has an entry. Else make its id the flow's unique id.

        An announcement proves nothing. The entry's host changes only after a proof (device_identity.py).
        """
        entry = self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, device_id)
        if entry is None:
            await self.async_set_unique_id(device_id)
            return
        if entry.source != SOURCE_IGNORE:
            await async_identity(self.hass, entry).announce(self._host)
        raise AbortFlow("already_configured")

    async def async_step_integration_discovery(self, discovery_info: dict[str, Any]) -> ConfigFlowResult:
        """Ask the owner whether the device has moved to an announced address.

        device_identity.py starts this step for an entry without a token, because its device cannot prove its identity.
        """
        self._host = discovery_info[CONF_HOST]
        return await self.async_step_moved()

    async def async_step_moved(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask the owner whether the device has moved to the host.

        If the owner agrees, identify the device and update the entry's host.
        """
        entry = self.hass.config_entries.async_get_known_entry(self.context["entry_id"])
        if user_input is None:
            self.context["title_placeholders"] = {"name": f"{entry.title} ({self._host})"}
            self._set_confirm_only()
            return self.async_show_form(
                step_id="moved",
                description_placeholders={
                    "title": entry.title,
                    "old": entry.data[CONF_HOST],
                    "host": self._host,
                },
            )
        if error := await self._identify():
            return self.async_abort(reason=error)
        if self._reported_id() not in (None, entry.unique_id):
            return self.async_abort(reason="wrong_device")
        return self.async_update_reload_and_abort(
            entry, data_updates={CONF_HOST: self._host}, reason="reconfigure_successful"
        )

    async def async_step_discovered(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether to add the device that was found."""
        if user_input is None:
            self._set_confirm_only()
            return self.async_show_form(
                step_id="discovered", description_placeholders=self.context["title_placeholders"]
            )
        # The device is identified again, because the offer may be days old.
        if error := await self._identify():
            return self.async_abort(reason=error)
        return await self._continue_with_device()
