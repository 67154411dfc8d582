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


class Config:
    """The settings as attributes."""

    device_name = "digimon"
    area = None  # see demand.capacity
    target_w = None  # the household's own target, W
    counted_from = None  # "YYYY-MM-DD": peaks before it belong to somebody else

    def __init__(self, path=ROOT + "/config.json"):
        try:
            with open(path) as file:
                settings = json.load(file)
        except OSError:
            return
        except ValueError:
            _complain("is no JSON")
            return
        self._take(settings, "network", "device_name", _is_name)
        self._take(settings, "capacity", "area", is_area)
        self._take(settings, "capacity", "target_w", _is_power)
        self._take(settings, "capacity", "counted_from", _is_date)

    def _take(self, settings, section, key, is_right):
        try:
            value = settings[section][key]
        except (KeyError, TypeError, IndexError):
            return
        if value is None:
            return
        try:
            right = is_right(value)
        except (TypeError, ValueError, AttributeError):
            right = False
        if right:
            setattr(self, key, value)
        else:
            _complain("%s.%s cannot be %s" % (section, key, json.dumps(value)))


def _complain(what):
    print("config.json:", what, file=sys.stderr)


def _is_name(value):
    return 0 < len(value) <= 32 and value.replace("-", "a").encode().isalpha()


def _is_power(value):
    return isinstance(value, int) and 0 < value <= 100000


def _is_date(value):
    year, month, day = value.split("-")
    return len(year) == 4 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
