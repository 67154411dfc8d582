"""The interface of the first version, to the letter: old pages, scripts and cards go on working."""

import json
import re
import shutil
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import Any

import pytest

from simulator import clock
from simulator.meter_history import MeterHistory
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.api import contract
from tests.device.api.device import Device, running, wait_for

ORDERED = ("StoredQuarter", "MonthPeak", "Years", "Months", "Days", "Quarters")
# Files as the first version's firmware wrote them.
OLD_FILE = (
    '{"quarter_id":386662951,"consumed_power_avg":317,"interval_secs":5,'
    '"consumed_power_interval_avgs":[270,null,365],"produced_power_interval_avgs":[0,null,0]}'
)
OLD_FILES = {
    "2022/01/01/0000W.json": 369164544,
    "2023/12/02/0930W.json": 386662950,
    "2023/12/02/0945W.json": 386662951,
    "2023/10/29/0245S.json": clock.quarter_id(clock.moment(2023, 10, 29, 2, 45, summer=True)),
    "2023/10/29/0245W.json": clock.quarter_id(clock.moment(2023, 10, 29, 2, 45, summer=False)),
    "2023/10/29/0300W.json": clock.quarter_id(clock.moment(2023, 10, 29, 3, 0)),
    "2024/07/01/1815S.json": 403112393,
}


def in_order(schema: str, content: dict[str, Any]) -> None:
    """The keys stand in the order of the document."""
    properties = list(contract.SPEC["components"]["schemas"][schema]["properties"])
    assert list(content) == [key for key in properties if key in content]


@pytest.fixture(scope="module")
def old_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = tmp_path_factory.mktemp("card")
    for name in reversed(OLD_FILES):
        file = card / "meter" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(OLD_FILE)
    (card / "meter/2023/12/02/notes.txt").write_text("mine")
    (card / "meter/2023/12/02/holidayW.json").write_text("{}")
    (card / "meter/2023/12/02/1000W.json").write_text("")
    (card / "meter/readme.txt").write_text("mine")
    (card / "config.json").write_text(
        '{"wifi":{"ssid":"home","password":"geheim"},"network":{"dhcp":true,"device_name":"meter"}}'
    )
    return card


@pytest.fixture(scope="module")
def device(sockets: None, old_card: Path) -> Iterator[Device]:
    """A meter at 18:29:58 with 2 kW, whose month peak was 4.218 kW."""
    history = MeterHistory.generate(1, clock.parse("2026-11-12T18:29:58"))
    source = simulated_meter(
        start=clock.parse("2026-11-12T18:29:58"), load=ScriptedLoad(2000), history=history
    )
    with running(source, speed=10, card=old_card) as device:
        yield device


def test_running_quarter_has_its_keys_in_order_and_the_running_sample(device: Device):
    wait_for(
        lambda: 3 <= len(device.get("/current/quarter").json()["consumed_power_interval_avgs"]) < 100,
        "samples of the quarter that begins at 18:30",
    )
    elapsed = device.get("/api/quarter").json()["elapsed_s"]
    text = device.get("/current/quarter").text()
    after = device.get("/api/quarter").json()["elapsed_s"]
    found = json.loads(text)
    in_order("StoredQuarter", found)
    assert " " not in text
    consumed, produced = found["consumed_power_interval_avgs"], found["produced_power_interval_avgs"]
    assert len(consumed) == len(produced)
    assert elapsed // 5 + 1 <= len(consumed) <= after // 5 + 1
    assert set(consumed) == {2000}
    assert set(produced) == {0}
    assert found["consumed_power_avg"] == 2000
    assert found["quarter_id"] == device.get("/api/quarter").json()["id"]


def test_month_peak_is_named_by_the_start_of_its_quarter(device: Device):
    found = device.get("/current/month/peak").json()
    in_order("MonthPeak", found)
    memory = contract.SPEC["components"]["schemas"]["MonthPeak"]["properties"]["memory"]["properties"]
    assert list(found["memory"]) == list(memory)
    assert 0 < found["memory"]["free_heap"] < found["memory"]["size_heap"]
    peak = device.meter.peak
    assert found["peak"] == {"quarter_id": clock.quarter_id(peak.end - 900), "power": peak.power_w}


def test_watt_is_the_running_mean_as_a_number(device: Device):
    assert device.get("/watt").text() == "2000"


