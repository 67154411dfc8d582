"""The owner's settings: /config.json on the card, and its copy in the board's flash. Loaded on demand.

    {"wifi": {"ssid", "password"},
     "network": {"dhcp", "device_name", "ip", "gateway", "subnet", "dns"},
     "capacity": {"area", "target_w", "warning_percent", "counted_from", "connection_w"},
     "light": {"brightness", "quiet_from", "quiet_to"},
     "access": {"closed", "hosts"},
     "radio": {"tx_power_dbm"},
     "card": {"remove_oldest"},
     "language"}

A card of the original firmware has the first two sections. If a value is missing or wrong, the default in schema.py
applies. Each wrong value is reported in a line of the log. Unknown keys stay in the file.

Anyone who can reach the card can read and change it. Therefore the device writes neither the section `access` nor the
Wi-Fi password to a card. If the card's file has the Wi-Fi password already, the password stays there.
settings/from_card.py limits what a card may change.

The card's file takes effect if somebody edited the file, or if another card was inserted. Otherwise the copy takes
effect, including settings that were changed without a card. The device writes the card's file in a single write and
never renames the file. If a power cut leaves only a part of the file, the next start writes the file again from the
copy.
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
# Key that only the copy has: the CRC-32 of the card's file when the device last read or wrote the file.
_SEEN = const("card_seen")
# Key that only the copy has: True if the copy contains settings that the card's file lacks.
_NEWER = const("newer_than_card")
_NOT_ON_CARD = (_SEEN, _NEWER, "access")
# Changes that erase the Wi-Fi settings. These changes must be saved at once, because the device may soon have another
# owner.
NO_WIFI = {"wifi": {"ssid": None, "password": ""}}


def read(device):
    """Return the settings in one dict by key, without the Wi-Fi's name and password. Log each fault.

    First write the newer settings to the place that lacks them: the card's file, or its copy in the flash. The table in
    _newest() has the rules.
    """
    if device.unsaved:
        save_late(device)  # the returned job is not needed, because the card is written below
    try:
        agreed = _agreed(device)
    except MemoryError:
        gc.collect()
        device.note("%s: no memory to read the card; the previous settings apply" % _NAME)
        agreed = read_json(device.board, _NAME)
    settings, faults = _checked(agreed)
    for key, fault in faults:
        device.note("%s%s: %s" % (_NAME, card_json.find(key), fault))
    return settings


def given(device):
    """Return the current settings with the structure of /config.json, in a dict that the caller may change."""
    return json.loads(device.unsaved) if device.unsaved else read_json(device.board, _NAME)


def wifi(device):
    """Return (ssid, password) of the Wi-Fi. The ssid is None if the settings contain no network.

    The caller must not store the two values.
    """
    settings, _ = load("settings.schema").check(given(device))
    return settings["ssid"], settings["password"]


def shown(device):
    """Return all settings by section for a client. `has_password` takes the place of the Wi-Fi password."""
    return load("settings.schema").shown(given(device))


def change(device, changes, at_once=False):
    """Apply `changes`, which have the structure of /config.json. Return (faults, jobs).

    The settings are saved at most once a minute. Changed settings wait in memory for the next save. If one change is
    wrong, no change is applied. OSError if the flash cannot be written.
    at_once  True to save the settings even if the last save was less than a minute ago
    faults   list of texts, one line each
    jobs     list of jobs with which the recorder writes the card's file. Empty if nothing changed, or if the changed
             settings wait to be saved
    """
    jobs = []
    # Read the card's file first, because a card with other settings may have been inserted.
    changed = given(device) if device.unsaved else _agreed(device, False)
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
    """Write the waiting settings to the flash. Return the jobs with which the recorder writes the card's file.

    OSError if the flash cannot be written. In this case, the settings continue to wait.
    """
    device.saved_s = device.clock.uptime_s()
    changed = given(device)
    # Read card_seen again, because the device may have written the card's file since the settings changed.
    changed[_SEEN] = read_json(device.board, _NAME).get(_SEEN)
    changed[_NEWER] = True
    write_json(device.board, _NAME, changed)
    device.unsaved = None
    return [["settings.store", "to_card", "write the settings to the card", device, None]]


def to_card(device):
    """Write the settings to the card. The recorder runs this job in one step.

    If a power cut interrupts the job, the next start repeats it. The function returns an empty iterator. A generator
    would keep this module in memory until the recorder takes the next step.
    """
    _agreed(device)
    return iter(())


def save_late(device):
    """Call save(), and return the recorder's jobs that write the card's file.

    If the flash cannot be written, log the failure and return [].
    """
    try:
        return save(device)
    except OSError as error:
        device.note("%s: could not write to flash: %s" % (_NAME, error))
        return []


def _checked(settings):
    settings, faults = load("settings.schema").check(settings)
    del settings["ssid"], settings["password"]
    return settings, faults


def _agreed(device, writes_card=True):
    """Return the settings that take effect, as _newest() does, or the copy in the flash after an error.

    An error is logged. Only MemoryError is raised. If `writes_card` is False, the card's file is not written.
    """
    copy = read_json(device.board, _NAME)
    try:
        return _newest(device, copy, writes_card)
    except OSError as error:
        device.note("%s: could not write to flash: %s" % (_NAME, error))
    except MemoryError:
        raise
    except Exception as error:  # any error is possible, because the card's file may contain anything
        device.note("%s: %s; the previous settings apply" % (_NAME, type(error).__name__))
    return read_json(device.board, _NAME)


def _newest(device, copy, writes_card):
    """Return the settings that take effect, and write them to the card or to the flash if they are missing there.

    If `writes_card` is False, the card's file is not written. The copy may be written in any case.

    | file on the card                    | copy in the flash | settings that take effect    |
    |-------------------------------------|-------------------|------------------------------|
    | there is no card                    | any               | copy                         |
    | changed, readable                   | any               | file, the flash is written   |
    | changed, contains part of the copy  | newer             | copy, the card is written    |
    | changed, unreadable                 | any               | copy, the file stays         |
    | unchanged                           | not newer         | copy, equal to the file      |
    | unchanged                           | newer             | copy, the card is written    |
    | missing or empty                    | any               | copy, the card is written    |

    The file has changed if its CRC-32 differs from `card_seen` in the copy. The copy is newer if it has
    `newer_than_card`.
    """
    seen = card_json.check()
    if seen is None:
        return copy  # there is no card
    if seen and copy.get(_SEEN) != seen:
        given, remark = card_json.read()
        if given is not None:
            if remark:
                device.note(_NAME + remark)
            load("settings.from_card").limit(device, copy, given)
            given[_SEEN] = seen
            write_json(device.board, _NAME, given)
            return given
        if not copy.get(_NEWER) or not _is_part(copy):
            device.note("%s%s; the previous settings apply" % (_NAME, remark))
            return copy
    elif seen and not copy.get(_NEWER):
        return copy
    # The card's file is missing, empty, older than the copy, or only a part of the copy.
    text = _text_for_card(copy)
    if text and writes_card:
        try:
            card_json.write(text)
        except OSError as error:
            # The file may still be open. Let the garbage collection close the file now, because a later close could
            # write the file's bytes to another card.
            gc.collect()
            device.note("%s: could not write to the card: %s" % (_NAME, error))
            return copy
        copy[_SEEN] = binascii.crc32(text)
        copy.pop(_NEWER, None)
        write_json(device.board, _NAME, copy)
    return copy


def _is_part(copy):
    """True if the card's file is the beginning of a text that _text_for_card() returns."""
    for has_password in (True, False):
        text = _written(copy, has_password)
        if text.startswith(card_json.head(len(text) + 1)):
            return True
    return False


def _text_for_card(copy):
    """Return the text for the card's file, with the Wi-Fi password only if the file already has this password."""
    passwords = card_json.passwords()
    wifi = copy.get("wifi")
    kept = isinstance(wifi, dict) and json.dumps(wifi.get("password")).encode() in passwords
    text = _written(copy, kept)
    if passwords and not kept:
        # Overwrite all old bytes of the file, because these bytes may contain an old password.
        text += b"\n" * (card_json.size() - len(text))
    return text


def _written(settings, has_password):
    """Return the settings as indented JSON in UTF-8, b"" if no settings exist."""
    parts = []
    for section in sorted(settings):
        value = settings[section]
        if section in _NOT_ON_CARD:
            continue
        if isinstance(value, dict):
            keys = [key for key in sorted(value) if has_password or (section, key) != ("wifi", "password")]
            lines = ["    %s: %s" % (json.dumps(key), json.dumps(value[key])) for key in keys]
            value = "{\n%s\n  }" % ",\n".join(lines)
        else:
            value = json.dumps(value)
        parts.append("  %s: %s" % (json.dumps(section), value))
    return ("{\n%s\n}\n" % ",\n".join(parts)).encode() if parts else b""
