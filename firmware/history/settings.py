"""What the owner can set, and which values are right. Dicts as /config.json holds them: see `config.py`."""

from demand.capacity import is_area
from meter.stamp import days_in_month

_HEX = "0123456789abcdefABCDEF"
_HOST_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"


def _is_flag(value):
    return value is True or value is False


def _is_ssid(value):
    return isinstance(value, str) and 0 < len(value.encode()) <= 32


def _is_key(value):
    # WPA2: 8 to 63 characters of ASCII, or the key itself in 64 hexadecimal digits (IEEE 802.11, H.4).
    if value == "":
        return True  # an open network
    plain = 8 <= len(value) <= 63 and len(value.encode()) == len(value)
    return plain or (len(value) == 64 and not value.strip(_HEX))


def _is_name(value):
    return 0 < len(value) <= 32 and not value.strip(_HOST_NAME) and "-" not in (value[0], value[-1])


def _is_address(value):
    parts = value.split(".")
    return len(parts) == 4 and all(part.isdigit() and len(part) <= 3 and int(part) < 256 for part in parts)


def _is_subnet(value):
    # Ones, then zeros: what is missing to all ones is one less than a power of two. At least two addresses for hosts.
    hosts = 0xFFFFFFFF - _number(value) if _is_address(value) else 0
    return 3 <= hosts < 0xFFFFFFFF and not hosts & (hosts + 1)


def _is_power(value):
    return isinstance(value, int) and 0 < value <= 100000


def _is_date(value):
    year, month, day = value.split("-")
    if not (len(year) == 4 and len(month) == len(day) == 2 and (year + month + day).isdigit()):
        return False
    return 1 <= int(month) <= 12 and 1 <= int(day) <= days_in_month(int(year), int(month))


def _is_percent(value):
    return isinstance(value, int) and 0 <= value <= 100


def _is_time(value):
    hour, minute = value.split(":")
    return len(hour) == len(minute) == 2 and (hour + minute).isdigit() and int(hour) < 24 and int(minute) < 60


def _is_dbm(value):
    return isinstance(value, int) and 2 <= value <= 20


def _is_language(value):
    return value in ("nl", "fr", "de", "en")


_ADDRESS = "must be four numbers like 192.168.0.250"
_TIME = "must be a time like 22:30"
# (section, key, the value without one, check, what is right)
_TABLE = (
    ("wifi", "ssid", None, _is_ssid, "must be 1 to 32 bytes of text"),
    ("wifi", "password", "", _is_key, "must be 8 to 63 characters of ASCII, or nothing for an open network"),
    ("network", "dhcp", True, _is_flag, "must be true or false"),
    ("network", "device_name", "digimon", _is_name, "must be 1 to 32 letters, digits and hyphens"),
    ("network", "ip", None, _is_address, _ADDRESS),
    ("network", "gateway", None, _is_address, _ADDRESS),
    ("network", "subnet", None, _is_subnet, "must be a mask like 255.255.255.0"),
    ("network", "dns", None, _is_address, _ADDRESS),
    ("capacity", "area", None, is_area, "must be one of the areas, or null"),
    ("capacity", "target_w", None, _is_power, "must be a whole number of W from 1 to 100000"),
    ("capacity", "counted_from", None, _is_date, "must be a date like 2026-03-01"),
    ("light", "brightness", 100, _is_percent, "must be a whole number from 0 to 100"),
    ("light", "quiet_from", None, _is_time, _TIME),
    ("light", "quiet_to", None, _is_time, _TIME),
    ("access", "closed", False, _is_flag, "must be true or false"),
    ("radio", "tx_power_dbm", 15, _is_dbm, "must be a whole number of dBm from 2 to 20"),
    ("", "language", None, _is_language, "must be nl, fr, de or en"),
)


def check(given):
    """(settings, faults): the right values in one dict by key, and what is wrong as (key, one line)."""
    settings, faults = _right(given)
    return settings, faults + _contradictions(settings)


def _right(given):
    settings, faults = {}, []
    for section, key, default, is_right, what in _TABLE:
        settings[key] = default
        place = given.get(section) if section else given
        value = place.get(key) if isinstance(place, dict) else None
        if value is None:
            continue
        if _is(is_right, value):
            settings[key] = value
        else:
            faults.append((key, "%s %s" % (_path(section, key), what)))
    network = given.get("network")
    if isinstance(network, dict) and network.get("dhcp") is None:
        settings["dhcp"] = settings["ip"] is None  # the original's file names an address and no more
    return settings, faults


def _contradictions(settings):
    """What is wrong between settings that are right each by itself; they are mended."""
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
    """Put changes, in the shape of the file, into what is given; what is wrong with them, one line each.

    null takes a setting back to its default, but leaves a password as it is: nobody who read the settings has it.
    """
    if not isinstance(changes, dict):
        return ["The settings are an object of sections"]
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
        # What a file had wrong before in another section stays its owner's matter.
        left = _contradictions(_right(given)[0])
        faults = [fault for _, fault in left if fault[: fault.find(".")] in changes]
    return faults


def _set(given, section, key, value):
    row = [row for row in _TABLE if row[:2] == (section, key)]
    if not row:
        return "%s is no setting" % _path(section, key)
    _, _, _, is_right, what = row[0]
    if value is not None and not _is(is_right, value):
        return "%s %s" % (_path(section, key), what)
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


def shown(given):
    """The settings as they are told: in sections, without the password."""
    settings = check(given)[0]
    document = {}
    for section, key, _, _, _ in _TABLE:
        place = document
        if section:
            place = document.setdefault(section, {})
        place[key] = settings[key]
    document["wifi"]["password"] = None
    document["wifi"]["has_password"] = bool(settings["password"])
    return document


def _is(is_right, value):
    try:
        return is_right(value)
    except (TypeError, ValueError, AttributeError):
        return False


def _path(section, key):
    return ("%s.%s" % (section, key) if section else "%s" % key)[:64]


def _number(address):
    number = 0
    for part in address.split("."):
        number = number << 8 | int(part)
    return number
