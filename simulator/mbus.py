"""Gas and water meters that the electricity meter reads over M-Bus.

A gas or water meter captures a value every five minutes. Therefore the timestamp of a value is up to five minutes older
than the telegram.
"""

from collections.abc import Callable
from dataclasses import dataclass

CAPTURE_S = 300
GAS, WATER = 3, 7
"""Device types in 0-n:24.1.0."""


@dataclass(slots=True)
class MBusDevice:
    """M-Bus device on a channel from 1 to 4, a gas or water meter.

    `volume_ml` is the volume at the moment `captured`. `linked` is False for a device that never reported to the meter.
    """

    channel: int
    type: int
    id: str
    used_ml: Callable[[int, int], int]
    volume_ml: int = 0
    captured: int = 0
    linked: bool = True
    valve: int | None = None

    @property
    def volume_dm3(self) -> int:
        """Volume as the telegram shows it (dm3)."""
        return self.volume_ml // 1000

    def capture_until(self, at: int) -> None:
        """Update the volume to the newest capture time at or before `at`, by the household's clock."""
        # Each channel captures at a different second within the five minutes, as real devices do.
        lag = 7 + 40 * self.channel
        capture = (at - lag) // CAPTURE_S * CAPTURE_S + lag
        if not self.captured:
            self.captured = capture
        elif capture > self.captured:
            self.volume_ml += self.used_ml(self.captured, capture)
            self.captured = capture
