"""The quarters of today that have ended."""

from datetime import datetime, timedelta

from custom_components.p1_monitor.api import Quarter, StoredQuarter
from custom_components.p1_monitor.today import ClosedQuarter, Today

START = datetime.fromisoformat("2026-11-12T18:30:00+01:00")


def quarter(start: datetime, elapsed_s: int, projected_w: int | None) -> Quarter:
    return Quarter(start=start, elapsed_s=elapsed_s, projected_w=projected_w)


def stored(start: datetime, import_w: int | None) -> StoredQuarter:
    body = {"start": start.isoformat(), "import_w": import_w}
    found = StoredQuarter.from_json(body)
    assert found
    return found


def live(*quarters: Quarter) -> Today:
    day = Today()
    for told in quarters:
        day = day.with_running(told)
    return day


NEXT = START + timedelta(minutes=15)


def test_a_quarter_ends_as_its_last_second_projected() -> None:
    day = live(quarter(START, 890, 2000), quarter(START, 899, 2010), quarter(NEXT, 0, 0))
    assert day.last == day.peak == ClosedQuarter(start=START, average_w=2010)


def test_a_quarter_whose_end_was_not_seen_is_none() -> None:
    assert live(quarter(START, 300, 2000), quarter(NEXT, 0, 0)).last is None
    assert live(quarter(START, 899, None), quarter(NEXT, 0, 0)).last is None
    assert live(Quarter(), quarter(NEXT, 0, 0)).last is None


def test_the_running_quarter_counts_for_nothing_yet() -> None:
    day = live(quarter(START, 899, 9000))
    assert (day.last, day.peak) == (None, None)


def test_the_highest_of_the_day_stays() -> None:
    after = NEXT + timedelta(minutes=15)
    day = live(quarter(START, 899, 3000), quarter(NEXT, 899, 1000), quarter(after, 0, 0))
    assert day.last == ClosedQuarter(start=NEXT, average_w=1000)
    assert day.peak == ClosedQuarter(start=START, average_w=3000)


def test_stored_quarters_of_today_are_added() -> None:
    day = live(quarter(START, 100, 500)).with_stored(
        [
            stored(START - timedelta(days=1), 9000),
            stored(START - timedelta(hours=2), 4000),
            stored(START - timedelta(minutes=15), 800),
            stored(START - timedelta(minutes=30), None),
        ]
    )
    assert day.peak == ClosedQuarter(start=START - timedelta(hours=2), average_w=4000)
    assert day.last == ClosedQuarter(start=START - timedelta(minutes=15), average_w=800)


def test_a_new_day_has_no_peak_and_knows_the_last_quarter() -> None:
    last = datetime.fromisoformat("2026-11-12T23:45:00+01:00")
    day = live(quarter(last, 899, 3000), quarter(last + timedelta(minutes=15), 1, 0))
    assert day.last == ClosedQuarter(start=last, average_w=3000)
    assert day.peak is None


def test_a_board_that_starts_anew_without_its_meter_changes_nothing() -> None:
    day = live(quarter(START, 899, 3000), Quarter(), quarter(NEXT, 0, 0))
    assert day.last == ClosedQuarter(start=START, average_w=3000)
