"""GET and PATCH /api/config, and what the owner does to the device, on the running firmware."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.device.auth.conftest import PASSWORD, WIFI_PASSWORD, Device
from tests.fixtures.old_card import CUT_KWH, EXACT_KWH, write_old_card

ALL = {
    "wifi": {"ssid": "home", "password": WIFI_PASSWORD},
    "network": {
        "dhcp": False,
        "device_name": "cupboard",
        "ip": "192.168.0.250",
        "gateway": "192.168.0.1",
        "subnet": "255.255.255.0",
        "dns": "192.168.0.1",
    },
    "capacity": {
        "area": "antwerpen",
        "target_w": 4000,
        "warning_percent": 90,
        "counted_from": "2026-03-01",
        "connection_w": 9200,
    },
    "light": {"brightness": 40, "quiet_from": "22:30", "quiet_to": "07:00"},
    "access": {"closed": False, "hosts": ["p1.example.be", "board.tail1234.ts.net"]},
    "radio": {"tx_power_dbm": 10},
    "card": {"remove_oldest": True},
    "language": "nl",
}


KEPT = {section: values for section, values in ALL.items() if section != "access"}
"""What the device writes to a card that has the Wi-Fi password already."""
PUBLIC = {**KEPT, "wifi": {"ssid": "home"}}
"""What the device writes to any other card."""


def shown(settings: Any, *, password_on_card: bool | None) -> Any:
    """How settings are told."""
    told = json.loads(json.dumps(settings))
    told["wifi"].update(password=None, has_password=True, password_on_card=password_on_card)
    told["access"].update(password=None, has_password=True)
    return told


def on_card(card: Path) -> Any:
    """The settings that the card has; none while it is written, which comes a moment after the reply."""
    try:
        return json.loads((card / "config.json").read_text())
    except ValueError:
        return {}


def test_every_setting_is_kept_over_a_restart_with_and_without_the_card(device: Device, card: Path) -> None:
    device.sign_in()
    reply = device.ask("PATCH", "/api/config", ALL)
    assert reply.status == 200, reply.text
    assert reply.json == {**shown(ALL, password_on_card=True), "restart_needed": True}
    device.until(lambda: on_card(card) == KEPT)
    assert device.ask("GET", "/api/config").json == shown(ALL, password_on_card=True)
    device.restarted()
    assert device.ask("GET", "/api/config").json == shown(ALL, password_on_card=True)
    shutil.rmtree(card)
    card.mkdir()
    device.restarted()
    assert device.ask("GET", "/api/config").json == shown(ALL, password_on_card=False)
    assert on_card(card) == PUBLIC


def test_password_on_the_card_is_told_and_forgotten_on_request(device: Device, card: Path) -> None:
    device.sign_in()
    assert device.ask("GET", "/api/config").json["wifi"]["password_on_card"] is True
    assert WIFI_PASSWORD in (card / "config.json").read_text()
    assert device.ask("POST", "/api/card/forget_password", token="").status == 401
    assert device.ask("POST", "/api/card/forget_password").status == 200
    assert WIFI_PASSWORD not in (card / "config.json").read_text()
    device.restarted()
    assert device.ask("GET", "/api/config").json["wifi"] == {
        "ssid": "home",
        "password": None,
        "has_password": True,
        "password_on_card": False,
    }
    assert device.ask("GET", "/api/device").json["card"]["changed_settings"] is None


def test_password_cannot_be_forgotten_without_a_card(make_device: Callable[..., Device]) -> None:
    device = make_device()
    device.sign_in()
    assert device.ask("POST", "/api/card/forget_password").status == 409


def test_card_that_changes_settings_is_told_and_opens_nothing(device: Device, card: Path) -> None:
    device.sign_in()
    assert device.ask("PATCH", "/api/config", {"access": {"closed": True}}).status == 200
    device.until(lambda: on_card(card) != {})
    device.board.stop()
    changed = {"capacity": {"target_w": 9000}, "access": {"closed": False, "hosts": ["evil.example"]}}
    (card / "config.json").write_text(json.dumps(changed))
    device.board.start()
    assert device.ask("GET", "/api/device", token="").status == 401
    device.token = None
    reply = device.ask("POST", "/api/session", {"password": PASSWORD}, token="")
    device.token = reply.json["token"]
    told = device.ask("GET", "/api/device").json["card"]["changed_settings"]
    assert told == ["network.device_name", "capacity.target_w"]
    assert device.ask("GET", "/api/config").json["access"]["hosts"] == []
    assert "The card has changed network.device_name, capacity.target_w" in device.ask("GET", "/api/log").text


def test_settings_without_a_card_are_kept(make_device: Callable[..., Device]) -> None:
    device = make_device()
    device.sign_in()
    assert device.ask("PATCH", "/api/config", ALL).status == 200
    device.restarted()
    assert device.ask("GET", "/api/config").json == shown(ALL, password_on_card=None)
    assert device.ask("GET", "/api/device").json["card"]["state"] == "absent"


def test_changes_in_one_minute_are_written_once_and_outlive_a_restart(device: Device, card: Path) -> None:
    device.sign_in()
    assert device.ask("PATCH", "/api/config", {"capacity": {"target_w": 4000}}).status == 200
    device.until(lambda: b"4000" in (card / "config.json").read_bytes())
    written = (card / "config.json").read_text()
    for target_w in (4100, 4200):
        assert device.ask("PATCH", "/api/config", {"capacity": {"target_w": target_w}}).status == 200
        assert device.ask("GET", "/api/config").json["capacity"]["target_w"] == target_w
        assert (card / "config.json").read_text() == written
    device.ask("POST", "/api/restart", b"{}")
    device.until(device.has_restarted)
    assert device.ask("GET", "/api/config").json["capacity"]["target_w"] == 4200
    assert json.loads((card / "config.json").read_text())["capacity"]["target_w"] == 4200


def test_change_that_waits_is_written_after_a_minute(device: Device, card: Path) -> None:
    device.sign_in()
    for target_w in (4000, 4100):
        assert device.ask("PATCH", "/api/config", {"capacity": {"target_w": target_w}}).status == 200
    device.until(lambda: on_card(card).get("capacity", {}).get("target_w") == 4100, 20)


def test_change_of_the_target_holds_at_once(device: Device) -> None:
    device.sign_in()
    device.until(lambda: device.ask("GET", "/api/quarter").json["target_w"] is not None)
    reply = device.ask("PATCH", "/api/config", {"capacity": {"target_w": 9000}})
    assert reply.json["restart_needed"] is False
    device.until(lambda: device.ask("GET", "/api/quarter").json["target_w"] == 9000)
    device.ask("PATCH", "/api/config", {"capacity": {"area": "no_capacity_tariff", "target_w": 1500}})
    device.until(lambda: device.ask("GET", "/api/quarter").json["target_w"] == 1500)
    device.ask("PATCH", "/api/config", {"capacity": {"target_w": None}})
    device.until(lambda: device.ask("GET", "/api/quarter").json["target_w"] is None)
    device.ask("PATCH", "/api/config", {"capacity": {"counted_from": "2026-10-15"}})
    capacity = device.ask("GET", "/api/device").json["capacity"]
    assert capacity == {
        "area": "no_capacity_tariff",
        "target_w": None,
        "warning_percent": 100,
        "counted_from": "2026-10-15",
    }


def test_peak_before_the_day_from_which_peaks_count_does_not_count(device: Device) -> None:
    device.sign_in()
    device.until(lambda: device.ask("GET", "/api/peaks").json["running"])
    peak = device.ask("GET", "/api/peaks").json["running"]
    assert peak["power_w"] > 2500
    after = date.fromisoformat(peak["start"][:10]) + timedelta(days=1)
    device.ask("PATCH", "/api/config", {"capacity": {"counted_from": after.isoformat()}})
    running = device.ask("GET", "/api/peaks").json["running"]
    assert running is None or running["start"] >= after.isoformat()
    device.until(lambda: device.ask("GET", "/api/quarter").json["target_w"] < peak["power_w"])
    device.ask("PATCH", "/api/config", {"capacity": {"counted_from": None}})
    device.until(lambda: device.ask("GET", "/api/peaks").json["running"] == peak)


def test_who_watches_is_told_of_a_change(device: Device) -> None:
    device.sign_in()
    with device.live() as events:
        assert device.ask("PATCH", "/api/config", {"capacity": {"target_w": 7777}}).status == 200
        assert any(b'"target_w": 7777' in line for line in events)


def test_one_wrong_setting_keeps_all_others_from_being_changed(device: Device, card: Path) -> None:
    device.sign_in()
    before = (device.ask("GET", "/api/config").json, (card / "config.json").read_text())
    flash = (device.flash / "config.json").read_text()
    wrong = {
        "capacity": {"target_w": 4000, "area": "atlantis"},
        "network": {"ip": "192.168.0.300"},
        "access": {"password": "short", "closed": True},
        "light": {"brightness": 101},
        "language": "de-BE",
        "nowhere": {"x": 1},
    }
    reply = device.ask("PATCH", "/api/config", wrong)
    assert reply.status == 400
    named = {fault.split(" ")[0] for fault in reply.text.split("; ")}
    assert named == {
        "capacity.area",
        "network.ip",
        "access.password",
        "light.brightness",
        "language",
        "nowhere.x",
    }
    assert (device.ask("GET", "/api/config").json, (card / "config.json").read_text()) == before
    assert (device.flash / "config.json").read_text() == flash
    for key in wrong:
        if key != "nowhere":
            assert device.ask("PATCH", "/api/config", {key: wrong[key]}).status == 400, key
    assert device.ask("GET", "/api/config").json == before[0]


def test_keys_of_others_and_the_wifi_password_stay_on_the_card(device: Device, card: Path) -> None:
    settings = json.loads((card / "config.json").read_text())
    settings["theirs"] = {"a": 1}
    (card / "config.json").write_text(json.dumps(settings))
    device.restarted()
    device.sign_in()
    # A page sends back what it was shown.
    told = device.ask("GET", "/api/config").json
    change = {"wifi": {"ssid": "home", "password": told["wifi"]["password"]}, "capacity": {"target_w": 3000}}
    assert device.ask("PATCH", "/api/config", change).status == 200
    # The card follows within a second.
    device.until(lambda: b"target_w" in (card / "config.json").read_bytes())
    assert json.loads((card / "config.json").read_text()) == {**settings, "capacity": {"target_w": 3000}}


def test_bad_file_is_named_in_the_log_and_stops_nothing(
    make_device: Callable[..., Device], card: Path
) -> None:
    (card / "config.json").write_text('{\n  "capacity": {\n    "target_w": "4 kW"\n  }\n}\n')
    device = make_device(card=card)
    assert "config.json line 3: capacity.target_w must be" in device.ask("GET", "/api/log").text
    device.until(lambda: device.ask("GET", "/api/reading").json["time"] is not None)
    (card / "config.json").write_text('{\n  "wifi": {\n    "ssid" = "x"\n')
    device.restarted()
    assert "config.json line 3 is no JSON" in device.ask("GET", "/api/log").text
    device.until(lambda: device.ask("GET", "/api/reading").json["time"] is not None)


def test_identify_and_log_need_no_sign_in(device: Device) -> None:
    assert device.ask("POST", "/api/identify").json == {}
    refused = device.ask("POST", "/api/identify")
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "Firmware" in device.ask("GET", "/api/log").text


def test_restart_starts_the_same_device_again(device: Device) -> None:
    device.sign_in()
    assert device.ask("POST", "/api/restart").status == 200
    device.until(device.has_restarted)
    assert device.ask("GET", "/api/tokens").status == 401  # a session does not survive it
    assert device.ask("GET", "/api/config").json["network"]["device_name"] == "meter"


def test_wifi_settings_are_erased_everywhere(device: Device, card: Path) -> None:
    device.sign_in()
    assert device.ask("POST", "/api/wifi/erase").status == 200
    device.until(device.has_restarted)
    told = device.ask("GET", "/api/config").json
    assert told["wifi"] == {"ssid": None, "password": None, "has_password": False, "password_on_card": False}
    assert told["network"]["device_name"] == "meter"
    for file in (card / "config.json", device.flash / "config.json"):
        assert WIFI_PASSWORD not in file.read_text()


def test_device_without_a_radio_names_no_networks(device: Device) -> None:
    device.sign_in()
    assert device.ask("GET", "/api/networks").status == 503


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A card that is a real FAT."""
    return tmp_path / "card.img"


