"""Client for the HTTP API of a device with our firmware or the original firmware."""

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta

from aiohttp import StreamReader
from aiohttp.http_exceptions import LineTooLong

from . import bounds
from .errors import (
    NotP1MonitorError,
    P1MonitorConnectionError,
    P1MonitorHostError,
    P1MonitorNotFoundError,
    P1MonitorResponseError,
    P1MonitorTokenError,
)
from .events import EventReader
from .http import HttpClient, parse_object
from .json_fields import Json, json_objects
from .measurements import Peaks, Quarter, Reading
from .models import Ask, Device, Settings, Token
from .original import OriginalDevice, OriginalPeak, OriginalQuarter, normalize_serial
from .stored import StoredQuarter, Totals

UPDATE_PIECE_BYTES = 8 * 1024

QUARTER = timedelta(minutes=15)
# Each request for history is for 31 days at most. A single response with all years on the card would take some minutes.
# If the connection broke during these minutes, the whole response would be lost.
LONGEST_HISTORY = timedelta(days=31)
# A response may contain more quarters than its time span has, but at most this number more. If a meter's clock was set
# back, some quarters occur twice.
SPARE_QUARTERS = 8
# Maximum length of a stored quarter, in characters. A stored quarter has about 250 characters.
MAX_QUARTER_LENGTH = 1024

type LiveEvent = Device | Reading | Quarter | Peaks

_EVENTS: dict[str, Callable[[Json], LiveEvent | None]] = {
    "status": Device.from_json,
    "reading": Reading.from_json,
    "quarter": Quarter.from_json,
    "peaks": Peaks.from_json,
}
_SERIAL = re.compile("<serialNumber>([^<]{1,100})</serialNumber>")


