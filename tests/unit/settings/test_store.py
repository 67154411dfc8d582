"""settings/store.py: where the settings are kept, and which of the two places holds."""

import binascii
import json
import os
import vfs

from ramcard import Slot, content, write

import device as firmware_device
from board import card_json
from board.flash_json import read_json, write_json
from board.mount_point import CARD
from overlay import load
from settings import store
from storage.card import Card

FILE = CARD + "/config.json"
FLASH = "build/tests/flash_of_config"
SLOT = Slot()  # one for all tests: memory for a second one in one stretch is not to be had
DISK = SLOT.disk
ORIGINAL = {
    "wifi": {"ssid": "home", "password": "long secret"},
    "network": {
        "device_name": "meter",
        "ip": "192.168.0.250",
        "gateway": "192.168.0.1",
        "subnet": "255.255.255.0",
    },
}


class Board:
    flash = FLASH


class Device:
    """As much of main's as a change of settings needs."""

    def __init__(self, slot):
        self.board = Board()
        self.up_s = 0
        self.lines = []
        self.card = Card(slot, self.note)
        self.restart()

    def change(self, changes, at_once=False):
        faults, jobs = store.change(self, changes, at_once)
        self.jobs[:0] = jobs
        return faults

    def save(self):
        self.jobs[:0] = store.save(self)

    def note(self, line):
        self.lines.append(line)

    def write(self):
        """Let the one writer do what waits for it."""
        while self.jobs:
            module, name, _, argument, _ = self.jobs.pop(0)
            for _ in getattr(load(module), name)(argument):
                pass

    def restart(self):
        self.lines = []
        self.clock = self.recorder = self
        self.jobs = []
        self.unsaved = self.saved_s = None
        self.config = store.read(self)

    def uptime_s(self):
        return self.up_s


def monitor(*, card=True, file=None, flash=None):
    """A device that starts with these files, given as text or as what JSON can say."""
    for name in ("config.json", "config.json.new"):
        try:
            os.remove("%s/%s" % (FLASH, name))
        except OSError:
            pass
    try:
        os.mkdir(FLASH)
    except OSError:
        pass
    format_card()
    SLOT.disk = DISK if card else None
    Card(SLOT, print)
    if file is not None:
        write(FILE, file if isinstance(file, str) else json.dumps(file))
    if flash is not None:
        write_json(Board(), "config.json", flash)
    return Device(SLOT)


def format_card():
    DISK.left = None
    DISK.read_only = False
    vfs.VfsFat.mkfs(DISK)


def pull(device):
    """Take the card out."""
    SLOT.disk = None
    device.card.mount()


def put(device):
    """Put it back."""
    SLOT.disk = DISK
    device.card.mount()


def set_target(device, target_w):
    assert device.change({"capacity": {"target_w": target_w}}) == []
    device.write()


def on_card():
    return json.loads(content(FILE))


def test_no_file_and_no_card_are_the_defaults():
    for card in (True, False):
        device = monitor(card=card)
        assert device.config["device_name"] == "digimon"
        assert device.config["target_w"] is None
        assert device.lines == []
        assert store.wifi(device) == (None, "")


def test_file_of_the_original_firmware_is_read_and_left_as_it_is():
    text = json.dumps(ORIGINAL) + "\r\n"
    device = monitor(file=text)
    assert (device.config["device_name"], device.config["ip"]) == ("meter", "192.168.0.250")
    assert store.wifi(device) == ("home", "long secret")
    assert content(FILE) == text
    assert device.lines == []


def test_editors_mark_before_the_text_is_none_of_it():
    assert monitor(file="\ufeff" + json.dumps(ORIGINAL)).config["device_name"] == "meter"


def test_wifi_is_no_resident_setting():
    found = monitor(file=ORIGINAL).config
    assert "secret" not in json.dumps(found)
    assert "ssid" not in found


