"""Check of UTF-8 that comes from outside. Loaded on demand, for bytes that are not ASCII.

MicroPython decodes more than UTF-8 allows (RFC 3629, 3): a character in more bytes than necessary, surrogates (U+D800
to U+DFFF), and numbers above U+10FFFF. Clients could not read a JSON document that contains such bytes.
"""


def check(octets, halves=False):
    """Raise UnicodeError if the bytes `octets` are not strict UTF-8. If `halves` is True, surrogates are allowed.

    Only the errors that MicroPython ignores are found. Bytes that MicroPython cannot decode may pass.
    """
    before = 0
    for octet in octets:
        if (
            octet in b"\xc0\xc1"
            or octet > 0xF4
            or (before == 0xE0 and octet < 0xA0)
            or (before == 0xED and octet > 0x9F and not halves)
            or (before == 0xF0 and octet < 0x90)
            or (before == 0xF4 and octet > 0x8F)
        ):
            raise UnicodeError
        before = octet
