"""The line: its pace, its request line, its patience and its faults."""

import os
import select
import socket
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from simulator import clock
from simulator.dialect import crc16
from simulator.faults import RATES, Faults
from simulator.p1_port import BYTES_PER_S, P1Port
from simulator.telegram_source import MeterSource, simulated_meter
from simulator.transport import TcpTransport

START = clock.parse("2026-11-12T18:29:30")
LONG = "x" * 4096
"""A message that makes the telegram last 0.8 s: time enough to do something in its middle."""


class Reader:
    """The board's end of a pseudo-terminal."""

    def __init__(self, line: P1Port) -> None:
        self._file = os.open(line.address, os.O_RDWR | os.O_NOCTTY)
        self.data = b""

    def ask(self, on: bool = True) -> None:
        os.write(self._file, b"1" if on else b"0")

    def read(self, seconds: float) -> bytes:
        """What comes in so many seconds."""
        end, got = time.monotonic() + seconds, b""
        while time.monotonic() < end:
            chunk = os.read(self._file, 4096)
            got += chunk
            if not chunk:
                time.sleep(0.0005)
        self.data += got
        return got

    def read_until(self, enough: Callable[[], bool], seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not enough():
            assert time.monotonic() < end, "it took too long"
            self.read(0.01)

    def has_more(self) -> bool:
        """Whether there is something to read."""
        return bool(select.select([self._file], [], [], 0)[0])

    def telegrams(self) -> list[bytes]:
        return [b"/" + part for part in self.data.split(b"/")[1:]]

    def close(self) -> None:
        os.close(self._file)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def good(telegram: bytes) -> bool:
    body, end, crc = telegram.partition(b"!")
    return crc[:4] == b"%04X" % crc16(body + end)


@pytest.fixture
def source() -> MeterSource:
    return simulated_meter(start=START)


@pytest.fixture
def open_line(source: MeterSource) -> Iterator[Callable[..., tuple[P1Port, Reader]]]:
    opened: list[P1Port | Reader] = []

    def begin(**options: object) -> tuple[P1Port, Reader]:
        line = P1Port(source, **options)  # type: ignore[arg-type]
        reader = Reader(line)
        line.start()
        opened[:0] = [line, reader]
        return line, reader

    yield begin
    for each in opened:
        each.stop() if isinstance(each, P1Port) else each.close()


def test_nothing_is_sent_before_it_is_asked_for_and_time_waits(
    open_line: Callable[..., tuple[P1Port, Reader]], source: MeterSource
) -> None:
    _, reader = open_line(speed=50)
    assert reader.read(0.2) == b""
    assert source.meter.moment == START

    reader.ask()
    reader.read_until(lambda: b"(261112182930W)" in reader.data)
    assert reader.data.startswith(b"/FLU5")
    assert b"0-0:1.0.0(261112182930W)" in reader.data


def test_telegrams_begin_each_second_at_115200_baud(open_line: Callable[..., tuple[P1Port, Reader]]) -> None:
    sent: list[tuple[bytes, float, str]] = []
    _, reader = open_line(on_sent=lambda *what: sent.append(what))
    asked = time.monotonic()
    reader.ask()
    reader.read_until(lambda: len(sent) >= 3)
    first = sent[:3]
    reader.read_until(lambda: len(reader.data) >= sum(len(telegram) for telegram, _, _ in first))

    # Never before its second and never faster than the wire; a busy computer may be slower.
    for second, (telegram, at, _) in enumerate(first):
        assert 0 <= at - asked - second - len(telegram) / BYTES_PER_S < 0.8
    assert [stamp for _, _, stamp in first] == ["261112182930W", "261112182931W", "261112182932W"]
    assert reader.data.startswith(b"".join(telegram for telegram, _, _ in first))


def test_speed_scales_seconds_and_baud_rate(open_line: Callable[..., tuple[P1Port, Reader]]) -> None:
    sent: list[float] = []
    line, reader = open_line(speed=40, on_sent=lambda _, at, __: sent.append(at))
    asked = time.monotonic()
    reader.ask()
    reader.read_until(lambda: len(sent) > 40 and reader.data.count(b"!") > 40)

    assert 1 <= sent[40] - asked < 2
    assert all(map(good, reader.telegrams()[:40]))
    assert line.damaged == 0


def test_a_long_simulation_may_leave_telegrams_out(open_line: Callable[..., tuple[P1Port, Reader]]) -> None:
    sent: list[tuple[float, str]] = []
    _, reader = open_line(speed=200, every_s=10, on_sent=lambda _, at, stamp: sent.append((at, stamp)))
    asked = time.monotonic()
    reader.ask()
    reader.read_until(lambda: len(sent) > 10)

    assert [stamp[8:12] for _, stamp in sent[:4]] == ["2930", "2940", "2950", "3000"]
    assert 0.5 <= sent[10][0] - asked < 1


def test_release_stops_in_mid_telegram_and_the_meter_counts_on(
    open_line: Callable[..., tuple[P1Port, Reader]], source: MeterSource
) -> None:
    source.meter.message = LONG
    _, reader = open_line()
    reader.ask()
    reader.read_until(lambda: len(reader.data) > 200)
    reader.ask(False)
    reader.read_until(lambda: source.meter.moment > START)
    reader.read(0.3)
    assert b"!" not in reader.data
    assert reader.read(0.9) == b""

    reader.ask()
    reader.read_until(lambda: b"\n" in reader.data.partition(b"!")[2])
    assert good(reader.telegrams()[1])


def test_no_byte_is_lost_on_a_slow_reader_and_time_waits_for_it(
    open_line: Callable[..., tuple[P1Port, Reader]], source: MeterSource
) -> None:
    line, reader = open_line(speed=1000)
    reader.ask()
    waiting = None
    while source.meter.moment != waiting:
        waiting = source.meter.moment
        assert waiting < START + 60
        time.sleep(0.3)

    reader.read_until(lambda: line.sent > 300)
    received = reader.telegrams()[:-1]  # of the last a piece may be missing
    stamps = [telegram.split(b"0-0:1.0.0(")[1][:13].decode() for telegram in received]
    assert all(map(good, received))
    assert stamps == [clock.stamp(START + second) for second in range(len(stamps))]


def test_silence_sends_nothing_while_the_meter_counts(
    open_line: Callable[..., tuple[P1Port, Reader]],
) -> None:
    sent: list[str] = []
    line, reader = open_line(speed=50, on_sent=lambda _, __, stamp: sent.append(stamp))
    reader.ask()
    reader.read_until(lambda: len(sent) >= 10)
    line.silence(20)
    before = len(sent)
    reader.read_until(lambda: len(sent) > before + 5)

    seconds = [clock.parse(f"2026-11-12T18:{stamp[8:10]}:{stamp[10:12]}") - START for stamp in sent]
    gaps = [late - early for early, late in pairwise(seconds)]
    assert sorted(gaps)[-2:] == [1, 21]


def test_a_power_cut_breaks_the_telegram_off_and_keeps_the_registers(
    open_line: Callable[..., tuple[P1Port, Reader]], source: MeterSource
) -> None:
    source.meter.message = LONG
    sent: list[tuple[str, int]] = []
    line, reader = open_line(on_sent=lambda _, __, stamp: sent.append((stamp, sum(source.meter.import_ws))))
    reader.ask()
    reader.read_until(lambda: len(reader.data) > 200)
    before = sum(source.meter.import_ws)
    line.power_cut(1)
    reader.read_until(lambda: line.damaged == 1)
    reader.read(0.1)
    assert b"!" not in reader.data

    reader.read_until(lambda: bool(sent))
    stamp, after = sent[0]
    assert stamp == "261112182932W"
    assert after - before < 2 * 6000


def test_a_clock_jump_shows_in_the_stamp(open_line: Callable[..., tuple[P1Port, Reader]]) -> None:
    sent: list[str] = []
    line, reader = open_line(speed=100, on_sent=lambda _, __, stamp: sent.append(stamp))
    line.jump_clock(-600)
    reader.ask()
    reader.read_until(lambda: bool(sent))

    assert sent[0] == "261112181930W"


def test_an_unplugged_board_leaves_nothing_on_the_wire(
    open_line: Callable[..., tuple[P1Port, Reader]],
) -> None:
    line, reader = open_line(speed=100)
    reader.ask()
    reader.read_until(lambda: line.sent > 2)
    wait_until(reader.has_more)
    line.unplug()
    wait_until(lambda: not reader.has_more())
    assert (reader.read(0.1), line.requested) == (b"", False)

    reader.ask()
    assert reader.read(0.2) == b""

    line.plug()
    reader.ask()
    before = len(reader.data)
    reader.read_until(lambda: len(reader.data) > before + 100)
    assert reader.data[before:].startswith(b"/FLU5")


def test_tcp_carries_the_line_too_and_a_hang_up_releases_it(source: MeterSource) -> None:
    with P1Port(source, speed=20, transport=TcpTransport()) as line:
        _, host, port = line.address.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as board:
            board.sendall(b"1")
            data = b""
            while data.count(b"!") < 3:
                data += board.recv(4096)
            assert good(data[: data.index(b"!") + 7])
        wait_until(lambda: not line.requested)
        with socket.create_connection((host, int(port)), timeout=5) as board:
            board.sendall(b"1")
            assert board.recv(1) == b"/"


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match="use"):
        TcpTransport(port=other.getsockname()[1])


