"""/config.json on the card: the owner's settings.

    {"wifi": {"ssid", "password"},
     "network": {"dhcp", "device_name", "ip", "gateway", "subnet"},
     "capacity": {"area", "target_w", "counted_from"}}

A card of the original firmware has the first two. What is missing or wrong keeps its default, is named in one
line of the log, and stops nothing.
"""

import json
import sys

from demand.capacity import is_area
from history.card import ROOT


def read(path=ROOT + "/config.json"):
    """The settings as a dict, each None where the file does not set it well:

    device_name   "digimon" by default
    area          see demand/capacity.py
    target_w      the household's own target, W
    counted_from  "YYYY-MM-DD": peaks before it belong to somebody else
    """
    settings = {"device_name": "digimon", "area": None, "target_w": None, "counted_from": None}
    try:
        with open(path) as file:
            given = json.load(file)
    except OSError:
        return settings
    except ValueError:
        _complain("is no JSON")
        return settings
    for section, key, is_right in (
        ("network", "device_name", _is_name),
        ("capacity", "area", is_area),
        ("capacity", "target_w", _is_power),
        ("capacity", "counted_from", _is_date),
    ):
        try:
            value = given[section][key]
        except (KeyError, TypeError, IndexError):
            continue
        if value is not None and _check(is_right, value):
            settings[key] = value
        elif value is not None:
            _complain("%s.%s cannot be %s" % (section, key, json.dumps(value)))
    return settings


def _check(is_right, value):
    try:
        return is_right(value)
    except (TypeError, ValueError, AttributeError):
        return False


def _complain(what):
    print("config.json:", what, file=sys.stderr)


def _is_name(value):
    right = [letter.isalpha() or letter.isdigit() or letter == "-" for letter in value]
    return 0 < len(right) <= 32 and all(right)


def _is_power(value):
    return isinstance(value, int) and 0 < value <= 100000


def _is_date(value):
    year, month, day = value.split("-")
    return len(year) == 4 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
