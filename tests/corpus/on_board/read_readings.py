"""Reads files of telegrams with the firmware's parser for tests/corpus: read_readings.py FILE...

Prints one line of JSON for each file: its name, what the framer counted, and the fields of its last good telegram.
"""

import json
import sys

from api import documents
from meter.framer import Framer
from meter.parser import Parser
from meter.timestamp import iso
from meter.values import text


def plainly(reading):
    """The fields as JSON can say them."""
    fields = {field: reading[field] for field in reading if reading[field] is not None}
    if "time" in fields:
        fields["time"] = iso(*fields["time"])
    if "peak" in fields:
        fields["peak"] = [fields["peak"][0], iso(*fields["peak"][1:])]
    if "peaks" in fields:
        fields["peaks"] = [[month, power_w, iso(*end)] for month, power_w, *end in fields["peaks"]]
    if "message" in fields:
        fields["message"] = text(fields["message"], fields["message"].find(b"("))
    meters = fields.pop("mbus", {})
    for meter in meters.values():
        if meter.get("volume"):
            amount, unit, *moment = meter["volume"]
            meter["volume"] = [amount, unit.decode(), iso(*moment)]
    fields["mbus"] = {str(channel): meter for channel, meter in meters.items()}
    return fields


for name in sys.argv[1:]:
    parser = Parser()
    framer = Framer(parser.take)
    with open(name, "rb") as file:
        chunk = file.read(256)
        while chunk:
            framer.feed(chunk)
            chunk = file.read(256)
    framer.feed(b"\r\n")
    shown = []
    documents.reading(parser, shown.append, True)
    json.loads("".join(shown))
    counted = [framer.telegrams, framer.crc_errors, framer.overruns]
    print(json.dumps({"file": name, "counted": counted, "fields": plainly(parser.reading)}))
