"""What the card holds: days, months, years, and any span, streamed."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import clock
from tests.device.api import contract
from tests.device.api.device import Device, parse, request, rest, running, wait_for
from tests.fixtures import history_card

DAYS = ("2026-01-15", "2026-01-16", "2026-03-29", "2026-10-25", "2025-12-31", "2024-02-29")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = tmp_path_factory.mktemp("card")
    for day in DAYS:
        history_card.write_day(card, clock.parse(day + "T12:00"), 1_000_000)
    history_card.write_year(card, 2025)
    history_card.write_year(card, 2024)
    # What a cut may leave: half a line, an empty one, and one whose check is wrong.
    file = card / "meter/2026/01/16/day.csv"
    lines = file.read_text().splitlines(keepends=True)
    lines[5] = lines[5][:40] + "\n"
    lines[6] = "\n" * 60
    lines[7] = lines[7].replace(",180,", ",179,")
    file.write_text("".join(lines))
    return card


@pytest.fixture(scope="module")
def device(sockets: None, card: Path) -> Iterator[Device]:
    with running(card=card, speed=1) as device:
        yield device


def get(device: Device, path: str, template: str) -> Any:
    return contract.check(template, device.get(path))


def day(device: Device, name: str) -> list[dict[str, Any]]:
    found = get(device, f"/api/days/{name}", "/api/days/{day}")
    assert found["day"] == name
    quarters: list[dict[str, Any]] = found["quarters"]
    return quarters


@pytest.mark.parametrize(("name", "count"), [("2026-01-15", 96), ("2026-03-29", 92), ("2026-10-25", 100)])
def test_day_has_its_quarters_oldest_first(device: Device, name: str, count: int):
    found = day(device, name)
    starts = [clock.parse(quarter["start"]) for quarter in found]
    assert len(starts) == count
    assert starts == list(history_card.quarters_of(clock.parse(name + "T12:00")))
    assert [quarter["import_w"] for quarter in found] == [history_card.import_w(start) for start in starts]
    assert {quarter["water_volume_m3"] for quarter in found} == {None}


def test_damaged_lines_are_no_quarters(device: Device):
    assert len(day(device, "2026-01-16")) == 93


def test_day_without_quarters_has_none(device: Device):
    assert day(device, "2023-05-05") == []
    assert get(device, "/api/months/2023-05", "/api/months/{month}") == {"month": "2023-05", "days": []}
    assert get(device, "/api/years/2023", "/api/years/{year}") == {"year": 2023, "months": []}


def test_month_has_the_totals_of_its_days(device: Device):
    found = get(device, "/api/months/2025-12", "/api/months/{month}")
    assert [each["day"] for each in found["days"]] == [f"2025-12-{day:02}" for day in range(1, 32)]
    assert found["days"][0]["gas_m3"] == 1.234
    assert found["days"][0]["water_m3"] is None
    assert found["days"][0]["peak_w"] > 2900


def test_year_has_the_totals_of_its_months(device: Device):
    found = get(device, "/api/years/2024", "/api/years/{year}")
    assert [month["days"] for month in found["months"]] == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert found["months"][2]["quarters"] == 31 * 96 - 4
    days = get(device, "/api/months/2024-02", "/api/months/{month}")["days"]
    february = found["months"][1]
    assert february["import_kwh"] == pytest.approx(sum(each["import_kwh"] for each in days))
    assert february["peak_w"] == max(each["peak_w"] for each in days)
    assert february["peak_start"] in [each["peak_start"] for each in days]


def history(device: Device, query: str, headers: str = "") -> str:
    text = contract.check("/api/history", device.get(f"/api/history?{query}", headers))
    assert isinstance(text, str)
    return text


def starts(device: Device, query: str) -> list[str]:
    return [json.loads(line)["start"] for line in history(device, query).splitlines()]


def test_span_of_days_is_one_object_a_line(device: Device):
    lines = history(device, "from=2025-12-31&to=2026-01-16").splitlines()
    assert [json.loads(line) for line in lines] == day(device, "2025-12-31") + day(device, "2026-01-15")
    for line in lines:
        contract.validate_schema("HistoryQuarter", json.loads(line))


def test_span_of_moments_ends_before_its_end(device: Device):
    found = starts(device, "from=2026-01-15T09:45:00%2B01:00&to=2026-01-15T10:15:00+01:00")
    assert found == ["2026-01-15T09:45:00+01:00", "2026-01-15T10:00:00+01:00"]
    assert starts(device, "from=2026-01-15T08:50:00Z&to=2026-01-15T09:15:00Z") == found[1:]


def test_doubled_hour_is_told_by_its_offset(device: Device):
    summer = starts(device, "from=2026-10-25T02:00:00+02:00&to=2026-10-25T02:00:00+01:00")
    assert summer == [f"2026-10-25T02:{minute:02}:00+02:00" for minute in (0, 15, 30, 45)]
    assert len(starts(device, "from=2026-10-25&to=2026-10-26")) == 100
    assert len(starts(device, "from=2026-03-29&to=2026-03-30")) == 92


def test_csv_is_the_cards_own_lines(device: Device, card: Path):
    found = history(device, "from=2025-12-31&to=2026-01-16", "Accept: text/csv\r\n")
    written = [(card / f"meter/{name}/day.csv").read_text() for name in ("2025/12/31", "2026/01/15")]
    assert found == written[0] + written[1][len(history_card.QUARTERS) :]
    part = history(device, "from=2026-01-15T09:45:00%2B01:00&to=2026-01-16", "Accept: text/csv\r\n")
    assert part.splitlines()[1:] == written[1].splitlines()[1 + 39 :]


NO_BOUND = "%s must be a day like 2026-01-01 or a moment like 2026-01-01T00:00:00+01:00"
REFUSED = {
    "/api/days/2026-13-01": "The day must be like 2026-01-15",
    "/api/days/2026-02-29": "The day must be like 2026-01-15",
    "/api/days/2026-1-1": "The day must be like 2026-01-15",
    "/api/days/": "The day must be like 2026-01-15",
    "/api/days/1999-01-01": "The day must be like 2026-01-15",
    "/api/months/2026-13": "The month must be like 2026-01",
    "/api/months/2026": "The month must be like 2026-01",
    "/api/years/26": "The year must be like 2026",
    "/api/years/20x6": "The year must be like 2026",
    "/api/history": "Need a from argument, like 2026-01-01",
    "/api/history?from=2026-01-01": "Need a to argument, like 2026-01-01",
    "/api/history?from=2026-01-02&to=2026-01-01": "from must be before to",
    "/api/history?from=2026-01-01&to=2026-01-01": "from must be before to",
    "/api/history?from=yesterday&to=2026-01-01": NO_BOUND % "from",
    "/api/history?from=2026-01-01&to=2026-01-01T25:00:00Z": NO_BOUND % "to",
    "/api/history?from=2026-01-01&to=2026-01-02T00:00:00": NO_BOUND % "to",
}


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_no_day_or_span_is_refused_with_the_reason(device: Device, path: str):
    reply = device.get(path)
    assert (reply.status, reply.text()) == (400, REFUSED[path])
    template = {"days": "/api/days/{day}", "months": "/api/months/{month}", "years": "/api/years/{year}"}
    contract.check(template.get(path.split("/")[2], "/api/history"), reply)


def test_who_leaves_ends_the_export(device: Device):
    for _ in range(6):  # one more than there are connections
        with device.connect(receive_buffer=4096) as end:
            end.sendall(request("/api/history?from=2010-01-01&to=2069-12-31"))
            assert end.recv(100)
    wait_for(lambda: day(device, "2026-01-15"), "a day")


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
def test_export_whose_card_fails_is_seen_to_be_broken_off(sockets: None, tmp_path: Path, accept: str):
    history_card.write_day(tmp_path, clock.parse("2026-01-15T12:00"), 1_000_000)
    (tmp_path / "meter/2026/01/17/day.csv").mkdir(parents=True)  # cannot be read
    with running(card=tmp_path, read=False) as device:
        connection = http.client.HTTPConnection(device.board.host, device.board.port)
        connection.request("GET", "/api/history?from=2026-01-15&to=2026-01-18", headers={"Accept": accept})
        with connection.getresponse() as reply, pytest.raises(http.client.IncompleteRead) as broken:
            reply.read()
        assert broken.value.partial.count(b"2026-01-15T") == 96
        assert device.get("/api/history?from=2026-01-15&to=2026-01-16").status == 200


def test_others_are_answered_while_a_body_comes(device: Device):
    with device.connect() as end:
        end.sendall(request("/api/session", "Content-Length: 2\r\n").replace(b"GET", b"POST") + b"{")
        assert device.get("/api/quarter").status == 200
        assert device.get("/api/days/2026-01-15").status == 200
        end.sendall(b"}")
        assert parse(rest(end)).status == 202  # an ask for a session


def test_running_day_is_told_as_far_as_it_goes(sockets: None, tmp_path: Path):
    with running(speed=500, every_s=5, card=tmp_path) as device:
        wait_for(lambda: len(day(device, "2026-11-12")) >= 3, "three quarters", seconds=60)
        found = get(device, "/api/months/2026-11", "/api/months/{month}")["days"]
        assert [each["day"] for each in found] == ["2026-11-12"]
        assert found[0]["quarters"] >= 3
        assert get(device, "/api/years/2026", "/api/years/{year}")["months"][0]["days"] == 1


def test_without_a_card_there_is_no_history(sockets: None):
    with running(read=False) as device:
        assert day(device, "2026-01-15") == []
        assert get(device, "/api/months/2025-12", "/api/months/{month}")["days"] == []
        assert history(device, "from=2025-12-31&to=2026-01-16") == ""