def test_old_card_is_listed(device: Device):
    assert device.get("/historic/years").text() in (
        '{"years":[2022,2023,2024]}',
        '{"years":[2022,2023,2024,2026]}',
        '{"years":[2022, 2023, 2024]}',
        '{"years":[2022, 2023, 2024, 2026]}',
    )
    for path, schema, expected in (
        ("months?year=2023", "Months", {"year": 2023, "months": [10, 12]}),
        ("days?year=2023&month=10", "Days", {"year": 2023, "month": 10, "days": [29]}),
        ("days?month=07&year=2024", "Days", {"year": 2024, "month": 7, "days": [1]}),
    ):
        found = device.get(f"/historic/{path}").json()
        in_order(schema, found)
        assert found == expected


def test_year_of_the_first_versions_self_test_is_none(sockets: None, tmp_path: Path):
    file = tmp_path / "meter/2022/01/01/hello.txt"
    file.parent.mkdir(parents=True)
    file.write_text("hello")
    (tmp_path / "meter/2023/12/02").mkdir(parents=True)
    with running(card=tmp_path, read=False) as device:
        assert device.get("/historic/years").json() == {"years": [2023]}


def test_quarters_of_a_day_are_sorted_and_the_doubled_hour_is_two(device: Device):
    found = device.get("/historic/quarters?year=2023&month=10&day=29").json()
    in_order("Quarters", found)
    names = ["2023/10/29/0245S.json", "2023/10/29/0245W.json", "2023/10/29/0300W.json"]
    assert found == {"year": 2023, "month": 10, "day": 29, "quarters": [OLD_FILES[name] for name in names]}


def test_folder_without_a_quarter_gives_an_empty_list(device: Device, old_card: Path):
    for folder in ("2025/03/04", "2025/04"):
        (old_card / "meter" / folder).mkdir(parents=True)
    for path, expected in (
        ("quarters?year=2025&month=3&day=4", {"year": 2025, "month": 3, "day": 4, "quarters": []}),
        ("days?year=2025&month=4", {"year": 2025, "month": 4, "days": []}),
        ("quarters?year=2025&month=3&day=5", {}),
    ):
        assert device.get(f"/historic/{path}").json() == expected
    shutil.rmtree(old_card / "meter/2025")


def test_files_that_are_no_quarters_are_left_out(device: Device):
    found = device.get("/historic/quarters?year=2023&month=12&day=2").json()["quarters"]
    assert found[:2] == [386662950, 386662951]
    assert len(found) <= 3  # the empty file has a quarter's name


def test_every_old_quarter_is_served_byte_for_byte(device: Device):
    for name in OLD_FILES:
        reply = device.get(f"/meter/{name}")
        assert (reply.status, reply.text()) == (200, OLD_FILE)
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["content-length"] == str(len(OLD_FILE))


def test_quarter_that_is_not_there_or_empty_is_a_404(device: Device):
    for name in ("2023/12/02/1015W.json", "2023/12/02/1000W.json", "2023/12/02/0945S.json"):
        reply = device.get(f"/meter/{name}")
        assert (reply.status, reply.text(), reply.headers["content-type"]) == (
            404,
            "Item not found",
            "text/plain",
        )


def test_what_the_card_has_not_is_an_empty_object(device: Device):
    for path in ("months?year=2021", "days?year=2023&month=1", "quarters?year=2023&month=12&day=31"):
        assert device.get(f"/historic/{path}").text() == "{}"


def test_missing_arguments_are_asked_for_in_order(device: Device):
    for path, missing in (
        ("months", "year"),
        ("days", "year"),
        ("days?month=1", "year"),
        ("days?year=2023", "month"),
        ("quarters", "year"),
        ("quarters?month=1&day=1", "year"),
        ("quarters?year=2023&day=1", "month"),
        ("quarters?year=2023&month=1", "day"),
    ):
        reply = device.get(f"/historic/{path}")
        assert (reply.status, reply.text()) == (400, f"ERROR: Need a {missing} argument")
        assert reply.headers["content-type"] == "text/plain"


def test_start_is_in_the_crash_log(device: Device):
    lines = device.get("/crashlog.txt").text().splitlines()
    assert lines[0] == "Digital meter monitor using board: host"
    assert lines.count("Started up @2026-11-12 18:29:58") == 1
    assert lines == device.get("/api/log").text().splitlines()  # nothing but the log: it never crashed


def test_upnp_description_names_the_device(device: Device):
    text = device.get("/description.xml").text()
    assert "<friendlyName>meter</friendlyName>" in text
    assert "<serialNumber>0200c3000001</serialNumber>" in text


