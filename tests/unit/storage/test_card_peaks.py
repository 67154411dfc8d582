"""storage/card_peaks.py: which search for peaks on the card is queued."""

from recording import moment

from demand.peaks import month_of
from meter import timestamp
from storage import card_peaks

OTHER = ["storage.day_close", "close", "close a day", 9811, None]
NOW = moment("261112183000W")


class Recorder:
    """What queue_search() needs of a recorder and its device."""

    def __init__(self, months, counted_from=None):
        self.card = self.device = self.peaks = self
        self.mounted = True
        self.counted_from = counted_from
        self.reading = {"time": NOW, "peaks": months}
        self.jobs = [OTHER]

    def spans(self):
        return [job[3][2:] for job in self.jobs if job is not OTHER]


def test_search_takes_the_place_of_one_that_is_queued():
    recorder = Recorder(None)
    for _ in range(20):
        card_peaks.queue_search(recorder)
    assert recorder.jobs[0] is OTHER
    assert recorder.spans() == [(month_of(NOW[0]) - 13, month_of(NOW[0]))]


def test_meter_that_sends_its_months_needs_only_the_month_in_which_counting_begins():
    day = timestamp.seconds(2026, 6, 15)
    for counted_from, expected in (
        (None, []),
        (day, [(month_of(day), month_of(day))]),
        (timestamp.seconds(2024, 6, 15), []),
    ):
        recorder = Recorder([], counted_from)
        card_peaks.queue_search(recorder)
        assert recorder.spans() == expected
