r"""Dialects of the meters in Belgian homes, as tables.

Each dialect has the header, the order of lines and the formats of real telegrams. All numbers are invented. The five
digits in 0-0:96.1.4 are the version of e-MUCS P1: 50217 is 1.7, and 50221 is 2.1. Versions 50213 to 50216 have no
peaks. A line that is only "-" is left out. The lines of M-Bus meters replace `{mbus}`.
"""

from dataclasses import replace

from simulator.dialect import INVALID, Dialect, octets
from simulator.grid import total_only, two_wattmeters, virtual_neutral

_REGISTERS = """\
1-0:1.8.1({import_t1:9.3}*kWh)
1-0:1.8.2({import_t2:9.3}*kWh)
1-0:2.8.1({export_t1:9.3}*kWh)
1-0:2.8.2({export_t2:9.3}*kWh)
"""
_TARIFF = "0-0:96.14.0({tariff:04d})\n"
_PEAKS = """\
1-0:1.4.0({demand:5.3}*kW)
1-0:1.6.0({peak_end})({peak:5.3}*kW)
0-0:98.1.0{history}
"""
_POWER = """\
1-0:1.7.0({power_import:5.3}*kW)
1-0:2.7.0({power_export:5.3}*kW)
"""
_POWER_L1 = """\
1-0:21.7.0({import_l1:5.3}*kW)
1-0:22.7.0({export_l1:5.3}*kW)
"""
_POWER_L123 = """\
1-0:21.7.0({import_l1:5.3}*kW)
1-0:41.7.0({import_l2:5.3}*kW)
1-0:61.7.0({import_l3:5.3}*kW)
1-0:22.7.0({export_l1:5.3}*kW)
1-0:42.7.0({export_l2:5.3}*kW)
1-0:62.7.0({export_l3:5.3}*kW)
"""
_VOLTAGE_L1 = "1-0:32.7.0({voltage_l1:4.1}*V)\n"
_VOLTAGE_L123 = """\
1-0:32.7.0({voltage_l1:4.1}*V)
1-0:52.7.0({voltage_l2:4.1}*V)
1-0:72.7.0({voltage_l3:4.1}*V)
"""
_AMPERE_L1 = "1-0:31.7.0({current_l1:3.0}*A)\n"
_AMPERE_L123 = """\
1-0:31.7.0({current_l1:3.0}*A)
1-0:51.7.0({current_l2:3.0}*A)
1-0:71.7.0({current_l3:3.0}*A)
"""
_CURRENT_L1 = "1-0:31.7.0({current_l1:5.2}*A)\n"
_CURRENT_L123 = """\
1-0:31.7.0({current_l1:5.2}*A)
1-0:51.7.0({current_l2:5.2}*A)
1-0:71.7.0({current_l3:5.2}*A)
"""
_LIMITS = """\
0-0:96.3.10({breaker})
0-0:17.0.0(999.9*kW)
1-0:31.4.0(999*A)
0-0:96.13.0({message})
{mbus}
"""
_LIMITS_50221 = """\
0-0:96.3.10({breaker})
0-0:17.0.0(99.999*kW)
1-0:31.4.0(999.99*A)
0-1:96.3.10(0)
0-2:96.3.10(0)
0-3:96.3.10(0)
0-4:96.3.10(0)
0-0:96.13.0({message})
{mbus}
"""
_GAS = """\
0-{n}:24.1.0({type})
0-{n}:96.1.1({id})
0-{n}:24.4.0({valve})
0-{n}:24.2.3{value}"""
_WATER = """\
0-{n}:24.1.0({type})
0-{n}:96.1.1({id})
0-{n}:24.2.1{value}"""
_EAN = octets("-" * 18)
_GAS_50221 = _GAS.replace("0-{n}:24.4.0", f"0-{{n}}:96.1.2({_EAN})\n0-{{n}}:24.4.0")
_WATER_50221 = _WATER.replace("0-{n}:24.2.1", f"0-{{n}}:96.1.2({_EAN})\n0-{{n}}:24.2.1")


def _head(header: str, version: str, meter_id: str) -> str:
    """Return the first lines of a telegram: header, blank line, version, id of the meter, clock."""
    return f"{header}\n\n0-0:96.1.4({version})\n0-0:96.1.1({octets(meter_id)})\n0-0:1.0.0({{clock}})\n"


def _head_50221(header: str, grid: str, meter_id: str, ean: str) -> str:
    return (
        _head(header, "50221", meter_id)
        .replace("0-0:96.1.1", f"1-0:94.32.1({grid})\n0-0:96.1.1")
        .replace("0-0:1.0.0", f"0-0:96.1.2({ean})\n0-0:1.0.0")
    )


_S211, _T211, _T212 = "/FLU5\\253770234_A", "/FLU5\\253769484_A", "/FLU5\\253967035_D"
_S211_ID, _T211_ID, _T212_ID = "1SAG1100000017", "1SAG3100000031", "1SAG3200000045"