def written(telegrams: list[tuple[str, bytes]], start: int) -> bytes:
    """The file of the quarter that begins at `start`, by a plain writer, from what the meter sent."""
    slots: dict[int, list[tuple[int, int]]] = {}
    for stamp, telegram in telegrams:
        here = clock.parse(
            "20{}-{}-{} {}:{}:{}{}".format(
                *("".join(pair) for pair in batched(stamp[:12], 2, strict=True)), stamp[12]
            )
        )
        if start <= here < start + 900:
            powers = [
                int(watts[0] + watts[1])
                for watts in re.findall(rb"1-0:[12]\.7\.0\((\d+)\.(\d+)\*kW\)", telegram)
            ]
            slots.setdefault((here - start) // 5, []).append((powers[0], powers[1]))
    consumed: list[int | None] = [None] * (max(slots) + 1)
    produced: list[int | None] = [None] * (max(slots) + 1)
    for slot, powers_of_slot in slots.items():
        consumed[slot] = sum(power for power, _ in powers_of_slot) // len(powers_of_slot)
        produced[slot] = -(sum(power for _, power in powers_of_slot) // len(powers_of_slot))
    present = [power for power in consumed if power is not None]
    content = {
        "quarter_id": clock.quarter_id(start),
        "consumed_power_avg": sum(present) // len(present),
        "interval_secs": 5,
        "consumed_power_interval_avgs": consumed,
        "produced_power_interval_avgs": produced,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def test_stored_quarter_is_what_a_plain_writer_makes_of_the_telegrams(sockets: None, tmp_path: Path):
    start = clock.parse("2026-11-12T18:30:00")
    # begins in mid-quarter, imports and exports, and is silent for a while
    changes = [(start + second, watts) for second, watts in ((333, 7111), (400, -1234), (555, 0), (700, 917))]
    source = simulated_meter(start=start + 121, load=ScriptedLoad(301, changes))
    with running(source, speed=200, card=tmp_path) as device:
        wait_for(lambda: device.sent[-1][0] > "261112183730W", "half the quarter", seconds=60)
        device.line.silence(23)
        file = tmp_path / "meter/2026/11/12/1830W.json"
        # This test is no part of the board, and may look while the board is still writing.
        wait_for(
            lambda: file.exists() and file.read_bytes().endswith(b"]}"), "the quarter's file", seconds=60
        )
        found = file.read_bytes()
        assert found == written(device.sent, start)
        assert device.get("/meter/2026/11/12/1830W.json").body == found
        assert found.count(b"null") > 2 * 24
        assert b",-1234," in found
        assert b",7111," in found


def test_running_quarter_is_the_beginning_of_the_stored_one(sockets: None, tmp_path: Path):
    source = simulated_meter(start=clock.parse("2026-11-12T18:36:02"), seed=5)
    with running(source, speed=100, card=tmp_path) as device:
        wait_for(lambda: device.get("/api/quarter").json()["elapsed_s"] > 600, "elapsed time", seconds=60)
        running_quarter = device.get("/current/quarter").json()
        file = tmp_path / "meter/2026/11/12/1830W.json"
        # This test is no part of the board, and may look while the board is still writing.
        wait_for(
            lambda: file.exists() and file.read_bytes().endswith(b"]}"), "the quarter's file", seconds=60
        )
        stored = json.loads(file.read_bytes())
        slots = running_quarter["consumed_power_interval_avgs"]
        assert len(slots) >= 120
        assert slots[:72] == [None] * 72
        ended = len(slots) - 1  # the newest sample was still running
        assert stored["consumed_power_interval_avgs"][:ended] == slots[:ended]


def test_quarters_of_the_doubled_hour_are_stored_apart(sockets: None, tmp_path: Path):
    source = simulated_meter(start=clock.parse("2026-10-25T02:59:30S"))
    with running(source, speed=500, every_s=5, card=tmp_path) as device:
        folder = tmp_path / "meter/2026/10/25"
        wait_for(lambda: (folder / "0200W.json").exists(), "the first quarter of winter", seconds=60)
        assert {"0200W.json", "0245S.json"} <= {file.name for file in folder.glob("*.json")}
        files = [folder / "0200W.json", folder / "0245S.json"]
        wait_for(lambda: all(file.read_bytes().endswith(b"]}") for file in files), "both in full")
        known = [json.loads(file.read_bytes())["quarter_id"] for file in files]
        ids = device.get("/historic/quarters?year=2026&month=10&day=25").json()["quarters"]
        assert [each for each in ids if each in known] == known