def test_card_is_formatted_only_when_that_is_meant(make_device: Callable[..., Device], image: Path) -> None:
    device = make_device(card=image)
    device.sign_in()
    assert device.ask("PATCH", "/api/config", {"capacity": {"target_w": 4000}}).status == 200
    not_meant: tuple[object, ...] = ({}, {"confirm": True}, {"confirm": "FORMAT"}, [], "format")
    for body in not_meant:
        assert device.ask("POST", "/api/card/format", body).status == 400, body
    assert device.ask("POST", "/api/card/format").status == 411
    device.until(lambda: b"target_w" in image.read_bytes())
    reply = device.ask("POST", "/api/card/format", {"confirm": "format"})
    assert reply.status == 200, reply.text
    assert device.ask("GET", "/api/device").json["card"]["state"] == "ok"
    # The new card has the settings, and nothing else.
    device.restarted()
    assert device.ask("GET", "/api/config").json["capacity"]["target_w"] == 4000
    assert device.ask("GET", "/historic/years").json == {"years": []}


def test_card_that_cannot_be_formatted_stays_as_it_is(device: Device, card: Path) -> None:
    device.sign_in()
    reply = device.ask("POST", "/api/card/format", {"confirm": "format"})  # a folder of this computer
    assert reply.status == 503
    assert os.listdir(card)
    assert device.ask("GET", "/api/device").json["card"]["state"] == "ok"