def test_settings_hold_without_the_card_that_they_came_from():
    device = monitor(file=ORIGINAL)
    pull(device)
    device.restart()
    assert device.config["device_name"] == "meter"
    assert store.wifi(device) == ("home", "long secret")


def test_file_that_is_no_json_is_named_by_line_and_the_copy_holds():
    device = monitor(file=ORIGINAL)
    write(FILE, '{\n  "wifi": {"ssid": "home"},\n  "network": {device_name: "x"}\n}\n')
    before = content(FILE)
    device.restart()
    assert device.config["device_name"] == "meter"
    assert [line.split(" is ")[0] for line in device.lines] == ["config.json line 3"]
    assert content(FILE) == before  # its owner mends it


def test_files_that_hold_no_settings_stop_nothing():
    for text in ("{", "wifi", "[1, 2]", "5", '"text"', "null", "\xff", '{"a": 1', "x" * 5000):
        device = monitor(file=text, flash={"network": {"device_name": "meter"}})
        assert device.config["device_name"] == "meter", text
        assert device.lines, text
        assert content(FILE) == text


def test_file_that_is_no_utf8_stops_nothing():
    device = monitor()
    with open(FILE, "wb") as file:
        file.write(b'{"wifi": {"ssid": "\xe9"}}')
    device.restart()
    assert [line.split(";")[0] for line in device.lines] == ["config.json is not in UTF-8"]


def test_file_in_utf16_is_named_as_such_and_the_copy_holds():
    device = monitor(flash={"network": {"device_name": "meter"}})
    for order in (b"\xff\xfe%s", b"\xfe\xff\0%s", b"%s"):
        with open(FILE, "wb") as file:
            file.write(order % b"\0".join([bytes([byte]) for byte in b'{"language": "nl"}\0']))
        device.restart()
        assert device.config["device_name"] == "meter"
        assert [line.split(",")[0] for line in device.lines] == ["config.json is in UTF-16"]


def test_file_with_half_of_a_character_is_named_and_the_copy_holds():
    device = monitor(flash={"network": {"device_name": "meter"}})
    for ssid in ("\\ud83c", "\\udfe0\\ud83c"):
        write(FILE, '{"wifi": {"ssid": "%s"}}' % ssid)
        device.restart()
        assert device.config["device_name"] == "meter"
        assert [line.split(":")[0] for line in device.lines] == ["config.json has half of a character"]


def test_escaped_characters_of_the_file_are_those_characters():
    device = monitor(file='{"wifi": {"ssid": "\\ud83c\\udfe0 \\u00e9t\\u00e9", "password": "12345678"}}')
    assert store.wifi(device) == ("🏠 été", "12345678")
    set_target(device, 4000)
    assert "🏠 été" in content(FILE)


def test_text_behind_the_object_is_ignored_until_the_settings_are_saved():
    """The original firmware writes over a longer file without cutting it."""
    whole = json.dumps(ORIGINAL)
    for rest in ("}", "\n}", '"subnet":"255.255.255.0"}}', " x", "{}", "\xff", '"\\ud83c"}', whole):
        device = monitor(file=whole + rest)
        assert device.config["device_name"] == "meter", rest
        assert store.wifi(device) == ("home", "long secret")
        assert device.lines == ["config.json line 1: the text behind the settings is ignored"], rest
        assert content(FILE) == whole + rest
        device.restart()
        assert device.config["device_name"] == "meter"
        assert device.lines == []
        set_target(device, 4000)
        assert on_card()["capacity"] == {"target_w": 4000}
        assert on_card()["wifi"] == ORIGINAL["wifi"]


def test_file_of_brackets_is_a_fault_and_read_once():
    for text in ("}" * 4096, '{"a":"' + "}" * 4090, '{"a":"\\"}', "{" * 500 + "}" * 500 + "}"):
        device = monitor(file=text, flash={"network": {"device_name": "copy"}})
        assert device.config["device_name"] == "copy", text[:9]
        assert len(device.lines) == 1


