"""The card of a board: formatted in every way, pulled, and put back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.clock import moment
from tests.device.board.conftest import SwitchOn

BEFORE_QUARTER = moment(2026, 11, 12, 18, 14, 30)
VERSIONS = ["1.28", "1.29"]  # of MicroPython, whose card drivers say yes and no in different words


@pytest.mark.parametrize("version", VERSIONS)
def test_card_is_tested_and_left_as_it_was(power: SwitchOn, card: Callable[..., Path], version: str) -> None:
    hardware = power(version=version)
    hardware.insert_card(card())
    with hardware:
        hardware.wait(lambda: hardware.said("SD Card OK"))

        assert hardware.wait(hardware.device)["card"]["state"] == "ok"
    assert b"selftest" not in (hardware.world / "card.img").read_bytes().lower()


def test_large_clusters_are_warned_of(power: SwitchOn, card: Callable[..., Path]) -> None:
    hardware = power()
    hardware.insert_card(card(sectors_per_cluster=32, size=80 << 20))
    with hardware:
        hardware.wait(lambda: hardware.said("SD Card OK"))

        hardware.wait(lambda: hardware.said("SD Card sectorsPerCluster  32"))
        hardware.wait(lambda: hardware.said("Clusters of 16 KB waste the card: format it with 8 KB"))


@pytest.mark.parametrize("partitioned", [False, True])
def test_card_with_exfat_is_named_so(power: SwitchOn, tmp_path: Path, partitioned: bool) -> None:
    image = bytearray(1 << 20)
    start = 0
    if partitioned:
        start = 2048 // 4
        image[446:462] = bytes.fromhex("00000000 07 000000") + start.to_bytes(4, "little") + bytes(4)
        image[510:512] = b"\x55\xaa"
    image[start * 512 : start * 512 + 11] = b"\xeb\x76\x90EXFAT   "
    (tmp_path / "exfat.img").write_bytes(image)
    hardware = power()
    hardware.insert_card(tmp_path / "exfat.img")
    with hardware:
        device = hardware.wait(hardware.device)

        assert device["card"]["state"] == "failed"
        assert device["card"]["error"].startswith("the card is formatted as exFAT: format it as FAT32")
        assert device["card"]["format"] == "exFAT"
        hardware.wait(
            lambda: hardware.said("SD Card failed: the card is formatted as exFAT: format it as FAT32")
        )


def test_card_that_cannot_be_read_blinks_for_help(power: SwitchOn, tmp_path: Path) -> None:
    (tmp_path / "empty.img").write_bytes(bytes(1 << 20))
    hardware = power()
    hardware.insert_card(tmp_path / "empty.img")
    with hardware:
        device = hardware.wait(hardware.device)

        assert (device["card"]["state"], device["card"]["format"]) == ("failed", "blank")


@pytest.mark.parametrize("version", VERSIONS)
def test_card_that_was_pulled_is_missed_at_the_next_quarter(
    power: SwitchOn, card: Callable[..., Path], tmp_path: Path, version: str
) -> None:
    hardware = power(meter=BEFORE_QUARTER, version=version)
    hardware.insert_card(card())
    with hardware:
        hardware.wait(lambda: hardware.said("Started up"))
        hardware.pull_card(tmp_path / "pulled.img")

        hardware.wait(lambda: hardware.device()["card"]["state"] != "ok")
        before = hardware.device()["p1"]["telegrams"]
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > before + 3)


@pytest.mark.parametrize("version", VERSIONS)
def test_card_that_was_put_back_takes_the_quarter(
    power: SwitchOn, card: Callable[..., Path], tmp_path: Path, version: str
) -> None:
    hardware = power(meter=BEFORE_QUARTER, version=version)
    hardware.insert_card(card())
    with hardware:
        hardware.wait(lambda: hardware.said("Started up"))
        hardware.pull_card(tmp_path / "pulled.img")
        hardware.insert_card(tmp_path / "pulled.img")

        # What the card itself had of it comes first; the rest has waited in the flash.
        hardware.wait(
            lambda: (
                len(hardware.get("/meter/2026/11/12/1800W.json")["consumed_power_interval_avgs"]) == 180
                and not hardware.device()["card"]["waiting_quarters"]
            )
        )
        [quarter] = hardware.get("/api/days/2026-11-12")["quarters"]
        assert quarter["import_w"] == 500
        assert hardware.device()["card"]["state"] == "ok"


def test_card_that_comes_later_is_found_within_a_minute(power: SwitchOn, card: Callable[..., Path]) -> None:
    with power(speed=40) as hardware:
        assert hardware.wait(hardware.device)["card"]["state"] == "absent"
        hardware.insert_card(card())

        hardware.wait(lambda: hardware.device()["card"]["state"] == "ok")
        hardware.wait(lambda: hardware.said("SD Card ok"))


def test_slot_that_is_refused_stops_nothing_else(power: SwitchOn) -> None:
    hardware = power(meter=BEFORE_QUARTER)
    hardware.break_firmware(
        "import machine\ndef refuse(**_):\n    raise OSError(-259)\nmachine.SDCard = refuse\n"
    )
    with hardware:
        hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)

        assert hardware.device()["card"]["error"] == "the slot of the card cannot be used"
