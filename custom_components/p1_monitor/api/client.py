"""The HTTP interface of a P1 monitor, ours and the original one."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from .errors import (
    NotP1MonitorError,
    P1MonitorConnectionError,
    P1MonitorError,
    P1MonitorRefusedError,
    P1MonitorResponseError,
    P1MonitorTokenError,
)
from .events import EventReader
from .fields import Json, tables
from .models import (
    Device,
    LiveEvent,
    OriginalPeak,
    OriginalQuarter,
    Peaks,
    Quarter,
    Reading,
)
from .stored import StoredQuarter, Totals

# A board that writes a quarter to its card answers late, but not this late.
REQUEST_TIMEOUT_S = 10
# The device sends its status every 10 s, whatever the meter does: three missed is gone.
SILENCE_TIMEOUT_S = 30
MAX_BODY_BYTES = 64 * 1024
# A device writes each piece of an update to its flash and reads it back: some minutes at most.
UPDATE_TIMEOUT_S = 600
UPDATE_PIECE_BYTES = 8 * 1024
MAX_LINE_BYTES = 200

_EVENTS: dict[str, Callable[[Json], LiveEvent | None]] = {
    "status": Device.from_json,
    "reading": Reading.from_json,
    "quarter": Quarter.from_json,
    "peaks": Peaks.from_json,
}
_SERIAL = re.compile(r"<serialNumber>\s*([^<]*?)\s*</serialNumber>")
_MAC_DIGITS = 12


class _NotFoundError(P1MonitorResponseError):
    """The device is there and does not know this path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalDevice:
    """A board with the original firmware, which has no /api.

    serial is its MAC as 12 lower-case hexadecimal digits, else what it calls its serial
    number, else None.
    """

    serial: str | None


