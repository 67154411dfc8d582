"""Server-sent events out of the chunks in which they arrive.

Source: HTML Living Standard, 9.2.6 "Interpreting an event stream". Ids and retry times
are not used by the device and left out.
"""

from .errors import P1MonitorResponseError

# The longest line a device sends is a reading with thirteen meters on it, some 4 KB.
# Whoever sends more than this without an end of line is not one.
MAX_EVENT_BYTES = 64 * 1024


class EventReader:
    """Feeds on bytes, gives (event name, data) as soon as an event is complete."""

    def __init__(self, max_bytes: int = MAX_EVENT_BYTES) -> None:
        """Start with an empty buffer that never exceeds `max_bytes` per event."""
        self._max_bytes = max_bytes
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[tuple[str, str]]:
        """Take a chunk, return the events that it completed.

        Raises P1MonitorResponseError when a line or an event is too long, or is not
        UTF-8.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        events: list[tuple[str, str]] = []
        for line in lines:
            self._size += len(line)
            if self._size > self._max_bytes:
                break
            if event := self._parse_line(line.removesuffix(b"\r")):
                events.append(event)
        if self._size + len(self._rest) > self._max_bytes:
            raise P1MonitorResponseError("an event of the live stream is too long")
        return events

    def _parse_line(self, line: bytes) -> tuple[str, str] | None:
        """Take one line; an empty one ends the event."""
        if not line:
            event = (self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        try:
            field, _, value = line.decode().partition(":")
        except UnicodeDecodeError as err:
            raise P1MonitorResponseError("the live stream is not UTF-8") from err
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None
