"""Telegrams for these tests, and what the firmware makes of them. All numbers are made up."""

import json

from api import documents
from meter.crc import crc16
from meter.framer import Framer
from meter.parser import Parser

HEADER = "/FLU5\\253769484_A"
CLOCK = "0-0:1.0.0(261112182930W)"
POWER = "1-0:1.7.0(02.340*kW)"

# A meter with three phases, gas, water and one closed month: about 900 bytes.
HOUSE = (
    "",
    "0-0:96.1.4(50217)",
    "0-0:96.1.1(3153414733313030303030303331)",
    CLOCK,
    "1-0:1.8.1(006312.401*kWh)",
    "1-0:1.8.2(007081.944*kWh)",
    "1-0:2.8.1(002211.320*kWh)",
    "1-0:2.8.2(000905.018*kWh)",
    "0-0:96.14.0(0001)",
    "1-0:1.4.0(01.170*kW)",
    "1-0:1.6.0(261103184500W)(04.218*kW)",
    "0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(261101000000W)(261019190000S)(03.871*kW)",
    POWER,
    "1-0:2.7.0(00.000*kW)",
    "1-0:21.7.0(01.900*kW)",
    "1-0:41.7.0(00.340*kW)",
    "1-0:61.7.0(00.100*kW)",
    "1-0:32.7.0(233.1*V)",
    "1-0:52.7.0(234.0*V)",
    "1-0:72.7.0(232.8*V)",
    "1-0:31.7.0(008.16*A)",
    "1-0:51.7.0(001.47*A)",
    "1-0:71.7.0(000.44*A)",
    "0-0:96.3.10(1)",
    "0-0:17.0.0(999.9*kW)",
    "1-0:31.4.0(999*A)",
    "0-0:96.13.0()",
    "0-1:24.1.0(003)",
    "0-1:96.1.1(37464C4F32313030303030303331)",
    "0-1:24.4.0(1)",
    "0-1:24.2.3(261112182512W)(00338.711*m3)",
    "0-2:24.1.0(007)",
    "0-2:96.1.1(3853455430303030303030303432)",
    "0-2:24.2.1(261112182602W)(00872.204*m3)",
)
MESSAGE_1024 = "0-0:96.13.0(" + "426567" * 341 + "21" + ")"  # "Beg" 341 times and "!"


def telegram(*objects, crc="%04X"):
    """A telegram with these objects, one a line; `crc` is how its CRC is printed."""
    body = ("\r\n".join((HEADER,) + objects) + "\r\n!").encode()
    return body + (crc % crc16(body)).encode() + b"\r\n"


def without(code, objects=HOUSE):
    """These objects, less those of one code."""
    return tuple([line for line in objects if not line.startswith(code + "(")])


def instead(line, objects=HOUSE):
    """These objects, one of them replaced by a line of its code."""
    code = line[: line.find("(") + 1]
    return tuple([line if old.startswith(code) else old for old in objects])


class Taken:
    """Takes what a Framer finds: `bodies` are the telegrams, byte for byte."""

    def __init__(self):
        self.bodies = []
        self.framer = Framer(self.take)
        self.feed = self.framer.feed

    def take(self, lines):
        self.bodies.append(b"\n".join(lines) + b"\n")


class Meter:
    """Parser behind a Framer, fed with one telegram after another."""

    def __init__(self):
        self.parser = Parser()
        self.framer = Framer(self.parser.take)

    def send(self, *objects):
        """What the reading tells after a telegram with these objects, which must be taken."""
        before = self.framer.telegrams
        self.framer.feed(telegram(*objects))
        assert self.framer.telegrams == before + 1
        return told(self.parser.reading)


def told(reading):
    """The fields of a reading that have a value."""
    return {field: reading[field] for field in reading if reading[field] is not None}


def read(*objects):
    """What one telegram with these objects tells."""
    return Meter().send(*objects)


def shown(*objects):
    """What /api/reading shows of one telegram with these objects."""
    pieces = []
    meter = Meter()
    meter.send(*objects)
    documents.reading(meter.parser.reading, pieces.append, True)
    return json.loads("".join(pieces))
