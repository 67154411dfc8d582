"""What scripts/simulate does: a household, its meter and a board with the firmware, until Ctrl-C."""

import signal
import sys
import time
from collections.abc import Sequence

from simulator import clock, options
from simulator.board import Board, BoardError
from simulator.line import Line
from simulator.source import MeterSource

_LOOK_S = 0.2


def _watch_quarters(source: MeterSource) -> None:
    meter = source.meter

    def tell(start: int, demand_w: int) -> None:
        begin, end = clock.local(start), clock.local(start + clock.QUARTER_S)
        print(
            f"{begin:%Y-%m-%d %H:%M}-{end:%H:%M}  average {demand_w / 1000:.3f} kW, "
            f"month peak {meter.peak.power_w / 1000:.3f} kW",
            flush=True,
        )

    meter.on_quarter = tell


def _run(chosen: options.Options) -> None:
    if isinstance(chosen.source, MeterSource):
        _watch_quarters(chosen.source)
    line = Line(chosen.source, speed=chosen.speed, faults=chosen.faults)
    board = Board(
        line,
        card=chosen.card,
        host=options.HOST,
        port=chosen.port,
        speed=chosen.speed,
        log=lambda text: None if text.startswith("ready ") else print(f"board: {text}", flush=True),
    )
    print(f"{chosen.about}, {chosen.speed} x real time", flush=True)
    with line:
        try:
            board.start()
            print(f"{board.url}  (Ctrl-C stops)", flush=True)
            while line.error is None:
                time.sleep(_LOOK_S)
                board.check()
            raise line.error
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave the firmware running
            board.stop()
            print(f"{line.sent} telegrams sent, {line.damaged} damaged", flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Simulate until Ctrl-C. Exit status 0; 2 for a wrong option; 1 when something cannot go on."""
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
    except BrokenPipeError:
        # Whoever read along has gone, and there is nobody left to tell.
        sys.stderr.close()
        return 1
    return 0