class P1MonitorClient:
    """One device at one address; the session is the caller's.

    Every method raises P1MonitorConnectionError when nothing (more) comes, and
    P1MonitorResponseError when what comes is not what the interface promises.
    """

    def __init__(
        self,
        host: str,
        session: ClientSession,
        *,
        token: str | None = None,
        request_timeout_s: float = REQUEST_TIMEOUT_S,
        silence_timeout_s: float = SILENCE_TIMEOUT_S,
    ) -> None:
        """Talk to `host`, a name or address with or without a port; `token` is the device's own."""
        self.host = host
        self.token = token
        self._session = session
        self._request_timeout_s = request_timeout_s
        self._silence_timeout_s = silence_timeout_s

    async def identify(self) -> Device | OriginalDevice:
        """Who answers at this address.

        Raises NotP1MonitorError when it is something else.
        """
        try:
            try:
                return await self.device()
            except _NotFoundError:
                return await self._identify_original()
        except P1MonitorResponseError as err:
            raise NotP1MonitorError(f"{self.host} is no P1 monitor: {err}") from err

    async def _identify_original(self) -> OriginalDevice:
        # Before its first telegram /current/quarter is just {}, which anyone might say;
        # the memory figures are only told by the one we look for.
        await self.original_quarter()
        if "memory" not in await self._json("/current/month/peak"):
            raise P1MonitorResponseError("no memory figures in the month's peak")
        return OriginalDevice(serial=await self._original_serial())

    async def _original_serial(self) -> str | None:
        try:
            description = await self._text("/description.xml")
        except P1MonitorResponseError:
            return None  # its UPnP part may have failed to start; all else works
        if not (found := _SERIAL.search(description)) or not found[1]:
            return None
        digits = re.sub(r"[:.-]", "", found[1]).lower()
        is_mac = len(digits) == _MAC_DIGITS and re.fullmatch(r"[0-9a-f]+", digits)
        return digits if is_mac else found[1]

    async def device(self) -> Device:
        """GET /api/device."""
        device = Device.from_json(await self._json("/api/device"))
        if device is None:
            raise P1MonitorResponseError("a device without an id")
        return device

    async def reading(self) -> Reading:
        """GET /api/reading."""
        return Reading.from_json(await self._json("/api/reading"))

    async def quarter(self) -> Quarter:
        """GET /api/quarter."""
        return Quarter.from_json(await self._json("/api/quarter"))

    async def peaks(self) -> Peaks:
        """GET /api/peaks."""
        return Peaks.from_json(await self._json("/api/peaks"))

    async def original_quarter(self) -> OriginalQuarter | None:
        """GET /current/quarter; None before the first telegram."""
        return OriginalQuarter.from_json(await self._json("/current/quarter"))

    async def original_peak(self) -> OriginalPeak | None:
        """GET /current/month/peak; None before the first telegram."""
        return OriginalPeak.from_json(await self._json("/current/month/peak"))

    async def live(self) -> AsyncGenerator[list[LiveEvent]]:
        """GET /api/live: what the device sends, as it comes, until it ends or breaks.

        Events that arrive together are given together: a telegram's reading and quarter
        are one list.
        """
        timeout = ClientTimeout(
            total=None,
            sock_connect=self._request_timeout_s,
            sock_read=self._silence_timeout_s,
        )
        try:
            async with self._session.get(
                self._url("/api/live"),
                headers={"Accept": "text/event-stream"},
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                _check(response)
                reader = EventReader()
                async for chunk in response.content.iter_any():
                    events = [
                        event
                        for name, data in reader.feed(chunk)
                        if (event := _event(name, data)) is not None
                    ]
                    if events:
                        yield events
        except (ClientError, TimeoutError, OSError) as err:
            raise _connection_error("/api/live", err) from err
        raise P1MonitorConnectionError("the device closed the live stream")

    async def month(self, month: str) -> list[Totals]:
        """GET /api/months/YYYY-MM: its days that are stored, oldest first."""
        return _totals(await self._json(f"/api/months/{month}"), "days", "day")

    async def year(self, year: int) -> list[Totals]:
        """GET /api/years/YYYY: its months that are stored, oldest first."""
        return _totals(await self._json(f"/api/years/{year}"), "months", "month")

    async def history(self, start: datetime, end: datetime) -> AsyncGenerator[StoredQuarter]:
        """GET /api/history: the stored quarters from `start` to before `end`, oldest first, as they come."""
        timeout = ClientTimeout(
            total=None, sock_connect=self._request_timeout_s, sock_read=self._request_timeout_s
        )
        try:
            async with self._session.get(
                self._url("/api/history"),
                params={"from": _moment(start), "to": _moment(end)},
                headers=self._authorization(),
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                _check(response)
                async for line in response.content:
                    if quarter := StoredQuarter.from_json(_object(line.decode())):
                        yield quarter
        except (ClientError, TimeoutError, OSError, ValueError) as err:
            raise _connection_error("/api/history", err) from err

    async def update(self, package: bytes, progress: Callable[[int], None]) -> None:
        """POST /api/update: give the device another firmware, into which it then restarts.

        `progress` is called with the percentage that has been sent. Raises P1MonitorTokenError without a token that
        the device knows, P1MonitorRefusedError with the device's own words when it does not take the package.
        """
        headers = {**self._authorization(), "Content-Length": str(len(package))}
        timeout = ClientTimeout(total=UPDATE_TIMEOUT_S, sock_connect=self._request_timeout_s)

        async def pieces() -> AsyncGenerator[bytes]:
            for at in range(0, len(package), UPDATE_PIECE_BYTES):
                progress(100 * at // len(package))
                yield package[at : at + UPDATE_PIECE_BYTES]

        try:
            async with self._session.post(
                self._url("/api/update"),
                data=pieces(),
                headers=headers,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                await _check_taken(response)
        except (ClientError, TimeoutError, OSError) as err:
            raise _connection_error("/api/update", err) from err

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    async def _json(self, path: str) -> Json:
        body = await self._text(path)
        return _object(body)

    async def _text(self, path: str) -> str:
        """GET a body of bounded size within a bounded time."""
        try:
            async with (
                asyncio.timeout(self._request_timeout_s),
                self._session.get(self._url(path), allow_redirects=False) as response,
            ):
                _check(response)
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        raise P1MonitorResponseError(f"{path}: the answer is too long")
        except (ClientError, TimeoutError, OSError) as err:
            raise _connection_error(path, err) from err
        try:
            return body.decode()
        except UnicodeDecodeError as err:
            raise P1MonitorResponseError(f"{path}: the answer is not UTF-8") from err


def _check(response: ClientResponse) -> None:
    if response.status == HTTPStatus.NOT_FOUND:
        raise _NotFoundError(f"{response.url.path}: not found")
    if response.status != HTTPStatus.OK:
        raise P1MonitorResponseError(f"{response.url.path}: status {response.status}")


async def _check_taken(response: ClientResponse) -> None:
    """Raise with the line in which the device says why it refuses."""
    if response.status == HTTPStatus.OK:
        return
    line = (await response.content.read(MAX_LINE_BYTES)).decode(errors="replace").strip()
    kind = P1MonitorTokenError if response.status == HTTPStatus.UNAUTHORIZED else P1MonitorRefusedError
    raise kind(line or f"{response.url.path}: status {response.status}")


def _object(body: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError as err:
        raise P1MonitorResponseError("the answer is not JSON") from err
    if not isinstance(data, dict):
        raise P1MonitorResponseError("the answer is not a JSON object")
    return data


def _totals(body: Json, key: str, name: str) -> list[Totals]:
    found = (Totals.from_json(item, name) for item in tables(body, key))
    return [totals for totals in found if totals]


def _moment(moment: datetime) -> str:
    """A moment as a query takes it: to the second, with its offset."""
    return moment.isoformat(timespec="seconds")


def _event(name: str, data: str) -> LiveEvent | None:
    """An event that we know; later firmware may send more kinds."""
    if (model := _EVENTS.get(name)) is None:
        return None
    return model(_object(data))


def _connection_error(path: str, err: Exception) -> P1MonitorError:
    reason = "no answer in time" if isinstance(err, TimeoutError) else str(err)
    return P1MonitorConnectionError(f"{path}: {reason or type(err).__name__}")
