"""A board that runs its code in the flash (image/): memory over a day in one area, and power cuts during an update.

The day is that of benchmarks/day.py, with an update by an image. The smallest heap is searched with the first hour of
the day, and counts only after a whole day has passed in it.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks.day import HOURS, firmware, play
from benchmarks.figures import NONE, BenchmarkError, Figure
from benchmarks.firmware import OFFER, SHORT_H
from benchmarks.heap import KIB, STEP, Run, need_interpreter, smallest_heap
from benchmarks.of_tests import measured
from build_tool import romfs
from build_tool.board_folder import build
from build_tool.package import read_folder
from simulator.board import BoardError
from simulator.interpreters import MICROPYTHON32, is_like_board

INTERPRETER = "micropython32"
AREA = 96 * KIB  # the first area of the image (image/P1_C3/mpconfigboard.h)
LEAST = 72 * KIB
_TESTS = "tests/device/update/test_romfs.py::test_every_cut_leaves_a_board_that_starts"
# The figures of the tests, without their values.
_CUTS = (
    Figure(
        key="romfs.update_cuts_tried",
        value=0,
        unit="",
        goal=200,
        more_is_better=True,
        what="power cuts, one at each write of an update, in three ways",
    ),
    Figure(
        key="romfs.update_cuts_lost",
        value=0,
        unit="",
        goal=0,
        what="of them left a board that did not start",
    ),
)


def days(hours: float = HOURS, hours_of_try: float = 1, least: int = LEAST) -> tuple[Run, int]:
    """Return a day in the area of the image, with more on offer, and the smallest area in which a day passes.

    The day lasts `hours`. The search begins at `least` with days of `hours_of_try`.
    """
    files = firmware()

    def tried(heap: int, offer: int = 0, hours: float = hours_of_try) -> Run:
        return play(heap, files, hours, offer, in_flash=True)

    heap = smallest_heap(tried, least, AREA)
    with ThreadPoolExecutor(2) as pool:
        roomy, tight = pool.map(tried, (AREA, heap), (OFFER, 0), (hours, hours))
    roomy.need()
    while not tight.passed:
        heap += STEP
        tight = tried(heap, hours=hours)
    return roomy, heap


def measure(short: bool = False) -> Iterator[Figure]:
    """Yield the figures of this group. `short` runs all of its code in a few seconds."""
    need_interpreter()
    if not is_like_board(MICROPYTHON32):
        raise BenchmarkError("this 32-bit MicroPython has no partition romfs; scripts/setup says why")
    yield Figure(
        key="romfs.image_bytes",
        value=len(romfs.image(read_folder(build("t8_c3")[0]))),
        unit="B",
        goal=romfs.SLICE,
        interpreter=NONE,
        what="of the ESP32-C3's image: bytecode and pages",
    )
    try:
        roomy, heap = days(SHORT_H, SHORT_H, AREA - 2 * STEP) if short else days()
    except (BoardError, OSError) as error:
        raise BenchmarkError(str(error)) from None
    yield Figure(
        key="romfs.day_steady_bytes",
        value=roomy.steady,
        unit="B",
        goal=64 * KIB,
        what="most in use after a collection, over a day",
    )
    yield Figure(
        key="romfs.smallest_heap_bytes",
        value=heap,
        unit="B",
        goal=88 * KIB,
        what="the smallest area in which a day passes",
    )
    yield Figure(
        key="romfs.areas",
        value=roomy.areas,
        unit="",
        goal=1,
        what=f"of Python's heap in a day, with {OFFER:,} bytes for a second one",
    )
    yield from measured((_TESTS + "[stop-micropython32]",) if short else (_TESTS,), _CUTS, {})
