"""net/wifi.py: a network is joined, lost and joined again, and when the setup portal opens."""

import asyncio

import radio
from network_house import HOME, House, router

from board.flash_json import read_json
from net import name_conflict
from overlay import load


def portal_opens(house, seconds):
    """The seconds of its start at which the portal has opened; it closes at once each time."""
    opened = []
    for _ in range(seconds):
        house.second()
        if house.wifi.portal:
            opened.append(house.now_s)
            house.wifi.portal = False
    return opened


def test_network_of_the_settings_is_joined():
    house = House(config=HOME)
    radio.air.networks = router()
    assert house.joined()
    assert house.wifi.address == "192.168.0.17"
    assert read_json(house, "wifi.json") == {"joined": True}
    assert house.calls("ifconfig") == []


def test_name_is_set_before_the_radio_is_on_and_the_power_right_after():
    house = House(
        config={"wifi": HOME["wifi"], "radio": {"tx_power_dbm": 9}, "network": {"device_name": "meter"}}
    )
    radio.air.networks = router()
    assert house.joined()
    calls = [call for call in radio.air.calls if call[0] in ("sta", "hostname")]
    assert calls[0] == ("hostname", "meter")
    assert calls[1] == ("sta", "active", True)
    assert calls[2] == ("sta", "config", {"txpower": 9})


def test_fixed_address_asks_the_gateway_for_names_unless_a_name_server_is_set():
    network = {"dhcp": False, "ip": "192.168.0.250", "subnet": "255.255.255.0", "gateway": "192.168.0.1"}
    for dns, asked in ((None, "192.168.0.1"), ("1.1.1.1", "1.1.1.1")):
        house = House(config={"wifi": HOME["wifi"], "network": dict(network, dns=dns)})
        radio.air.networks = router(ip=None)
        assert house.joined()
        assert house.wifi.address == "192.168.0.250"
        fixed = house.calls("ifconfig")[0][2]
        assert fixed == ("192.168.0.250", "255.255.255.0", "192.168.0.1", asked)


def test_card_of_the_original_firmware_means_its_fixed_address():
    network = {"ip": "192.168.0.250", "subnet": "255.255.255.0", "gateway": "192.168.0.1"}
    house = House(config={"wifi": HOME["wifi"], "network": network})
    radio.air.networks = router()
    assert house.joined()
    assert house.wifi.address == "192.168.0.250"


def test_no_password_is_ever_noted():
    house = House(config=HOME)
    radio.air.networks = router()
    house.joined()
    house.second(30)
    assert "correct horse" not in repr(house.notes)


def test_lost_network_is_joined_again_for_ever_without_a_restart_or_a_portal():
    house = House(config=HOME, secrets={"setup_password": "x"})
    radio.air.networks = router()
    assert house.joined()
    for away_s in (1, 10, 700, 20000):
        radio.air.networks = {}
        assert portal_opens(house, away_s) == []
        assert house.wifi.address is None or away_s < 2
        radio.air.networks = router(ip="192.168.0.18")
        assert house.joined()
    assert house.restarts == 0
    assert house.wifi.address == "192.168.0.18"


def test_radio_begins_anew_every_five_minutes_while_a_network_is_away():
    house = House(config=HOME)
    radio.air.networks = router()
    assert house.joined()
    radio.air.networks = {}
    before = len(house.calls("connect"))
    house.second(1500)
    assert 4 <= len(house.calls("connect")) - before <= 5


def test_first_start_without_settings_opens_the_portal_at_once():
    house = House()
    assert portal_opens(house, 2) == [1]


def test_start_that_never_joined_opens_the_portal_after_five_minutes():
    house = House(config=HOME)
    opened = portal_opens(house, 310)
    assert opened == [301], opened


def test_wrong_password_opens_the_portal_after_five_minutes():
    house = House(config=HOME)
    radio.air.networks = router(key="something else")
    assert portal_opens(house, 310) == [301]


def test_after_it_once_joined_the_portal_needs_a_setup_password_to_open_by_itself():
    house = House(config=HOME, wifi={"joined": True})
    assert portal_opens(house, 2000) == []
    house = House(config=HOME, wifi={"joined": True}, secrets={"setup_password": "abcdefgh"})
    assert portal_opens(house, 310) == [301]


