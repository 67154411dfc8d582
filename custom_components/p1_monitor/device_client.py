"""Client of a config entry's device, with the token and the proof of identity that the entry contains."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import HomeAssistantTCPConnector, async_get_clientsession

from .api import P1MonitorClient, Proof
from .const import CONF_KNOWN_PEER, CONF_PROOF, CONF_TOKEN_ID


@callback
def async_create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> P1MonitorClient:
    """Return a client for the data of a config entry."""
    session = async_get_clientsession(hass)

    async def resolve(host: str) -> str:
        # Use Home Assistant's resolver, because this resolver also finds mDNS names, such as digimon.local. Prefer an
        # IPv4 address, because a board has no IPv6 address.
        assert isinstance(session.connector, HomeAssistantTCPConnector)
        found = await session.connector.async_resolve_host(host)
        return min((address["host"] for address in found), key=lambda ip: ":" in ip)

    return P1MonitorClient(
        data[CONF_HOST],
        session,
        token=data.get(CONF_TOKEN),
        token_id=data.get(CONF_TOKEN_ID),
        proof=proof_of(data),
        known_peer=data.get(CONF_KNOWN_PEER),
        resolve=resolve,
    )


def proof_of(data: Mapping[str, Any]) -> Proof | None:
    """Return the proof that is stored in the data of a config entry."""
    if CONF_PROOF not in data:
        return None
    peer, told = data[CONF_PROOF]
    return Proof(peer=peer, told=told)


def proof_data(proof: Proof | None) -> dict[str, Any]:
    """Return a proof as it is stored in the data of a config entry."""
    return {CONF_PROOF: [proof.peer, proof.told]} if proof else {}