def test_cut_file_is_a_fault_and_the_copy_holds():
    for length in range(1, len(json.dumps(ORIGINAL))):
        text = json.dumps(ORIGINAL)[:length]
        device = monitor(file=text, flash={"network": {"device_name": "copy"}})
        assert device.config["device_name"] == "copy", text
        assert len(device.lines) == 1
        assert content(FILE) == text


def test_wrong_value_is_named_by_line_and_key():
    device = monitor(file='{\n  "capacity": {\n    "area": "west",\n    "target_w": "4 kW"\n  }\n}')
    assert device.config["area"] == "west"
    assert len(device.lines) == 1
    assert device.lines[0].startswith("config.json line 4: capacity.target_w must be ")


def test_change_is_kept_on_card_and_flash():
    device = monitor(file=ORIGINAL)
    set_target(device, 4000)
    assert device.config["target_w"] == 4000
    assert on_card()["capacity"] == {"target_w": 4000}
    assert on_card()["wifi"] == ORIGINAL["wifi"]
    device.restart()
    assert device.config["target_w"] == 4000
    pull(device)
    device.restart()
    assert device.config["target_w"] == 4000


def test_change_leaves_the_card_to_its_one_writer():
    device = monitor(file=ORIGINAL)
    before = content(FILE)
    assert device.change({"capacity": {"target_w": 4000}}) == []
    assert content(FILE) == before
    assert read_json(device.board, "config.json")["capacity"] == {"target_w": 4000}
    device.write()
    assert on_card()["capacity"] == {"target_w": 4000}


def test_change_that_never_reached_the_card_does_at_the_next_start():
    device = monitor(file=ORIGINAL)
    assert device.change({"capacity": {"target_w": 4000}}) == []
    device.restart()
    assert on_card()["capacity"] == {"target_w": 4000}


def test_change_made_before_the_card_had_the_one_before_it_stays():
    device = monitor(file=ORIGINAL)
    for target_w in (4000, 4500):
        assert device.change({"capacity": {"target_w": target_w}}) == []
    device.write()
    device.save()
    device.write()
    assert on_card()["capacity"] == {"target_w": 4500}
    device.restart()
    assert device.config["target_w"] == 4500


def test_changes_within_a_minute_hold_at_once_and_are_written_once():
    device = monitor(file=ORIGINAL)
    set_target(device, 4000)
    written = content(FILE), read_json(device.board, "config.json")
    for target_w in (4500, 5000):
        device.up_s += 25
        set_target(device, target_w)
        assert device.config["target_w"] == target_w
        assert store.shown(device)["capacity"]["target_w"] == target_w
        assert (content(FILE), read_json(device.board, "config.json")) == written
    device.save()
    device.write()
    assert not device.unsaved
    assert on_card()["capacity"] == {"target_w": 5000}
    device.up_s += 60
    set_target(device, 5500)
    assert on_card()["capacity"] == {"target_w": 5500}


def test_erased_wifi_does_not_wait():
    device = monitor(file=ORIGINAL)
    set_target(device, 4000)
    device.change(store.NO_WIFI, True)
    device.write()
    assert "secret" not in content(FILE) + json.dumps(read_json(device.board, "config.json"))
    assert on_card()["capacity"] == {"target_w": 4000}


def test_change_that_waits_is_not_lost_when_a_card_comes():
    device = monitor(file=ORIGINAL)
    pull(device)
    set_target(device, 4000)
    set_target(device, 4500)
    put(device)
    device.config = store.read(device)
    assert device.config["target_w"] == 4500
    assert on_card()["capacity"] == {"target_w": 4500}


def test_change_that_waits_is_tried_again_when_a_card_comes_and_takes_nothing():
    device = monitor()
    device.change({"light": {"brightness": 30}})
    device.write()
    device.change({"light": {"brightness": 40}})
    device.card.each_second = lambda: True
    device.settle = lambda: None
    device.save_settings = lambda: firmware_device.Device.save_settings(device)
    firmware_device.Device.each_second(device)
    assert device.unsaved is None
    assert [job[:2] for job in device.jobs] == [["settings.store", "to_card"]]


