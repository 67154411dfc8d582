"""Proof of identity: the client sends a token to a device only after the device has proved that it issued the token."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import P1MonitorProofError
from .json_fields import text


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The two addresses in a device's proof of its identity, each with its port, such as 192.168.0.10:80.

    peer: the address to which the client connected. told: the address that the device reported in the proof. The two
    addresses differ behind a port forward or a proxy, and also if another device passed on the request.
    """

    peer: str
    told: str


def verify(reply: Mapping[str, Any], token: str, nonce: str, peer: str) -> Proof:
    """Return the proof in a response of GET /api/proof.

    Raise P1MonitorProofError if the device does not have the token.
    """
    told, mac = text(reply, "address") or "", text(reply, "mac") or ""
    message = f"p1 proof 1\n{nonce}\n{text(reply, 'id')}\n{told}"
    expected = hmac.digest(hashlib.sha256(token.encode()).digest(), message.encode(), "sha256").hex()
    if not hmac.compare_digest(mac.encode(), expected.encode()):
        raise P1MonitorProofError(f"the proof of the device at {peer} is wrong")
    return Proof(peer=peer, told=told)
