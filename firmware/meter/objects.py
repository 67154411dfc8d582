"""Table of the objects of a telegram that the firmware reads. Loaded on demand. The parser contains no OBIS code.

To add an object, add a row. The name of a field ends with its unit, such as `_wh`. Two codes may share one field.

Source: e-MUCS P1 1.7.1 and 2.1.1; DSMR P1 5.0.2; telegrams of Iskraemeco and Landis+Gyr meters.
"""

from micropython import const

# Kinds of objects. For each kind, `meter/values.py` has a function that reads the value and its unit.
TEXT = const(1)
LONG_TEXT = const(2)
STAMP = const(3)
COUNT = const(4)
POWER = const(5)
ENERGY = const(6)
VOLTAGE = const(7)
CURRENT = const(8)
LIMITER = const(9)
FUSE = const(10)
PEAK = const(11)
MONTHS = const(12)
VOLUME = const(13)

# Columns: OBIS code, kind, field. The rows have about the order of a telegram, because the parser begins each search
# after the row of the previous object.
OBJECTS = (
    (b"0-0:96.1.4", TEXT, "meter_version"),
    (b"0-0:96.1.1", TEXT, "meter_id"),
    (b"0-0:96.1.0", TEXT, "meter_id"),
    (b"0-0:96.1.2", TEXT, "ean"),
    (b"1-0:94.32.1", COUNT, "grid_v"),
    (b"0-0:1.0.0", STAMP, "time"),
    (b"1-0:1.8.0", ENERGY, "energy_import_wh"),
    (b"1-0:1.8.1", ENERGY, "energy_import_t1_wh"),
    (b"1-0:1.8.2", ENERGY, "energy_import_t2_wh"),
    (b"1-0:1.8.3", ENERGY, "energy_import_t3_wh"),
    (b"1-0:1.8.4", ENERGY, "energy_import_t4_wh"),
    (b"1-0:1.8.5", ENERGY, "energy_import_t5_wh"),
    (b"1-0:2.8.0", ENERGY, "energy_export_wh"),
    (b"1-0:2.8.1", ENERGY, "energy_export_t1_wh"),
    (b"1-0:2.8.2", ENERGY, "energy_export_t2_wh"),
    (b"1-0:2.8.3", ENERGY, "energy_export_t3_wh"),
    (b"1-0:2.8.4", ENERGY, "energy_export_t4_wh"),
    (b"1-0:2.8.5", ENERGY, "energy_export_t5_wh"),
    (b"1-0:1.4.0", POWER, "demand_w"),
    (b"1-0:1.6.0", PEAK, "peak"),
    (b"0-0:98.1.0", MONTHS, "peaks"),
    (b"0-0:96.14.0", COUNT, "tariff"),
    (b"1-0:1.7.0", POWER, "power_import_w"),
    (b"1-0:2.7.0", POWER, "power_export_w"),
    (b"1-0:21.7.0", POWER, "power_import_l1_w"),
    (b"1-0:41.7.0", POWER, "power_import_l2_w"),
    (b"1-0:61.7.0", POWER, "power_import_l3_w"),
    (b"1-0:22.7.0", POWER, "power_export_l1_w"),
    (b"1-0:42.7.0", POWER, "power_export_l2_w"),
    (b"1-0:62.7.0", POWER, "power_export_l3_w"),
    (b"1-0:32.7.0", VOLTAGE, "voltage_l1_dv"),
    (b"1-0:52.7.0", VOLTAGE, "voltage_l2_dv"),
    (b"1-0:72.7.0", VOLTAGE, "voltage_l3_dv"),
    (b"1-0:31.7.0", CURRENT, "current_l1_ma"),
    (b"1-0:51.7.0", CURRENT, "current_l2_ma"),
    (b"1-0:71.7.0", CURRENT, "current_l3_ma"),
    (b"0-0:96.3.10", COUNT, "breaker"),
    (b"0-0:17.0.0", LIMITER, "limiter_w"),
    (b"1-0:31.4.0", FUSE, "fuse_ma"),
    (b"0-0:96.13.0", LONG_TEXT, "message"),
    # Rows of M-Bus meters, which must be the last rows. A telegram has 0-1 to 0-4 in place of `n`, for the channels 1
    # to 4.
    (b"n:24.1.0", COUNT, "type"),
    (b"n:96.1.0", TEXT, "id"),
    (b"n:96.1.1", TEXT, "id"),
    (b"n:96.1.2", TEXT, "ean"),
    (b"n:24.4.0", COUNT, "valve"),
    (b"n:24.2.3", VOLUME, "volume"),
    (b"n:24.2.1", VOLUME, "volume"),
)

# Each object has a row of 13 bytes in CODES: its OBIS code of up to 11 characters, a bracket, blanks, and its kind.
ROW = const(13)
KIND = const(12)  # index of the kind in a row


def _packed_by_build(objects):
    """Return (codes, field of each row, fields of the electricity meter, index of the first row of M-Bus meters).

    `codes` is a single bytes object with the code and the kind of each row. On a 32-bit board, a dict would need 6.3 KB
    of memory, but the bytes object needs 0.6 KB.
    """
    codes = b"".join([(code + b"(" + b" " * KIND)[:KIND] + bytes([kind]) for code, kind, _ in objects])
    fields = tuple([field for _, _, field in objects])
    mbus_row = len([code for code, _, _ in objects if not code.startswith(b"n")])
    own = tuple([fields[row] for row in range(mbus_row) if fields[row] not in fields[:row]])
    return codes, fields, own, mbus_row


CODES, FIELDS, OWN_FIELDS, MBUS_ROW = _packed_by_build(OBJECTS)
