"""The BOOT button: a press lets somebody in who stands before the board, 20 s erase the Wi-Fi settings."""

from micropython import const

_WINDOW_S = const(60)
_HOLD_S = const(20)


class Button:
    """Looked at in the steps of the light. `on_hold()` is called once when it has been held for 20 s."""

    def __init__(self, pressed, clock, on_hold):
        self._pressed = pressed
        self._clock = clock
        self._on_hold = on_hold
        self._looks = 0  # in a row that found it pressed
        self._since = None  # moment of that press, None once it was held
        self._opened = None  # moment of the newest press

    @property
    def window(self):
        """Seconds for which what needs a press is still allowed; 0: press it first."""
        if self._opened is None:
            return 0
        return max(0, _WINDOW_S - self._clock.since(self._opened) // 1000)

    def close(self):
        """The press has been used."""
        self._opened = None

    def step(self):
        """Look at it, ten times a second. Two looks in a row count as a press: contacts bounce."""
        self._looks = self._looks + 1 if self._pressed() else 0
        if self._looks == 2:
            self._since = self._opened = self._clock.now()
        elif self._looks > 2 and self._since and self._clock.since(self._since) >= _HOLD_S * 1000:
            self._since = None
            self._on_hold()
