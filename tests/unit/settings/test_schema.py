"""settings/schema.py: which values are right, and how changes are put in."""

import json

from settings.schema import check, merge, shown

RIGHT = {
    "wifi": {"ssid": "home", "password": "long enough"},
    "network": {
        "dhcp": False,
        "device_name": "meter",
        "ip": "192.168.0.250",
        "gateway": "192.168.0.1",
        "subnet": "255.255.255.0",
        "dns": "1.1.1.1",
    },
    "capacity": {
        "area": "antwerpen",
        "target_w": 4000,
        "warning_percent": 90,
        "counted_from": "2026-03-01",
        "connection_w": 9200,
    },
    "light": {"brightness": 0, "quiet_from": "22:30", "quiet_to": "07:00"},
    "access": {"closed": True, "hosts": ["p1.example.be", "board.tail1234.ts.net"]},
    "radio": {"tx_power_dbm": 8},
    "card": {"remove_oldest": True},
    "language": "fr",
}
DEFAULTS = {
    "ssid": None,
    "password": "",
    "dhcp": True,
    "device_name": "digimon",
    "ip": None,
    "gateway": None,
    "subnet": None,
    "dns": None,
    "area": None,
    "target_w": None,
    "warning_percent": 100,
    "counted_from": None,
    "connection_w": None,
    "brightness": 100,
    "quiet_from": None,
    "quiet_to": None,
    "closed": False,
    "hosts": [],
    "tx_power_dbm": 15,
    "remove_oldest": False,
    "language": None,
}


def right():
    return json.loads(json.dumps(RIGHT))


def paths(faults):
    """The settings that are named in what is wrong."""
    return [fault.split(" ")[0] for fault in faults]


def test_nothing_given_is_the_defaults():
    assert check({}) == (DEFAULTS, [])


def test_what_is_right_is_taken():
    settings, faults = check(RIGHT)
    expected = {}
    for section in RIGHT.values():
        if isinstance(section, dict):
            expected.update(section)
    expected["language"] = "fr"
    assert (settings, faults) == (expected, [])


def test_wrong_value_is_named_and_spoils_no_other():
    for section, key, wrong in (
        ("wifi", "ssid", ""),
        ("wifi", "ssid", "x" * 33),
        ("wifi", "ssid", "\xe9" * 17),
        ("wifi", "ssid", 5),
        ("wifi", "password", "seven77"),
        ("wifi", "password", "x" * 65),
        ("wifi", "password", "\0" * 8),
        ("wifi", "password", "tab\tinside"),
        ("wifi", "password", "x" * 64),
        ("wifi", "password", "\xe9" * 10),
        ("wifi", "password", 12345678),
        ("network", "dhcp", "no"),
        ("network", "dhcp", 0),
        ("network", "device_name", "-meter"),
        ("network", "device_name", "my meter"),
        ("network", "device_name", "m\xe9ter"),
        ("network", "device_name", "<b>"),
        ("network", "device_name", ""),
        ("network", "device_name", []),
        ("network", "dns", "1.1.1"),
        ("network", "dns", "1.1.1.256"),
        ("network", "dns", "1.1.1.0001"),
        ("network", "dns", "1.1.1.-1"),
        ("network", "dns", "dns.example"),
        ("network", "dns", 1),
        ("capacity", "area", "atlantis"),
        ("capacity", "area", "west,kempen"),
        ("capacity", "area", ""),
        ("capacity", "area", 5),
        ("capacity", "target_w", "4000"),
        ("capacity", "target_w", 0),
        ("capacity", "target_w", -1),
        ("capacity", "target_w", 100001),
        ("capacity", "target_w", 2.5),
        ("capacity", "target_w", True),
        ("capacity", "warning_percent", 49),
        ("capacity", "warning_percent", 101),
        ("capacity", "counted_from", "1 March"),
        ("capacity", "counted_from", "2026-13-01"),
        ("capacity", "counted_from", "2026-02-30"),
        ("capacity", "counted_from", "2026-03"),
        ("capacity", "counted_from", "2026-3-1"),
        ("capacity", "counted_from", "26-03-01"),
        ("capacity", "counted_from", 2026),
        ("capacity", "counted_from", []),
        ("light", "brightness", 101),
        ("light", "brightness", -1),
        ("light", "brightness", "50"),
        ("light", "brightness", True),
        ("access", "closed", 1),
        ("access", "closed", "true"),
        ("access", "hosts", "p1.example.be"),
        ("access", "hosts", {"p1.example.be": 1}),
        ("access", "hosts", ["a.be", "b.be", "c.be", "d.be", "e.be"]),
        ("access", "hosts", [""]),
        ("access", "hosts", ["."]),
        ("access", "hosts", ["a..be"]),
        ("access", "hosts", ["p1.example.be.."]),
        ("access", "hosts", [".ts.net"]),
        ("access", "hosts", ["*.ts.net"]),
        ("access", "hosts", ["p1.example.be:80"]),
        ("access", "hosts", ["http://p1.example.be"]),
        ("access", "hosts", ["-p1.example.be"]),
        ("access", "hosts", ["p1 .example.be"]),
        ("access", "hosts", ["zähler.example.be"]),
        ("access", "hosts", ["x" * 64 + ".be"]),
        ("access", "hosts", [".".join(["x" * 50] * 5)]),
        ("access", "hosts", [5]),
        ("access", "hosts", [None]),
        ("radio", "tx_power_dbm", 1),
        ("radio", "tx_power_dbm", 21),
        ("radio", "tx_power_dbm", 8.5),
    ):
        given = right()
        given[section][key] = wrong
        settings, faults = check(given)
        assert [name for name, _ in faults] == [key], (section, key, wrong, faults)
        assert paths([fault for _, fault in faults]) == ["%s.%s" % (section, key)]
        expected, _ = check(RIGHT)
        expected[key] = DEFAULTS[key]
        assert settings == expected, (section, key, wrong)


