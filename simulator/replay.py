"""Replay of telegrams from files, unchanged."""

import re
from collections.abc import Sequence
from pathlib import Path

_BEGIN = re.compile(rb"^(?=/)", re.MULTILINE)
_CLOCK = re.compile(rb"^0-0:1\.0\.0\((\d{12}[SW]?)\)", re.MULTILINE)


def split_telegrams(data: bytes) -> list[bytes]:
    """Split bytes before each "/" that begins a line. Joined, the telegrams are the same bytes again."""
    parts = [part for part in _BEGIN.split(data) if part]
    # Bytes before the first telegram are sent with it.
    if len(parts) > 1 and not parts[0].startswith(b"/"):
        parts[:2] = [parts[0] + parts[1]]
    return parts


class Replay:
    """The telegrams of some files, one a second, repeated endlessly. Good or bad, they are sent byte for byte."""

    def __init__(self, telegrams: Sequence[bytes]) -> None:
        if not telegrams:
            raise ValueError("there is no telegram to send")
        self._telegrams, self._at = list(telegrams), 0

    @classmethod
    def from_files(cls, paths: Sequence[Path]) -> Replay:
        """Return all telegrams of these files. OSError if a file cannot be read, ValueError if it has none."""
        telegrams: list[bytes] = []
        for path in paths:
            found = split_telegrams(path.read_bytes())
            if not any(_BEGIN.search(part) for part in found):
                raise ValueError(f'{path} contains no telegram (no line begins with "/")')
            telegrams += found
        return cls(telegrams)

    @property
    def stamp(self) -> str:
        """The timestamp in this second's telegram, "" if it has none."""
        found = _CLOCK.search(self.telegram())
        return found[1].decode() if found else ""

    def telegram(self) -> bytes:
        """Return the telegram of this second."""
        return self._telegrams[self._at]

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        """Move on by one telegram for each second, with or without power."""
        self._at = (self._at + seconds) % len(self._telegrams)

    def set_clock(self, seconds: int) -> None:
        """Do nothing: the clock is in the files."""
