r"""Parser of JSON that comes from outside the firmware, or from a file. Loaded on demand.

JSON may contain a character above U+FFFF as two escapes, such as "\ud83c\udfe0" (RFC 8259, 7). MicroPython reads the
two escapes as two characters, called surrogates. UTF-8 must not contain surrogates (RFC 3629, 3). Therefore this module
joins the two surrogates into one character.
"""

import json
from micropython import const

from overlay import load

_UTF16 = (b"\xff\xfe", b"\xfe\xff")  # the two possible byte order marks of UTF-16
_LEVELS = const(16)
_BACKSLASH, _QUOTE = const(92), const(34)
_HALF = const("has half of a character: each escape from \\ud800 to \\udfff needs its other half")


def parse(content, substitute=None):
    """Return the value of `content`, which is JSON as bytes. ValueError if the content cannot be read.

    A pair of surrogates (U+D800 to U+DFFF) becomes one character. A surrogate without a partner is replaced by
    `substitute`, or is an error if `substitute` is None. The message of a ValueError is the end of a sentence, such as
    "is not JSON". The caller puts the name of the content before the message.
    """
    if content[:2] in _UTF16 or b"\0" in content[:2]:
        raise ValueError("is in UTF-16, but must be in UTF-8")
    if _is_deep(content):
        # Refuse deep nesting, because MicroPython's loads() and dumps() need memory for each level.
        raise ValueError("is nested too deeply")
    try:
        if substitute is None and content and max(content) > 127:
            load("board.utf8").check(content, True)
        value = json.loads(content)
    except UnicodeError:
        raise ValueError("is not in UTF-8") from None
    except ValueError:
        raise ValueError("is not JSON") from None
    text = json.dumps(value).encode()
    return json.loads(join(text, substitute)) if b"\xed" in text else value


def _is_deep(content):
    """True if JSON has more than 16 objects and lists within each other."""
    depth = 0
    in_text = is_escaped = False
    for octet in content:
        if is_escaped:
            is_escaped = False
        elif octet == _QUOTE:
            in_text = not in_text
        elif in_text:
            is_escaped = octet == _BACKSLASH
        elif octet in b"[{":
            depth += 1
            if depth > _LEVELS:
                return True
        elif octet in b"]}":
            depth -= 1
    return False


def join(text, substitute=None):
    """Return `text`, given as bytes, with each pair of surrogates (U+D800 to U+DFFF) joined into one character.

    A surrogate without a partner is replaced by `substitute`, or raises ValueError if `substitute` is None.
    """
    # ED is the first byte of the characters U+D000 to U+DFFF in UTF-8. If the second byte is at least A0, the
    # character is a surrogate (U+D800 to U+DFFF).
    at = text.find(b"\xed")
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
