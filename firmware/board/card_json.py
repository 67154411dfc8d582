"""/config.json on the card, which an owner may edit on a computer. Loaded on demand.

settings/store.py decides which settings take effect: those of this file, or the copy in the flash.
"""

import binascii
import io
import json
import os
from micropython import const

from board.mount_point import CARD
from overlay import load

_PATH = CARD + "/config.json"
_LONGEST = const(4096)  # bytes
_PIECE = const(256)
_NONE_THERE = const(2)  # ENOENT
_KEY = const(b'"password"')
_BACKSLASH, _QUOTE, _OPEN, _CLOSE = const(92), const(34), const(123), const(125)


def check():
    """Return the CRC-32 of the file, 0 if the file does not exist or is empty, None without a readable card."""
    found = 0
    try:
        os.stat(CARD)
        with open(_PATH, "rb") as file:
            piece = file.read(_PIECE)
            while piece and file.tell() <= _LONGEST:  # only the first _LONGEST bytes are in the CRC
                found = binascii.crc32(piece, found)
                piece = file.read(_PIECE)
    except OSError as error:
        return 0 if error.errno == _NONE_THERE and _is_mounted() else None
    return found


def _is_mounted():
    try:
        os.stat(CARD)
    except OSError:
        return False
    return True


def read():
    """Return (settings, remark). `settings` is the file's JSON object as a dict, None if the file cannot be read.

    `remark` is the part of a log line that follows the file's name, None if no line needs to be logged.
    """
    if size() > _LONGEST:
        return None, " is longer than %d bytes" % _LONGEST
    content = head(_LONGEST)
    if content[:3] == b"\xef\xbb\xbf":  # a byte order mark, which some editors write
        content = content[3:]
    try:
        given = load("board.json_text").parse(content)
    except ValueError as error:
        return _first_object(content) or (None, _fault(content, str(error)))
    return (given, None) if isinstance(given, dict) else (None, " is no JSON object")


def _first_object(content):
    """If the content is a JSON object with other text behind the object, return (object, remark). Otherwise None.

    The original firmware makes such files: it writes a shorter content over a longer content, and the end of the longer
    content remains.
    """
    end = _end_of_object(content)
    try:
        given = load("board.json_text").parse(content[:end])
    except ValueError:
        return None
    return given, " line %d: the text behind the settings is ignored" % _line(content, end)


def _end_of_object(content):
    """Return the index after the "}" that closes the first "{", 0 if this "}" is missing.

    The file may contain anything, such as thousands of brackets. Each byte is read only once, so that the search never
    takes long.
    """
    depth = at = 0
    in_text = False
    while at < len(content):
        octet = content[at]
        at += 1
        if in_text and octet == _BACKSLASH:
            at += 1
        elif octet == _QUOTE:
            in_text = not in_text
        elif octet == _OPEN and not in_text:
            depth += 1
        elif octet == _CLOSE and not in_text:
            depth -= 1
            if depth <= 0:
                return at
    return 0


def _fault(content, fault):
    if fault != "is not JSON":
        return " " + fault
    stream = io.BytesIO(content)
    try:
        json.load(stream)
    except ValueError:
        pass
    return " line %d is no JSON" % _line(content, stream.tell())


def _line(content, end):
    return 1 + content[:end].count(b"\n")


def write(text):
    """Write the whole file.

    OSError if the card fails. After this error, the file object may stay in memory until the next garbage collection.
    """
    with open(_PATH, "wb") as file:
        file.write(text)


def head(length):
    """Return the first bytes of the file, at most `length`."""
    with open(_PATH, "rb") as file:
        return file.read(min(length, size()))  # read() takes memory for as many bytes as it is asked for


def size():
    """Return the size of the file in bytes."""
    return os.stat(_PATH)[6]


def passwords():
    """Return the passwords in the file as bytes, each with its quotation marks. [] if the file cannot be read.

    A password is a text after the key "password", also if the file is no valid JSON.
    """
    try:
        content = head(_LONGEST)
    except OSError:
        return []
    return [content[begin:end] for begin, end in _password_places(content)]


def has_password():
    """True if the file contains a password. None without a readable card."""
    return None if check() is None else bool(passwords())


def blank_passwords():
    """Overwrite each password in the file with null, at the same place on the card. OSError if the card fails."""
    places = _password_places(head(_LONGEST))
    with open(_PATH, "r+b") as file:
        for begin, end in places:
            file.seek(begin)
            file.write(b"null" + b" " * (end - begin - 4))


def _password_places(content):
    """Return a list with (begin, end) of each password in the file. The quotation marks belong to the password.

    A password of less than 4 bytes is left out. null, which replaces each password, has 4 bytes and would not fit.
    """
    places = []
    end = content.find(_KEY)
    while end >= 0:
        begin = end + len(_KEY)
        while begin < len(content) and content[begin] in b" \t\r\n:":
            begin += 1
        end = begin
        if content[begin : begin + 1] == b'"':
            end += 1
            while end < len(content) and content[end] != _QUOTE:
                end += 1 + (content[end] == _BACKSLASH)
            end = min(end + 1, len(content))
            if end - begin >= 4:
                places.append((begin, end))
        end = content.find(_KEY, end)
    return places


def find(key):
    """Return " line N", where N is the number of the first line that contains `key`. "" if no line contains it."""
    name = b'"%s"' % key
    try:
        with open(_PATH, "rb") as file:
            number = 1
            line = file.readline(_PIECE)
            while line:
                if name in line:
                    return " line %d" % number
                number += line.endswith(b"\n")
                line = file.readline(_PIECE)
    except OSError:
        pass
    return ""
