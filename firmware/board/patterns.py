"""What the LED shows, as data. Loaded while used.

A pattern is a text with one digit for each step of a tenth of a second: 0 is dark, 9 as bright as the owner lets it.
"""

# Morse: a dot is one step, a dash three, and three are dark between letters (ITU-R M.1677-1).
_DOT, _DASH, _LETTER = "90", "9990", "00"
_SPELLED = {
    "hi": (".... ..", ""),
    "wifi": (".-- .. ..-. ..", "0000000"),  # again and again: seven dark steps between words
    "sos": ("... --- ...", "0000000" + 30 * "1"),
    "bye": ("-... -.-- .", ""),
}
_DRAWN = {
    "start": "01234567899876543210",
    "risk": "9191911111",
    "dim": "1",
}


def steps(name):
    """The digits of a pattern."""
    drawn = _DRAWN.get(name)
    if drawn:
        return drawn
    code, end = _SPELLED[name]
    return code.replace(".", _DOT).replace("-", _DASH).replace(" ", _LETTER) + end