def test_fixed_address_that_cannot_work_leaves_it_to_the_router():
    for key, wrong in (
        ("ip", None),
        ("ip", "192.168.0.0"),
        ("ip", "192.168.0.255"),
        ("ip", "127.0.0.1"),
        ("ip", "224.0.0.1"),
        ("ip", "0.0.0.5"),
        ("subnet", None),
        ("subnet", "255.255.0.255"),
        ("subnet", "255.255.255.254"),
        ("subnet", "0.0.0.0"),
        ("gateway", None),
        ("gateway", "192.168.1.1"),
    ):
        given = right()
        given["network"][key] = wrong
        settings, faults = check(given)
        assert settings["dhcp"], (key, wrong)
        assert faults, (key, wrong)
        assert settings["device_name"] == "meter"


def test_file_of_the_original_firmware_means_a_fixed_address():
    network = {"ip": "192.168.0.250", "gateway": "192.168.0.1", "subnet": "255.255.255.0"}
    settings, faults = check({"wifi": {"ssid": "yourSSID", "password": "yourPassword"}, "network": network})
    assert faults == []
    assert (settings["dhcp"], settings["ip"]) == (False, "192.168.0.250")
    network["dhcp"] = True  # its form offers the address even then
    assert check({"network": network})[0]["dhcp"]


def test_host_names_are_whole_names():
    for hosts in ([], ["P1.Example.be."], ["a.be", "b-c.d", "x", "1.2"], [".".join(["x" * 62] * 4)]):
        assert check({"access": {"hosts": hosts}}) == (dict(DEFAULTS, hosts=hosts), []), hosts


def test_fault_of_a_wifi_password_names_the_characters():
    for password in ("Schlüssel", "motdepassé", "🔑🔑🔑🔑🔑🔑🔑🔑", "short"):
        ((key, fault),) = check({"wifi": {"ssid": "home", "password": password}})[1]
        assert key == "password"
        assert "8 to 63 characters of ASCII (no accents), 64 hexadecimal digits" in fault
        assert password not in fault


def test_sections_that_are_none_are_the_defaults():
    for strange in ([1], 5, "text", None):
        assert check({"capacity": strange, "wifi": strange})[0] == DEFAULTS


def test_changes_are_put_in_and_the_rest_stays():
    given = right()
    given["theirs"] = {"a": 1}
    given["capacity"]["note"] = "moved in"
    changes = {"capacity": {"target_w": 5000, "area": None}, "language": "nl", "light": {"brightness": 50}}
    assert merge(given, changes) == []
    expected = right()
    expected["theirs"] = {"a": 1}
    expected["capacity"] = {
        "target_w": 5000,
        "warning_percent": 90,
        "counted_from": "2026-03-01",
        "connection_w": 9200,
        "note": "moved in",
    }
    expected["language"] = "nl"
    expected["light"]["brightness"] = 50
    assert given == expected


def test_changes_make_a_section_where_there_is_none():
    given = {"capacity": "spoilt"}
    assert merge(given, {"capacity": {"target_w": 5000}, "radio": {"tx_power_dbm": 10}}) == []
    assert given == {"capacity": {"target_w": 5000}, "radio": {"tx_power_dbm": 10}}


def test_password_stays_with_null_and_goes_with_nothing():
    given = right()
    assert merge(given, {"wifi": {"password": None}}) == []
    assert given == RIGHT
    assert merge(given, {"wifi": {"ssid": None, "password": ""}}) == []
    assert given["wifi"] == {"password": ""}


def test_each_wrong_change_is_named():
    faults = merge(
        right(),
        {
            "capacity": {"target_w": -1, "area": "atlantis", "colour": 1},
            "wifi": 5,
            "nowhere": {"x": 1},
            "language": "de-BE",
            "network": {"ip": "192.168.0"},
        },
    )
    assert sorted(paths(faults)) == [
        "capacity.area",
        "capacity.colour",
        "capacity.target_w",
        "language",
        "network.ip",
        "nowhere.x",
        "wifi",
    ]


def test_change_that_contradicts_what_stays_is_named():
    assert paths(merge(right(), {"network": {"ip": "10.0.0.5"}})) == ["network.gateway"]
    assert paths(merge({}, {"network": {"dhcp": False}})) == [
        "network.ip",
        "network.subnet",
        "network.gateway",
    ]
    assert paths(merge({}, {"light": {"quiet_from": "22:00"}})) == ["light.quiet_from"]
    assert merge(right(), {"network": {"dhcp": True, "ip": "10.0.0.5"}}) == []


def test_old_fault_in_another_section_is_no_reason_against_a_change():
    given = {"network": {"dhcp": False}, "capacity": {"area": "atlantis"}}
    assert merge(given, {"capacity": {"target_w": 5000}}) == []


def test_faults_never_hold_a_value():
    faults = [fault for _, fault in check({"wifi": {"ssid": 5, "password": "s3cret"}})[1]]
    faults += merge({}, {"wifi": {"password": "s3cret"}})
    assert len(faults) == 3
    assert "s3cret" not in "".join(faults)


def test_what_is_shown_has_every_setting_and_no_password():
    document = shown(RIGHT)
    assert "long enough" not in json.dumps(document)
    assert document["wifi"] == {"ssid": "home", "password": None, "has_password": True}
    for section in RIGHT:
        if section != "wifi":
            assert document[section] == RIGHT[section], section
    assert shown({})["wifi"] == {"ssid": None, "password": None, "has_password": False}
