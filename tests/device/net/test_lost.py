"""A board in a house whose network comes and goes: the meter is read as if nothing were."""

from simulator.clock import moment
from tests.device.board.conftest import SwitchOn

EVENING = moment(2026, 11, 12, 18, 3)


def test_lost_network_is_joined_again_without_a_restart_and_without_a_telegram_lost(power: SwitchOn) -> None:
    hardware = power(meter=EVENING).switch_on()
    line = hardware.line
    assert line
    hardware.wait(lambda: hardware.said("Wi-Fi: joined"))
    hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)
    before = hardware.device()["p1"]
    sent = line.sent

    for round_ in range(3):
        hardware.reach()
        hardware.wait(lambda: sum("Wi-Fi: lost" in line for line in hardware.lines) == round_ + 1)  # noqa: B023
        hardware.reach(home="hunter22")
        hardware.wait(lambda: sum("Wi-Fi: joined" in line for line in hardware.lines) == round_ + 2)  # noqa: B023

    sent = line.sent - sent
    hardware.wait(lambda: hardware.device()["p1"]["telegrams"] - before["telegrams"] >= sent)
    assert hardware.starts == 1
    assert hardware.device()["p1"]["crc_errors"] == before["crc_errors"]
    assert not hardware.said("portal")
    assert not hardware.said("Setup network")


def test_settings_that_lead_nowhere_open_the_setup_network_after_five_minutes(power: SwitchOn) -> None:
    hardware = power(meter=EVENING, speed=20)
    hardware.reach(other="12345678")
    hardware.switch_on()
    hardware.wait(lambda: hardware.said("Setup network:"), 45)
    begin = hardware.lines.index("Setup Mode")
    assert hardware.lines[begin + 2 : begin + 6] == [
        "SSID:",
        "DigitaleMeterMonitor",
        "Connect IP:",
        "192.168.4.1",
    ]
    opened_ms = next(at for at, act in hardware.did() if act == "access point on")

    assert 290_000 < opened_ms < 590_000  # else it is looked at in another five minutes
    assert hardware.device()["p1"]["telegrams"] > 100


def test_absent_time_server_leaves_the_meter_alone(power: SwitchOn) -> None:
    hardware = power(speed=20).switch_on()
    hardware.wait(lambda: hardware.said("Wi-Fi: joined"))
    hardware.wait(lambda: hardware.device()["uptime_s"] > 100, 30)
    assert hardware.starts == 1
    assert not hardware.said("arrival")


def test_second_device_of_a_house_is_called_by_the_end_of_its_id(power: SwitchOn) -> None:
    hardware = power()
    (hardware.flash / "wifi.json").write_text('{"joined": true, "taken": "digimon"}')
    hardware.switch_on()
    hardware.wait(lambda: hardware.said("Wi-Fi: joined"))

    assert hardware.device()["name"] == "digimon-0001"
    description = hardware.get("/description.xml")
    assert "<friendlyName>digimon-0001</friendlyName>" in description
    assert "<UDN>uuid:70310000-0000-1000-8000-0200c3000001</UDN>" in description