class P1MonitorClient(HttpClient):
    """Requests to one device.

    Every method raises P1MonitorConnectionError if the device does not answer or the connection breaks. Every method
    raises P1MonitorTokenError if the device requires a valid token, and P1MonitorResponseError if the response does not
    follow docs/openapi.yaml. A method that changes something raises P1MonitorRefusedError if the device refuses the
    change.
    """

    async def identify(self) -> Device | OriginalDevice:
        """Return the device at the host: a Device with our firmware, or an OriginalDevice with the original firmware.

        Raise NotP1MonitorError if another kind of device answers. Raise P1MonitorHostError if the device refuses the
        host name.
        """
        try:
            try:
                return await self.device()
            except P1MonitorNotFoundError:
                return await self._identify_original()
        except P1MonitorTokenError, P1MonitorHostError:
            # A device that requires a token or refuses the host name is assumed to be a P1 monitor with our firmware.
            raise
        except P1MonitorResponseError as err:
            raise NotP1MonitorError(f"{self.host} is not a P1 monitor: {err}") from err

    async def _identify_original(self) -> OriginalDevice:
        # Before the first telegram, /current/quarter returns only {}, as another kind of device might too. Therefore
        # the original firmware is identified by the field "memory" in /current/month/peak.
        await self.original_quarter()
        if "memory" not in await self._json("/current/month/peak"):
            raise P1MonitorResponseError("/current/month/peak: the response has no memory figures")
        return OriginalDevice(serial=await self._original_serial())

    async def _original_serial(self) -> str | None:
        try:
            description = await self._text("/description.xml")
        except P1MonitorResponseError:
            # The device sends description.xml only if its UPnP has started. Without description.xml, the serial number
            # is unknown.
            return None
        found = _SERIAL.search(description)
        return normalize_serial(found[1].strip()) if found else None

    async def device(self) -> Device:
        """Return the device's board, firmware and health (GET /api/device)."""
        device = Device.from_json(await self._json("/api/device"))
        if device is None:
            raise P1MonitorResponseError("/api/device: the response has no id")
        return device

    async def reading(self) -> Reading:
        """Return the newest reading (GET /api/reading)."""
        return Reading.from_json(await self._json("/api/reading"))

    async def quarter(self) -> Quarter:
        """Return the running quarter (GET /api/quarter)."""
        return Quarter.from_json(await self._json("/api/quarter"))

    async def peaks(self) -> Peaks:
        """Return the month peaks (GET /api/peaks)."""
        return Peaks.from_json(await self._json("/api/peaks"))

    async def settings(self) -> Settings:
        """Return the settings (GET /api/config)."""
        return Settings.from_json(await self._json("/api/config"))

    async def change_settings(self, changes: Json) -> Settings:
        """Change some settings, and return all settings (PATCH /api/config).

        changes: the changed settings, in the shape of GET /api/config.
        """
        return Settings.from_json(parse_object(await self._text("/api/config", "PATCH", changes)))

    async def create_token(self, name: str, password: str) -> Token:
        """Create a token on the device and return the token (POST /api/tokens). password: the device's password.

        Raise P1MonitorTokenError if the password is wrong. Raise P1MonitorRateLimitError if the device received a wrong
        password shortly before, and therefore checks no password now. Raise P1MonitorConflictError if no password is
        set or the device has too many tokens.
        """
        token = await self._post_token({"name": name, "password": password})
        if not isinstance(token, Token):
            raise P1MonitorResponseError("/api/tokens: the response has no token")
        return token

    async def ask_token(self, name: str) -> Token | Ask:
        """Ask for a token, and return the ask (POST /api/tokens).

        The owner approves the ask by pressing the device's button. A device with firmware 0.1.0 returns no ask. If its
        button was pressed in the last minute, return the token at once. If not, raise P1MonitorTokenError.

        Raise P1MonitorConflictError if the device has too many tokens.
        """
        return await self._post_token({"name": name})

    async def fetch_token(self, ticket: str) -> Token | Ask:
        """Return the token for an ask, or the ask itself if nobody has approved the ask yet.

        Raise P1MonitorAskOverError if the device has ended the ask, because nobody pressed the button in time.
        """
        return await self._post_token({"ticket": ticket})

    async def _post_token(self, body: Json) -> Token | Ask:
        reply = parse_object(await self._text("/api/tokens", "POST", body))
        if (found := Token.from_json(reply) or Ask.from_json(reply)) is None:
            raise P1MonitorResponseError("/api/tokens: the response has no token")
        return found

    async def delete_token(self, token_id: str) -> None:
        """Delete a token on the device (DELETE /api/tokens)."""
        await self._text(f"/api/tokens?id={token_id}", "DELETE")

    async def restart(self) -> None:
        """Restart the board (POST /api/restart)."""
        await self._text("/api/restart", "POST", {})

    async def show_light(self) -> None:
        """Show a light signal on the board, so that the user recognizes the device (POST /api/identify)."""
        await self._text("/api/identify", "POST", {})

    async def original_quarter(self) -> OriginalQuarter | None:
        """Return the samples of the running quarter, or None before the first telegram (GET /current/quarter)."""
        return OriginalQuarter.from_json(await self._json("/current/quarter"))

    async def original_peak(self) -> OriginalPeak | None:
        """Return the month's peak, or None before the first telegram (GET /current/month/peak)."""
        return OriginalPeak.from_json(await self._json("/current/month/peak"))

    async def live(self) -> AsyncGenerator[list[LiveEvent]]:
        """Yield the events of the live stream (GET /api/live).

        Events that arrive together are yielded as one list, for example the reading and the quarter of a telegram.

        Raise P1MonitorConnectionError when the stream ends or breaks.
        """
        accept = {"Accept": "text/event-stream"}
        async with self._request("/api/live", timeout_s=None, headers=accept) as response:
            reader = EventReader()
            while not response.content.at_eof():
                async with asyncio.timeout(self._silence_timeout_s):
                    events = await _read_events(response.content, reader)
                if events:
                    yield events
            raise P1MonitorConnectionError("the device closed the live stream")

    async def month(self, month: str) -> list[Totals]:
        """Return the totals of the stored days of a month ("2026-01"), oldest first (GET /api/months/YYYY-MM)."""
        return _parse_totals(await self._json(f"/api/months/{month}"), "days", "day", bounds.MAX_DAYS)

    async def year(self, year: int) -> list[Totals]:
        """Return the totals of the stored months of a year, oldest first (GET /api/years/YYYY)."""
        return _parse_totals(await self._json(f"/api/years/{year}"), "months", "month", bounds.MAX_MONTHS)

    async def history(self, start: datetime, end: datetime) -> AsyncGenerator[StoredQuarter]:
        """Yield the stored quarters from `start` up to but not including `end`, oldest first (GET /api/history)."""
        while start < end:
            until = min(start + LONGEST_HISTORY, end)
            for quarter in await self._stored_quarters(start, until):
                yield quarter
            start = until

    async def _stored_quarters(self, start: datetime, end: datetime) -> list[StoredQuarter]:
        most = math.ceil((end - start) / QUARTER) + SPARE_QUARTERS
        span = {"from": _query_time(start), "to": _query_time(end)}
        found: list[StoredQuarter] = []
        async with self._request("/api/history", timeout_s=self._history_timeout_s, params=span) as response:
            while line := await _read_line(response.content):
                if (most := most - 1) < 0:
                    raise P1MonitorResponseError(
                        "/api/history: the device sends more quarters than requested"
                    )
                quarter = StoredQuarter.from_json(parse_object(line))
                if quarter and start <= quarter.start < end:
                    found.append(quarter)
        return found

    async def update(self, package: bytes, progress: Callable[[int], None]) -> None:
        """Send a firmware package to the device (POST /api/update). The device then restarts with the new firmware.

        progress: function that is called with the percentage of the package that has been sent.

        Raise P1MonitorTokenError if the client has no valid token. Raise P1MonitorRefusedError, with the device's
        reason, if the device rejects the package.
        """

        async def pieces() -> AsyncGenerator[bytes]:
            for at in range(0, len(package), UPDATE_PIECE_BYTES):
                progress(100 * at // len(package))
                yield package[at : at + UPDATE_PIECE_BYTES]

        async with self._request(
            "/api/update",
            "POST",
            timeout_s=self._update_timeout_s,
            data=pieces(),
            headers={"Content-Length": str(len(package))},
        ):
            pass


async def _read_events(content: StreamReader, reader: EventReader) -> list[LiveEvent]:
    """Read the live stream until at least one event is complete, and return the complete events.

    Return an empty list at the end of the stream.
    """
    events: list[LiveEvent] = []
    while not events and (chunk := await content.readany()):
        parsed = [_parse_event(name, data) for name, data in reader.feed(chunk)]
        events = [event for event in parsed if event is not None]
    return events


async def _read_line(content: StreamReader) -> str:
    """Return the next line of a response of GET /api/history, or "" at the end of the response.

    Raise P1MonitorResponseError if the line is too long or not UTF-8.
    """
    try:
        line = (await content.readline()).decode()
    except (LineTooLong, UnicodeDecodeError) as err:
        raise P1MonitorResponseError("/api/history: a line is too long, or is not UTF-8") from err
    if len(line) > MAX_QUARTER_LENGTH:
        raise P1MonitorResponseError("/api/history: a line is too long")
    return line


def _parse_event(name: str, data: str) -> LiveEvent | None:
    """Return an event of the live stream as a dataclass.

    Return None if the name of the event is unknown. Newer firmware may send events that this client does not know. Also
    return None for an event "status" that contains no device id.
    """
    if (model := _EVENTS.get(name)) is None:
        return None
    return model(parse_object(data))


def _parse_totals(body: Json, key: str, name: str, most: int) -> list[Totals]:
    found = (Totals.from_json(item, name) for item in json_objects(body, key, most))
    return [totals for totals in found if totals]


def _query_time(timestamp: datetime) -> str:
    """Return a time as a query parameter in ISO 8601, to the second and with its UTC offset."""
    return timestamp.isoformat(timespec="seconds")
