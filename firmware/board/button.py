"""The BOOT button. Presses in a row approve an ask for access, and a press of 20 s erases the Wi-Fi settings.

auth/asks.py has the asks. A press also opens the setup portal if the board has no Wi-Fi, or if the Wi-Fi is lost within
a minute after the press.
"""

from micropython import const

_WINDOW_S = const(60)
_HOLD_S = const(20)
_PAUSE_S = const(2)


class Button:
    """The BOOT button, read ten times a second.

    on_hold()           is called once if the button is held for 20 s
    on_presses(count)   is called with the number of presses in a row, once the button has been released for 2 s
    """

    def __init__(self, pressed, clock, on_hold, on_presses):
        self._pressed = pressed
        self._clock = clock
        self._on_hold = on_hold
        self._on_presses = on_presses
        self._looks = 0  # number of calls of step() in a row, up to now, that found the button pressed
        self._count = 0  # number of presses in a row, up to now
        self._newest = None  # moment of the newest call of step() that found the button pressed
        # Moment at which the newest press began. on_hold() is called 20 s later if the button is still pressed. None
        # before the first press and after on_hold().
        self._since = None
        # Moment of the newest press. For 60 s this press may open the setup portal. None before the first press, and
        # after close().
        self._opened = None

    @property
    def window(self):
        """Number of seconds for which the newest press may still open the setup portal, 0 for none."""
        if self._opened is None:
            return 0
        return max(0, _WINDOW_S - self._clock.since(self._opened) // 1000)

    def close(self):
        """Do not let the newest press open the setup portal. The press has opened the portal or approved an ask."""
        self._opened = None

    def step(self):
        """Read the button, and count its presses.

        The contacts bounce for less than the 100 ms between two calls. Therefore each press is counted only once.
        """
        if self._pressed():
            self._looks += 1
            self._newest = self._clock.now()
        else:
            self._looks = 0
            if self._count and self._clock.since(self._newest) >= _PAUSE_S * 1000:
                count, self._count = self._count, 0
                self._on_presses(count)
        if self._looks == 1:
            self._count += 1
            self._since = self._opened = self._newest
        elif self._looks and self._since is not None and self._clock.since(self._since) >= _HOLD_S * 1000:
            self._since = None
            self._count = 0  # a press that erases the Wi-Fi settings does not also approve an ask
            self._on_hold()
