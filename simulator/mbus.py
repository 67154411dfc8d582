"""Gas and water meters that the electricity meter reads by M-Bus.

They have clocks of their own: a value is captured every five minutes, and its stamp lags by that much.
"""

from collections.abc import Callable
from dataclasses import dataclass

CAPTURE_S = 300
GAS, WATER = 3, 7
"""Device types of 0-n:24.1.0."""


@dataclass(slots=True)
class MBusDevice:
    """One device. `channel` 1 to 4, `volume_ml` at `captured`; `linked` is False for a meter that never reported."""

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
        """The volume that telegrams print (dm3)."""
        return self.volume_ml // 1000

    def capture_until(self, at: int) -> None:
        """Capture what was used up to the last capture time before a moment of the household."""
        # Each channel has its own second within the five minutes, as the real ones do.
        lag = 7 + 40 * self.channel
        capture = (at - lag) // CAPTURE_S * CAPTURE_S + lag
        if not self.captured:
            self.captured = capture
        elif capture > self.captured:
            self.volume_ml += self.used_ml(self.captured, capture)
            self.captured = capture
