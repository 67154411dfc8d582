"""/config.json on the card: the owner's settings, with a copy in the board's flash.

    {"wifi": {"ssid", "password"},
     "network": {"dhcp", "device_name", "ip", "gateway", "subnet", "dns"},
     "capacity": {"area", "target_w", "warning_percent", "counted_from"},
     "light": {"brightness", "quiet_from", "quiet_to"},
     "access": {"closed"},
     "radio": {"tx_power_dbm"},
     "card": {"remove_oldest"},
     "language"}

A card of the original firmware has the first two. What is missing or wrong keeps its default (`settings.py`), is
named in one line of the log, and stops nothing. Keys that we do not know stay where they are.

The card's file holds when somebody has changed it since the device saw it last, or has put in another card; else
the copy does, and with it what was set while there was no card. The card's file is written in one go and never
renamed: what a power cut leaves of it is mended from the copy at the next start.
"""

import binascii
import gc
import json
import os
from micropython import const

from board.mount_point import CARD
from overlay import load

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json

_NAME = const("config.json")
_PATH = CARD + "/config.json"
_LONGEST = const(4096)  # bytes
_PAUSE_S = const(60)
_PIECE = const(256)
# In the copy: the check of the card's file as it was last seen, and whether the copy is newer than that.
_SEEN = const("card_seen")
_NEWER = const("newer_than_card")


def read(device):
    """The settings as one dict by key, but the Wi-Fi's; `monitor.note(line)` is told what is wrong.

    Card and copy are brought up to each other on the way.
    """
    if device.unsaved:
        save_late(device)
    settings, faults = _checked(_agreed(device.board, device.note))
    for key, fault in faults:
        device.note("%s%s: %s" % (_NAME, _line_of(key), fault))
    return settings


def given(device):
    """The settings in the shape of the file, as they hold now: a dict of the caller's own."""
    return json.loads(device.unsaved) if device.unsaved else read_json(device.board, _NAME)


def wifi(device):
    """(ssid, password) of the Wi-Fi network, ssid None when none is set. Whoever asks does not keep them."""
    settings, _ = load("settings.schema").check(given(device))
    return settings["ssid"], settings["password"]


def shown(device):
    """All settings as they are told to whoever asks, in sections: no password, but whether there is one."""
    return load("settings.schema").shown(given(device))


def change(device, changes):
    """Set what `changes` holds, in the shape of the file: all of it or, where something is wrong, nothing.

    Gives what is wrong, one line each, with its key. OSError when the flash does not take it. The card follows a
    moment later, or where it takes nothing when it does again.
    """
    # A card may have been put in.
    changed = given(device) if device.unsaved else _agreed(device.board, device.note, False)
    faults = load("settings.schema").merge(changed, changes)
    if changes and not faults:
        before, device.unsaved = device.unsaved, json.dumps(changed)
        if device.saved_s is None or device.clock.uptime_s() - device.saved_s >= _PAUSE_S:
            try:
                save(device)
            except OSError:
                device.unsaved = before
                raise
        settings, _ = _checked(changed)
        device.config.update(settings)
    return faults


def erase_wifi(device):
    """Forget the Wi-Fi network, also within a minute: the device may be about to be given away. OSError as above."""
    change(device, {"wifi": {"ssid": None, "password": ""}})
    if device.unsaved:
        save(device)


def save(device):
    """Write what waits to the flash, and let the device have it written to the card.

    OSError when the flash does not take it: then it goes on waiting.
    """
    device.saved_s = device.clock.uptime_s()
    changed = given(device)
    # The card may have been written since this change was made: what stands there is ours.
    changed[_SEEN] = read_json(device.board, _NAME).get(_SEEN)
    changed[_NEWER] = True
    write_json(device.board, _NAME, changed)
    device.unsaved = None
    device.settings_to_card()


def to_card(device):
    """One step of the writer. Should it never come to that, the next start or card makes up for it."""
    _agreed(device.board, device.note)
    yield


def save_late(device):
    """Write what waits, where nobody waits for that."""
    try:
        save(device)
    except OSError as error:
        device.note("%s: the flash does not take it: %s" % (_NAME, error))


def _checked(settings):
    settings, faults = load("settings.schema").check(settings)
    del settings["ssid"], settings["password"]
    return settings, faults


def _agreed(board, note, follows=True):
    """The settings that hold, after card and copy have been brought together; the card only where it `follows`."""
    copy = read_json(board, _NAME)
    try:
        return _newest(board, copy, note, follows)
    except OSError as error:
        note("%s: the flash does not take it: %s" % (_NAME, error))
        return copy


def _newest(board, copy, note, follows):
    """The settings that hold; the other place follows."""
    seen = _check_of_card()
    if seen is None:
        return copy  # no card
    if seen and copy.get(_SEEN) != seen:
        given, fault = _on_card()
        if not fault:
            given[_SEEN] = seen
            if "pins" in copy:
                given.setdefault("pins", copy["pins"])  # without them it would not read its meter
            write_json(board, _NAME, given)
            return given
        if not copy.get(_NEWER) or not _is_part_of(_written(copy)):
            note("%s%s; the settings of before hold" % (_NAME, fault))
            return copy
    elif seen and not copy.get(_NEWER):
        return copy
    # The card has no settings, older ones, or what a power cut left of ours.
    text = _written(copy)
    if text and follows:
        try:
            _write(text)
        except OSError as error:
            # A file that could not be closed closes when its memory is collected: not once another card is there.
            gc.collect()
            note("%s: the card does not take it: %s" % (_NAME, error))
            return copy
        copy[_SEEN] = binascii.crc32(text)
        copy.pop(_NEWER, None)
        write_json(board, _NAME, copy)
    return copy


def _write(text):
    with open(_PATH, "wb") as file:
        file.write(text)


def _check_of_card():
    """A check of the card's file: 0 when there is none or an empty one, None when there is no card."""
    check = 0
    try:
        os.stat(CARD)
        with open(_PATH, "rb") as file:
            piece = file.read(_PIECE)
            while piece and file.tell() <= _LONGEST:  # what is longer is not looked at
                check = binascii.crc32(piece, check)
                piece = file.read(_PIECE)
    except OSError as error:
        return 0 if error.errno == 2 and _is_mounted() else None
    return check


def _is_mounted():
    try:
        os.stat(CARD)
    except OSError:
        return False
    return True


def _on_card():
    """(what the card's file holds, None), or (None, what is wrong with it)."""
    with open(_PATH, "rb") as file:
        if file.seek(0, 2) > _LONGEST:
            return None, " is longer than %d bytes" % _LONGEST
        file.seek(0)
        if file.read(3) != b"\xef\xbb\xbf":  # some editors put it before UTF-8
            file.seek(0)
        try:
            given = json.load(file)
            json.dumps(given).encode().decode()
        except UnicodeError:
            return None, " is not in UTF-8"
        except ValueError:
            end = file.tell()
            file.seek(0)
            line = 1
            while file.tell() < end:
                line += file.read(1) == b"\n"
            return None, " line %d is no JSON" % line
    return (given, None) if isinstance(given, dict) else (None, " is no JSON object")


def _is_part_of(text):
    """Whether the card's file is the beginning of this text."""
    with open(_PATH, "rb") as file:
        return text.startswith(file.read(len(text) + 1))


def _line_of(key):
    """Where the card's file names this key."""
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


def _written(settings):
    """The settings as a person likes to read them, in UTF-8; nothing without any."""
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
    return ("{\n%s\n}\n" % ",\n".join(parts)).encode() if parts else b""
