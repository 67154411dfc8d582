"""net/portal.py and net/portal_form.py: the setup network, its form, and the trial before anything is kept."""

import asyncio
import json

import radio
from connection import Server, Stream
from network_house import HOME, House, router

from board.flash_json import read_json
from net import portal_form
from server.http import Refused, Request

PROBES = (
    (b"captive.apple.com", b"/hotspot-detect.html"),
    (b"www.apple.com", b"/library/test/success.html"),
    (b"connectivitycheck.gstatic.com", b"/generate_204"),
    (b"connectivitycheck.android.com", b"/generate_204"),
    (b"clients3.google.com", b"/generate_204"),
    (b"www.google.com", b"/gen_204"),
    (b"play.googleapis.com", b"/generate_204"),
    (b"www.msftconnecttest.com", b"/connecttest.txt"),
    (b"www.msftconnecttest.com", b"/redirect"),
    (b"www.msftncsi.com", b"/ncsi.txt"),
    (b"detectportal.firefox.com", b"/canonical.html"),
    (b"detectportal.firefox.com", b"/success.txt?ipv4"),
    (b"nmcheck.gnome.org", b"/check_network_status.txt"),
)


class Phone(Stream):
    """Gives a body to be read."""

    async def read(self, count):
        (body,) = self.later
        self.later = [body[count:]]
        return body[:count]


async def ask(house, path=b"/", host=b"192.168.4.1", body=None, more=b""):
    """(status, headers as text, body) of a request to the portal."""
    head = (b"POST " if body is not None else b"GET ") + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + more
    if body is not None:
        head += b"Content-Length: %d\r\n" % len(body)
    stream = Phone(body or b"")
    request = Request(stream, Server(), head + b"\r\n")
    try:
        if not await house.portal(request):
            return None, "", b""
    except Refused as refused:
        return refused.status, "", b""
    head, _, reply = stream.written.partition(b"\r\n\r\n")
    return int(head[9:12]), head.decode(), reply


async def told(house):
    return json.loads((await ask(house, b"/setup"))[2])


async def send(house, **fields):
    """What the portal says to a form."""
    body = "&".join(["%s=%s" % (key, coded(value)) for key, value in fields.items()]).encode()
    status, _, reply = await ask(house, body=body)
    assert status in (200, 400), status
    return json.loads(reply).get("errors")


def coded(text):
    return "".join(["%%%02X" % byte for byte in text.encode()])


async def opened(**files):
    """A house whose portal is open, in a time that runs a thousand times as fast."""
    house = House(speed=1000, **files)
    house.second()
    radio.air.now = house.clock.uptime_s
    house.wifi.portal or house.second(301)
    await until(lambda: house.portal)
    return house


async def until(condition):
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep_ms(5)
    raise AssertionError("waited in vain")


async def state(house, *states):
    """The portal's answer once it is in one of these states."""
    for _ in range(1000):
        answer = await told(house)
        if answer["state"] in states:
            return answer
        await asyncio.sleep_ms(10)
    raise AssertionError(answer)


async def test_access_point_is_open_only_where_no_setup_password_was_flashed():
    for secrets, key, security in (({}, None, 0), ({"setup_password": "maple-nine"}, "maple-nine", 3)):
        house = await opened(secrets=secrets)
        settings = next(call[2] for call in house.calls("ap") if call[1] == "config")
        assert settings["ssid"] == "DigitaleMeterMonitor"
        assert settings.get("key") == key
        assert settings["security"] == security
        names = [call[1] for call in house.calls("ap")]
        assert names.index("config") < names.index("active")
        assert "maple-nine" not in repr(house.notes) + repr(await told(house))


async def test_radio_stops_trying_while_the_portal_is_open():
    house = await opened(config=HOME)
    calls = [call[1] for call in house.calls("sta")]
    assert calls[-2:] == ["disconnect", "scan"], calls


async def test_every_probe_of_a_phone_or_computer_is_sent_to_the_form():
    house = await opened()
    for host, path in PROBES:
        status, head, _ = await ask(house, path, host)
        assert status == 302, path
        assert "Location: http://192.168.4.1/\r\n" in head + "\r\n"


async def test_unknown_paths_are_sent_to_the_form_and_the_device_can_be_asked():
    house = await opened()
    assert (await ask(house, b"/anything"))[0] == 302
    assert (await ask(house, b"/api/device"))[0] is None


