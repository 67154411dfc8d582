"""The owner's settings, with the default and the valid values of each setting. Loaded on demand.

Sections and keys are those of /config.json (settings/store.py).
"""

import json
from micropython import const

from meter.timestamp import days_in_month

_HEX = const("0123456789abcdefABCDEF")
_HOST_NAME = const("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


# The network areas of Flanders, then the two choices without a capacity tariff.
AREAS = (
    "antwerpen",
    "halle_vilvoorde",
    "imewo",
    "kempen",
    "limburg",
    "midden_vlaanderen",
    "west",
    "zenne_dijle",
    "no_capacity_tariff",
    "wallonia_impact",
)
LANGUAGES = ("nl", "fr", "de", "en")

KINDS = (
    ("ssid", "1 to 32 bytes of UTF-8, where a letter with an accent has 2"),
    (
        "key",
        "8 to 63 characters of ASCII (no accents), 64 hexadecimal digits, or nothing for an open network",
    ),
    ("flag", "true or false"),
    ("name", "1 to 32 letters, digits and hyphens"),
    ("address", "four numbers like 192.168.0.250"),
    ("mask", "a mask like 255.255.255.0"),
    ("area", "one of the areas"),
    ("date", "a date like 2026-03-01"),
    ("time", "a time like 22:30"),
    ("hosts", "a list of at most four host names like p1.example.be"),
    ("language", ", ".join(LANGUAGES[:-1]) + " or " + LANGUAGES[-1]),
)

SETTINGS = (
    # Each row has a section, a key, a kind and a default. The kind of a whole number is its range (lowest, highest).
    ("wifi", "ssid", "ssid", None),
    ("wifi", "password", "key", ""),
    ("network", "dhcp", "flag", True),
    ("network", "device_name", "name", "digimon"),
    ("network", "ip", "address", None),
    ("network", "gateway", "address", None),
    ("network", "subnet", "mask", None),
    ("network", "dns", "address", None),
    ("capacity", "area", "area", None),
    ("capacity", "target_w", (1, 100000), None),
    ("capacity", "warning_percent", (50, 100), 100),
    ("capacity", "counted_from", "date", None),
    ("capacity", "connection_w", (1000, 100000), None),
    ("light", "brightness", (0, 100), 100),
    ("light", "quiet_from", "time", None),
    ("light", "quiet_to", "time", None),
    ("access", "closed", "flag", False),
    ("access", "hosts", "hosts", []),
    ("radio", "tx_power_dbm", (2, 20), 15),
    ("card", "remove_oldest", "flag", False),
    ("-", "language", "language", None),  # the language is in no section
)


def _packed_by_build(settings, kinds, areas, languages):
    """Return four strings: the settings, the kinds of values, the areas, and the languages.

    Tables of tuples would take several times the memory.
    """
    rows = []
    for section, key, kind, default in settings:
        kind = kind if isinstance(kind, str) else "%d-%d" % kind
        rows.append("%s %s %s %s" % (section, key, kind, json.dumps(default)))
    texts = ["%s %s" % pair for pair in kinds]
    return "\n".join(rows), "\n".join(texts), ",".join(areas), ",".join(languages)


_ROWS, _TEXTS, _AREAS, _LANGUAGES = _packed_by_build(SETTINGS, KINDS, AREAS, LANGUAGES)


def _rows():
    """Yield (section, key, kind, default as JSON text) of each setting. The section is "" for the language."""
    for row in _ROWS.split("\n"):
        section, key, kind, default = row.split(" ")
        yield "" if section == "-" else section, key, kind, default


def _is(kind, value):
    """True if a value is valid for a kind of setting.

    A value of a wrong type or form may also raise TypeError, ValueError or AttributeError.
    """
    if kind == "flag":
        return value is True or value is False
    if kind[0].isdigit():
        low, high = kind.split("-")
        return isinstance(value, int) and int(low) <= value <= int(high)
    if kind == "ssid":
        return 0 < len(value.encode()) <= 32
    if kind == "key":
        return value == "" or _is_key(value)
    if kind == "name":
        return _is_label(value, 32)
    if kind == "address":
        return _is_address(value)
    if kind == "mask":
        # A mask consists of 1 bits followed by 0 bits. Therefore its inverse is one less than a power of two.
        # The inverse must be at least 3, so that the network has room for two hosts.
        hosts = 0xFFFFFFFF - _number(value) if _is_address(value) else 0
        return 3 <= hosts < 0xFFFFFFFF and not hosts & (hosts + 1)
    if kind == "date":
        return len(value) == 10 and _is_date(*_digits(value, "-", 4, 2, 2))
    if kind == "time":
        hour, minute = _digits(value, ":", 2, 2)
        return hour < 24 and minute < 60
    if kind == "hosts":
        return isinstance(value, list) and len(value) <= 4 and all(_is_host(name) for name in value)
    if kind == "language":
        return value in _LANGUAGES.split(",")
    return value in _AREAS.split(",")


def _is_key(value):
    # A WPA2 password has 8 to 63 printable ASCII characters, or it is the key in 64 hexadecimal digits (IEEE 802.11,
    # H.4).
    plain = 8 <= len(value) <= 63 and min(value) >= " " and max(value) <= "~"
    return plain or (len(value) == 64 and not value.strip(_HEX))


def _is_label(value, longest):
    return 0 < len(value) <= longest and not value.strip(_HOST_NAME) and "-" not in (value[0], value[-1])


def _is_host(value):
    """True if a text is a complete host name (RFC 1123, 2.1). The name may end with a dot."""
    if value.endswith("."):
        value = value[:-1]
    return len(value) <= 253 and all(_is_label(label, 63) for label in value.split("."))


def _is_address(value):
    parts = value.split(".")
    return len(parts) == 4 and all(part.isdigit() and len(part) <= 3 and int(part) < 256 for part in parts)


def _is_date(year, month, day):
    return 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)