_THREE_PHASES_50221 = (
    _REGISTERS + _TARIFF + _PEAKS + _POWER + _POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123 + _LIMITS_50221
)

_SAGEMCOM = Dialect(name="", about="", text="", gas=_GAS, water=_WATER, default_gas=1)

_SAGEMCOM_DIALECTS = [
    replace(
        _SAGEMCOM,
        name="sagemcom-s211-50213",
        about="Sagemcom S211, 1 phase, no peaks, whole amperes",
        phases=1,
        text=_head(_S211, "50213", _S211_ID)
        + _REGISTERS
        + _TARIFF
        + _POWER
        + _VOLTAGE_L1
        + _AMPERE_L1
        + _LIMITS,
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-s211-50215",
        about="Sagemcom S211, 1 phase, no peaks",
        phases=1,
        text=_head(_S211, "50215", _S211_ID)
        + (_REGISTERS + _TARIFF + _POWER + _POWER_L1 + _VOLTAGE_L1 + _CURRENT_L1 + _LIMITS),
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-s211-50217",
        about="Sagemcom S211, 1 phase, a new meter without closed months",
        phases=1,
        months=0,
        text=_head(_S211, "50217", _S211_ID)
        + (_REGISTERS + _TARIFF + _PEAKS + _POWER + _POWER_L1 + _VOLTAGE_L1 + _CURRENT_L1 + _LIMITS),
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-t211-50213",
        about="Sagemcom T211, 3 phases, no peaks, no power per phase",
        text=_head(_T211, "50213", _T211_ID)
        + _REGISTERS
        + _TARIFF
        + _POWER
        + _VOLTAGE_L123
        + _AMPERE_L123
        + _LIMITS,
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-t211-50215",
        about="Sagemcom T211, 3 phases, no peaks",
        text=_head(_T211, "50215", _T211_ID)
        + (_REGISTERS + _TARIFF + _POWER + _POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123 + _LIMITS),
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-t211-50217",
        about="Sagemcom T211, 3 phases with neutral, 13 closed months (the default)",
        default_water=2,
        text=_head(_T211, "50217", _T211_ID)
        + (_REGISTERS + _TARIFF + _PEAKS + _POWER + _POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123 + _LIMITS),
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-t211-50217-230v",
        about="Sagemcom T211 on 3x230 V: L2 shows 0 V, closed months begin with the factory's filler",
        grid=two_wattmeters,
        months=5,
        filler=INVALID,
        text=_head(_T211, "50217", _T211_ID)
        + (_REGISTERS + _TARIFF + _PEAKS + _POWER + _POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123 + _LIMITS),
    ),
    replace(
        _SAGEMCOM,
        name="sagemcom-t212-50221",
        about="newer Sagemcom, 3 phases, e-MUCS 2.1, water on channel 1 and gas on 2",
        months=3,
        filler="month",
        gas=_GAS_50221,
        water=_WATER_50221,
        default_gas=2,
        default_water=1,
        text=_head_50221(_T212, "400", _T212_ID, "") + _THREE_PHASES_50221,
    ),
]

_LANDIS = Dialect(
    name="landis-e360-50221",
    about="Landis+Gyr E360, 3 phases with neutral, e-MUCS 2.1",
    months=2,
    filler="35255255255255255S",
    gas=_GAS_50221,
    water=_WATER_50221,
    text=_head_50221("/LGF5E360", "400", "1LGZ0500000059", _EAN)
    + (_REGISTERS + _TARIFF + _PEAKS + _POWER + _POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123)
    + _LIMITS_50221.replace("999.99", "040.00"),
)
_LANDIS_DIALECTS = [
    _LANDIS,
    replace(
        _LANDIS,
        name="landis-e360-50221-230v",
        about="Landis+Gyr E360 on 3x230 V: no power per phase, nothing of L2",
        grid=total_only,
        text=_LANDIS.text.replace("94.32.1(400)", "94.32.1(230)"),
    ),
]

