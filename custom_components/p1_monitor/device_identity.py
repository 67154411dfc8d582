"""Identity of a config entry's device: whether the device proves its identity, and the device's present address.

Anybody on the network can announce the device's id with another address, because the id is no secret. Therefore Home
Assistant changes the entry's host to an announced address only if the device proves there that it issued the token. If
the entry has no token, Home Assistant asks the owner.
"""

import asyncio
from time import monotonic
from typing import Any

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY, SOURCE_REAUTH, ConfigEntry
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import discovery_flow, issue_registry as ir
from homeassistant.util.hass_dict import HassKey

from .api import P1MonitorAddressError, P1MonitorClient, P1MonitorError, P1MonitorProofError, Proof
from .const import CONF_KNOWN_PEER, CONF_PROOF, DOCUMENTATION, DOMAIN
from .device_client import async_create_client, proof_data

# Time for which the entry's host must be silent before the owner is asked whether the device has moved. The owner is
# asked only if the entry has no token.
ASK_OWNER_AFTER_S = 60
# Maximum number of announced addresses that are remembered. A newer address replaces the oldest address. There is a
# limit, because anybody on the network can announce addresses.
KEPT_ADDRESSES = 8

NOT_PROVED, CANNOT_PROVE = "not_proved", "cannot_prove"

_IDENTITIES: HassKey[dict[str, DeviceIdentity]] = HassKey(f"{DOMAIN}_identities")


class DeviceIdentity:
    """The identity of one config entry's device, which is kept when the entry is reloaded."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Begin without any announced address."""
        self._hass = hass
        self._entry = entry
        self._announced: list[str] = []
        # monotonic time at which the host stopped answering, None while it answers
        self._away_since: float | None = None
        self._search = asyncio.Lock()

    async def announce(self, host: str) -> None:
        """Remember an announced address.

        If the device does not answer at the entry's host, look for the device at the announced addresses at once.
        """
        if host == self._entry.data[CONF_HOST]:
            return
        self._announced = [*(kept for kept in self._announced if kept != host), host][-KEPT_ADDRESSES:]
        if self._away_since is not None:
            await self.search()

    @callback
    def note_answer(self) -> None:
        """Stop the search for the device, because it answers at the entry's host. Also stop asking the owner."""
        if self._away_since is not None:
            self._away_since = None
            self._abort_flows(SOURCE_INTEGRATION_DISCOVERY)

    async def search(self) -> None:
        """Look for the device at the announced addresses, because it does not answer at the entry's host."""
        if self._away_since is None:
            self._away_since = monotonic()
        if self._search.locked():
            return
        async with self._search:
            if CONF_TOKEN not in self._entry.data:
                self._ask_owner()
            elif CONF_PROOF in self._entry.data:
                await self._follow()

    @callback
    def _ask_owner(self) -> None:
        """For each announced address, start a flow that asks the owner whether the device has moved to this address.

        Do nothing if the entry's host has been silent for less than ASK_OWNER_AFTER_S.
        """
        if self._away_since is None or monotonic() - self._away_since < ASK_OWNER_AFTER_S:
            return
        for host in self._announced:
            discovery_flow.async_create_flow(
                self._hass,
                DOMAIN,
                context={"source": SOURCE_INTEGRATION_DISCOVERY, "entry_id": self._entry.entry_id},
                data={CONF_HOST: host},
            )
        self._announced = []

    async def _follow(self) -> None:
        """If the device proves its identity at an announced address, make this address the entry's host."""
        hosts = list(self._announced)
        proofs = await asyncio.gather(*(self._proof_at(host) for host in hosts))
        for host, proof in zip(hosts, proofs, strict=True):
            if proof:
                self._announced = []
                self._hass.config_entries.async_update_entry(
                    self._entry, data={**self._entry.data, CONF_HOST: host, **proof_data(proof)}
                )
                self._hass.config_entries.async_schedule_reload(self._entry.entry_id)
                return

    async def _proof_at(self, host: str) -> Proof | None:
        client = async_create_client(self._hass, {**self._entry.data, CONF_HOST: host})
        try:
            await client.prove()
        except P1MonitorError:
            return None
        return client.proof

    @callback
    def note_proof(self, client: P1MonitorClient) -> None:
        """Store the newest proof of the device.

        If the device's firmware cannot give a proof, raise an issue that asks the owner to update the firmware.
        """
        if client.proof is None:
            if client.token:
                self._raise_issue(CANNOT_PROVE)
                self._store({CONF_KNOWN_PEER: client.known_peer})
            return
        self._store(proof_data(client.proof))
        registry = ir.async_get(self._hass)
        if registry.async_get_issue(DOMAIN, issue_id(NOT_PROVED, self._entry.entry_id)):
            self._abort_flows(SOURCE_REAUTH)
        async_delete_identity_issues(self._hass, self._entry.entry_id)

    def _store(self, identity: dict[str, Any]) -> None:
        kept = {
            key: value for key, value in self._entry.data.items() if key not in (CONF_KNOWN_PEER, CONF_PROOF)
        }
        self._hass.config_entries.async_update_entry(self._entry, data={**kept, **identity})

    @callback
    def report(self, err: P1MonitorProofError) -> None:
        """Report to the owner that the device at the entry's address does not prove its identity.

        If the device gives no valid proof, the device may have lost the token. In this case, also ask the owner for
        access again if the issue did not exist yet.
        """
        if isinstance(err, P1MonitorAddressError):
            self._raise_issue(NOT_PROVED, "other_address", peer=err.proof.peer, told=err.proof.told)
        elif self._raise_issue(NOT_PROVED):
            self._entry.async_start_reauth(self._hass)

    def _abort_flows(self, source: str) -> None:
        for flow in list(self._entry.async_get_active_flows(self._hass, {source})):
            self._hass.config_entries.flow.async_abort(flow["flow_id"])

    def _raise_issue(self, key: str, text: str | None = None, **placeholders: str) -> bool:
        """Raise an issue. Return False if the issue exists already."""
        name = issue_id(key, self._entry.entry_id)
        found = ir.async_get(self._hass).async_get_issue(DOMAIN, name)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            name,
            is_fixable=False,
            is_persistent=False,
            learn_more_url=DOCUMENTATION,
            severity=ir.IssueSeverity.WARNING,
            translation_key=text or key,
            translation_placeholders={
                "title": self._entry.title,
                "host": self._entry.data[CONF_HOST],
                **placeholders,
            },
        )
        return found is None or not found.active


@callback
def async_identity(hass: HomeAssistant, entry: ConfigEntry) -> DeviceIdentity:
    """Return the identity of a config entry's device. Each call returns the same object."""
    identities = hass.data.setdefault(_IDENTITIES, {})
    return identities.setdefault(entry.entry_id, DeviceIdentity(hass, entry))


@callback
def async_forget_identity(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the identity of a removed config entry, and delete its issues."""
    hass.data.get(_IDENTITIES, {}).pop(entry_id, None)
    async_delete_identity_issues(hass, entry_id)


@callback
def async_delete_identity_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the issues about the identity of a config entry's device."""
    for key in (NOT_PROVED, CANNOT_PROVE):
        ir.async_delete_issue(hass, DOMAIN, issue_id(key, entry_id))


def issue_id(key: str, entry_id: str) -> str:
    """Return the id of an issue of a config entry."""
    return f"{key}_{entry_id}"
