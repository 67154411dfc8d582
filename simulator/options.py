"""Command line of scripts/simulate: its options, and a one-line message for each wrong option."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from simulator import clock
from simulator.board import port_problem
from simulator.dialects import DEFAULT, DIALECTS, dialect_named
from simulator.faults import ABOUT, RATES, Faults
from simulator.odd_meters import ODD_METERS, OddMeter
from simulator.replay import Replay
from simulator.telegram_source import DIALECT_DEFAULT, TelegramSource, simulated_meter

HOST = "127.0.0.1"
_MAX_MESSAGE_LENGTH = 1024
"""Largest length of the text message 0-0:96.13.0 (DSMR P1 5.0.2)."""
_MAX_SPEED = 10_000


class UsageError(Exception):
    """Error for an invalid option. The message names the mistake and the correction."""


@dataclass(frozen=True, slots=True)
class Options:
    """The parsed command line. `about` describes the source of the telegrams."""

    source: TelegramSource
    faults: Faults
    card: Path | None
    port: int
    speed: int
    about: str


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (all options: {self.prog} --help)")


def meter_list() -> str:
    """Return the names and descriptions of all meters, one meter a line."""
    return "\n".join(f"  {name:24} {dialect.about}" for name, dialect in DIALECTS.items())


def _odd_list() -> str:
    return "\n".join(f"  {name:14} {about}" for name, (about, _) in ODD_METERS.items())


def _faults_list() -> str:
    return "\n".join(f"  {name:12} {ABOUT[name]} ({rate:g} of the telegrams)" for name, rate in RATES.items())


def _parser() -> _Parser:
    parser = _Parser(
        prog="simulate",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        description="A simulated household and its meter, read by the board's firmware on this computer.",
        epilog=f"meters:\n{meter_list()}\n\nodd meters:\n{_odd_list()}\n\nfaults:\n{_faults_list()}",
    )
    add = parser.add_argument
    add("--meter", metavar="NAME", help=f"the meter to simulate ({DEFAULT}); the name `help` lists all")
    add(
        "--telegrams",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="send these telegrams instead, one a second, repeated",
    )
    add(
        "--card",
        metavar="FOLDER|IMAGE",
        type=Path,
        help="the memory card: a folder, or an image *.img (made if missing)",
    )
    add("--port", metavar="N", type=int, default=8080, help="where the board's web page is served (8080)")
    add("--speed", metavar="N", type=int, default=1, help="how many times faster than real time (1)")
    add("--start", metavar="TIME", help="the meter's clock, e.g. 2026-11-12T18:29:30 in Belgian time (now)")
    add("--gas", metavar="CHANNEL", help="M-Bus channel of a gas meter: 1 to 4, none, or e.g. 1:unlinked")
    add("--water", metavar="CHANNEL", help="M-Bus channel of a water meter: 1 to 4, or none")
    add(
        "--message",
        metavar="TEXT",
        default="",
        help="text message of the grid operator, up to 1024 characters",
    )
    add(
        "--odd",
        metavar="NAME",
        action="append",
        default=[],
        help="let the meter send what few meters send; may be repeated",
    )
    add(
        "--fault",
        metavar="NAME[:RATE]",
        action="append",
        default=[],
        help="let this fault happen; may be repeated",
    )
    add(
        "--seed",
        metavar="N",
        type=int,
        default=1,
        help="number that chooses household, weather and faults (1)",
    )
    return parser


def parse(arguments: Sequence[str]) -> Options:
    """Return the options in a command line. UsageError with one line that names the mistake and the correction."""
    given = _parser().parse_args(arguments)
    if given.meter == "help":
        print(meter_list())
        sys.exit(0)
    if not 1 <= given.speed <= _MAX_SPEED:
        raise UsageError(f"--speed {given.speed}: choose a whole number from 1 to {_MAX_SPEED}")
    try:
        faults = Faults.parse(given.fault, given.seed)
    except ValueError as error:
        raise UsageError(f"--fault: {error}") from None
    source, about = _replay_source(given) if given.telegrams else _meter_source(given)
    for name in given.odd:
        if name not in ODD_METERS:
            raise UsageError(f"--odd: no odd meter is called {name}; there are: {', '.join(ODD_METERS)}")
        described, changes = ODD_METERS[name]
        source, about = OddMeter(source, changes), f"{about}, {described}"
    _check_card(given.card)
    _check_port(given.port)
    return Options(source, faults, given.card, given.port, given.speed, about)


def _replay_source(given: argparse.Namespace) -> tuple[TelegramSource, str]:
    """Return a replay of the files and its description.

    UsageError for an option that changes a simulated meter, because the option has no effect on a replay.
    """
    shaping = {
        "--meter": given.meter,
        "--start": given.start,
        "--gas": given.gas,
        "--water": given.water,
        "--message": given.message,
    }
    for option, value in shaping.items():
        if value:
            raise UsageError(
                f"{option} is for a simulated meter and cannot be used with --telegrams: leave one of them out"
            )
    try:
        return Replay.from_files(given.telegrams), f"telegrams of {', '.join(map(str, given.telegrams))}"
    except OSError as error:
        raise UsageError(f"--telegrams: {error.filename} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"--telegrams: {error}: name a file that contains a telegram") from None


def _meter_source(given: argparse.Namespace) -> tuple[TelegramSource, str]:
    message = given.message
    if len(message) > _MAX_MESSAGE_LENGTH:
        raise UsageError(
            f"--message: {len(message)} characters are too many; a meter shows {_MAX_MESSAGE_LENGTH} at most"
        )
    try:
        start = clock.parse(given.start) if given.start else clock.now()
    except ValueError as error:
        raise UsageError(f"--start: {error}") from None
    gas, _, link = (given.gas or "").partition(":")
    if link not in ("", "unlinked"):
        raise UsageError(f"--gas {given.gas}: only :unlinked may follow the channel")
    try:
        name = dialect_named(given.meter or DEFAULT).name
        source = simulated_meter(
            name,
            start,
            given.seed,
            gas=_channel("--gas", gas),
            water=_channel("--water", given.water or ""),
            gas_linked=not link,
            message=message,
        )
    except LookupError as error:
        raise UsageError(f"--meter: {error.args[0]}") from None
    except ValueError as error:
        raise UsageError(f"--gas and --water: {error}") from None
    return source, f"meter {name}, {clock.iso(start)}"


def _channel(option: str, text: str) -> int | None:
    if text in ("", "none"):
        return DIALECT_DEFAULT if not text else None
    if text not in ("1", "2", "3", "4"):
        raise UsageError(f"{option} {text}: an M-Bus channel is 1, 2, 3, 4 or none")
    return int(text)


def _check_card(card: Path | None) -> None:
    """Raise UsageError, with the reason, if the board cannot open the card.

    The board itself would report only that the card failed.
    """
    if card is None:
        return
    try:
        if card.suffix == ".img":
            if card.exists():
                with card.open("r+b") as image:
                    signature = image.read(512)[510:]
                if signature != b"\x55\xaa":
                    raise UsageError(
                        f"--card: {card} contains no FAT filesystem: name another file, or one that does not exist yet"
                    )
            elif not os.access(card.parent, os.W_OK):
                raise UsageError(
                    f"--card: no image can be made in {card.parent}: make it first, or change its permissions"
                )
        elif card.is_file():
            raise UsageError(f"--card: {card} is a file: name a folder, or an image whose name ends in .img")
        elif not card.is_dir():
            raise UsageError(
                f"--card: there is no folder {card}: make it first, or name an image that ends in .img"
            )
        elif not os.access(card, os.R_OK | os.W_OK | os.X_OK):
            raise UsageError(f"--card: you may not read and write {card}: change its permissions")
    except OSError as error:
        raise UsageError(f"--card: {card} cannot be used: {error.strerror}") from None


def _check_port(port: int) -> None:
    if not 1 <= port <= 65_535:
        raise UsageError(f"--port {port}: choose a number from 1 to 65535")
    if problem := port_problem(port, HOST):
        raise UsageError(f"port {port} cannot be used ({problem}): choose another with --port N")
