"""Both kinds of a board's memory: what it reports of them, and what it does when one of them is short."""

import json
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.heap import KIB
from simulator.clock import moment
from tests.attacks.conftest import secrets
from tests.attacks.peers import TOKEN
from tests.device.api import contract
from tests.device.board.conftest import SwitchOn
from tests.device.board.hardware import Hardware

EVENING = moment(2026, 11, 12, 18, 3)
BEFORE_QUARTER = moment(2026, 11, 12, 18, 0)  # its end is ten minutes away, and five for a slow start
QUARTER = "/meter/2026/11/12/1800W.json"
IDLE, LARGEST = 42872, 26624  # bytes of system memory free without a request, and the largest piece
AREAS = 128_000  # bytes for objects in two areas
# Something takes as many bytes of the system memory as the file `drawn` of the world says.
DRAWS = """
import esp32
esp32.draws.append(lambda: int(world.text("drawn", "0")))
"""


def draw(hardware: Hardware, size: int) -> None:
    """Let something take this many bytes of the system memory."""
    (hardware.world / "drawn.new").write_text(str(size))
    (hardware.world / "drawn.new").rename(hardware.world / "drawn")


def hoard(hardware: Hardware, size: int) -> None:
    """Let a fault keep this many bytes of Python's heap."""
    (hardware.world / "hoard.new").write_text(str(size))
    (hardware.world / "hoard.new").rename(hardware.world / "hoard")


def lines(hardware: Hardware, text: str) -> list[str]:
    return [line for line in hardware.lines if text in line]


def about(size: int) -> object:
    """This many bytes, without what the test's own requests take, or objects between two measurements."""
    return pytest.approx(size, abs=4 * KIB)


def heap_bytes(device: dict[str, Any]) -> int:
    """The size of Python's heap. A collection between its two measurements would make the sum too large."""
    return int(device["heap"]["used_bytes"] + device["heap"]["free_bytes"])


def pass_second(hardware: Hardware) -> None:
    """Wait until a second of the board's clock has passed, without a request. The watchdog is fed once a second."""
    for _ in range(2):
        fed = (hardware.world / "fed").stat().st_mtime_ns
        hardware.wait(lambda fed=fed: (hardware.world / "fed").stat().st_mtime_ns != fed)  # type: ignore[misc]


def started(hardware: Hardware) -> Hardware:
    """The board once it has read telegrams and its heap has two areas. Little memory is left to holders of tokens."""
    (hardware.flash / "secrets.json").write_text(json.dumps(secrets()))
    hardware.token = TOKEN
    hardware.switch_on()
    hardware.wait(lambda: hardware.device()["p1"]["telegrams"] > 3)
    hardware.wait(lambda: hardware.device()["heap"]["areas"] == 2)
    return hardware


def test_heap_of_python_is_reported_without_memory_that_it_does_not_have_yet(power: SwitchOn) -> None:
    hardware = started(power(meter=EVENING))
    hardware.wait(lambda: heap_bytes(hardware.device()) == about(AREAS))


def test_system_memory_is_reported_with_the_lowest_so_far(power: SwitchOn) -> None:
    hardware = power(meter=EVENING)
    hardware.break_firmware(DRAWS)
    idle = started(hardware).device()["system_memory"]
    draw(hardware, 18000)
    low = hardware.device()["system_memory"]
    draw(hardware, 0)
    device = hardware.device()

    assert (idle["free_bytes"], idle["largest_bytes"]) == (about(IDLE), about(LARGEST))
    assert (low["free_bytes"], low["largest_bytes"]) == (about(IDLE - 18000), 9216)
    assert low["lowest_bytes"] <= low["free_bytes"]
    assert device["system_memory"]["free_bytes"] == about(IDLE)
    # The replies themselves take some, too.
    assert IDLE - 18000 - 9 * KIB < device["system_memory"]["lowest_bytes"] <= low["lowest_bytes"]
    contract.validate_schema("Device", device)


def test_lowest_is_seen_each_second_without_a_request(power: SwitchOn) -> None:
    hardware = power(meter=EVENING)
    hardware.break_firmware(DRAWS)
    started(hardware)
    pass_second(hardware)  # what the requests took is free again
    draw(hardware, 20000)
    hardware.wait(lambda: lines(hardware, "System memory"))
    draw(hardware, 0)

    assert hardware.device()["system_memory"]["lowest_bytes"] == about(IDLE - 20000)


def test_log_notes_the_lowest_below_24_kb_and_then_each_4_kb(power: SwitchOn) -> None:
    hardware = power(meter=EVENING)
    hardware.break_firmware(DRAWS)
    started(hardware)
    for size in (18000, 20000, 21000, 22000, 27000, 28000):
        draw(hardware, size)
        pass_second(hardware)

    noted = [int(line.split()[2]) for line in lines(hardware, "System memory: ")]
    assert noted == [about(IDLE - 20000), about(IDLE - 27000)]
    assert noted[0] < 24 * KIB
    assert f"System memory: {noted[1]} bytes were free at the lowest" in hardware.get("/crashlog.txt")


