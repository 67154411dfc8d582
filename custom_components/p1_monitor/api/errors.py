"""Errors of the client."""

from typing import TYPE_CHECKING

from .printable import printable

if TYPE_CHECKING:
    from .proof import Proof


class P1MonitorError(Exception):
    """Base of all errors of the client.

    The text of an error is made into one short line, because parts of the text may be from the device.
    """

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


class P1MonitorConnectionError(P1MonitorError):
    """Error if no device answers, the connection breaks, or no data arrives for too long."""


class P1MonitorResponseError(P1MonitorError):
    """Error if a response does not follow docs/openapi.yaml."""


class P1MonitorNotFoundError(P1MonitorResponseError):
    """Error if the device answers, but does not have the requested path (status 404)."""


class NotP1MonitorError(P1MonitorResponseError):
    """Error if the device that answers is not a P1 monitor."""


class P1MonitorHostError(P1MonitorResponseError):
    """Error if the device refuses the host name to which the request was sent (status 421)."""


class P1MonitorProofError(P1MonitorError):
    """Error if the device that answers does not prove that it issued the token.

    The token was not sent to this device.
    """


class P1MonitorAddressError(P1MonitorProofError):
    """Error if a device gives a valid proof, but reports an address to which the client did not connect."""

    def __init__(self, proof: Proof) -> None:
        super().__init__(f"the device at {proof.peer} proved its identity, but for the address {proof.told}")
        self.proof = proof


class P1MonitorRefusedError(P1MonitorResponseError):
    """Error if the device refuses a request. The error's text is the reason that the device returned."""


class P1MonitorTokenError(P1MonitorRefusedError):
    """Error if the device requires a token, or does not accept the token of the request (status 401)."""


class P1MonitorRateLimitError(P1MonitorRefusedError):
    """Error if the device checks no password now, because a wrong password was sent shortly before (status 429)."""


class P1MonitorConflictError(P1MonitorRefusedError):
    """Error if the owner must do something else first, such as set a password or delete a token (status 409)."""


class P1MonitorAskOverError(P1MonitorRefusedError):
    """Error if an ask for a token is over, because nobody pressed the button in time (status 410)."""