async def test_form_is_sent_compressed():
    house = await opened()
    status, head, page = await ask(house)
    assert status == 200
    assert "Content-Encoding: gzip" in head
    assert page[:2] == b"\x1f\x8b"
    assert len(page) <= 6144


async def test_networks_and_settings_are_told_without_passwords():
    radio.air.networks = {}
    house = await opened(config=HOME)
    radio.air.networks = router()
    house.clock.since = lambda moment: 60000
    await ask(house, b"/setup?scan=1")
    answer = await told(house)
    assert answer["networks"] == [{"ssid": "home", "rssi_dbm": -60, "secure": True}]
    assert answer["settings"]["wifi"] == {"ssid": "home", "password": None, "has_password": True}
    assert "correct horse" not in repr(answer)


async def test_network_is_tried_then_kept_then_joined():
    house = await opened()
    radio.air.networks = router()
    assert await send(house, ssid="home", **{"pass": "correct horse"}, area="limburg", language="nl") is None
    assert read_json(house, "config.json") == {}
    answer = await state(house, "joined")
    assert answer["ip"] == "192.168.0.17"
    assert answer["name"] == "digimon"
    kept = read_json(house, "config.json")
    assert kept["wifi"] == {"ssid": "home", "password": "correct horse"}
    assert kept["capacity"]["area"] == house.config["area"] == "limburg"
    assert house.config["language"] == "nl"
    await until(lambda: not house.wifi.portal)
    assert house.portal is None
    assert house.calls("ap")[-1] == ("ap", "active", False)
    house.second()
    assert house.wifi.address == "192.168.0.17"


async def test_result_waits_for_the_phone():
    house = await opened(wifi={"taken": "digimon"})
    radio.air.networks = router()
    await send(house, ssid="home", **{"pass": "correct horse"})
    await until(lambda: radio.air.channel_moves)
    await house.clock.sleep(100)
    assert house.wifi.portal
    answer = await state(house, "joined")
    assert answer["name"] == "digimon-ab12"
    await until(lambda: not house.wifi.portal)


async def test_wrong_password_is_said_and_nothing_is_kept():
    house = await opened(config={"wifi": {"ssid": "old", "password": "12345678"}})
    radio.air.networks = router()
    await send(house, ssid="home", **{"pass": "wrong password"}, device_name="meter")
    assert (await state(house, "failed"))["why"] == "password"
    assert read_json(house, "config.json")["wifi"] == {"ssid": "old", "password": "12345678"}
    assert house.wifi.name == "digimon"
    assert house.wifi.portal
    await send(house, ssid="home", **{"pass": "correct horse"})
    await state(house, "joined")


async def test_network_that_is_not_there_or_gives_no_address_is_said():
    house = await opened()
    await send(house, ssid="nowhere", **{"pass": "12345678"})
    assert (await state(house, "failed"))["why"] == "absent"
    radio.air.networks = router(ip=None)
    await send(house, ssid="home", **{"pass": "correct horse"})
    await state(house, "trying")
    assert (await state(house, "failed"))["why"] == "address"


async def test_fixed_address_and_device_password_are_kept():
    house = await opened()
    radio.air.networks = router(ip=None)
    errors = await send(
        house,
        ssid="home",
        **{"pass": "correct horse"},
        ip_config="static",
        ip="192.168.1.250",
        subnet="255.255.255.0",
        gateway="192.168.1.1",
        dns="",
        device_password="hold my meter",
    )
    assert errors is None, errors
    assert (await state(house, "joined"))["ip"] == "192.168.1.250"
    assert read_json(house, "config.json")["network"]["ip"] == "192.168.1.250"
    secrets = read_json(house, "secrets.json")
    assert "hash" in secrets["password"]
    assert "hold my meter" not in repr(secrets)


async def test_fields_of_the_original_firmware_still_work():
    house = await opened()
    radio.air.networks = router(ip=None)
    body = b"ssid=home&pass=correct+horse&device_name=powerbeesie&ip_config=static&ip=192.168.0.250"
    body += b"&gateway=192.168.0.1&subnet=255.255.255.0"
    status, head, _ = await ask(house, body=body, more=b"Accept: text/html\r\n")
    assert status == 200
    assert "text/html" in head
    answer = await state(house, "joined")
    assert (answer["ip"], answer["name"]) == ("192.168.0.250", "powerbeesie")


