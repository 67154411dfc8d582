"""HTTP requests with limits of time and size. A failed request raises an error of errors.py."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from http.cookies import SimpleCookie
from secrets import token_hex
from time import monotonic
from typing import Any

from aiohttp import (
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
)
from yarl import URL

from .errors import (
    P1MonitorAddressError,
    P1MonitorAskOverError,
    P1MonitorConflictError,
    P1MonitorConnectionError,
    P1MonitorError,
    P1MonitorHostError,
    P1MonitorNotFoundError,
    P1MonitorProofError,
    P1MonitorRateLimitError,
    P1MonitorRefusedError,
    P1MonitorResponseError,
    P1MonitorTokenError,
)
from .json_fields import Json
from .proof import Proof, verify

# Time limit of a request. A board that is writing a quarter to its card answers late, but within 10 s.
REQUEST_TIMEOUT_S = 10
# The device sends its status every 10 s, even without telegrams. A live stream without data for 30 s is broken.
SILENCE_TIMEOUT_S = 30
# Time for which a proof is valid: just long enough for the requests of one poll. The device closes the connection after
# each response, so that the token is sent over a new connection. If the token were sent long after the proof, another
# device might have taken over the address.
PROOF_VALID_S = 5
# Time limit of a response with history. The response contains at most the 2976 quarters of 31 days. All quarters arrive
# in time if the device sends at least 50 quarters a second.
HISTORY_TIMEOUT_S = 60
# Time limit of an update, 10 minutes. The device needs a few minutes at most, because it writes each piece of the
# package to its flash and reads the piece back.
UPDATE_TIMEOUT_S = 600
MAX_BODY_BYTES = 64 * 1024
MAX_REASON_BYTES = 200
MAX_HEADER_BYTES = 8 * 1024
MAX_HEADERS = 64

_REFUSALS: dict[int, type[P1MonitorRefusedError]] = {
    HTTPStatus.UNAUTHORIZED: P1MonitorTokenError,
    HTTPStatus.CONFLICT: P1MonitorConflictError,
    HTTPStatus.GONE: P1MonitorAskOverError,
    HTTPStatus.TOO_MANY_REQUESTS: P1MonitorRateLimitError,
}


type Resolve = Callable[[str], Awaitable[str]]


async def resolve_host(host: str) -> str:
    """Return the IP address of a host name, preferably an IPv4 address. Raise OSError if the name is unknown."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return str(min(found, key=lambda item: item[0] != socket.AF_INET)[4][0])


