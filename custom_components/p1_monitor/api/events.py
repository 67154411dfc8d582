"""Parser for server-sent events that arrive in chunks.

Source: HTML Living Standard, 9.2.6 "Interpreting an event stream". Event ids and retry times are ignored, because the
device does not send them.
"""

from .errors import P1MonitorResponseError

# Maximum size of an event. The longest event of a P1 monitor, such as a reading with a long message, has about 4 KB. A
# device that sends more than 64 KB is not a P1 monitor.
MAX_EVENT_BYTES = 64 * 1024


class EventReader:
    """Parser that accepts chunks of bytes and returns (event name, data) for each complete event."""

    def __init__(self, max_bytes: int = MAX_EVENT_BYTES) -> None:
        """Start with an empty buffer. `max_bytes` is the size of the longest event that is accepted."""
        self._max_bytes = max_bytes
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[tuple[str, str]]:
        """Parse a chunk, and return the events that it completes.

        Raise P1MonitorResponseError if a line or an event is too long, or is not UTF-8.
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
        """Parse a line of an event. An empty line ends the event: return the event as (event name, data).

        Return None for a line that is not empty, and for an event without data.
        """
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