def _digits(value, between, *lengths):
    """Return the numbers in a text such as "22:30". ValueError if the text has another form.

    `between` is the text between two numbers, such as ":". `lengths` has the number of digits of each number: (2, 2).
    """
    parts = value.split(between)
    if [len(part) for part in parts] != list(lengths) or not "".join(parts).isdigit():
        raise ValueError
    return [int(part) for part in parts]


def check(given):
    """Check an object with the structure of /config.json. Return (settings, faults).

    settings  dict of the values by key, with the default for each missing or wrong value
    faults    list of (key, one line of text)
    """
    settings, faults = _right(given)
    return settings, faults + _contradictions(settings)


def _right(given):
    settings, faults = {}, []
    for section, key, kind, default in _rows():
        settings[key] = json.loads(default)
        place = given.get(section) if section else given
        value = place.get(key) if isinstance(place, dict) else None
        if value is None:
            continue
        fault = _fault(section, key, kind, value)
        if fault:
            faults.append((key, fault))
        else:
            settings[key] = value
    network = given.get("network")
    if isinstance(network, dict) and network.get("dhcp") is None:
        # A file of the original firmware has no value for DHCP. An IP address in the file means that DHCP is off.
        settings["dhcp"] = settings["ip"] is None
    return settings, faults


def _contradictions(settings):
    """Replace settings that are valid alone but contradict each other. Return the faults."""
    faults = []
    if not settings["dhcp"]:
        missing = [key for key in ("ip", "subnet", "gateway") if settings[key] is None]
        faults = [(key, "network.%s is needed without DHCP" % key) for key in missing]
        if not faults:
            ip, mask, gateway = [_number(settings[key]) for key in ("ip", "subnet", "gateway")]
            host = ip & ~mask & 0xFFFFFFFF
            if host in (0, ~mask & 0xFFFFFFFF) or not 0 < ip >> 24 < 224 or ip >> 24 == 127:
                faults.append(("ip", "network.ip cannot be the address of a device"))
            elif (ip ^ gateway) & mask:
                faults.append(("gateway", "network.gateway is not in the network of network.ip"))
        settings["dhcp"] = bool(faults)
    if (settings["quiet_from"] is None) != (settings["quiet_to"] is None):
        faults.append(("quiet_from", "light.quiet_from and light.quiet_to go together"))
        settings["quiet_from"] = settings["quiet_to"] = None
    return faults


def merge(given, changes):
    """Merge changes into the given settings. Return the faults, one line of text each.

    Both arguments have the structure of /config.json. A null in the changes resets a setting to its default. For the
    Wi-Fi password, a null changes nothing, because clients always read the password as null.
    """
    faults = []
    for section in changes:
        inside = changes[section]
        if section == "language":
            section, inside = "", {section: inside}
        if not isinstance(inside, dict):
            faults.append("%s is no section of settings" % _path("", section))
            continue
        for key in inside:
            fault = _set(given, section, key, inside[key])
            if fault:
                faults.append(fault)
    if not faults:
        # Ignore faults in sections that do not change, because the file already had those faults.
        left = _contradictions(_right(given)[0])
        faults = [fault for _, fault in left if fault[: fault.find(".")] in changes]
    return faults


def _set(given, section, key, value):
    kinds = [row[2] for row in _rows() if row[:2] == (section, key)]
    if not kinds:
        return "%s is no setting" % _path(section, key)
    fault = value is not None and _fault(section, key, kinds[0], value)
    if fault:
        return fault
    place = given
    if section:
        if not isinstance(given.get(section), dict):
            given[section] = {}
        place = given[section]
    if value is not None:
        place[key] = value
    elif key != "password" and key in place:
        del place[key]
    return None


def changed(before, after):
    """Return the names of the settings that differ between two objects with the structure of /config.json."""
    before, after = check(before)[0], check(after)[0]
    return [_path(section, key) for section, key, _, _ in _rows() if before[key] != after[key]]


def shown(given):
    """Return the settings by section for a client. `has_password` takes the place of the Wi-Fi password."""
    settings = check(given)[0]
    document = {}
    for section, key, _, _ in _rows():
        place = document
        if section:
            place = document.setdefault(section, {})
        place[key] = settings[key]
    document["wifi"]["password"] = None
    document["wifi"]["has_password"] = bool(settings["password"])
    return document


def _fault(section, key, kind, value):
    """Return the fault of a value, None if the value is valid. The fault never contains the value: it may be secret."""
    try:
        if _is(kind, value):
            return None
    except (TypeError, ValueError, AttributeError):
        pass
    what = "a whole number from %s to %s" % tuple(kind.split("-")) if kind[0].isdigit() else ""
    for row in _TEXTS.split("\n"):
        if row.startswith(kind + " "):
            what = row[len(kind) + 1 :]
    return "%s must be %s" % (_path(section, key), what)


def _path(section, key):
    return ("%s.%s" % (section, key) if section else "%s" % key)[:64]


def _number(address):
    number = 0
    for part in address.split("."):
        number = number << 8 | int(part)
    return number
