"""The BOOT button. A short press takes the place of a password. A press of 20 s erases the Wi-Fi settings.

A short press is valid for a minute, and for one use.
"""

from micropython import const

_WINDOW_S = const(60)
_HOLD_S = const(20)


class Button:
    """The BOOT button, read ten times a second. `on_hold()` is called once if the button is held for 20 s."""

    def __init__(self, pressed, clock, on_hold):
        self._pressed = pressed
        self._clock = clock
        self._on_hold = on_hold
        self._looks = 0  # number of readings in a row, up to now, with the button pressed
        # Moment of the newest press, from which the 20 s count. None before the first press and after on_hold().
        self._since = None
        # Moment of the newest press, which is valid for 60 s. None before the first press and after its use.
        self._opened = None

    @property
    def window(self):
        """Seconds for which the newest press is still valid, 0 without a valid press."""
        if self._opened is None:
            return 0
        return max(0, _WINDOW_S - self._clock.since(self._opened) // 1000)

    def close(self):
        """Make the newest press invalid, because it was used."""
        self._opened = None

    def step(self):
        """Read the button. A press needs two pressed readings in a row, because the contacts bounce."""
        self._looks = self._looks + 1 if self._pressed() else 0
        if self._looks == 2:
            self._since = self._opened = self._clock.now()
        elif self._looks > 2 and self._since and self._clock.since(self._since) >= _HOLD_S * 1000:
            self._since = None
            self._on_hold()