_ISKRA_POWER_L123 = """\
1-0:21.7.0({import_l1:5.3}*kW)
1-0:22.7.0({export_l1:5.3}*kW)
1-0:41.7.0({import_l2:5.3}*kW)
1-0:42.7.0({export_l2:5.3}*kW)
1-0:61.7.0({import_l3:5.3}*kW)
1-0:62.7.0({export_l3:5.3}*kW)
"""
_ISKRA_HEAD = """\
/ISk5\\2MIE5T-200

1-0:0.0.0(00000000)
0-0:96.1.0(90000073)
0-0:1.0.0({clock:.12})
"""
_ISKRA_TAIL = "0-0:96.3.10({breaker})\n0-0:96.13.0({message})\n{mbus}\n"
_ISKRA = Dialect(
    name="iskra-ie5-old",
    about="Iskra IE.5, 3 phases, until 2025: clock without S or W, no version, whole amperes",
    months=0,
    gas=_GAS,
    water=_WATER,
    no_device="0-1:96.1.1()",
    text=_ISKRA_HEAD
    + _REGISTERS
    + _TARIFF
    + _POWER
    + _POWER_L123
    + _VOLTAGE_L123
    + _AMPERE_L123
    + _ISKRA_TAIL,
)
_FIVE_TARIFFS = """\
1-0:1.8.1({import_t1:9.3}*kWh)
1-0:1.8.2({import_t2:9.3}*kWh)
1-0:1.8.3(000000.000*kWh)
1-0:1.8.4(000000.000*kWh)
1-0:1.8.5(000000.000*kWh)
1-0:2.8.1({export_t1:9.3}*kWh)
1-0:2.8.2({export_t2:9.3}*kWh)
1-0:2.8.3(000000.000*kWh)
1-0:2.8.4(000000.000*kWh)
1-0:2.8.5(000000.000*kWh)
"""
_ISKRA_DIALECTS = [
    _ISKRA,
    replace(
        _ISKRA,
        name="iskra-ie5-old-230v",
        about="Iskra IE.5 on 3x230 V: three voltages to a virtual neutral, about 133 V",
        grid=virtual_neutral,
    ),
    replace(
        _ISKRA,
        name="iskra-ie5e-old",
        about="Iskra IE.5, 1 phase, until 2025",
        phases=1,
        text=_ISKRA_HEAD.replace("MIE5T", "MIE5E")
        + (_REGISTERS + _TARIFF + _POWER + _POWER_L1 + _VOLTAGE_L1 + _AMPERE_L1 + _ISKRA_TAIL),
    ),
    replace(
        _ISKRA,
        name="iskra-ie5-2026",
        about="Iskra IE.5 with the firmware of December 2025: five tariffs, 1.6.0 with the value first",
        no_device="",
        text=_head("/ISk5\\2MIE5T-200", octets("21110"), "90000073")
        + (_FIVE_TARIFFS + _TARIFF)
        + "1-0:1.4.0({demand:5.3}*kW)\n1-0:1.6.0({peak:5.3}*kW)({peak_end:.12})\n"
        + (_POWER + _ISKRA_POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123)
        + "0-0:96.3.10({breaker})\n0-0:17.0.0(999.9*kVA)\n1-0:31.4.0(999*A)\n"
        + "0-1:96.3.10(0)\n0-2:96.3.10(0)\n0-0:96.13.0({message})\n{mbus}\n",
    ),
]

_SIBELGA = Dialect(
    name="sibelga-s210",
    about="Sagemcom S210 of Sibelga (Brussels), 1 phase: version blank, no voltages, no peaks",
    phases=1,
    months=0,
    gas=_GAS,
    water=_WATER,
    text="/SIB5\\253691561_E\n\n"
    + f"0-0:96.1.1({octets('40000087SAGE')})\n0-0:96.1.4({octets(' ' * 48)})\n0-0:1.0.0({{clock}})\n"
    + (_REGISTERS + _POWER + _TARIFF)
    + "0-0:96.3.10({breaker})\n0-0:17.0.0(14.950*kVA)\n1-1:31.4.0(65.0*A,-65.0*A)\n0-0:96.13.0({message})\n{mbus}\n",
)

_SPECIMENS = [
    replace(
        _SAGEMCOM,
        name="spec-1.7.1",
        about="the example of e-MUCS P1 1.7.1: peaks before the tariff, months newest first, gas and water",
        months=3,
        newest_first=True,
        default_water=2,
        text=_head(_T211, "50217", _T211_ID)
        + (_REGISTERS + _PEAKS + _TARIFF + _POWER + _POWER_L123 + _VOLTAGE_L123 + _CURRENT_L123 + _LIMITS),
    ),
    replace(
        _SAGEMCOM,
        name="spec-2.1.1",
        about="the example of e-MUCS P1 2.1.1: no blank line, water under 24.2.3",
        months=3,
        newest_first=True,
        default_water=2,
        gas=_GAS_50221,
        water=_WATER_50221.replace("24.2.1", "24.2.3"),
        text=_head_50221(_T211, "400", _T211_ID, octets("541440000000000019")).replace("\n\n", "\n")
        + _THREE_PHASES_50221,
    ),
]

DEFAULT = "sagemcom-t211-50217"
DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (*_SAGEMCOM_DIALECTS, *_LANDIS_DIALECTS, *_ISKRA_DIALECTS, _SIBELGA, *_SPECIMENS)
}


def dialect_named(name: str) -> Dialect:
    """Return the dialect with this name. LookupError, with a list of all names, for an unknown name."""
    if name not in DIALECTS:
        raise LookupError(f"no meter is called {name!r}; there are: {', '.join(DIALECTS)}")
    return DIALECTS[name]
