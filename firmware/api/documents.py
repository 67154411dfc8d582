"""JSON documents with the newest figures of the meter and the device, as specified in docs/openapi.yaml.

Each document is written in pieces, because contiguous memory for a whole document is not always free. Decimals are
written from integers, because a float of the board has too few digits for an energy.
"""

import json

from demand.quarter import QUARTER_S
from meter.parser import total
from meter.timestamp import iso, shift
from meter.values import plain, text
from overlay import load

# Units that the documents convert: {unit of a field: (unit in the document, number of decimals)}. For example, a field
# in Wh is written in kWh with 3 decimals. The name of a field ends with the field's unit.
_UNITS = {"wh": ("kwh", 3), "dv": ("v", 1), "ma": ("a", 3)}
_TOTALS = ("energy_import_wh", "energy_export_wh")
# Keys of /api/quarter whose values are attributes of the coach. If key and attribute have different names, the entry is
# key=attribute.
_QUARTER = (
    "elapsed_s=elapsed demand_w demand_source=source projected_w"
    " target_w allowed_w limit_w headroom_w at_risk unavoidable"
)
_MBUS = {2: "electricity", 3: "gas", 4: "heat", 6: "hot_water", 7: "water", 12: "heat"}


def write(name, device, write):
    """Write the document `name` in pieces, by calls of `write(piece)`.

    The documents "status", "peaks", "reading" and "quarter" are also the events of GET /api/live. The document "full
    reading" is the reading with the peaks of the closed months. "samples" is the running quarter with its samples,
    in the format of the original firmware (GET /current/quarter).
    """
    if name == "quarter":
        quarter(device.coach, write)
    elif name == "peaks":
        load("api.peaks").write_peaks(device, write)
    elif name == "status":
        load("api.status").write_status(device, write)
    elif name == "samples":
        device.coach.quarter.write_json(write)
    else:
        reading(device.reader.parser, write, name == "full reading")


def _decimal(value, places):
    """Return an integer as a JSON number with `places` decimals: "12.345" for 12345 and 3, "null" for None."""
    if value is None:
        return "null"
    sign = "-" if value < 0 else ""
    value = abs(value)
    return "%s%d.%0*d" % (sign, value // 10**places, places, value % 10**places)


def _moment(moment):
    return '"%s"' % iso(*moment) if moment else "null"


def reading(parser, write, with_peaks):
    """GET /api/reading: write all fields in the order of meter/objects.py. A field that the meter lacks is null."""
    fields = parser.reading
    write('{"time":%s,"meter_model":%s' % (_moment(fields["time"]), json.dumps(fields["meter_model"])))
    for field in parser.fields:
        if field in ("time", "peaks"):
            continue
        value = total(fields, field[:-2]) if field in _TOTALS else fields[field]
        unit = field[field.rfind("_") + 1 :]
        if field == "peak":
            power, end, summer = value or (None, None, None)
            write(',"peak_w":%s,"peak_end":%s' % (json.dumps(power), _moment(value and (end, summer))))
        elif field == "message":
            write(',"message":')
            write(json.dumps(value and text(value, value.find(b"("))))
        elif unit in _UNITS:
            shown, places = _UNITS[unit]
            write(',"%s%s":%s' % (field[: -len(unit)], shown, _decimal(value, places)))
        else:
            write(',"%s":%s' % (field, json.dumps(value)))
    _mbus(fields["mbus"], write)
    if with_peaks:
        load("api.peaks").write_meter_peaks(fields["peaks"], write)
    write("}")


def _mbus(meters, write):
    """Write the M-Bus meters that have a type and a reading. A channel without a meter has neither."""
    write(',"mbus":[')
    between = ""
    for channel in sorted(meters):
        meter = meters[channel]
        if not meter.get("type") or not meter.get("volume"):
            continue
        amount, unit, end, summer = meter["volume"]
        amount = _decimal(amount, 3)
        write('%s{"channel":%d,"type":"%s"' % (between, channel, _MBUS.get(meter["type"], "other")))
        for key in ("id", "ean", "valve"):
            write(',"%s":%s' % (key, json.dumps(meter.get(key))))
        write(
            ',"time":"%s","value":%s,"unit":%s,"volume_m3":%s,"energy_gj":%s}'
            % (
                iso(end, summer),
                amount,
                json.dumps(plain(unit)),
                amount if unit == b"m3" else "null",
                amount if unit == b"GJ" else "null",
            )
        )
        between = ","
    write("]")


def quarter(coach, write):
    """GET /api/quarter: write the running quarter and its projection."""
    start = end = None
    if coach.start is not None:
        start = (coach.start, coach.summer)
        end = shift(coach.start, coach.summer, QUARTER_S)
    write('{"id":%s,"start":%s,"end":%s' % (json.dumps(coach.quarter_id), _moment(start), _moment(end)))
    for name in _QUARTER.split():
        key, _, attribute = name.partition("=")
        write(',"%s":%s' % (key, json.dumps(getattr(coach, attribute or key))))
    write("}")
