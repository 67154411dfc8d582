"""Patterns of the LED, and its quiet hours. Loaded on demand. device.py chooses the pattern that is shown.

A pattern has one digit for each tenth of a second: 0 is dark, 9 is the brightness that the owner has set.
"""

# Morse code: a dot lasts one step, a dash three. The pause between letters lasts three steps (ITU-R M.1677-1).
_DOT, _DASH, _LETTER = "90", "9990", "00"
_SPELLED = {
    "hi": (".... ..", ""),
    # The LED repeats this pattern during setup, with seven dark steps between two repeats.
    "wifi": (".-- .. ..-. ..", "0000000"),
    "sos": ("... --- ...", "0000000" + 30 * "1"),
    "bye": ("-... -.-- .", ""),
}
_DRAWN = {
    "start": "01234567899876543210",
    "risk": "9191911111",
    "dim": "1",
}


def steps(name):
    """Return the digits of a pattern."""
    drawn = _DRAWN.get(name)
    if drawn:
        return drawn
    code, end = _SPELLED[name]
    return code.replace(".", _DOT).replace("-", _DASH).replace(" ", _LETTER) + end


def is_quiet(config, minute):
    """True if a time is in the owner's quiet hours. `minute` is the time in minutes since any earlier midnight."""
    start, end = config.get("quiet_from"), config.get("quiet_to")
    if not start or not end:
        return False
    minute %= 1440
    start, end = _minute(start), _minute(end)
    return start <= minute < end if start <= end else minute >= start or minute < end


def _minute(text):
    return int(text[:2]) * 60 + int(text[3:])