async def test_each_wrong_field_is_named_and_nothing_is_tried():
    house = await opened()
    static = {
        "ip_config": "static",
        "ip": "192.168.0.250",
        "subnet": "255.255.255.0",
        "gateway": "192.168.0.1",
    }
    for field, values in (
        ("ssid", ("", "x" * 33, "\xe9" * 17)),
        ("pass", ("short", "x" * 65)),
        ("device_name", ("x" * 33, "a b", "-a", "a-", "a.b", "<b>")),
        ("ip", ("", "192.168.0", "192.168.0.256", "192.168.0.0", "192.168.0.255", "localhost")),
        ("subnet", ("", "255.0.255.0", "0.0.0.0", "24")),
        ("gateway", ("", "192.168.1.1", "x")),
        ("dns", ("1.1.1", "dns.google")),
        ("device_password", ("short",)),
        ("area", ("mars",)),
        ("language", ("it",)),
    ):
        for value in values:
            fields = {"ssid": "home", "pass": "correct horse"}
            fields.update(static)
            fields[field] = value
            errors = await send(house, **fields)
            assert field in (errors or ()), (field, value, errors)
    assert house.calls("connect") == []
    assert (await told(house))["state"] == "form"


async def test_password_that_is_left_empty_stays_for_the_same_network_only():
    known = {"wifi": {"ssid": "home", "password": "correct horse"}}
    assert "password" not in portal_form.changes({"ssid": "home"}, known)["wifi"]
    assert portal_form.changes({"ssid": "other"}, known)["wifi"]["password"] == ""
    assert (
        portal_form.changes({"ssid": "home", "pass": "battery staple"}, known)["wifi"]["password"]
        == "battery staple"
    )


async def test_body_that_is_no_form_is_refused_with_words():
    house = await opened()
    for body in (b"%", b"%zz", b"ssid=%ff", b"&&&", b"="):
        status, _, reply = await ask(house, body=body)
        assert status == 400, body
        assert b"ssid" in reply
    assert (await ask(house, body=b"x" * 3000))[0] == 413


async def test_characters_of_the_form_are_whole():
    known = {}
    for coded_name, name in (
        (b"%F0%9F%8F%A0", "🏠"),
        (b"%ED%A0%BC%ED%BF%A0", "🏠"),
        (b"%C3%A9t%C3%A9", "été"),
    ):
        typed = portal_form.fields(b"ssid=" + coded_name)
        assert portal_form.changes(typed, known)["wifi"]["ssid"] == name
    house = await opened()
    assert "ssid" in json.loads((await ask(house, body=b"ssid=%ED%A0%BC"))[2])["errors"]


async def test_page_of_another_site_cannot_send_the_form():
    house = await opened()
    assert (await ask(house, body=b"ssid=evil", more=b"Origin: http://evil.example\r\n"))[0] == 403


async def test_portal_without_a_client_closes_after_ten_minutes_and_wifi_is_tried_by_turns():
    house = await opened(config=HOME)
    began = house.clock.uptime_s()
    await until(lambda: not house.wifi.portal)
    assert house.clock.uptime_s() - began >= 590
    before = len(house.calls("connect"))
    house.now_s = house.clock.uptime_s()
    radio.air.now = lambda: house.now_s
    house.second(2)
    assert len(house.calls("connect")) == before + 1
    for _ in range(300):
        house.second()
    assert house.wifi.portal


async def test_portal_stays_open_while_a_client_is_there():
    house = await opened(config=HOME)
    radio.air.phones = 1
    began = house.clock.uptime_s()
    await until(lambda: house.clock.uptime_s() - began > 1500)
    assert house.wifi.portal
    radio.air.phones = 0
    await until(lambda: not house.wifi.portal)


async def test_fault_of_the_portal_costs_only_the_portal():
    house = House(speed=1000)

    class Broken:
        def __init__(self, interface):
            raise OSError("no radio")

    kept, radio.WLAN = radio.WLAN, Broken
    Broken.IF_AP = 1
    try:
        house.second()
        await until(lambda: house.faults)
        assert not house.wifi.portal
    finally:
        radio.WLAN = kept
