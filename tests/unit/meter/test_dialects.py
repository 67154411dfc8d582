"""Telegrams as the simulator's meters write them, read as their meters meant them.

build/tests/dialects.json, written by conftest.py, has one meter a line: its telegrams and what the last one means.
"""

import json

from demand.peaks import month_name
from meter.framer import Framer
from meter.parser import Parser
from meter.timestamp import iso
from meter.values import text

# Fields that do not change and are not a measurement.
IDENTITY = (
    "meter_model",
    "meter_version",
    "meter_id",
    "ean",
    "grid_v",
    "limiter_w",
    "fuse_ma",
    "message",
    "mbus",
)


def meters():
    with open("build/tests/dialects.json") as file:
        for line in file:
            yield json.loads(line)


def last(telegrams):
    """(framer, the fields of the reading that have a value) after these telegrams."""
    parser = Parser()
    framer = Framer(parser.take)
    for telegram in telegrams:
        framer.feed(telegram.encode())
    reading = parser.reading
    return framer, {field: reading[field] for field in reading if reading[field] is not None}


def plainly(fields):
    """A reading as JSON can say it."""
    found = {name: fields[name] for name in fields if name not in IDENTITY}
    found["time"] = iso(*fields["time"])
    if "peak" in fields:
        power_w, end, summer = fields["peak"]
        found["peak"] = [power_w, iso(end, summer)]
    if "peaks" in fields:
        found["peaks"] = [
            [month_name(month), power_w, iso(end, summer)] for month, power_w, end, summer in fields["peaks"]
        ]
    return found


def test_every_meter_is_read_as_it_means():
    names = []
    for meter in meters():
        names.append(meter["name"])
        framer, fields = last(meter["telegrams"])
        assert (framer.telegrams, framer.crc_errors, framer.overruns) == (len(meter["telegrams"]), 0, 0)
        found = plainly(fields)
        for name in meter["fields"]:
            assert name in found, (meter["name"], name)
            assert found[name] == meter["fields"][name], (meter["name"], name, found[name])
        for name in found:
            # Registers of tariffs 3 to 5 stand at zero.
            assert name in meter["fields"] or name[-5:] in ("t3_wh", "t4_wh", "t5_wh"), (meter["name"], name)
        message = fields["message"]
        assert text(message, message.find(b"(")) == "Hallo, Belgi\xeb"
    assert len(names) >= 15


def test_every_gas_and_water_meter_is_read():
    for meter in meters():
        _, fields = last(meter["telegrams"])
        found = {}
        for channel in fields["mbus"]:
            device = fields["mbus"][channel]
            if "volume" in device:
                volume, unit, end, summer = device["volume"]
                assert unit == b"m3"
                found[str(channel)] = [device["type"], device["id"], volume, iso(end, summer)]
        assert found == meter["mbus"], meter["name"]


def test_telegram_after_another_is_read_as_if_it_were_the_first():
    for meter in meters():
        assert last(meter["telegrams"])[1] == last(meter["telegrams"][-1:])[1], meter["name"]