def test_without_a_card_there_is_none_to_format(make_device: Callable[..., Device]) -> None:
    device = make_device()
    device.sign_in()
    assert device.ask("POST", "/api/card/format", {"confirm": "format"}).status == 409


@pytest.mark.parametrize("ssid", ["Café", "Moritz\u2019s iPhone", "🏠", "\ud7ff 한"])
def test_names_beyond_ascii_come_back_whole(device: Device, card: Path, ssid: str) -> None:
    device.sign_in()
    reply = device.ask("PATCH", "/api/config", {"wifi": {"ssid": ssid}})  # json.dumps() writes escapes
    assert reply.status == 200, reply.text
    assert reply.json["wifi"]["ssid"] == ssid
    device.until(lambda: on_card(card).get("wifi", {}).get("ssid") == ssid)
    device.restarted()
    assert device.ask("GET", "/api/config").json["wifi"]["ssid"] == ssid
    device.sign_in()
    fault = device.ask("PATCH", "/api/config", {"é": 1}).text
    assert fault == "é is no section of settings"


def test_half_of_a_character_is_no_setting(device: Device) -> None:
    device.sign_in()
    reply = device.ask("PATCH", "/api/config", b'{"wifi": {"ssid": "\\ud83c"}}')
    assert reply.status == 400
    assert reply.text.startswith("The body has half of a character")
    assert device.ask("GET", "/api/config").json["wifi"]["ssid"] == "home"


