"""/config.json on the card: the owner's settings, with a copy in the board's flash. Loaded on demand.

    {"wifi": {"ssid", "password"},
     "network": {"dhcp", "device_name", "ip", "gateway", "subnet", "dns"},
     "capacity": {"area", "target_w", "warning_percent", "counted_from"},
     "light": {"brightness", "quiet_from", "quiet_to"},
     "access": {"closed", "hosts"},
     "radio": {"tx_power_dbm"},
     "card": {"remove_oldest"},
     "language"}

A card of the original firmware has the first two sections. A missing or wrong value keeps its default (schema.py) and
is named in one line of the log. Unknown keys stay in the file.

The card's file wins if it was edited since the device saw it last, or if another card was inserted. Otherwise the copy
wins, with the settings that were made without a card. The card's file is written at once and never renamed; if a power
cut leaves a part of it, the next start writes it again from the copy.
"""

import binascii
import gc
import json
from micropython import const

from overlay import load

read_json = load("board.flash_json").read_json
write_json = load("board.flash_json").write_json
card_json = load("board.card_json")

_NAME = const("config.json")
_PAUSE_S = const(60)
# Keys of the copy: the check of the card's file when it was last seen, and whether the copy is newer than that.
_SEEN = const("card_seen")
_NEWER = const("newer_than_card")
# Changes that erase the Wi-Fi settings. Make them at once, because the device may be about to change hands.
NO_WIFI = {"wifi": {"ssid": None, "password": ""}}


def read(device):
    """Return the settings as one dict by key, but for the Wi-Fi's, and log their faults.

    Card and copy are made equal first.
    """
    if device.unsaved:
        save_late(device)  # its job is not needed, because the card is written now
    settings, faults = _checked(_agreed(device.board, device.note))
    for key, fault in faults:
        device.note("%s%s: %s" % (_NAME, card_json.find(key), fault))
    return settings


def given(device):
    """Return the valid settings in the shape of the file, in a dict that the caller may change."""
    return json.loads(device.unsaved) if device.unsaved else read_json(device.board, _NAME)


def wifi(device):
    """Return (ssid, password) of the Wi-Fi network, ssid None if none is set. The caller must not store them."""
    settings, _ = load("settings.schema").check(given(device))
    return settings["ssid"], settings["password"]


def shown(device):
    """Return all settings by section, without passwords, but with a mark whether one is set."""
    return load("settings.schema").shown(given(device))


def change(device, changes, at_once=False):
    """Apply `changes`, in the shape of the file: all, or none if one is wrong. Return (faults, jobs).

    faults   one line each
    jobs     for the recorder, to write the card's file: none if the settings wait to be saved, or nothing changed
    at_once  True to save the settings even if they were saved less than a minute ago

    OSError if the flash cannot be written.
    """
    jobs = []
    # A card with other settings may have been inserted.
    changed = given(device) if device.unsaved else _agreed(device.board, device.note, False)
    faults = load("settings.schema").merge(changed, changes)
    if changes and not faults:
        before, device.unsaved = device.unsaved, json.dumps(changed)
        if device.saved_s is None or device.clock.uptime_s() - device.saved_s >= _PAUSE_S:
            try:
                jobs = save(device)
            except OSError:
                device.unsaved = before
                raise
        settings, _ = _checked(changed)
        device.config.update(settings)
    if at_once and device.unsaved:
        jobs = save(device)
    return faults, jobs


def save(device):
    """Write settings that wait to the flash. Return the jobs for the recorder as change() does.

    OSError if the flash cannot be written: then the settings keep waiting.
    """
    device.saved_s = device.clock.uptime_s()
    changed = given(device)
    # The device may have written the card since this change was made.
    changed[_SEEN] = read_json(device.board, _NAME).get(_SEEN)
    changed[_NEWER] = True
    write_json(device.board, _NAME, changed)
    device.unsaved = None
    return [["settings.store", "to_card", "write the settings to the card", device, None]]


def to_card(device):
    """Write the settings to the card: a job of the recorder in one step. A start repeats it if it was cut."""
    _agreed(device.board, device.note)
    yield


def save_late(device):
    """Write settings that wait to the flash, and log a failure. Return the jobs for the recorder as change() does."""
    try:
        return save(device)
    except OSError as error:
        device.note("%s: the flash does not take it: %s" % (_NAME, error))
        return []


def _checked(settings):
    settings, faults = load("settings.schema").check(settings)
    del settings["ssid"], settings["password"]
    return settings, faults


def _agreed(board, note, follows=True):
    """Make card and copy equal, and return the valid settings. The card is written only if `follows`."""
    copy = read_json(board, _NAME)
    try:
        return _newest(board, copy, note, follows)
    except OSError as error:
        note("%s: the flash does not take it: %s" % (_NAME, error))
        return copy


def _newest(board, copy, note, follows):
    """Return the valid settings, and write them to the other place if it lacks them.

    | card's file                   | copy in flash    | valid                      |
    |-------------------------------|------------------|----------------------------|
    | no card                       |                  | copy                       |
    | check differs, can be read    |                  | card, even if copy is newer|
    | check differs, a part of copy | newer            | copy, card is written      |
    | check differs, cannot be read |                  | copy, card stays           |
    | check is the last one seen    | not newer        | copy, which is the same    |
    | check is the last one seen    | newer            | copy, card is written      |
    | no file, or an empty one      |                  | copy, card is written      |
    """
    seen = card_json.check()
    if seen is None:
        return copy  # no card
    if seen and copy.get(_SEEN) != seen:
        given, remark = card_json.read()
        if given is not None:
            if remark:
                note(_NAME + remark)
            given[_SEEN] = seen
            if "pins" in copy:
                given.setdefault("pins", copy["pins"])  # without its pins the board could not read the meter
            write_json(board, _NAME, given)
            return given
        ours = _written(copy)
        if not copy.get(_NEWER) or not ours.startswith(card_json.head(len(ours) + 1)):
            note("%s%s; the previous settings apply" % (_NAME, remark))
            return copy
    elif seen and not copy.get(_NEWER):
        return copy
    # The card has no settings, older ones, or a partly written copy of ours.
    text = _written(copy)
    if text and follows:
        try:
            card_json.write(text)
        except OSError as error:
            # Collect the file that could not be closed now: collected later, it would write to another card.
            gc.collect()
            note("%s: the card does not take it: %s" % (_NAME, error))
            return copy
        copy[_SEEN] = binascii.crc32(text)
        copy.pop(_NEWER, None)
        write_json(board, _NAME, copy)
    return copy


def _written(settings):
    """Return the settings as indented JSON in UTF-8, b"" without any."""
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
