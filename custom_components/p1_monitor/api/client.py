"""The HTTP interface of a P1 monitor, ours and the original one."""

import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from aiohttp import ClientError, ClientTimeout

from .errors import (
    NotP1MonitorError,
    P1MonitorConnectionError,
    P1MonitorNotFoundError,
    P1MonitorResponseError,
    P1MonitorTokenError,
)
from .events import EventReader
from .http import HttpClient, connection_error, parse_object, raise_for_status
from .json_fields import Json, json_objects
from .models import (
    Device,
    LiveEvent,
    Peaks,
    Quarter,
    Reading,
    Settings,
    Token,
)
from .original import OriginalDevice, OriginalPeak, OriginalQuarter, normalize_serial
from .stored import StoredQuarter, Totals

# A device writes each piece of an update to its flash and reads it back: some minutes at most.
UPDATE_TIMEOUT_S = 600
UPDATE_PIECE_BYTES = 8 * 1024

_EVENTS: dict[str, Callable[[Json], LiveEvent | None]] = {
    "status": Device.from_json,
    "reading": Reading.from_json,
    "quarter": Quarter.from_json,
    "peaks": Peaks.from_json,
}
_SERIAL = re.compile(r"<serialNumber>\s*([^<]*?)\s*</serialNumber>")


class P1MonitorClient(HttpClient):
    """What one device can be asked.

    Every method raises P1MonitorConnectionError when nothing (more) comes, P1MonitorTokenError
    when the device wants a token, and P1MonitorResponseError when what comes is not what the
    interface promises. What changes something raises P1MonitorRefusedError when it is refused.
    """

    async def identify(self) -> Device | OriginalDevice:
        """Who answers at this address.

        Raises NotP1MonitorError when it is something else.
        """
        try:
            try:
                return await self.device()
            except P1MonitorNotFoundError:
                return await self._identify_original()
        except P1MonitorTokenError:
            raise  # a device of ours, whose owner closed reading
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
        return normalize_serial(found[1])

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

    async def settings(self) -> Settings:
        """GET /api/config."""
        return Settings.from_json(await self._json("/api/config"))

    async def change_settings(self, changes: Json) -> Settings:
        """PATCH /api/config with what is to change, in the shape of what GET shows."""
        return Settings.from_json(parse_object(await self._text("/api/config", "PATCH", changes)))

    async def create_token(self, name: str, password: str | None = None) -> Token:
        """POST /api/tokens: a token for a password, or for a press of the button in the last minute.

        Raises P1MonitorTokenError when the password is wrong or the button was not pressed,
        P1MonitorRateLimitError and P1MonitorConflictError.
        """
        body = {"name": name} if password is None else {"name": name, "password": password}
        token = Token.from_json(parse_object(await self._text("/api/tokens", "POST", body)))
        if token is None:
            raise P1MonitorResponseError("/api/tokens: no token in the answer")
        return token

    async def delete_token(self, token_id: str) -> None:
        """DELETE /api/tokens."""
        await self._text(f"/api/tokens?id={token_id}", "DELETE")

    async def restart(self) -> None:
        """POST /api/restart."""
        await self._text("/api/restart", "POST", {})

    async def show_light(self) -> None:
        """POST /api/identify: the light shows which device this is."""
        await self._text("/api/identify", "POST", {})

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
                headers={"Accept": "text/event-stream", **self._authorization()},
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                await raise_for_status(response)
                reader = EventReader()
                async for chunk in response.content.iter_any():
                    events = [
                        event
                        for name, data in reader.feed(chunk)
                        if (event := _parse_event(name, data)) is not None
                    ]
                    if events:
                        yield events
        except (ClientError, TimeoutError, OSError) as err:
            raise connection_error("/api/live", err) from err
        raise P1MonitorConnectionError("the device closed the live stream")

    async def month(self, month: str) -> list[Totals]:
        """GET /api/months/YYYY-MM: its days that are stored, oldest first."""
        return _parse_totals(await self._json(f"/api/months/{month}"), "days", "day")

    async def year(self, year: int) -> list[Totals]:
        """GET /api/years/YYYY: its months that are stored, oldest first."""
        return _parse_totals(await self._json(f"/api/years/{year}"), "months", "month")

    async def history(self, start: datetime, end: datetime) -> AsyncGenerator[StoredQuarter]:
        """GET /api/history: the stored quarters from `start` to before `end`, oldest first, as they come."""
        timeout = ClientTimeout(
            total=None, sock_connect=self._request_timeout_s, sock_read=self._request_timeout_s
        )
        try:
            async with self._session.get(
                self._url("/api/history"),
                params={"from": _query_time(start), "to": _query_time(end)},
                headers=self._authorization(),
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                await raise_for_status(response)
                async for line in response.content:
                    if quarter := StoredQuarter.from_json(parse_object(line.decode())):
                        yield quarter
        except (ClientError, TimeoutError, OSError, ValueError) as err:
            raise connection_error("/api/history", err) from err

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
                await raise_for_status(response)
        except (ClientError, TimeoutError, OSError) as err:
            raise connection_error("/api/update", err) from err


def _parse_event(name: str, data: str) -> LiveEvent | None:
    """An event that we know; later firmware may send more kinds."""
    if (model := _EVENTS.get(name)) is None:
        return None
    return model(parse_object(data))


def _parse_totals(body: Json, key: str, name: str) -> list[Totals]:
    found = (Totals.from_json(item, name) for item in json_objects(body, key))
    return [totals for totals in found if totals]


def _query_time(timestamp: datetime) -> str:
    """A moment as a query takes it: to the second, with its offset."""
    return timestamp.isoformat(timespec="seconds")
