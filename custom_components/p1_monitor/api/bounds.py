"""Patterns and enumerations of the texts that a device sends.

A test compares the patterns and enumerations with docs/openapi.yaml.
"""

import re

MAC = re.compile("[0-9A-Fa-f]{12}")
NAME = re.compile("[A-Za-z0-9-]{1,32}")
SERIAL = re.compile("[A-Za-z0-9:._-]{1,64}")
BOARD = re.compile("[A-Za-z0-9_-]{1,32}")
VERSION = re.compile("[0-9]{1,5}([.][0-9]{1,5}){2}[A-Za-z0-9.+-]{0,32}")
DAY = re.compile("20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
MONTH = re.compile("20[0-9]{2}-(0[1-9]|1[0-2])")
TOKEN = re.compile("[0-9a-f]{32}")
TOKEN_ID = re.compile("[0-9a-f]{8}")
TICKET = re.compile("[0-9a-f]{32}")
DIGITS = re.compile("[0-9]{4}")
CARD_FORMAT = re.compile("[A-Za-z0-9+_., -]{1,32}")
# Texts that a meter sends. A meter's number has at most 96 characters (DSMR P1 5.0.2, 6.12).
METER_ID = METER_MODEL = re.compile("[ -~]{1,96}")
METER_VERSION = re.compile("[!-~]{1,16}")
UNIT = re.compile("[!-~²³]{1,16}")

RESET_CAUSES = ("power_on", "brownout", "reset", "watchdog", "deep_sleep", "soft_reset", "unknown")
CLOCK_SOURCES = ("meter",)
CARD_STATES = ("ok", "absent", "failed")
UPDATE_STATES = ("idle", "receiving", "failed", "restarting", "trial")
KEY_ID = DIGEST = re.compile("[0-9a-f]{16}")
MAX_KEYS = 10
MAX_BUILD = 2**29
MAX_PRESSES = 4
GRANTS = ("token", "session", "password")
TOKEN_KINDS = ("read", "settings", "owner")
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
DEMAND_SOURCES = ("meter", "registers", "samples")
PEAK_SOURCES = ("meter", "card")
QUARTER_SOURCES = ("registers", "samples", "partial")
MBUS_TYPES = ("gas", "water", "heat", "hot_water", "electricity", "other")

MAX_PRESSES = 4
MAX_HEAP_AREAS = 3
MAX_CHANNELS = 4
# A quarter has 180 samples of 5 s.
MAX_SAMPLES = 180
MAX_CLOSED_MONTHS = 13
MAX_DAYS = 31
MAX_MONTHS = 12
# A quarter id has 32 bits.
MAX_QUARTER_ID = 2**32 - 1
# Longest uptime that is accepted: 136 years. Home Assistant computes the time of the device's start as the present time
# minus the uptime. Without this limit, a huge uptime would make the computation fail.
MAX_UPTIME_S = 2**32
# A message of a meter has at most 1024 characters (e-MUCS P1).
MAX_MESSAGE = 1024
