"""Whatever the meter sends under a right CRC, the firmware goes on, its JSON is right, and the next telegram is read.

The suite sends some hundred telegrams; with P1_LONG=1 in the environment many more.
"""

import random

import pytest

from simulator import clock
from simulator.dialect import crc16
from simulator.telegram_source import MeterSource, simulated_meter
from tests.attacks.firmware import INTERPRETERS, attacked, goes_on
from tests.device.api import contract
from tests.device.api.device import wait_for
from tests.device.storage.conftest import LONG

pytestmark = pytest.mark.usefixtures("socket_enabled")

TELEGRAMS = 20_000 if LONG else 80
"""For each interpreter."""
LINES = (
    b"0-0:1.0.0(999999999999W)",
    b"0-0:1.0.0(261112182930X)",
    b"0-0:1.0.0(\xff\xff1112182930W)",
    b"1-0:1.7.0(99999999999999999999*kW)",
    b"1-0:1.7.0(-1.000*kW)",
    b"1-0:1.7.0(02.340*\xff)",
    b"1-0:1.6.0(261303184500W)(04.218*kW)",
    b"0-0:98.1.0(99)(1-0:1.6.0)(1-0:1.6.0)" + b"(261101000000W)" * 60,
    b"0-0:96.13.0(" + b"3C7363726970743E" * 60 + b")",
    b"0-0:96.13.0(" + b"FF" * 900 + b")",
    b"0-0:96.1.1(\xff\xfe\xfd)",
    b"0-9:24.1.0(003)",
    b"0-1:24.2.1(261112182512W)(99999999999.999*\xff\xff)",
    b"0-1:96.1.1(ZZ)",
    b"(" * 500,
    b")" * 500,
    b"1-0:1.8.1" + b"()" * 100,
    b":" * 100,
    b"\0" * 300,
    b"0-0:96.14.0(\xd9\xa1)",
)


def sealed(body: bytes) -> bytes:
    """A telegram with a right CRC."""
    body = body.replace(b"!", b".")[:8000] + b"!"
    return body + b"%04X\r\n" % crc16(body)


class Stranger:
    """Every other telegram of a meter is hostile; the rest are good. `sent` counts the hostile ones."""

    def __init__(self, source: MeterSource, seed: int) -> None:
        self.source = source
        self.random = random.Random(seed)
        self.sent = 0
        self.is_good = True

    @property
    def stamp(self) -> str:
        return self.source.stamp

    def advance(self, seconds: int = 1, *, powered: bool = True) -> None:
        self.source.advance(seconds, powered=powered)

    def set_clock(self, seconds: int) -> None:
        self.source.set_clock(seconds)

    def telegram(self) -> bytes:
        good = self.source.telegram()
        self.is_good = not self.is_good
        if self.is_good or self.sent >= TELEGRAMS:
            return good
        self.sent += 1
        lines = good[: good.rindex(b"!")].split(b"\r\n")
        if self.sent <= len(LINES):
            lines.insert(-1, LINES[self.sent - 1])
            return sealed(b"\r\n".join(lines))
        for _ in range(self.random.randrange(1, 6)):
            at = self.random.randrange(2, len(lines))
            line = bytearray(lines[at] or b"x")
            match self.random.randrange(4):
                case 0:
                    line[self.random.randrange(len(line))] = self.random.randrange(256)
                case 1:
                    line[self.random.randrange(len(line)) :] = self.random.randbytes(3)
                case 2:
                    line = bytearray(self.random.choice(LINES))
                case 3:
                    line = line * 2
            lines[at] = bytes(line)
        return sealed(b"\r\n".join(lines))


@pytest.mark.timeout(3000 if LONG else 90)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_hostile_telegram_hides_no_good_one_and_stops_nothing(interpreter: str):
    stranger = Stranger(simulated_meter(start=clock.parse("2026-11-12T18:20:00")), seed=3)
    with attacked(interpreter, source=stranger, speed=60) as device:
        while stranger.sent < TELEGRAMS:
            for path in ("/api/reading", "/api/quarter", "/api/peaks", "/api/device"):
                contract.strictly(device.get(path).text())
            device.board.check()
        goes_on(device)
        wait_for(
            lambda: device.get("/api/reading").json()["time"][:16] == minute(stranger), "a good telegram"
        )


def minute(stranger: Stranger) -> str:
    return clock.iso(stranger.source.meter.moment)[:16]
