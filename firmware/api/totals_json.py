"""Totals and peak of a day or a month as JSON. Loaded on demand."""

_TOTALS = (
    b'"import_kwh":%s,"export_kwh":%s,"gas_m3":%s,"water_m3":%s,"peak_w":%s,"peak_start":%s,"quarters":%s'
)


def totals_members(fields):
    """Return the JSON members for the amounts, the peak, the peak's start and the number of quarters.

    `fields`: the fields of a line of days.csv after its date.
    """
    fields = [field or b"null" for field in fields]
    if fields[5] != b"null":
        fields[5] = b'"%s"' % fields[5]
    return _TOTALS % tuple(fields)
