"""The objects of a telegram that we understand, as data; the parser knows no code by name.

Each row has an OBIS code, a kind and a field. The kind is a function of `meter/values.py`; the field's end is its
unit. Codes and kinds are one blob of bytes, because a dict would take ten times its memory (6.3 against 0.6 KB on a
32-bit board); FIELDS repeats the fields in the same order.

Source: e-MUCS P1 1.7.1 and 2.1.1; DSMR P1 5.0.2; telegrams of Iskraemeco and Landis+Gyr meters.
"""

from micropython import const

ROW = const(13)  # bytes: a code of up to 11 and its bracket, then
KIND = const(12)  # the place of the kind

# Kinds: s text, x long text, t stamp, n count, W power or energy, V voltage, A current, l limiter, f fuse, p peak,
# m peaks of the months, v volume. In about the order of a telegram.
CODES = (
    b"0-0:96.1.4( s"  # meter_version
    b"0-0:96.1.1( s"  # meter_id
    b"0-0:96.1.0( s"  # meter_id
    b"0-0:96.1.2( s"  # ean
    b"1-0:94.32.1(n"  # grid_v
    b"0-0:1.0.0(  t"  # time
    b"1-0:1.8.0(  W"  # energy_import_wh
    b"1-0:1.8.1(  W"  # energy_import_t1_wh
    b"1-0:1.8.2(  W"  # energy_import_t2_wh
    b"1-0:1.8.3(  W"  # energy_import_t3_wh
    b"1-0:1.8.4(  W"  # energy_import_t4_wh
    b"1-0:1.8.5(  W"  # energy_import_t5_wh
    b"1-0:2.8.0(  W"  # energy_export_wh
    b"1-0:2.8.1(  W"  # energy_export_t1_wh
    b"1-0:2.8.2(  W"  # energy_export_t2_wh
    b"1-0:2.8.3(  W"  # energy_export_t3_wh
    b"1-0:2.8.4(  W"  # energy_export_t4_wh
    b"1-0:2.8.5(  W"  # energy_export_t5_wh
    b"1-0:1.4.0(  W"  # demand_w
    b"1-0:1.6.0(  p"  # peak
    b"0-0:98.1.0( m"  # peaks
    b"0-0:96.14.0(n"  # tariff
    b"1-0:1.7.0(  W"  # power_import_w
    b"1-0:2.7.0(  W"  # power_export_w
    b"1-0:21.7.0( W"  # power_import_l1_w
    b"1-0:41.7.0( W"  # power_import_l2_w
    b"1-0:61.7.0( W"  # power_import_l3_w
    b"1-0:22.7.0( W"  # power_export_l1_w
    b"1-0:42.7.0( W"  # power_export_l2_w
    b"1-0:62.7.0( W"  # power_export_l3_w
    b"1-0:32.7.0( V"  # voltage_l1_dv
    b"1-0:52.7.0( V"  # voltage_l2_dv
    b"1-0:72.7.0( V"  # voltage_l3_dv
    b"1-0:31.7.0( A"  # current_l1_ma
    b"1-0:51.7.0( A"  # current_l2_ma
    b"1-0:71.7.0( A"  # current_l3_ma
    b"0-0:96.3.10(n"  # breaker
    b"0-0:17.0.0( l"  # limiter_w
    b"1-0:31.4.0( f"  # fuse_ma
    b"0-0:96.13.0(x"  # message
    # The M-Bus meter on channel n, 1 to 4; the codes in a telegram begin with 0-1 to 0-4.
    b"n:24.1.0(   n"  # type
    b"n:96.1.0(   s"  # id
    b"n:96.1.1(   s"  # id
    b"n:96.1.2(   s"  # ean
    b"n:24.4.0(   n"  # valve
    b"n:24.2.3(   v"  # volume
    b"n:24.2.1(   v"  # volume
)

FIELDS = (
    "meter_version",
    "meter_id",
    "meter_id",
    "ean",
    "grid_v",
    "time",
    "energy_import_wh",
    "energy_import_t1_wh",
    "energy_import_t2_wh",
    "energy_import_t3_wh",
    "energy_import_t4_wh",
    "energy_import_t5_wh",
    "energy_export_wh",
    "energy_export_t1_wh",
    "energy_export_t2_wh",
    "energy_export_t3_wh",
    "energy_export_t4_wh",
    "energy_export_t5_wh",
    "demand_w",
    "peak",
    "peaks",
    "tariff",
    "power_import_w",
    "power_export_w",
    "power_import_l1_w",
    "power_import_l2_w",
    "power_import_l3_w",
    "power_export_l1_w",
    "power_export_l2_w",
    "power_export_l3_w",
    "voltage_l1_dv",
    "voltage_l2_dv",
    "voltage_l3_dv",
    "current_l1_ma",
    "current_l2_ma",
    "current_l3_ma",
    "breaker",
    "limiter_w",
    "fuse_ma",
    "message",
    "type",
    "id",
    "id",
    "ean",
    "valve",
    "volume",
    "volume",
)

MBUS_ROW = const(40)  # the first row of M-Bus meters