def test_password_and_name_of_any_characters_are_accepted(device: Device) -> None:
    password = "🔑" * 64
    device.sign_in(password)
    made = device.ask("POST", "/api/tokens", {"name": "🏠" * 32, "password": password}, token="")
    assert made.status == 201, made.text
    assert [token["name"] for token in device.ask("GET", "/api/tokens").json["tokens"]] == ["🏠" * 32]


def test_octets_that_are_no_text_are_refused_without_a_crash_report(device: Device) -> None:
    device.sign_in()
    authorization = b"Authorization: Bearer %s\r\n" % (device.token or "").encode()
    for request, status in (
        (b"GET / HTTP/1.1\r\nIf-None-Match: \xff\r\n", 200),
        (b"DELETE /api/tokens?id=\xff HTTP/1.1\r\nHost: digimon\r\n" + authorization, 404),
    ):
        assert device.raw(request + b"\r\n").startswith(b"HTTP/1.1 %d " % status)
    assert device.ask("GET", "/api/device").json["crash"] is None


def test_rebuild_of_an_old_card_is_offered_and_done_only_when_asked(device: Device, card: Path) -> None:
    days = write_old_card(card)
    before = days.read_text()
    device.restarted()
    device.sign_in()
    assert device.ask("GET", "/api/card/rebuild").json == {"state": "offered", "month": None}
    assert device.ask("GET", "/api/months/2023-12").json["days"][0]["import_kwh"] == CUT_KWH
    assert days.read_text() == before

    assert device.ask("POST", "/api/card/rebuild", {}).json["state"] == "running"
    device.until(lambda: device.ask("GET", "/api/card/rebuild").json["state"] == "done")
    assert device.ask("GET", "/api/months/2023-12").json["days"][0]["import_kwh"] == EXACT_KWH
    assert device.ask("POST", "/api/card/rebuild", {}).status == 409
