"""The LED: shows each requested pattern once, and otherwise the state of the device.

The firmware never waits for the LED, because each call shows one step of a pattern only.
"""

from micropython import const

from overlay import load

_FULL = const(1023)  # duty
_BRIGHTEST = const(9)


class Light:
    """The LED with the patterns of board/light_patterns.py, in steps of a tenth of a second.

    `state()` returns the pattern for the state of the device: "dim" without a problem, otherwise "risk", "sos" or
    "wifi". The dict `config` contains `brightness` in percent, and the quiet hours `quiet_from` and `quiet_to` as
    "HH:MM" of the meter's clock. In quiet hours the LED is dark, except for requested patterns. `identified_s` is the
    uptime in s at which a client without a token last requested a pattern.
    """

    identified_s = -60

    def __init__(self, board, config, state):
        self._board = board
        self._config = config
        self._state = state
        self._asked = []
        self._name = None
        self._steps = ""
        self._at = 0
        self._is_asked = False
        self._telegram = False
        self._minute = None  # minutes from 2000 to the newest time of the meter's clock
        self.is_quiet = False
        self._duty = None
        self.show("start")
        self.show("hi")

    def show(self, name):
        """Show a pattern once, after the patterns that already wait. If four patterns wait, ignore the new pattern."""
        if len(self._asked) < 4:
            self._asked.append(name)

    def telegram(self, local_s):
        """Flash the LED for a telegram. `local_s` is the time of the meter's clock."""
        self._telegram = True
        minute = local_s // 60
        if minute != self._minute:
            self._minute = minute
            self.is_quiet = load("board.light_patterns").is_quiet(self._config, minute)

    def step(self):
        """Show the next step of the pattern, for a tenth of a second."""
        if self._at >= len(self._steps) or (self._asked and not self._is_asked):
            self._next()
        level = int(self._steps[self._at])
        self._at += 1
        if self._telegram and self._name == "dim":
            level = _BRIGHTEST
        self._telegram = False
        if self.is_quiet and not self._is_asked:
            level = 0
        # The level is squared, because the eye perceives about the square root of the LED's power.
        duty = _FULL * level * level * self._config.get("brightness", 100) // (81 * 100)
        if duty != self._duty:
            self._duty = duty
            self._board.led(duty)

    def _next(self):
        self._at = 0
        self._is_asked = bool(self._asked)
        name = self._asked.pop(0) if self._asked else self._state()
        if name != self._name:
            self._name = name
            self._steps = load("board.light_patterns").steps(name)