def test_keys_of_others_stay():
    device = monitor(file={"theirs": {"a": [1, "x"]}, "network": {"colour": "red"}})
    set_target(device, 4000)
    assert on_card() == {
        "theirs": {"a": [1, "x"]},
        "network": {"colour": "red"},
        "capacity": {"target_w": 4000},
    }


def test_what_is_written_is_for_people():
    device = monitor()
    assert device.change({"capacity": {"target_w": 4000, "area": "west"}, "language": "nl"}) == []
    device.write()
    expected = '{\n  "capacity": {\n    "area": "west",\n    "target_w": 4000\n  },\n  "language": "nl"\n}\n'
    assert content(FILE) == expected


def test_wrong_change_changes_nothing():
    device = monitor(file=ORIGINAL)
    before = read_json(device.board, "config.json")
    faults = device.change({"capacity": {"target_w": 4000, "area": "atlantis"}})
    assert [fault.split(" ")[0] for fault in faults] == ["capacity.area"]
    assert device.config["target_w"] is None
    assert on_card() == ORIGINAL
    assert read_json(device.board, "config.json") == before


def test_change_without_a_card_reaches_it_when_it_comes_back():
    device = monitor(file=ORIGINAL)
    pull(device)
    set_target(device, 4000)
    put(device)
    device.restart()
    assert device.config["target_w"] == 4000
    assert on_card()["capacity"] == {"target_w": 4000}


def test_card_that_somebody_changed_holds():
    device = monitor(file=ORIGINAL)
    set_target(device, 4000)
    write(FILE, json.dumps({"network": {"device_name": "theirs"}}))
    device.restart()
    assert device.config["device_name"] == "theirs"
    assert device.config["target_w"] is None
    pull(device)
    device.restart()
    assert device.config["device_name"] == "theirs"


def test_card_leaves_the_board_its_own_pins():
    device = monitor(file=ORIGINAL, flash={"pins": {"rx": 25}})
    assert read_json(device.board, "config.json")["pins"] == {"rx": 25}
    write(FILE, json.dumps({"pins": {"rx": 26}}))
    device.restart()
    assert read_json(device.board, "config.json")["pins"] == {"rx": 25}


def test_change_adds_to_what_somebody_put_on_the_card_meanwhile():
    device = monitor(file=ORIGINAL)
    write(FILE, json.dumps({"network": {"device_name": "theirs"}}))
    set_target(device, 4000)
    assert on_card() == {
        "wifi": {"ssid": "home"},
        "network": {"device_name": "theirs"},
        "capacity": {"target_w": 4000},
    }


CLOSED = {"wifi": ORIGINAL["wifi"], "access": {"closed": True, "hosts": ["p1.example.be"]}}


def sectors():
    """All bytes of the card."""
    data = bytearray(512)
    for sector in range(DISK.sectors):
        DISK.readblocks(sector, data)
        yield bytes(data)


def test_new_card_gets_the_settings_without_the_wifi_password_and_without_access():
    device = monitor(card=False, flash=dict(ORIGINAL, access=CLOSED["access"]))
    put(device)
    device.restart()
    assert on_card() == {"wifi": {"ssid": "home"}, "network": ORIGINAL["network"]}
    assert store.wifi(device) == ("home", "long secret")
    set_target(device, 4000)
    device.change({"wifi": {"password": "another secret"}, "access": {"closed": False}}, True)
    device.write()
    assert on_card()["wifi"] == {"ssid": "home"}
    assert not any(b"secret" in sector for sector in sectors())


