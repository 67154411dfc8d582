"""meter/crc.py: bytecode and native code have the same result, for each MicroPython of this computer."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from build_tool import bytecode
from simulator.interpreters import MICROPYTHON, MICROPYTHON32, NO_MICROPYTHON32
from tests.properties.random_telegrams import LONG, MANY

pytestmark = pytest.mark.timeout(600 if LONG else 180)

INTERPRETERS = {
    "micropython": MICROPYTHON,
    "micropython32": MICROPYTHON32,
}
BOTH = Path(__file__).parent / "on_board" / "both_crcs.py"

type Ask = Callable[[int, int, list[bytes]], list[int]]


@pytest.fixture(scope="module", params=INTERPRETERS)
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Returns what bytecode and native code find in these pieces, as on_board/both_crcs.py says."""
    interpreter = INTERPRETERS[request.param]
    if not interpreter.exists():
        pytest.skip(NO_MICROPYTHON32)
    bytecode.build()
    with subprocess.Popen(
        [interpreter, BOTH],
        env={**os.environ, "MICROPYPATH": f"{bytecode.TARGET}:.frozen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin
        assert process.stdout
        pipe, answers = process.stdin, process.stdout
        assert (bytecode.TARGET / answers.readline().strip() / "meter/crc.mpy").exists()

        def crcs(start: int, at: int, pieces: list[bytes]) -> list[int]:
            pipe.write(" ".join([str(start), str(at), *(piece.hex() for piece in pieces)]) + "\n")
            return [int(crc) for crc in answers.readline().split()]

        yield crcs
        pipe.close()


def bit_by_bit(crc: int, data: bytes) -> int:
    """The definition: polynomial x16 + x15 + x2 + 1, reflected."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


# Bytes of any value, with more of the mark than chance has.
OCTETS = st.binary(max_size=300) | st.lists(st.sampled_from(b"!/0a\r\n\xff"), max_size=40).map(bytes)


@MANY
@given(start=st.integers(0, 0xFFFF), pieces=st.lists(OCTETS, max_size=8), part=st.floats(0, 1))
@example(0, [b"123456789"], 0.0)
@example(0xFFFF, [bytes(4095), b"\xff"], 0.5)
@example(0xFFFF, [b"\xff" * (16 << 10)], 0.0)
def test_both_forms_find_the_crc_of_any_bytes_in_any_pieces(
    ask: Ask, start: int, pieces: list[bytes], part: float
) -> None:
    whole = b"".join(pieces)
    at = int(part * len(whole))
    stop = whole.find(b"!", at) + 1 or len(whole)
    expected = [bit_by_bit(start, whole), stop << 16 | bit_by_bit(start, whole[at:stop])]

    assert ask(start, at, pieces) == expected * 2
