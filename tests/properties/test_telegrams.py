"""The reader's way from bytes to a reading: whatever comes, a good telegram is read and a damaged one is not.

With P1_LONG=1 in the environment each property is tried fifty times as often.
"""

import re
from typing import Any

import pytest
from hypothesis import assume, example, given, strategies as st

from meter.framer import LIMIT, Framer  # type: ignore[import-not-found]
from meter.parser import Parser  # type: ignore[import-not-found]
from simulator.dialect import crc16
from tests.properties.random_telegrams import (
    HEADER,
    LONG,
    MANY,
    OBJECTS,
    Line,
    chunks,
    meant,
    telegram,
)

pytestmark = pytest.mark.timeout(600 if LONG else 180)

SIZES = st.lists(st.integers(1, 300), min_size=1, max_size=8)
CRC = st.sampled_from(["%04X", "%04x", "%X", "%x"])
GOOD = telegram(
    "/FLU5\\253769484_A", [("0-0:1.0.0(261112182930W)", None, None), ("1-0:1.7.0(00.417*kW)", None, None)]
)


class Reader:
    """Framer and parser, as the device has them; keeps the bytes of all telegrams that were taken."""

    def __init__(self) -> None:
        self.parser = Parser()
        self.framer = Framer(self.take)
        self.taken: list[bytes] = []

    def take(self, lines: list[bytes]) -> None:
        self.taken.append(b"\n".join(lines) + b"\n")
        self.parser.take(lines)

    def feed(self, data: bytes, sizes: list[int] | None = None) -> None:
        for chunk in chunks(data, sizes or [256]):
            self.framer.feed(chunk)

    @property
    def reading(self) -> dict[str, Any]:
        """The fields that have a value, with the volume alone of what an M-Bus meter sent."""
        reading = told(self.parser.reading)
        reading["mbus"] = {
            channel: {key: value[0] if key == "volume" else value for key, value in told(meter).items()}
            for channel, meter in reading["mbus"].items()
        }
        return reading


def told(fields: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if value is not None}


def crc_is_right(taken: bytes) -> bool:
    body, _, said = taken.rpartition(b"!")
    return crc16(body + b"!") == int(said, 16)


@MANY
@given(HEADER, OBJECTS, CRC, SIZES)
def test_any_telegram_is_read_as_it_means(header: str, objects: list[Line], crc: str, sizes: list[int]):
    sent = telegram(header, objects, crc)
    assume(len(sent) < LIMIT)
    reader = Reader()
    reader.feed(sent, sizes)
    assert reader.taken == [sent]
    assert reader.reading == meant(header, objects)


@MANY
@given(HEADER, OBJECTS, OBJECTS, st.booleans())
def test_reading_after_another_telegram_is_as_if_there_had_been_none(
    header: str, before: list[Line], objects: list[Line], alike: bool
):
    if alike:  # the same objects in the same order, with values of the other where it has some
        values = {text.split("(")[0]: found for found in before for text in [found[0]]}
        before = [values.get(text.split("(")[0], (text, field, value)) for text, field, value in objects]
    reader = Reader()
    reader.feed(telegram(header, before))
    reader.feed(telegram(header, objects))
    assert len(reader.taken) == 2
    assert reader.reading == meant(header, objects)


@MANY
@given(st.data(), HEADER, OBJECTS, SIZES)
def test_damaged_telegram_is_never_believed_and_the_next_one_is_read(
    data: st.DataObject, header: str, objects: list[Line], sizes: list[int]
):
    sent = telegram(header, objects)
    damaged = bytearray(sent)
    for _ in range(data.draw(st.integers(1, 4), "changes")):
        at = data.draw(st.integers(0, len(damaged) - 1), "at")
        match data.draw(st.sampled_from(["flip", "cut", "insert", "remove", "repeat"]), "how"):
            case "flip":
                damaged[at] ^= 1 << data.draw(st.integers(0, 7), "bit")
            case "cut":
                del damaged[at + 1 :]
            case "insert":
                damaged[at:at] = data.draw(st.binary(min_size=1, max_size=20), "noise")
            case "remove":
                del damaged[at : at + data.draw(st.integers(1, 40), "bytes")]
            case "repeat":
                damaged[at:at] = damaged[at : at + 40]
        if not damaged:
            break
    reader = Reader()
    reader.feed(GOOD)
    reader.feed(bytes(damaged), sizes)
    reader.feed(GOOD, sizes)
    reader.feed(GOOD)
    assert all(crc_is_right(taken) for taken in reader.taken)
    assert reader.taken[0] == GOOD
    # "/" and "!" never stand inside, so even an insertion of either costs only its own telegram
    assert reader.taken[-2:] == [GOOD, GOOD]
    assert reader.reading["power_import_w"] == 417


@MANY
@given(st.lists(st.binary(max_size=400) | st.just(GOOD) | st.just(GOOD[:70]), max_size=12))
@example([b"!", b"/!", b"//", b"/!0000\r\n", b"/!1\r\n"])
def test_any_bytes_raise_nothing_and_leave_nothing_behind(pieces: list[bytes]):
    reader = Reader()
    for piece in pieces:
        reader.framer.feed(piece)
    assert all(crc_is_right(taken) for taken in reader.taken)
    reader.feed(b"\r\n" + GOOD)
    assert reader.taken[-1] == GOOD
    assert reader.reading["power_import_w"] == 417


CODES = r"(0-[0-9]|1-0):(1\.0\.0|1\.[46-8]\.[01]|24\.[124]\.[013]|96\.1\.[0124]|9[68]\.1[34]?\.0)"
ODD = st.from_regex(CODES, fullmatch=True)
INSIDE = st.text("0123456789.*()kWhVAm3GJSW:-FfXx ", max_size=40)


@MANY
@given(
    st.lists(st.builds("{}({}".format, ODD, INSIDE) | st.text("0123456789().:-*\n", max_size=12), max_size=12)
)
@example(["a(\nb", "(", "0-1:24.2.3(", "0-0:98.1.0(1)(1-0:1.6.0)", "1-0:1.6.0((((*"])
def test_odd_lines_cost_no_other_field(odd: list[str]):
    lines = [line for line in odd if "1-0:1.7.0" not in line]
    first: list[Line] = [("1-0:1.7.0(00.417*kW)", "power_import_w", 417)]
    sent = telegram("/FLU5\\1", [*first, *[(line, None, None) for line in lines]])
    reader = Reader()
    reader.feed(sent)
    assert reader.taken == [sent]
    assert reader.reading["power_import_w"] == 417
    for field, value in reader.reading.items():
        if field.endswith(("_wh", "_w", "_dv", "_ma")):
            assert isinstance(value, int), field
            digits = re.sub(r"\D", "", sent.decode())
            assert value == 0 or str(abs(value)).strip("0") in digits
