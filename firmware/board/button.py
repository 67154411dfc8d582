"""The BOOT button: a press allows what needs a password for a minute, 20 s erase the Wi-Fi settings."""

from micropython import const

_WINDOW_S = const(60)
_HOLD_S = const(20)


class Button:
    """The button, read ten times a second. It calls `on_hold()` once after it was held for 20 s."""

    def __init__(self, pressed, clock, on_hold):
        self._pressed = pressed
        self._clock = clock
        self._on_hold = on_hold
        self._looks = 0  # readings in a row that found it pressed
        self._since = None  # moment of the press, None without one or once on_hold() was called
        self._opened = None  # moment of the newest press, None once it was used

    @property
    def window(self):
        """Seconds for which a press still counts, 0 without one."""
        if self._opened is None:
            return 0
        return max(0, _WINDOW_S - self._clock.since(self._opened) // 1000)

    def close(self):
        """Use up the press."""
        self._opened = None

    def step(self):
        """Read the button. Two readings in a row count as a press, because contacts bounce."""
        self._looks = self._looks + 1 if self._pressed() else 0
        if self._looks == 2:
            self._since = self._opened = self._clock.now()
        elif self._looks > 2 and self._since and self._clock.since(self._since) >= _HOLD_S * 1000:
            self._since = None
            self._on_hold()
