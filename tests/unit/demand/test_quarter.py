"""demand/quarter.py: names of quarters, 5 s samples, and the JSON they have always had."""

import gc
import json

from vectors import expand, group, moment

from demand.quarter import ABSENT, SAMPLES, Quarter, file_path, quarter_id, start_of
from meter import timestamp

ID = 386662951  # 2023-12-02 09:45 W


def text(quarter):
    pieces = []
    quarter.write_json(pieces.append)
    assert max([len(piece) for piece in pieces]) <= 150
    return b"".join(pieces).decode()


def filled(runs, export=None):
    """A quarter with one telegram in each 5 s that is not None."""
    quarter = Quarter()
    quarter.clear(ID)
    for slot, power in enumerate(expand(runs)):
        if power is not None:
            quarter.add(5 * slot, power, export)
    return quarter


def test_id_start_and_file_of_a_quarter():
    for number, start, iso_start, iso_end, path in group("quarter_ids"):
        local_s, summer = moment(start)
        assert quarter_id(local_s, summer) == quarter_id(local_s + 899, summer) == number
        assert start_of(number) == (local_s, summer)
        assert file_path(number) == path
        assert timestamp.iso(local_s, summer) == iso_start
        assert timestamp.iso(*timestamp.shift(local_s, summer, 900)) == iso_end


def test_day_has_92_96_or_100_quarters():
    for day, count in group("days"):
        year, month, number = (int(part) for part in day.split("-"))
        first = timestamp.seconds(year, month, number)
        now = timestamp.parse(f"{year - 2000:02}{month:02}{number:02}000000".encode())
        ids = set()
        while now[0] < first + 86400:
            ids.add(quarter_id(*now))
            now = timestamp.shift(now[0], now[1], 900)
        assert len(ids) == count, day


def test_slot_is_the_truncated_mean_of_its_telegrams():
    quarter = Quarter()
    quarter.clear(ID)
    for t, power, export in ((0, 100, 0), (1, 101, 7), (4, 101, 0), (5, 9, 0)):
        quarter.add(t, power, export)
    assert (quarter.import_w[0], quarter.export_w[0]) == (100, 2)
    assert quarter.watt() == quarter.import_w[1] == 9


def test_slot_stops_at_65534_w():
    quarter = Quarter()
    quarter.clear(ID)
    quarter.add(0, 70000, 65535)
    assert quarter.import_w[0] == quarter.export_w[0] == 65534


def test_watt_is_minus_one_before_data():
    quarter = Quarter()
    assert quarter.watt() == -1
    quarter.clear(ID)
    assert quarter.watt() == -1
    quarter.add(3, 250, 0)
    assert quarter.watt() == 250


def test_quarter_before_any_telegram_is_an_empty_object():
    assert text(Quarter()) == "{}"


def test_json_is_to_the_letter_what_it_always_was():
    quarter = filled([[1, 270], [1, None], [1, 365]], 0)
    assert text(quarter) == (
        '{"quarter_id":386662951,"consumed_power_avg":317,"interval_secs":5,'
        '"consumed_power_interval_avgs":[270,null,365],"produced_power_interval_avgs":[0,null,0]}'
    )


def test_running_quarter_has_its_running_sample_as_the_newest():
    quarter = filled([[1, 270], [1, None], [1, 365], [2, None], [1, 99]], 0)
    assert json.loads(text(quarter))["consumed_power_interval_avgs"] == [270, None, 365, None, None, 99]
    assert json.loads(text(quarter))["consumed_power_avg"] == 244


def test_first_seconds_of_a_quarter_have_one_sample():
    body = json.loads(text(filled([[1, 270]], 0)))
    assert body["consumed_power_interval_avgs"] == [270]
    assert body["produced_power_interval_avgs"] == [0]
    assert (body["quarter_id"], body["consumed_power_avg"]) == (ID, 270)


def test_production_is_negative_and_absent_where_it_was_not_sent():
    assert json.loads(text(filled([[2, 0]], 2200)))["produced_power_interval_avgs"] == [-2200, -2200]
    assert json.loads(text(filled([[2, 5]], None)))["produced_power_interval_avgs"] == [None, None]


def test_full_quarter_has_180_slots():
    body = json.loads(text(filled([[180, 65534]], 65534)))
    assert body["consumed_power_interval_avgs"] == [65534] * SAMPLES
    assert body["produced_power_interval_avgs"] == [-65534] * SAMPLES
    assert body["consumed_power_avg"] == 65534


def test_average_gives_the_demand_that_home_assistant_computes():
    for vector in group("original"):
        quarter = filled(vector["consumed"])
        t, demand = vector["polls"][-1][:2]
        body = json.loads(text(quarter))
        assert len(body["consumed_power_interval_avgs"]) * 5 == t
        assert body["consumed_power_avg"] * t // 900 == demand, vector["name"]


def test_clock_that_goes_back_empties_the_slots_to_come_again():
    quarter = filled([[4, 100]])
    quarter.add(7, 300, 0)
    assert list(quarter.import_w[:5]) == [100, 300, ABSENT, ABSENT, ABSENT]


def test_mean_skips_absent_slots():
    quarter = filled([[1, 100], [1, None], [1, 201]])
    assert quarter.mean(0, 3) == 150
    assert filled([[1, 100], [179, 900]]).mean(-9, 1) == 100
    assert quarter.mean(1, 2) is None
    assert quarter.mean(0, 0) is None


def test_next_quarter_uses_the_same_buffers():
    quarter = filled([[180, 100]], 5)
    buffers = quarter.import_w, quarter.export_w
    quarter.clear(ID + 1)
    assert (quarter.import_w, quarter.export_w) == buffers
    assert json.loads(text(quarter))["consumed_power_interval_avgs"] == []


def test_samples_take_no_memory():
    quarter = Quarter()
    quarter.clear(ID)
    gc.collect()
    before = gc.mem_alloc()
    for t in range(900):
        quarter.add(t, 65534, 65534)
    gc.collect()
    assert gc.mem_alloc() <= before + 64