class HttpClient:
    """Requests to one device. The HTTP session belongs to the caller.

    A request contains the token only if the device has proved its identity within the last 5 s, and no request has
    failed since. Firmware 0.1.0 cannot prove the device's identity. A device with this firmware gets the token only if
    the device has never given a proof for the token, and only at the address at which the device first got the token.
    """

    def __init__(
        self,
        host: str,
        session: ClientSession,
        *,
        token: str | None = None,
        token_id: str | None = None,
        proof: Proof | None = None,
        known_peer: str | None = None,
        resolve: Resolve = resolve_host,
        request_timeout_s: float = REQUEST_TIMEOUT_S,
        silence_timeout_s: float = SILENCE_TIMEOUT_S,
        history_timeout_s: float = HISTORY_TIMEOUT_S,
        update_timeout_s: float = UPDATE_TIMEOUT_S,
    ) -> None:
        """Prepare requests to a device.

        host: a name or IP address, with or without a port. token: a token that the device issued. token_id: the id of
        this token. proof: the last proof that the device gave for this token, None if the device never gave a proof.
        known_peer: the IP address and port to which the token was sent without a proof, None if the token was never
        sent without a proof. resolve: function that returns the IP address of a host name. silence_timeout_s: the
        longest time between two events of the live stream.
        """
        self.host = host
        self.token = token
        self.proof = proof
        self._token_id = token_id
        self._resolve = resolve
        self._proving = asyncio.Lock()
        self.known_peer = known_peer
        self._peer = ""
        # Monotonic time until which the newest proof is valid. A failed request sets this time to 0.
        self._proven_until = 0.0
        self._session = session
        self._request_timeout_s = request_timeout_s
        self._silence_timeout_s = silence_timeout_s
        self._history_timeout_s = history_timeout_s
        self._update_timeout_s = update_timeout_s

    @asynccontextmanager
    async def _request(
        self,
        path: str,
        method: str = "GET",
        *,
        timeout_s: float | None,
        without_token: str | None = None,
        **options: Any,
    ) -> AsyncGenerator[ClientResponse]:
        """Send a request, and run the `with` block with the response, whose body is not read yet.

        timeout_s: the time limit for the whole response. None for the live stream, which has no end. without_token: the
        address for a request without the token. None for a request with the token. options: further arguments for
        aiohttp's request().
        """
        headers = {"Host": self.host, **options.pop("headers", {})}
        address = without_token or self.host
        timeout = ClientTimeout(
            total=timeout_s,
            sock_connect=self._request_timeout_s,
            sock_read=None if timeout_s else self._silence_timeout_s,
        )
        try:
            async with asyncio.timeout(timeout_s or self._request_timeout_s):
                if self.token and not without_token:
                    address = await self._proven_peer()
                    headers["Authorization"] = f"Bearer {self.token}"
                response = await self._session.request(
                    method,
                    f"http://{address}{path}",
                    headers=headers,
                    allow_redirects=False,
                    timeout=timeout,
                    max_line_size=MAX_HEADER_BYTES,
                    max_field_size=MAX_HEADER_BYTES,
                    max_headers=MAX_HEADERS,
                    middlewares=(_drop_cookies,),
                    **options,
                )
            async with response:
                await raise_for_status(response)
                yield response
        except BaseException as err:
            self._proven_until = 0.0
            if isinstance(err, ClientError | TimeoutError | OSError):
                raise connection_error(path, err) from err
            raise

    async def prove(self) -> None:
        """Have the device prove that it issued the token. Raise P1MonitorProofError if the device gives no valid proof.

        Raise P1MonitorAddressError if the proof is valid, but reports an address to which the client did not connect.
        Such a proof is accepted only if it equals the device's previous proof.
        """
        async with self._proving:
            await self._prove()

    async def _proven_peer(self) -> str:
        """Return the IP address and the port to which the token may be sent."""
        async with self._proving:
            if monotonic() >= self._proven_until:
                await self._prove()
            return self._peer

    async def _prove(self) -> None:
        url = URL(f"http://{self.host}")
        ip = await self._resolve(url.host or "")
        self._peer = peer = f"[{ip}]:{url.port}" if ":" in ip else f"{ip}:{url.port}"
        nonce = token_hex(16)
        path = f"/api/proof?id={self._token_id}&nonce={nonce}"
        try:
            proof = verify(
                parse_object(await self._text(path, without_token=peer)), self.token or "", nonce, peer
            )
        except (P1MonitorNotFoundError, P1MonitorTokenError) as err:
            if self.proof is not None or self.known_peer not in (None, peer):
                raise P1MonitorProofError(f"the device at {peer} gave no proof: {err}") from err
            self.known_peer = peer
        else:
            if proof.told != peer and proof != self.proof:
                raise P1MonitorAddressError(proof)
            self.proof = proof
        self._proven_until = monotonic() + PROOF_VALID_S

    async def _json(self, path: str) -> Json:
        return parse_object(await self._text(path))

    async def _text(
        self,
        path: str,
        method: str = "GET",
        body_json: Json | None = None,
        *,
        without_token: str | None = None,
    ) -> str:
        """Send a request and return the body of the response, within the limits of time and size."""
        limit_s = self._request_timeout_s
        async with self._request(
            path, method, timeout_s=limit_s, without_token=without_token, json=body_json
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise P1MonitorResponseError(f"{path}: the response is too long")
        try:
            return body.decode()
        except UnicodeDecodeError as err:
            raise P1MonitorResponseError(f"{path}: the response is not UTF-8") from err


async def _drop_cookies(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Send a request, and ignore the cookies of the response. The caller's HTTP session would store all cookies."""
    response = await handler(request)
    response.cookies = SimpleCookie()
    return response


async def raise_for_status(response: ClientResponse) -> None:
    """Raise an error if the status of a response is neither 200, 201 nor 202."""
    if response.status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED):
        return
    if response.status == HTTPStatus.NOT_FOUND:
        raise P1MonitorNotFoundError(f"{response.url.path}: not found")
    if response.status == HTTPStatus.MISDIRECTED_REQUEST:
        raise P1MonitorHostError(f"the device does not answer to the name {response.url.host}")
    # If the device refuses a request, the body of the response is one line of text: the reason.
    line = (await response.content.read(MAX_REASON_BYTES)).decode(errors="replace").strip()
    if kind := _REFUSALS.get(response.status):
        raise kind(line)
    if response.method != "GET":
        raise P1MonitorRefusedError(line or f"{response.url.path}: status {response.status}")
    raise P1MonitorResponseError(f"{response.url.path}: status {response.status}")


def parse_object(body: str) -> dict[str, Any]:
    """Return the JSON object in a response body. Raise P1MonitorResponseError if the body is not a JSON object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as err:
        raise P1MonitorResponseError("the response is not JSON") from err
    if not isinstance(data, dict):
        raise P1MonitorResponseError("the response is not a JSON object")
    return data


def connection_error(path: str, err: Exception) -> P1MonitorError:
    """Return a P1MonitorConnectionError for a connection that failed."""
    reason = "no answer in time" if isinstance(err, TimeoutError) else str(err)
    return P1MonitorConnectionError(f"{path}: {reason or type(err).__name__}")