class TestFaults:
    """What each fault does to a telegram."""

    TELEGRAM = simulated_meter(start=START).telegram()

    def test_none_without_a_rate(self) -> None:
        fate = Faults().apply(self.TELEGRAM)
        assert (fate.data, fate.whole, fate.tail, fate.silent_s, fate.power_cut_s, fate.jump_s) == (
            self.TELEGRAM,
            True,
            b"",
            0,
            0,
            0,
        )

    def test_a_flip_is_always_seen_by_the_crc(self) -> None:
        faults = Faults({"flip": 1})
        for _ in range(300):
            fate = faults.apply(self.TELEGRAM)
            body = fate.data[: self.TELEGRAM.rindex(b"!") + 1]
            assert len(fate.data) == len(self.TELEGRAM)
            assert not fate.whole
            assert b"%04X" % crc16(body) != self.TELEGRAM[-6:-2]

    def test_a_cut_telegram_is_a_beginning_of_it(self) -> None:
        faults = Faults({"cut": 1})
        for _ in range(100):
            fate = faults.apply(self.TELEGRAM)
            assert self.TELEGRAM.startswith(fate.data)
            assert 0 < len(fate.data) < len(self.TELEGRAM) - 4
            assert not fate.whole

    def test_noise_follows_a_whole_telegram(self) -> None:
        faults = Faults({"noise": 1})
        fates = [faults.apply(self.TELEGRAM) for _ in range(50)]
        assert all(fate.whole and fate.data == self.TELEGRAM and fate.tail for fate in fates)
        assert any(fate.tail.endswith(b"\xff\xff") for fate in fates)

    def test_silence_and_power_cut_and_jump_last_their_time(self) -> None:
        silence = Faults({"silence": 1}).apply(self.TELEGRAM)
        cut = Faults({"power-cut": 1}).apply(self.TELEGRAM)
        jump = Faults({"clock-jump": 1}).apply(self.TELEGRAM)
        assert (silence.data, 5 <= silence.silent_s <= 30) == (b"", True)
        assert (self.TELEGRAM.startswith(cut.data), 5 <= cut.power_cut_s <= 60) == (True, True)
        assert (jump.whole, 0 < abs(jump.jump_s) <= 1200) == (True, True)

    @pytest.mark.parametrize("name", RATES)
    def test_a_rate_is_a_share_of_the_telegrams(self, name: str) -> None:
        faults = Faults.parse([f"{name}:0.25"])
        fates = [faults.apply(self.TELEGRAM) for _ in range(800)]
        struck = sum(not fate.whole or bool(fate.tail or fate.jump_s) for fate in fates)
        assert 150 < struck < 250

    def test_the_same_seed_strikes_the_same(self) -> None:
        every = dict.fromkeys(RATES, 0.2)
        one, other = Faults(every, 5), Faults(every, 5)
        assert [one.apply(self.TELEGRAM) for _ in range(50)] == [
            other.apply(self.TELEGRAM) for _ in range(50)
        ]

    @pytest.mark.parametrize("text", ["fire", "flip:2", "flip:often", "cut:-1"])
    def test_what_is_no_fault_is_said(self, text: str) -> None:
        with pytest.raises(ValueError, match="fault"):
            Faults.parse([text])

    def test_a_line_with_every_fault_still_brings_whole_telegrams(
        self, open_line: Callable[..., tuple[P1Port, Reader]]
    ) -> None:
        whole: list[bytes] = []
        faults = Faults(
            {"flip": 0.1, "cut": 0.1, "noise": 0.3, "silence": 0.02, "power-cut": 0.02, "clock-jump": 0.02}
        )
        line, reader = open_line(
            speed=1000, faults=faults, on_sent=lambda telegram, _, __: whole.append(telegram)
        )
        reader.ask()
        reader.read_until(lambda: line.sent > 100)
        assert line.damaged > 10
        reader.read_until(lambda: all(telegram in reader.data for telegram in whole[:100]))
