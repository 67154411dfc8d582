"""The objects of a telegram that the firmware reads, as data: the parser knows no code by name.

To add an object, add a row. The ending of a field is its unit. Two codes may give one field.

Source: e-MUCS P1 1.7.1 and 2.1.1; DSMR P1 5.0.2; telegrams of Iskraemeco and Landis+Gyr meters.
"""

from micropython import const

# Kinds: `meter/values.py` has a function for each, which reads the value and knows its unit.
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

# OBIS code, kind, field; in about the order of a telegram, because the parser searches on from the previous object.
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
    # The M-Bus meter on channel n, 1 to 4: its codes in a telegram begin with 0-1 to 0-4. These rows come last.
    (b"n:24.1.0", COUNT, "type"),
    (b"n:96.1.0", TEXT, "id"),
    (b"n:96.1.1", TEXT, "id"),
    (b"n:96.1.2", TEXT, "ean"),
    (b"n:24.4.0", COUNT, "valve"),
    (b"n:24.2.3", VOLUME, "volume"),
    (b"n:24.2.1", VOLUME, "volume"),
)

ROW = const(13)  # bytes in CODES: a code of up to 11 and its bracket, then
KIND = const(12)  # the place of the kind


def _packed_by_build(objects):
    """Return (codes, fields, number of rows before those of M-Bus meters).

    The codes and kinds are one bytes of rows, because a dict takes ten times its memory: 6.3 KB instead of 0.6 KB on a
    32-bit board.
    """
    codes = b"".join([(code + b"(" + b" " * KIND)[:KIND] + bytes([kind]) for code, kind, _ in objects])
    fields = tuple([field for _, _, field in objects])
    return codes, fields, len([code for code, _, _ in objects if not code.startswith(b"n")])


CODES, FIELDS, MBUS_ROW = _packed_by_build(OBJECTS)