def test_card_never_changes_who_may_enter():
    for access in ({"closed": False, "hosts": ["evil.example"]}, {"closed": None}, [], None):
        device = monitor(file={"wifi": {"ssid": "home"}, "access": access}, flash=CLOSED)
        assert (device.config["closed"], device.config["hosts"]) == (True, ["p1.example.be"]), access
        device.restart()
        assert device.config["closed"], access
    device = monitor(file=CLOSED)
    assert (device.config["closed"], device.config["hosts"]) == (False, [])
    assert device.lines == ["config.json: the section access of a card is ignored"]


def test_card_without_a_valid_network_leaves_that_of_the_flash():
    for wifi in ({}, {"ssid": None}, {"ssid": ""}, {"ssid": "x" * 33}, {"ssid": 5}, [], "x", None):
        device = monitor(file={"wifi": wifi, "capacity": {"target_w": 4000}}, flash=CLOSED)
        assert store.wifi(device) == ("home", "long secret"), wifi
        assert device.config["target_w"] == 4000


def test_card_without_a_password_leaves_that_of_its_network_only():
    for wifi, expected in (
        ({"ssid": "home"}, "long secret"),
        ({"ssid": "home", "password": None}, "long secret"),
        ({"ssid": "home", "password": "short"}, "long secret"),
        ({"ssid": "home", "password": ""}, ""),
        ({"ssid": "home", "password": "another secret"}, "another secret"),
        ({"ssid": "theirs"}, ""),
    ):
        device = monitor(file={"wifi": wifi}, flash=CLOSED)
        assert store.wifi(device) == (wifi["ssid"], expected), wifi


def test_settings_that_a_card_changed_are_named_until_the_next_start():
    device = monitor(file=ORIGINAL)
    assert device.card.changed_settings is None  # the board had no settings before
    write(FILE, json.dumps({"wifi": {"ssid": "theirs", "password": "87654321"}, "capacity": {"target_w": 1}}))
    device.config = store.read(device)
    names = [
        "wifi.ssid",
        "wifi.password",
        "network.dhcp",
        "network.device_name",
        "network.ip",
        "network.gateway",
        "network.subnet",
        "capacity.target_w",
    ]
    assert device.card.changed_settings == names
    assert device.lines == ["The card has changed " + ", ".join(names)]
    write(FILE, json.dumps({"wifi": {"ssid": "theirs", "password": "87654321"}, "language": "nl"}))
    device.config = store.read(device)
    assert device.card.changed_settings == names + ["language"]


def test_password_on_the_card_stays_until_it_is_changed_or_forgotten():
    device = monitor(file=ORIGINAL)
    assert card_json.has_password() is True
    set_target(device, 4000)
    assert on_card()["wifi"] == ORIGINAL["wifi"]
    device.change({"wifi": {"password": "another secret"}}, True)
    device.write()
    assert on_card()["wifi"] == {"ssid": "home"}
    assert card_json.has_password() is False
    assert not any(b"secret" in sector for sector in sectors())
    pull(device)
    assert card_json.has_password() is None


def forget(device):
    result = []
    device.jobs.append(["settings.from_card", "forget_password", "", (device, result), None])
    device.write()
    return result


def test_forgotten_password_is_gone_from_the_card_and_still_joins():
    for text in (
        json.dumps(ORIGINAL) + "\r\n",
        '{"access":{"password" :\n"long secret"},"wifi":{"ssid":"home","password":"long secret"}}',
        '{"wifi":{"ssid":"home","password":"long \\"secret"},"x":1}',
        '{"wifi":{"ssid":"home","password":"long secret',
    ):
        device = monitor(file=text, flash=CLOSED if text[-1] == "t" else None)
        password = store.wifi(device)
        assert card_json.has_password(), text
        assert forget(device) == [""]
        assert not any(b"secret" in sector for sector in sectors()), text
        assert len(content(FILE)) == len(text)
        assert not card_json.has_password()
        for _ in range(2):
            device.restart()
            assert store.wifi(device) == password
            assert device.card.changed_settings is None
        set_target(device, 4000)
        assert not any(b"secret" in sector for sector in sectors())


