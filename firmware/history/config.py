"""/config.json on the card: the owner's settings, with a copy in the board's flash.

    {"wifi": {"ssid", "password"},
     "network": {"dhcp", "device_name", "ip", "gateway", "subnet", "dns"},
     "capacity": {"area", "target_w", "counted_from"},
     "light": {"brightness", "quiet_from", "quiet_to"},
     "access": {"closed"},
     "radio": {"tx_power_dbm"},
     "language"}

A card of the original firmware has the first two. What is missing or wrong keeps its default (`settings.py`), is
named in one line of the log, and stops nothing. Keys that we do not know stay where they are.

The card's file holds when somebody has changed it since the device saw it last, or has put in another card; else
the copy does, and with it what was set while there was no card. The card's file is written in one go and never
renamed: what a power cut leaves of it is mended from the copy at the next start.
"""

import binascii
import io
import json
import os

from board.flash import read_json, write_json
from history.card import ROOT
from loading import borrow

_NAME = "config.json"
_PATH = ROOT + "/config.json"
_LONGEST = 4096  # bytes
# In the copy: the check of the card's file as it was last seen, and whether the copy is newer than that.
_SEEN = "card_seen"
_NEWER = "newer_than_card"


def read(board, note):
    """The settings as one dict by key, but the Wi-Fi's; `note(line)` is told what is wrong.

    Card and copy are brought up to each other on the way.
    """
    copy, text = _agreed(board, note)
    settings, faults = borrow("history.settings", "check")(copy)
    for key, fault in faults:
        note("%s%s: %s" % (_NAME, _line(text, key), fault))
    del settings["ssid"], settings["password"]
    return settings


def wifi(board):
    """(ssid, password) of the Wi-Fi network, ssid None when none is set. Whoever asks does not keep them."""
    settings, _ = borrow("history.settings", "check")(read_json(board, _NAME))
    return settings["ssid"], settings["password"]


def shown(board):
    """All settings as they are told to whoever asks, in sections: no password, but whether there is one."""
    return borrow("history.settings", "shown")(read_json(board, _NAME))


def change(monitor, changes):
    """Set what `changes` holds, in the shape of the file: all of it or, where something is wrong, nothing.

    Gives what is wrong, one line each, with its key. OSError when the flash does not take it; a card that does not
    is brought up to date later.
    """
    board = monitor.board
    given, _ = _agreed(board, monitor.note)  # a card may have been put in
    faults = borrow("history.settings", "merge")(given, changes)
    if not faults:
        given[_NEWER] = True
        write_json(board, _NAME, given)
        given, _ = _agreed(board, monitor.note)
        settings, _ = borrow("history.settings", "check")(given)
        del settings["ssid"], settings["password"]
        monitor.config.update(settings)
    return faults


def _agreed(board, note):
    """(the settings that hold, the text of the card's file or None), after card and copy have been brought together."""
    copy = read_json(board, _NAME)
    text = _of_card(note)
    try:
        copy = _newest(board, copy, text, note)
    except OSError as error:
        note("%s: the flash does not take it: %s" % (_NAME, error))
    return copy, text


def _newest(board, copy, text, note):
    """The settings that hold; the other place follows."""
    if text is None:
        return copy  # no card
    seen = binascii.crc32(text.encode())
    if text and copy.get(_SEEN) != seen:
        given = _parsed(text)
        if isinstance(given, dict):
            given[_SEEN] = seen
            write_json(board, _NAME, given)
            return given
        if not copy.get(_NEWER) or not _written(copy).startswith(text):
            note("%s%s is no JSON object; the settings of before hold" % (_NAME, _line_of_error(text)))
            return copy
    elif text and not copy.get(_NEWER):
        return copy
    # The card has no settings, older ones, or what a power cut left of ours.
    text = _written(copy)
    if text:
        try:
            with open(_PATH, "wb") as file:
                file.write(text)
        except OSError as error:
            note("%s: the card does not take it: %s" % (_NAME, error))
            return copy
        copy[_SEEN] = binascii.crc32(text.encode())
        copy.pop(_NEWER, None)
        write_json(board, _NAME, copy)
    return copy


def _of_card(note):
    """What the card's file holds; "" when there is none, None when there is no card."""
    try:
        os.stat(ROOT)
    except OSError:
        return None
    try:
        with open(_PATH, "rb") as file:
            content = file.read(_LONGEST + 1)
    except OSError as error:
        return "" if error.errno == 2 else None  # a card that cannot be read gets nothing written
    if len(content) > _LONGEST:
        note("%s is longer than %d bytes" % (_NAME, _LONGEST))
        return None
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]  # some editors put it before UTF-8
    try:
        return content.decode()
    except UnicodeError:
        note("%s is not in UTF-8" % _NAME)
        return None


def _parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def _line_of_error(text):
    stream = io.StringIO(text)
    try:
        json.load(stream)
    except ValueError:
        return " line %d" % (text[: stream.tell()].count("\n") + 1)
    return ""


def _line(text, key):
    """Where the card's file names this key."""
    at = text.find('"%s"' % key) if text else -1
    return " line %d" % (text[:at].count("\n") + 1) if at >= 0 else ""


def _written(settings):
    """The settings as a person likes to read them; "" without any."""
    parts = []
    for section in sorted(settings):
        if section in (_SEEN, _NEWER):
            continue
        value = settings[section]
        if isinstance(value, dict):
            lines = ["    %s: %s" % (json.dumps(key), json.dumps(value[key])) for key in sorted(value)]
            value = "{\n%s\n  }" % ",\n".join(lines)
        else:
            value = json.dumps(value)
        parts.append("  %s: %s" % (json.dumps(section), value))
    return "{\n%s\n}\n" % ",\n".join(parts) if parts else ""
