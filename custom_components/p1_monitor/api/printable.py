"""Text of a device, made safe to show: one line, not too long, and without control characters."""

# Longest text, in characters. A state of Home Assistant has at most 255.
MAX_TEXT = 255


def printable(text: str, longest: int = MAX_TEXT) -> str:
    """Return a text as one line of at most `longest` characters. Characters that are not printable become spaces."""
    shown = "".join(character if character.isprintable() else " " for character in text[: 2 * longest])
    return " ".join(shown.split())[:longest].rstrip()
