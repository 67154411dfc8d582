"""storage/journal.py: the registers of a quarter's block."""

from telegrams import read

from storage import journal


def test_only_cubic_metres_are_a_quarter_s_gas():
    for unit, dm3 in (("m3", 12345), ("kWh", -1), ("MJ", -1), ("GJ", -1)):
        gas = read("0-1:24.1.0(003)", "0-1:24.2.3(240112231646W)(00012.345*%s)" % unit)
        assert journal._volume_dm3(gas, 3) == dm3, unit
