"""history/config.py: the owner's settings, of which a wrong one spoils no other."""

import json
import os

from ramcard import Slot, write

from history import config
from history.card import ROOT, Card

FILE = ROOT + "/config.json"
CARD = Card(Slot())
DEFAULTS = {"device_name": "digimon", "area": None, "target_w": None, "counted_from": None}


def settings(content):
    """What is read of a file with this content, text or what JSON can say."""
    CARD.mount()
    write(FILE, content if isinstance(content, str) else json.dumps(content))
    return config.read()


def test_no_file_and_no_card_are_the_defaults():
    CARD.mount()
    try:
        os.remove(FILE)
    except OSError:
        pass
    assert config.read() == DEFAULTS
    Card(Slot(sectors=0))
    assert config.read() == DEFAULTS


def test_file_of_the_original_firmware_is_read():
    original = {
        "wifi": {"ssid": "home", "password": "secret"},
        "network": {"dhcp": False, "device_name": "meter", "ip": "192.168.0.250", "gateway": "192.168.0.1"},
    }
    expected = DEFAULTS.copy()
    expected["device_name"] = "meter"
    assert settings(original) == expected


def test_settings_of_the_capacity_tariff_are_read():
    capacity = {"area": "antwerpen", "target_w": 4000, "counted_from": "2026-03-01"}
    expected = DEFAULTS.copy()
    expected.update(capacity)
    assert settings({"capacity": capacity}) == expected


def test_password_is_not_kept():
    found = settings({"wifi": {"ssid": "home", "password": "secret"}})
    assert "secret" not in json.dumps(found)


def test_wrong_setting_spoils_no_other():
    good = {"area": "west", "target_w": 4000, "counted_from": "2026-03-01"}
    for key, wrong in (
        ("area", "atlantis"),
        ("area", "west,kempen"),
        ("area", ""),
        ("area", 5),
        ("target_w", "4000"),
        ("target_w", 0),
        ("target_w", -1),
        ("target_w", 100001),
        ("target_w", 2.5),
        ("target_w", True),
        ("counted_from", "1 March"),
        ("counted_from", "2026-13-01"),
        ("counted_from", "2026-03"),
        ("counted_from", "26-03-01"),
        ("counted_from", 2026),
        ("counted_from", []),
    ):
        given = good.copy()
        given[key] = wrong
        expected = DEFAULTS.copy()
        expected.update(good)
        expected[key] = None
        assert settings({"capacity": given}) == expected, (key, wrong)


def test_names_that_a_network_takes_are_taken():
    for name in ("digimon", "my-meter", "meter2", "A" * 32):
        assert settings({"network": {"device_name": name}})["device_name"] == name, name


def test_names_that_a_network_or_a_page_would_stumble_over_are_not():
    for name in ("", "A" * 33, "a b", "a.b", "<b>", '"', "m\xe9ter", 5, None, []):
        assert settings({"network": {"device_name": name}})["device_name"] == "digimon", name


def test_file_that_is_no_json_or_no_object_is_the_defaults():
    for content in (
        "",
        "{",
        "wifi",
        "[1, 2]",
        "5",
        '"text"',
        "null",
        '{"capacity": [1]}',
        '{"capacity": null}',
    ):
        assert settings(content) == DEFAULTS, content
