r"""Parser of JSON that comes from outside the firmware, or from a file. Loaded on demand.

JSON may contain a character above U+FFFF as two escapes, such as "\ud83c\udfe0" (RFC 8259, 7). MicroPython reads them
as two characters, which UTF-8 must not contain (RFC 3629, 3). This module calls them halves, and joins them.
"""

import json
from micropython import const

_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # the two byte order marks
_HALF = const("has half of a character: each escape from \\ud800 to \\udfff needs its other half")


def parse(content, substitute=None):
    """Return the value of JSON, given as bytes.

    `substitute` replaces each half that is alone. ValueError for such a half if `substitute` is None, and for content
    that is not JSON. The message is the end of a sentence that begins with the name of the content.
    """
    if content[:2] in _UTF16 or b"\0" in content[:2]:
        raise ValueError("is in UTF-16, but must be in UTF-8")
    try:
        value = json.loads(content)
    except UnicodeError:
        raise ValueError("is not in UTF-8") from None
    except ValueError:
        raise ValueError("is not JSON") from None
    text = json.dumps(value).encode()
    return json.loads(join(text, substitute)) if b"\xed" in text else value


def join(text, substitute=None):
    """Return UTF-8 bytes with all halves joined. The arguments and the error are those of parse()."""
    at = text.find(b"\xed")  # the first byte of U+D000 to U+DFFF; halves begin at U+D800
    while at >= 0:
        if text[at + 1] >= 0xA0:
            other = text[at + 3 : at + 6]
            if text[at + 1] < 0xB0 and other[:1] == b"\xed" and other[1] >= 0xB0:
                whole = chr(0x10000 + (_bits(text[at:]) << 10 | _bits(other)))
            elif substitute is None:
                raise ValueError(_HALF)
            else:
                whole, other = substitute, b""
            text = text[:at] + whole.encode() + text[at + 3 + len(other) :]
        at = text.find(b"\xed", at + 3)
    return text


def _bits(half):
    return (half[1] & 15) << 6 | half[2] & 63
