"""Delay of the live stream: from a telegram's last byte on the line to its events at a client of /api/live."""

import socket
import statistics
import time
from collections.abc import Iterator

from benchmarks.figures import BenchmarkError, Figure, percentile
from simulator.board import Board, BoardError
from simulator.clock import moment
from simulator.p1_port import P1Port
from simulator.telegram_source import simulated_meter

INTERPRETER = "micropython"
TELEGRAMS = 60


def delays_ms(count: int) -> list[float]:
    """Return the milliseconds from a telegram's last byte until both of its events have arrived, in real time."""
    sent: list[float] = []
    source = simulated_meter("spec-1.7.1", moment(2026, 1, 15, 18, 7, 0))
    with (
        P1Port(source, on_sent=lambda telegram, at, stamp: sent.append(at)) as line,
        Board(line, compiled=True) as board,
        socket.create_connection((board.host, board.port), timeout=5) as client,
    ):
        client.sendall(b"GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received: list[float] = []
        buffer = b""
        while len(received) < count + 2:
            piece = client.recv(65536)
            now = time.monotonic()
            if not piece:
                raise BenchmarkError("the stream ended")
            buffer += piece
            *events, buffer = buffer.split(b"\n\n")
            # "quarter" is the last event of a telegram; the first one belongs to the snapshot
            received += [now for event in events if event.startswith(b"event: quarter")]
    # An event may arrive before the line is idle, because the firmware does not wait for bytes after the CRC.
    pairs = [(begin, [at for at in received[1:] if abs(at - begin) < 0.5]) for begin in sent]
    return [(after[0] - begin) * 1000 for begin, after in pairs if after]


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    try:
        delays = delays_ms(3 if short else TELEGRAMS)
    except (BoardError, OSError) as error:
        raise BenchmarkError(str(error)) from None
    yield Figure(
        key="live.event_median_ms",
        value=statistics.median(delays),
        unit="ms",
        what="from a telegram's last byte to its events",
    )
    yield Figure(
        key="live.event_p99_ms",
        value=percentile(delays, 99),
        unit="ms",
        goal=15,
        what=f"the 99th percentile of {len(delays)} telegrams",
    )