def test_power_cut_while_the_password_is_forgotten_costs_no_setting():
    cuts = 0
    while True:
        device = monitor(file=ORIGINAL)
        DISK.left = cuts
        forget(device)
        finished = DISK.left > 0
        DISK.left = None
        device.card.mount()
        device.restart()
        assert store.wifi(device) == ("home", "long secret"), cuts
        assert device.config["device_name"] == "meter", cuts
        if finished:
            break
        cuts += 1
    assert cuts


def test_card_of_the_first_release_keeps_its_password_and_its_settings():
    """Firmware 0.1.0 wrote the Wi-Fi password and the section access to the card."""
    written = json.dumps(dict(CLOSED, capacity={"target_w": 4000}))
    copy = dict(json.loads(written), card_seen=binascii.crc32(written.encode()))
    device = monitor(file=written, flash=copy)
    assert (device.config["closed"], device.config["target_w"]) == (True, 4000)
    assert device.lines == []
    assert content(FILE) == written
    set_target(device, 4500)
    assert on_card() == {"wifi": ORIGINAL["wifi"], "capacity": {"target_w": 4500}}
    device.restart()
    assert (device.config["closed"], device.config["target_w"]) == (True, 4500)


def test_rubbish_on_the_card_costs_no_setting():
    random = 1
    for length in (1, 2, 3, 100, 4096):
        for _ in range(20):
            data = bytearray(length)
            for at in range(length):
                random = random * 1103515245 + 12345 & 0x7FFFFFFF
                data[at] = random >> 16 & 255
            device = monitor(flash=CLOSED)
            with open(FILE, "wb") as file:
                file.write(data)
            device.restart()
            assert device.config["closed"]
            assert store.wifi(device) == ("home", "long secret")


def test_file_that_is_a_folder_costs_no_setting():
    device = monitor(flash=CLOSED)
    os.remove(FILE)
    os.mkdir(FILE)
    device.restart()
    assert device.config["closed"]
    set_target(device, 4000)
    device.restart()
    assert device.config["target_w"] == 4000
    os.rmdir(FILE)


def test_card_that_takes_nothing_costs_no_setting():
    device = monitor(file=ORIGINAL)
    DISK.read_only = True
    set_target(device, 4000)
    assert len(device.lines) == 1
    assert device.config["target_w"] == 4000
    device.restart()
    assert device.config["target_w"] == 4000
    DISK.read_only = False
    device.card.mount()
    device.restart()
    assert on_card()["capacity"] == {"target_w": 4000}


def test_power_cut_while_the_card_is_written_leaves_the_new_settings():
    """After any number of sectors, and with the copy's own last write missing too."""
    cuts = 0
    while True:
        device = monitor(file=ORIGINAL)
        DISK.left = cuts
        set_target(device, 4000)
        finished = DISK.left > 0
        DISK.left = None
        device.card.mount()
        device.restart()
        assert device.config["target_w"] == 4000, cuts
        assert device.config["device_name"] == "meter", cuts
        assert on_card()["capacity"] == {"target_w": 4000}, cuts
        if finished:
            break
        cuts += 1
    assert cuts > 2


def test_half_of_our_own_file_is_mended():
    device = monitor(file=ORIGINAL)
    set_target(device, 4000)
    whole = content(FILE)
    public = whole.replace('    "password": "long secret",\n', "")
    copy = read_json(device.board, "config.json")
    copy["newer_than_card"] = True
    for length in (0, 1, 20, len(whole) - 60, len(whole) - 12, len(whole) - 2):
        write_json(device.board, "config.json", copy)
        write(FILE, whole[:length])
        device.restart()
        # A password that the file did not have completely is not written again.
        assert content(FILE).rstrip() == (whole if length > len(whole) - 40 else public).rstrip(), length
        assert device.config["target_w"] == 4000
        assert store.wifi(device) == ("home", "long secret")
