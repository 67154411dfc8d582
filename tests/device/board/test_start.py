"""The first seconds of a board, with whatever is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.clock import moment
from tests.device.board.conftest import SwitchOn

EVENING = moment(2026, 11, 12, 18, 3)
WIRING = {
    "t8_c3": (
        "LilyGo TTGO T8 ESP32 C3 V1.1",
        [
            "pin 9 free",
            "pin 8 free",
            "uart 1 115200 rx 2 tx 0 invert 4",
            "card slot 2 sck 4 miso 5 mosi 7 cs 6",
            "pin 8 high",
        ],
    ),
    "t8_s2": (
        "LilyGo TTGO T8 ESP32 S2 V1.1",
        [
            "pin 0 free",
            "pin 19 free",
            "uart 1 115200 rx 18 tx 17 invert 4",
            "pin 14 high",  # the card has power before it is asked
            "card slot 3 sck 12 miso 13 mosi 11 cs 10",
            "pin 19 high",
        ],
    ),
    "generic_esp32": (
        "ESP32",
        [
            "pin 0 free",
            "pin 4 free",
            "uart 1 115200 rx 16 tx 17 invert 4",
            "card slot 2 sck 18 miso 19 mosi 23 cs 5",
            "pin 4 high",
        ],
    ),
}


@pytest.mark.parametrize("board", WIRING)
def test_board_is_wired_as_its_table_says(power: SwitchOn, board: str) -> None:
    name, wiring = WIRING[board]
    with power(board=board) as hardware:
        hardware.wait(lambda: wiring[-1] in hardware.acts())

        acts = [act for act in hardware.acts() if act.split()[0] in ("pin", "uart", "card")]
        assert acts[: len(wiring)] == wiring
        assert hardware.wait(hardware.device)["board"] == name


def test_pins_of_a_generic_board_stand_in_its_flash(power: SwitchOn) -> None:
    hardware = power(board="generic_esp32")
    hardware.settings(pins={"rx": 25, "rts": 26, "led": "no"})
    with hardware:
        hardware.wait(lambda: "pin 26 high" in hardware.acts())

        assert "uart 1 115200 rx 25 tx 17 invert 4" in hardware.acts()
        hardware.wait(lambda: hardware.said("LED pin: 2"))


def test_pins_that_cannot_be_leave_a_board_that_starts(power: SwitchOn) -> None:
    hardware = power(board="generic_esp32")
    hardware.settings(pins={"rts": 4000})
    with hardware:
        hardware.wait(lambda: "pin 4 high" in hardware.acts())

        hardware.wait(lambda: hardware.said("config.json: these pins cannot be"))


def test_first_start_with_nothing_still_serves(power: SwitchOn) -> None:
    with power(wifi=False) as hardware:
        device = hardware.wait(hardware.device)

        assert device["card"]["state"] == "absent"
        assert device["p1"] == {"telegrams": 0, "crc_errors": 0, "overruns": 0, "age_ms": None}
        assert (device["reset_cause"], device["wifi"]) == ("power_on", None)
        hardware.wait(lambda: hardware.said("No SD Card"))
        assert hardware.starts == 1


def test_silent_meter_is_asked_anew_but_never_with_a_low_line(power: SwitchOn) -> None:
    with power(speed=40) as hardware:
        hardware.wait(lambda: hardware.acts().count("pin 8 high") >= 3)

        requests = [act for act in hardware.acts() if act.startswith("pin 8 ")]
        assert requests[:6] == [
            "pin 8 free",
            "pin 8 high",
            "pin 8 free",
            "pin 8 high",
            "pin 8 free",
            "pin 8 high",
        ]


def test_start_is_told_in_the_words_of_old(power: SwitchOn, card: Callable[..., Path]) -> None:
    hardware = power(meter=EVENING)
    hardware.insert_card(card())
    with hardware:
        hardware.wait(lambda: hardware.said("Started up @2026-11-12 18:03:"))
        hardware.wait(lambda: hardware.said("Wi-Fi: joined, 127.0.0.1"))

        assert [line for line in hardware.lines if line[:4] not in ("-- s", "read", "Wi-F", "Firm", "Star")][
            :14
        ] == [
            "Digital meter monitor using board: LilyGo TTGO T8 ESP32 C3 V1.1",
            "LED pin: 3",
            "Ports used for SD Card communication:",
            "MOSI: 7",
            "MISO: 5",
            "SCK: 4",
            "SS: 6",
            "Creating test file /sd/selftest.txt",
            "SD Card sectorsPerCluster  8",
            "SD Card OK",
            "Serial pins used for communication to digital meter:",
            "RX1: 2, TX1: 0, RTS 8",
            "Connecting ...",
            "Connected !",
        ]
        assert "SD Card OK" in hardware.get("/crashlog.txt")


@pytest.mark.parametrize(
    ("cause", "state", "told"),
    [
        ("1", "1", "power_on"),
        ("1", "15", "brownout"),
        ("2", "3", "reset"),
        ("3", "7", "watchdog"),
        ("5", "1", "soft_reset"),
    ],
)
def test_reset_cause_tells_brownouts_apart(power: SwitchOn, cause: str, state: str, told: str) -> None:
    hardware = power()
    (hardware.world / "state").write_text(state)
    with hardware.switch_on(cause):
        assert hardware.wait(hardware.device)["reset_cause"] == told
