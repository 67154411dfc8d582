"""demand/quarter.py: names that never collide, and JSON that says what came in."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from demand.quarter import ABSENT, Quarter, file_path, quarter_id, start_of  # type: ignore[import-not-found]
from meter import timestamp  # type: ignore[import-not-found]

BRUSSELS = ZoneInfo("Europe/Brussels")


def quarters(first: datetime, last: datetime):
    """The moments at which the quarters of this span begin, with the local day."""
    while first < last:
        local = first.astimezone(BRUSSELS)
        summer = local.utcoffset() == timedelta(hours=2)
        yield (timestamp.seconds(*local.timetuple()[:6]), summer), local.date()
        first += timedelta(minutes=15)


def test_each_quarter_of_two_years_has_its_own_id_and_file():
    found = [
        moment for moment, _ in quarters(datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    ]
    ids = [quarter_id(*moment) for moment in found]
    assert len(set(ids)) == len({file_path(number) for number in ids}) == len(found)
    assert [start_of(number) for number in ids] == found
    assert max(ids) < 2**30


def test_ids_grow_with_time_while_the_clock_keeps_its_letter():
    before = None
    for moment, _ in quarters(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)):
        number = quarter_id(*moment)
        if before is not None and before[1] == moment[1]:
            assert number > quarter_id(*before)
        before = moment


def test_days_of_seven_years_have_92_96_or_100_quarters():
    counts: dict[date, int] = {}
    for moment, day in quarters(
        datetime(2023, 12, 31, 23, tzinfo=UTC), datetime(2030, 12, 31, 23, tzinfo=UTC)
    ):
        assert timestamp.civil(moment[0])[:3] == (day.year, day.month, day.day)
        counts[day] = counts.get(day, 0) + 1
    assert [sum(count == length for count in counts.values()) for length in (92, 100)] == [7, 7]
    assert set(counts.values()) == {92, 96, 100}


POWER = st.integers(0, 80000)


@given(st.dictionaries(st.integers(0, 899), st.tuples(POWER, POWER | st.none())))
def test_json_says_what_the_telegrams_said(telegrams: dict[int, tuple[int, int | None]]):
    quarter = Quarter()
    quarter.clear(386662951)
    slots: dict[int, list[tuple[int, int | None]]] = {}
    for t in sorted(telegrams):
        quarter.add(t, *telegrams[t])
        slots.setdefault(t // 5, []).append(telegrams[t])
    pieces: list[bytes] = []
    quarter.write_json(pieces.append)
    assert max(map(len, pieces)) <= 150
    body = json.loads(b"".join(pieces))
    consumed = [
        min(sum(power for power, _ in slots[slot]) // len(slots[slot]), 65534) if slot in slots else None
        for slot in range(max(slots, default=-1) + 1)
    ]
    assert body["consumed_power_interval_avgs"] == consumed
    present = [power for power in consumed if power is not None]
    assert body["consumed_power_avg"] == (sum(present) // len(present) if present else 0)
    produced = body["produced_power_interval_avgs"]
    assert len(produced) == len(consumed)
    assert all(power is None or -65534 <= power <= 0 for power in produced)


@given(st.lists(st.tuples(st.integers(0, 899), POWER), max_size=40))
def test_no_sample_lies_ahead_of_the_clock(telegrams: list[tuple[int, int]]):
    quarter = Quarter()
    quarter.clear(1)
    for t, power in telegrams:
        quarter.add(t, power, None)
        assert quarter.watt() == quarter.import_w[t // 5] != ABSENT
        assert set(quarter.import_w[t // 5 + 1 :]) <= {ABSENT}
