"""meter/timestamp.py against Python's own calendar and time zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from meter import timestamp  # type: ignore[import-not-found]

BRUSSELS = ZoneInfo("Europe/Brussels")
SUMMER = timedelta(hours=2)


def text(local: datetime) -> str:
    return local.strftime("%y%m%d%H%M%S")


def letter(local: datetime) -> str:
    return "S" if local.utcoffset() == SUMMER else "W"


def moment(now: datetime) -> tuple[int, bool]:
    local = now.astimezone(BRUSSELS)
    return timestamp.seconds(*local.timetuple()[:6]), letter(local) == "S"


def test_every_hour_of_seven_years_is_read_and_written_as_brussels_has_it():
    step = timedelta(seconds=3599)
    now = datetime(2024, 1, 1, tzinfo=UTC)
    while now.year < 2031:
        local = now.astimezone(BRUSSELS)
        read = timestamp.parse((text(local) + letter(local)).encode())
        assert read == moment(now)
        assert timestamp.iso(*read) == local.isoformat()
        # without its letter: what a telegram of the second before tells
        assert timestamp.parse(text(local).encode(), previous=moment(now - timedelta(seconds=1))) == read
        assert timestamp.shift(*read, 3599) == moment(now + step)
        assert timestamp.shift(*read, -3599) == moment(now - step)
        now += step


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59, 59)))
def test_digits_and_seconds_agree_with_the_calendar(local: datetime):
    local = local.replace(microsecond=0)
    seconds = timestamp.seconds(*local.timetuple()[:6])
    assert seconds == (local - datetime(2000, 1, 1)).total_seconds()
    assert timestamp.civil(seconds) == tuple(local.timetuple()[:6])


@given(st.binary(max_size=20) | st.text("0123456789SW", max_size=18).map(str.encode))
def test_any_bytes_are_a_moment_that_reads_back_or_none(data: bytes):
    moment = timestamp.parse(data)
    if moment is not None:
        digits = timestamp.iso(*moment)[2:19]
        assert digits.translate(str.maketrans("", "", "-T:")) == data[:12].decode()
        assert data[12:] in (b"", b"S" if moment[1] else b"W")


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2069, 12, 30), timezones=st.just(UTC)), st.integers(0, 86400)
)
def test_shift_is_true_time(now: datetime, by: int):
    now = now.replace(microsecond=0)
    later = now + timedelta(seconds=by)
    assert timestamp.shift(*moment(now), by) == moment(later)
    assert timestamp.elapsed(*moment(later), *moment(now)) == by
