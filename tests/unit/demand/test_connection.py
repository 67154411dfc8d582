"""demand/connection.py: the limit of the grid connection, from the meter, the settings and the peaks."""

from telegrams import CLOCK, POWER, Meter

from demand.connection import fuse_w, settle
from demand.peaks import METER

ONE_PHASE = ("1-0:32.7.0(233.1*V)",)
NEUTRAL = ("1-0:32.7.0(233.1*V)", "1-0:52.7.0(234.0*V)", "1-0:72.7.0(232.8*V)")
NO_NEUTRAL = ("1-0:32.7.0(233.1*V)", "1-0:52.7.0(000.0*V)", "1-0:72.7.0(232.8*V)")
VIRTUAL_NEUTRAL = ("1-0:32.7.0(133.1*V)", "1-0:52.7.0(134.0*V)", "1-0:72.7.0(132.8*V)")


def read(*lines):
    meter = Meter()
    meter.send(*lines)
    return meter.parser.reading


class House:
    """What settle() needs of a device."""

    def __init__(self, *lines, connection_w=None, peaks=()):
        self.parser = self.reader = self.peaks = self.coach = self
        self.reading = read(CLOCK, POWER, *lines)
        self.config = {"connection_w": connection_w}
        self.months = [(24316, power_w, 0, False, METER) for power_w in peaks]
        settle(self)


def test_fuse_lets_pass_the_power_of_its_phases():
    for lines, expected in (
        (ONE_PHASE, 9200),
        (NEUTRAL, 27600),
        (NO_NEUTRAL, 15934),
        (VIRTUAL_NEUTRAL, 15934),
        (NEUTRAL + ("1-0:94.32.1(230)",), 15934),
        (VIRTUAL_NEUTRAL + ("1-0:94.32.1(400)",), 27600),
    ):
        assert fuse_w(read("1-0:31.4.0(040*A)", *lines)) == expected, lines
    assert fuse_w(read("1-0:31.4.0(999*A)", *NEUTRAL)) is None
    assert fuse_w(read(*NEUTRAL)) is None


def test_smallest_known_limit_counts():
    limiter, fuse = "0-0:17.0.0(002.3*kW)", "1-0:31.4.0(010*A)"
    assert House(limiter, *ONE_PHASE).limit_w == 2300
    assert House(fuse, *ONE_PHASE).limit_w == 2300
    assert House(limiter, fuse, *NEUTRAL).limit_w == 2300
    assert House(fuse, *NEUTRAL).limit_w == 6900
    assert House(fuse, *NEUTRAL, connection_w=5000).limit_w == 5000
    assert House(fuse, *NEUTRAL, connection_w=9200, peaks=(30000,)).limit_w == 6900


def test_unknown_limit_is_25_kw_or_more_than_the_highest_month():
    off = ("0-0:17.0.0(999.9*kW)", "1-0:31.4.0(999*A)")
    assert House(*off).limit_w == 25000
    assert House(*off, peaks=(20000,)).limit_w == 25000
    assert House(*off, peaks=(20001, 25900, 3000)).limit_w == 32375


def test_meter_is_doubted_above_100_kw_or_twice_the_limit():
    assert House(connection_w=2300).doubt_w == 100000
    assert House(connection_w=50000).doubt_w == 100000
    assert House(connection_w=63000).doubt_w == 126000
