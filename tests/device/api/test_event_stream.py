"""GET /api/live: what comes when, and that no client costs another anything."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from simulator.meter_history import MeterHistory
from simulator.scripted_load import ScriptedLoad
from simulator.telegram_source import simulated_meter
from tests.device.api import contract
from tests.device.api.device import (
    START,
    TIMEOUT_S,
    Device,
    parse,
    request,
    running,
    serves_five_at_once,
    wait_for,
)

EVENTS = contract.SPEC["paths"]["/api/live"]["get"]["x-events"]
SNAPSHOT = ["status", "peaks", "reading", "quarter"]


@dataclass(slots=True)
class Stream:
    """A client of the stream: gives one event after the other, each checked against the document."""

    end: socket.socket
    waiting: bytes = b""
    head: bytes = b""
    names: list[str] = field(default_factory=list)

    def open(self) -> None:
        self.end.sendall(request("/api/live"))
        while b"\r\n\r\n" not in self.waiting:
            self.receive()
        self.head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")

    def receive(self) -> None:
        piece = self.end.recv(65536)
        if not piece:
            raise EOFError
        self.waiting += piece

    def next(self) -> tuple[str, Any]:
        while b"\n\n" not in self.waiting:
            self.receive()
        block, _, self.waiting = self.waiting.partition(b"\n\n")
        first, second = block.decode().split("\n")
        assert first.startswith("event: "), block
        assert second.startswith("data: "), block
        name, data = first[7:], contract.strictly(second[6:])
        contract.validate(EVENTS[name]["$ref"][1:], data)
        self.names.append(name)
        return name, data

    def until(self, wanted: str) -> Any:
        """The data of the next event of this name."""
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            name, data = self.next()
            if name == wanted:
                return data
        raise AssertionError(f"no {wanted} in time, only {self.names[-20:]}")


@contextmanager
def watching(device: Device, count: int = 1) -> Iterator[list[Stream]]:
    """So many streams, opened; a place is free again when they end."""
    streams = [Stream(device.connect()) for _ in range(count)]
    try:
        for stream in streams:
            stream.open()
            assert stream.head.startswith(b"HTTP/1.1 200 "), stream.head
        yield streams
    finally:
        for stream in streams:
            stream.end.close()


@pytest.fixture(scope="module")
def device(sockets: None):
    with running(speed=20) as device:
        yield device


def test_stream_has_the_type_and_headers_that_browsers_want(device: Device):
    with watching(device) as (stream,):
        reply = parse(stream.head + b"\r\n\r\n")
        assert reply.headers["content-type"] == "text/event-stream"
        assert "content-length" not in reply.headers
        contract.check_headers(reply)


def test_stream_opens_with_a_snapshot_in_a_fixed_order(device: Device):
    with watching(device) as (stream,):
        shown = dict(stream.next() for _ in range(4))
        assert stream.names == SNAPSHOT
        assert shown["status"]["id"] == device.get("/api/device").json()["id"]
        assert shown["peaks"] == device.get("/api/peaks").json()
        reading = device.get("/api/reading").json()
        assert list(shown["reading"]) == [key for key in reading if key != "peaks"]


def test_snapshot_before_the_first_telegram_is_all_null(sockets: None):
    with running(silent=True) as device, watching(device) as (stream,):
        shown = dict(stream.next() for _ in range(4))
        assert stream.names == SNAPSHOT
        assert shown["reading"]["time"] is None
        assert shown["quarter"]["id"] is None
        # and it lives while the meter is silent
        assert stream.until("status")["p1"]["telegrams"] == 0


def test_each_telegram_brings_one_reading_and_one_quarter(device: Device):
    with watching(device) as (stream,):
        for _ in range(4):
            stream.next()
        times: list[str] = []
        while len(times) < 40:
            name, data = stream.next()
            if name == "reading":
                times.append(data["time"])
                following, _ = stream.next()
                assert following == "quarter"
    shown = [time[2:19].translate(str.maketrans("", "", "-T:")) for time in times]
    wait_for(lambda: device.sent[-1][0][:12] >= shown[-1], "the newest telegram to be noted down")
    seconds = [stamp for stamp, _ in device.sent]
    first = next(number for number, stamp in enumerate(seconds) if stamp.startswith(shown[0]))
    assert [stamp[:12] for stamp in seconds[first : first + 40]] == shown


def test_status_comes_every_ten_seconds_of_the_device(device: Device):
    with watching(device) as (stream,):
        stream.until("quarter")
        times = [stream.until("status")["uptime_s"] for _ in range(6)]
        gaps = [after - before for before, after in pairwise(times)]
        assert 9 <= min(gaps) <= 12, gaps  # the others where nothing held the device up


def test_peaks_come_when_the_month_has_a_new_one_and_only_then(sockets: None):
    # 6 kW from the start: the quarter that ends at 18:45 becomes the month's peak
    source = simulated_meter(start=START + 860, load=ScriptedLoad(6000), history=MeterHistory())
    with running(source, speed=20) as device, watching(device) as (stream,):
        for _ in range(4):
            stream.next()
        peaks = stream.until("peaks")
        assert peaks["running"]["power_w"] == 6000
        assert peaks["running"]["start"] == "2026-11-12T18:30:00+01:00"
        assert stream.names[-3:] == ["reading", "quarter", "peaks"]
        assert "peaks" not in stream.names[4:-1]
        count = len(stream.names)
        for _ in range(40):
            stream.next()
        assert "peaks" not in stream.names[count + 4 :]  # the meter itself names it a telegram later, at most


def test_fourth_stream_is_refused_and_requests_are_still_served(device: Device):
    with watching(device, 3):
        reply = device.get("/api/live")
        assert reply.status == 503
        contract.check("/api/live", reply)
        for _ in range(5):
            assert device.get("/api/quarter").status == 200
    # all three have left: three places again
    wait_for(lambda: three_fit(device), "three free places")


def three_fit(device: Device) -> bool:
    try:
        with watching(device, 3) as streams:
            return all(stream.next()[0] == "status" for stream in streams)
    except AssertionError, EOFError, OSError:
        return False


def test_streams_that_left_cost_nothing(device: Device):
    for _ in range(15):
        with watching(device, 2) as streams:
            for stream in streams:
                stream.next()
        # the places are given back with the next telegram, at the latest
        wait_for(lambda: room(device), "a free place")
    wait_for(lambda: three_fit(device), "three free places")
    telegrams = device.get("/api/device").json()["p1"]["telegrams"]
    wait_for(lambda: device.get("/api/device").json()["p1"]["telegrams"] > telegrams + 3, "telegrams")
    serves_five_at_once(device)


def test_slow_client_is_dropped_and_the_others_go_on(sockets: None):
    message = "x" * 1000
    with running(simulated_meter(start=START, message=message), speed=100) as device:
        slow = Stream(device.connect(receive_buffer=2048))
        slow.open()
        with watching(device, 2) as streams:
            quick = streams[0]
            assert device.get("/api/live").status == 503
            for stream in streams:
                stream.until("quarter")

            def dropped() -> bool:
                for stream in streams:
                    for _ in range(10):
                        stream.next()
                return room(device)

            wait_for(dropped, "the slow client's place", seconds=30)
            # nobody missed anything: the readings of the quick one are seconds in a row
            first = quick.until("reading")["time"]
            assert quick.until("reading")["time"] > first
            # what the slow one got is whole events, then the end
            slow.end.settimeout(5)
            try:
                while True:
                    slow.next()
            except EOFError, ConnectionResetError:
                pass
            slow.end.close()
        assert slow.names[:4] == SNAPSHOT


def room(device: Device) -> bool:
    """Whether one more stream is accepted."""
    stream = Stream(device.connect())
    try:
        stream.open()
        return stream.head.startswith(b"HTTP/1.1 200 ")
    except EOFError, OSError:
        return False
    finally:
        stream.end.close()


def test_what_a_client_says_on_its_stream_does_not_matter(device: Device):
    with watching(device) as (stream,):
        stream.end.sendall(b"hello\r\n\r\n" * 100)
        for _ in range(30):
            stream.next()
        assert stream.until("reading")["time"]


def test_client_that_resets_its_connection_is_forgotten(device: Device):
    for _ in range(5):
        stream = Stream(device.connect())
        stream.open()
        stream.end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        stream.end.close()
    wait_for(lambda: three_fit(device), "three free places")
