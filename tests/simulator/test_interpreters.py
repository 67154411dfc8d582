"""The 32-bit MicroPython of this computer has the limits of an ESP32 (scripts/tools/micropython/like_esp32)."""

import os
import subprocess
from pathlib import Path

import pytest

from simulator.interpreters import MICROPYTHON, MICROPYTHON32, NO_MICROPYTHON32, described, is_like_board

FILL = """
import gc
kept = []
def fill(most):
    try:
        while len(kept) < most:
            kept.append(bytearray(1000))
    except MemoryError:
        pass
"""


@pytest.fixture(autouse=True)
def like_board() -> None:
    if not MICROPYTHON32.exists():
        pytest.skip(NO_MICROPYTHON32)
    if not is_like_board(MICROPYTHON32):
        pytest.skip("micropython32 is Debian's; scripts/setup says why")


def run(code: str, log: Path, offer: int = 0) -> tuple[str, str]:
    """Return the output of this code in a heap of two areas of 64 KB, and the areas that it took."""
    output = subprocess.run(
        [MICROPYTHON32, "-X", "heapsize=128k", "-c", FILL + code],
        env={**os.environ, "AREAS_LOG": str(log), "AREAS_OFFER": str(offer)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    areas = log.read_text() if log.exists() else ""
    log.unlink(missing_ok=True)
    return output, areas


def test_heap_takes_a_second_area_when_the_first_is_full_and_no_third(tmp_path: Path) -> None:
    assert run("fill(40); print(len(kept))", tmp_path / "log") == ("40", "")
    assert run("fill(80); print(len(kept))", tmp_path / "log") == ("80", "areas 2\n")
    count, areas = run("fill(1000); print(len(kept))", tmp_path / "log")
    assert 110 <= int(count) <= 126
    assert areas == "areas 2\n"


def test_heap_takes_what_is_on_offer_for_a_third_area(tmp_path: Path) -> None:
    count, areas = run("fill(1000); print(len(kept))", tmp_path / "log", offer=36_000)
    assert 145 <= int(count) <= 162
    assert areas == "areas 2\nareas 3\n"


def test_free_memory_contains_what_the_next_area_could_have(tmp_path: Path) -> None:
    total = "fill(%d); print(gc.mem_alloc() + gc.mem_free())"
    before, after, offered = (
        int(run(total % count, tmp_path / "log", offer)[0])
        for count, offer in ((40, 0), (80, 0), (80, 36_000))
    )
    assert 126_000 < after < before < 131_072
    assert 36_000 - 16 <= offered - after <= 36_000


def test_empty_area_is_given_back_and_taken_again(tmp_path: Path) -> None:
    code = """
def use(): [bytearray(1000) for _ in range(80)]
for _ in range(5):
    use()
    gc.collect()
"""
    assert run(code, tmp_path / "log") == ("", "areas 2\n" * 5)


def test_floats_are_single_and_native_code_can_be_loaded(tmp_path: Path) -> None:
    code = "import sys; print(16777217.0 == 16777216.0, sys.maxsize, sys.implementation._mpy >> 10 > 0)"
    assert run(code, tmp_path / "log")[0] == "True 2147483647 True"


def test_interpreters_are_told_apart() -> None:
    assert "x64, double floats, a heap in one piece" in described(MICROPYTHON)
    assert "single floats, a heap of two areas" in described(MICROPYTHON32)
