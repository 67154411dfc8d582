"""Replay of telegrams from files, unchanged."""

import re
from collections.abc import Sequence
from pathlib import Path

_BEGIN = re.compile(rb"^(?=/)", re.MULTILINE)
_CLOCK = re.compile(rb"^0-0:1\.0\.0\((\d{12}[SW]?)\)", re.MULTILINE)


def split_telegrams(data: bytes) -> list[bytes]:
    """Split data before each "/" that begins a line. The parts contain all bytes of the data, unchanged."""
    parts = [part for part in _BEGIN.split(data) if part]
    # Bytes before the first telegram are sent as a part of the first telegram.
    if len(parts) > 1 and not parts[0].startswith(b"/"):
        parts[:2] = [parts[0] + parts[1]]
    return parts


class Replay:
    """Source of the telegrams in files: one telegram a second, repeated endlessly. Bad telegrams are sent unchanged."""

    def __init__(self, telegrams: Sequence[bytes]) -> None:
        if not telegrams:
            raise ValueError("there is no telegram to send")
        self._telegrams, self._at = list(telegrams), 0

    @classmethod
    def from_files(cls, paths: Sequence[Path]) -> Replay:
        """Return a replay of the telegrams in files.

        OSError if a file cannot be read, ValueError if a file has no telegram.
        """
        telegrams: list[bytes] = []
        for path in paths:
            found = split_telegrams(path.read_bytes())
            if not any(_BEGIN.search(part) for part in found):
                raise ValueError(f'{path} contains no telegram (no line begins with "/")')
            telegrams += found
        return cls(telegrams)

    @property
    def stamp(self) -> str:
        """Timestamp in the current telegram, "" if the telegram has none."""
        found = _CLOCK.search(self.telegram())
        return found[1].decode() if found else ""

    def telegram(self) -> bytes:
        return self._telegrams[self._at]

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        """Advance by one telegram for each second, with or without power."""
        self._at = (self._at + seconds) % len(self._telegrams)

    def set_clock(self, seconds: int) -> None:
        """Do nothing, because a replay has no clock but the timestamps in its telegrams."""
