"""The command scripts/simulate, which simulates a household, its meter and a board with the firmware."""

import os
import signal
import sys
import threading
from collections.abc import Sequence

from simulator import clock, options
from simulator.board import Board, BoardError
from simulator.p1_port import P1Port
from simulator.telegram_source import MeterSource

_CHECK_S = 0.2


_OUTPUT_CLOSED = threading.Event()


def _print(text: str) -> None:
    """Print a line, from any thread. If the program that reads the output has ended (`| head`), end the simulation."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _OUTPUT_CLOSED.set()


def _print_quarters(source: MeterSource) -> None:
    meter = source.meter

    def print_quarter(start: int, demand_w: int) -> None:
        begin, end = clock.local(start), clock.local(start + clock.QUARTER_S)
        _print(
            f"{begin:%Y-%m-%d %H:%M}-{end:%H:%M}  average {demand_w / 1000:.3f} kW, "
            f"month peak {meter.peak.power_w / 1000:.3f} kW"
        )

    meter.on_quarter = print_quarter


def _run(chosen: options.Options) -> None:
    if isinstance(chosen.source, MeterSource):
        _print_quarters(chosen.source)
    line = P1Port(chosen.source, speed=chosen.speed, faults=chosen.faults)
    board = Board(
        line,
        card=chosen.card,
        host=options.HOST,
        port=chosen.port,
        speed=chosen.speed,
        log=lambda text: None if text.startswith("ready ") else _print(f"board: {text}"),
    )
    _print(f"{chosen.about}, {chosen.speed} x real time")
    with line:
        try:
            board.start()
            _print(f"{board.url}  (Ctrl-C stops)")
            while not _OUTPUT_CLOSED.wait(_CHECK_S):
                board.check()
                if line.error:
                    raise line.error
        finally:
            # Ignore a second Ctrl-C. Otherwise it could end the simulator before the firmware has stopped.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            board.stop()
            _print(f"{line.sent} telegrams sent, {line.damaged} damaged")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Simulate until Ctrl-C. Return the exit status: 0 after success, 1 if the board fails, 2 for a wrong option."""
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _run(options.parse(arguments))
    except KeyboardInterrupt:
        pass
    except options.UsageError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 2
    except BoardError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 1
    if _OUTPUT_CLOSED.is_set():
        # Replace the closed output. Otherwise Python would report an error at exit, when the output is flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