def test_button_opens_the_portal_while_there_is_no_network():
    house = House(config=HOME, wifi={"joined": True})
    house.second(20)
    house.button.window = 60
    assert portal_opens(house, 30) == [21]
    assert not house.button.window


def test_button_opens_no_portal_while_it_is_joined():
    house = House(config=HOME)
    radio.air.networks = router()
    assert house.joined()
    house.button.window = 60
    assert portal_opens(house, 30) == []
    assert house.button.window


def test_erased_network_is_left_and_the_portal_opens():
    house = House(config=HOME)
    radio.air.networks = router()
    assert house.joined()
    load("net.join_or_portal").forget_network(house.wifi)
    assert "correct horse" not in repr(read_json(house, "config.json"))
    assert portal_opens(house, 2)


def test_network_without_an_address_is_not_joined():
    house = House(config=HOME)
    radio.air.networks = router(ip=None)
    assert not house.joined(200)


def test_networks_are_listed_once_each_the_strongest_first():
    house = House(config=HOME)
    house.second(3)
    radio.air.networks = {
        "far": {"key": "", "rssi": -88, "ip": None},
        "near": {"key": "x", "rssi": -40, "ip": None},
        "": {"key": "", "rssi": -30, "ip": None},
    }
    assert load("net.connect").networks(house.wifi.sta) == [
        {"ssid": "near", "rssi_dbm": -40, "secure": True},
        {"ssid": "far", "rssi_dbm": -88, "secure": False},
    ]


async def test_second_device_of_a_name_takes_the_end_of_its_id_and_restarts_once():
    house = House(config=HOME, wifi={"joined": True, "taken": "digimon"})
    assert house.wifi.name == "digimon-ab12"
    radio.air.networks = router()
    assert house.joined()
    assert radio.hostname() == "digimon-ab12"
    await asyncio.sleep_ms(100)
    assert house.restarts == 0


async def test_name_that_is_found_taken_is_that_of_the_next_start():
    house = House(config=HOME, wifi={"joined": True})
    radio.air.networks = router()
    assert house.joined()
    house.wifi.name = "digimon-ab12"  # as net/name_conflict.py does
    for _ in range(200):
        await asyncio.sleep_ms(50)
        if house.restarts:
            break
    assert house.restarts == 1


async def checked(house, other, is_monitor=True):
    """Check the name while a device at the address `other` answers to it. None: nobody answers."""

    async def find_other(name, own):
        assert (name, own) == ("digimon", "192.168.0.17")
        return other

    async def is_another(device, address, name):
        assert (address, name) == (other, "digimon")
        return is_monitor

    name_conflict.find_other, name_conflict.is_monitor = find_other, is_another
    await name_conflict.check(house.wifi, "192.168.0.17")


async def test_name_of_another_monitor_is_stored_and_told():
    house = House(config=HOME, wifi={"joined": True})
    await checked(house, "192.168.0.9")
    assert (house.wifi.name, house.wifi.name_taken_by) == ("digimon-ab12", "192.168.0.9")
    assert read_json(house, "wifi.json")["taken"] == "digimon"
    assert house.notes[-1] == "Another device, 192.168.0.9, has the name digimon.local"


async def test_name_stays_if_the_one_that_answers_is_no_other_monitor():
    house = House(config=HOME, wifi={"joined": True})
    await checked(house, "192.168.0.66", is_monitor=False)
    assert (house.wifi.name, house.wifi.name_taken_by) == ("digimon", None)
    assert not read_json(house, "wifi.json").get("taken")
    assert "192.168.0.66 claims the name digimon.local" in house.notes[-1]


async def test_taken_name_is_asked_for_at_each_start_and_comes_back():
    house = House(config=HOME, wifi={"joined": True, "taken": "digimon"})
    await checked(house, "192.168.0.9")
    assert (house.wifi.name, house.wifi.name_taken_by) == ("digimon-ab12", "192.168.0.9")
    await checked(house, None)
    assert (house.wifi.name, house.wifi.name_taken_by) == (
        "digimon-ab12",
        None,
    )  # mDNS keeps it until a restart
    assert load("net.device_name").choose(house) == "digimon"


async def test_name_that_its_owner_has_changed_is_not_asked_for():
    house = House(config=HOME, wifi={"joined": True})
    house.config["device_name"] = "cupboard"
    await checked(house, "192.168.0.9")
    assert (house.wifi.name, house.wifi.name_taken_by) == ("digimon", None)
