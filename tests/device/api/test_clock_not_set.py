"""A meter whose clock was never set: its powers and registers are shown, and what needs the time waits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import clock
from simulator.odd_meters import CLOCK_NOT_SET, OddMeter
from simulator.telegram_source import simulated_meter
from tests.device.api.device import Device, running, wait_for


class Unset(OddMeter):
    """A meter whose clock is in 2000 until `is_set`."""

    is_set = False

    def telegram(self) -> bytes:
        self.changes = {} if self.is_set else CLOCK_NOT_SET
        return super().telegram()


@pytest.fixture
def device(sockets: None, tmp_path: Path) -> Iterator[Device]:
    source = Unset(simulated_meter(start=clock.parse("2026-11-12T18:29:50")), {})
    with running(source, speed=20, card=tmp_path) as device:
        yield device


def test_figures_are_live_and_nothing_is_stored_until_the_clock_is_set(device: Device, tmp_path: Path):
    first = wait_for(lambda: device.get("/api/reading").json()["power_import_w"], "a reading")
    reading = device.get("/api/reading").json()
    assert first > 0
    assert reading["time"] is None
    assert reading["energy_import_kwh"] > 0
    assert reading["voltage_l1_v"] > 200
    assert device.get("/api/device").json()["clock"] == {"source": None, "time": None, "set": False}
    assert device.get("/api/quarter").json()["id"] is None
    assert device.get("/api/peaks").json()["months"] == []
    assert device.get("/crashlog.txt").text().count("The meter's clock is not set") == 1
    assert not [path for path in tmp_path.rglob("*") if path.name.isdigit()]

    device.source.is_set = True  # type: ignore[attr-defined]
    quarter = wait_for(lambda: device.get("/api/quarter").json()["id"] and device.get("/api/quarter").json())
    assert quarter["start"].startswith("2026-11-12T18:")
    assert device.get("/api/device").json()["clock"]["set"] is True


def test_live_stream_goes_on_without_a_time(device: Device):
    with device.connect() as end:
        end.sendall(b"GET /api/live HTTP/1.1\r\nHost: digimon.local\r\n\r\n")
        received = b""
        while received.count(b"event: reading") < 3:
            received += end.recv(4096)