def first_refusal(hardware: Hardware) -> urllib.error.HTTPError:
    """The first refusal of GET /api/log while a fault keeps more and more of Python's heap."""
    for size in range(30_000, 60_000, 1000):
        hoard(hardware, size)
        try:
            hardware.get("/api/log")
        except urllib.error.HTTPError as refused:
            return refused
    raise AssertionError("it was never refused")


def test_heavy_request_is_refused_while_less_than_12_kb_are_free(power: SwitchOn, interpreter: str) -> None:
    hardware = started(power(meter=EVENING))
    refused = first_refusal(hardware)
    assert hardware.device()["heap"]["free_bytes"] < 13 * KIB
    hardware.get("/api/reading")

    assert refused.code == 503
    assert refused.headers["Retry-After"] == "5"
    assert refused.read().decode() == "Out of memory, try again"
    hoard(hardware, 0)
    assert hardware.get("/api/log")
    # The objects of a handler are twice as large with 64 bits, so that 12 KB are not enough for each handler there.
    assert interpreter == "micropython" or not lines(hardware, "third area")


def test_third_area_is_seen_within_a_second(power: SwitchOn) -> None:
    hardware = started(power(meter=EVENING, speed=1))
    pass_second(hardware)  # what the requests took of the largest piece is free again
    begin = time.monotonic()
    hoard(hardware, 60_000)
    hardware.wait(lambda: lines(hardware, "Python took a third area of memory from Wi-Fi"))
    seconds = time.monotonic() - begin
    device = hardware.device()

    assert seconds <= 2  # the area is taken within one, and seen within another
    assert device["heap"]["areas"] == 3
    assert device["system_memory"]["free_bytes"] == about(IDLE - LARGEST)


def test_third_area_that_stays_is_ended_by_a_restart_when_the_quarter_is_stored(
    power: SwitchOn, card: Callable[..., Path]
) -> None:
    hardware = power(meter=BEFORE_QUARTER, speed=60, every_s=10)
    hardware.insert_card(card())
    started(hardware)
    hoard(hardware, 60_000)
    hardware.wait(lambda: lines(hardware, "third area"))
    assert hardware.device()["clock"]["time"] < "2026-11-12T18:05"
    hardware.wait(lambda: hardware.starts == 2, 40)
    hoard(hardware, 0)

    device = hardware.wait(hardware.device)
    assert device["reset_cause"] == "reset"
    assert device["crash"].startswith("2026-11-12 18:15:0")
    assert device["crash"].endswith("memory: MemoryError: third area")
    assert device["card"]["lost_quarters"] == 0
    stored = hardware.wait(lambda: hardware.get(QUARTER))
    assert any(stored["consumed_power_interval_avgs"])
    # The time is None before the first telegram.
    hardware.wait(lambda: (hardware.device()["clock"]["time"] or "") > "2026-11-12T18:17")
    assert hardware.starts == 2


@pytest.mark.parametrize("meter", [None, EVENING])
def test_third_area_of_a_board_that_reads_no_meter_is_ended_without_a_quarter(
    power: SwitchOn, meter: int | None
) -> None:
    hardware = power(meter=meter, speed=200, every_s=10)
    with hardware:
        hardware.wait(lambda: hardware.said("Started up" if meter else "ready http"))
        if hardware.line:
            hardware.line.unplug()
        hoard(hardware, 66_000)
        hardware.wait(lambda: hardware.starts == 2, 20)
        hoard(hardware, 0)

        assert hardware.wait(hardware.device)["crash"].endswith("memory: MemoryError: third area")


def has_two_areas(device: dict[str, Any]) -> bool:
    """True if Python has two areas, and the system memory is as free as without a third one.

    The garbage of a request may take a third area for a moment.
    """
    memory = device["system_memory"]["free_bytes"], device["heap"]["areas"]
    return memory == (about(IDLE), 2)


def test_third_area_that_is_given_back_restarts_nothing(power: SwitchOn) -> None:
    hardware = started(power(meter=BEFORE_QUARTER, speed=60, every_s=10))
    hoard(hardware, 60_000)
    hardware.wait(lambda: lines(hardware, "took a third area"))
    hoard(hardware, 0)
    hardware.wait(lambda: lines(hardware, "gave the third area of memory back"))
    hardware.wait(lambda: has_two_areas(hardware.device()))

    hardware.wait(lambda: hardware.device()["clock"]["time"] > "2026-11-12T18:16", 40)
    assert hardware.starts == 1


def test_memory_that_wifi_cannot_use_does_not_count(power: SwitchOn) -> None:
    hardware = power(meter=EVENING)
    hardware.break_firmware(
        "import esp32\nesp32.OTHERS.append((2097152, 2000000, 1900000, 1800000))  # PSRAM"
    )
    assert started(hardware).device()["system_memory"]["free_bytes"] == about(IDLE)
    hardware.wait(lambda: heap_bytes(hardware.device()) == about(AREAS))
